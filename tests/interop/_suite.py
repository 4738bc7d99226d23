"""How the tests that Microsoft ships in the source distributions of its packages are run, and judged."""

import glob
import os
import shlex
import sys

import pytest

from _steps import check, check_true, program

HARNESS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gen2_suite")
# The tests wait for each other's processor more than for anything else.
PROCESSES = max(2, os.cpu_count() or 1)

# The lists of tests that are expected to fail are there.
sys.path.insert(0, HARNESS)
sys.dont_write_bytecode = True


def run(step, name, sources, expected, at_least):
    """Runs the tests of the program `sources`, and fails unless exactly those of `expected` fail and `at_least` so
    many pass; fewer would mean that tests have gone. `expected` is a module with the tests that fail, by reason, and
    with those that are left out.

    For a person at work on one of them there are pytest's options in a variable named as the script:
    `GEN2_SUITE="-k test_rename" cargo xtask interop gen2_suite`.
    """
    results = Results()
    selected = shlex.split(os.environ.get(name.upper(), ""))
    # The processes that run tests inherit it.
    os.environ.update(PYTHONPATH=HARNESS, INTEROP_SUITE=name)
    with step("all tests ran"):
        ran(results, selected, sources, [name for names in expected.LEFT_OUT.values() for name in names])
    with open(os.path.join(os.environ["INTEROP_OUTPUT"], f"{name}.failures.txt"), "w", encoding="utf-8") as file:
        results.write(file)
        print(f"  failures in full: {file.name}")
    results.print_files()
    with step(f"as expected: {results.totals()}"):
        judge(results, expected.FAILURES, 0 if selected else at_least)


def ran(results, selected, sources, left_out):
    [tests] = glob.glob(os.path.join(program(sources), "*", "tests"))
    options = ["-c", os.path.join(HARNESS, "pytest.ini"), "--rootdir", tests, "-p", "emulated"]
    options += ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "--timeout", "60"]
    options += ["--numprocesses", str(PROCESSES), "--dist", "worksteal", "--max-worker-restart", "0"]
    options += [f"--deselect={name}" for name in left_out]
    # pytest ends with 1 when tests failed, which is judged later.
    status = pytest.main([*options, *selected, tests], plugins=[results])
    check_true(status in (0, 1), f"pytest ended with {status!r}: {results.problems}")
    check(results.problems, [], "test modules that cannot be imported")


class Results:
    """Collects what pytest reports, and says nothing meanwhile."""

    def __init__(self):
        self.outcomes = {}
        self.seconds = {}
        self.texts = {}
        self.problems = []

    def pytest_collectreport(self, report):
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longrepr}")

    def pytest_internalerror(self, excrepr):
        self.problems.append(str(excrepr))

    def pytest_runtest_logreport(self, report):
        test = report.nodeid
        self.seconds[test] = self.seconds.get(test, 0) + report.duration
        if report.failed:
            self.outcomes[test] = "failed"
            self.texts[test] = self.texts.get(test, "") + f"[{report.when}]\n{report.longreprtext}\n"
        elif report.skipped or report.when == "call":
            self.outcomes.setdefault(test, "skipped" if report.skipped else "passed")

    # Of pytest-xdist, which not every suite is run with.
    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        if error:
            self.problems.append(f"a process that runs tests ended: {error}")

    def of(self, outcome):
        return {test for test, was in self.outcomes.items() if was == outcome}

    def totals(self):
        return ", ".join(f"{len(self.of(outcome))} {outcome}" for outcome in ("passed", "failed", "skipped"))

    def print_files(self):
        for file in sorted({test.split("::")[0] for test in self.outcomes}):
            tests = [test for test in self.outcomes if test.startswith(f"{file}::")]
            count = lambda outcome: sum(self.outcomes[test] == outcome for test in tests)
            counts = ", ".join(f"{count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped"))
            print(f"  {file}: {counts} ({sum(self.seconds[test] for test in tests):.1f} s)", flush=True)

    def write(self, file):
        for test in sorted(self.texts):
            file.write(f"{'=' * 100}\n{test}\n{self.texts[test]}\n")

    def cause(self, test):
        """The last line that pytest marks as the error's."""
        marked = [line[1:].strip() for line in self.texts[test].splitlines() if line.startswith("E ")]
        return next((line for line in marked if line), "?")[:160]


def judge(results, failures, at_least):
    """Demands that all is as expected; `at_least` is 0 when only some of the tests ran."""
    known = {test: reason for reason, tests in failures.items() for test in tests}
    failed, passed = results.of("failed"), results.of("passed")
    surprises = [f"{test} failed: {results.cause(test)}" for test in sorted(failed - known.keys())]
    if at_least:
        surprises += [
            f"{test} did not fail, although it is expected to: {known[test]}" for test in sorted(known.keys() - failed)
        ]
    for surprise in surprises:
        print(f"  {surprise}", flush=True)
    check(len(surprises), 0, "tests that ended otherwise than expected")
    check_true(len(passed) >= at_least, f"only {len(passed)} tests passed, of at least {at_least}")
