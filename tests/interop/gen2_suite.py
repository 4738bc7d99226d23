"""Microsoft's own tests of azure-storage-file-datalake, not one of them edited."""
# requirements: requirements-gen2-suite.txt
# programs: datalake-tests mock-aad

import glob
import os
import shlex
import sys

import pytest

import _steps
from _steps import check, check_true, program

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gen2_suite")
# Fewer would mean that tests have gone, not that they pass.
AT_LEAST = 455
# The tests wait for each other's processor more than for anything else.
PROCESSES = max(2, os.cpu_count() or 1)

sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import expected  # noqa: E402


def script(ready, step):
    results = Results()
    [tests] = glob.glob(os.path.join(program("datalake-tests"), "*", "tests"))
    # The processes that run tests inherit it.
    os.environ["PYTHONPATH"] = HERE
    options = ["-c", os.path.join(HERE, "pytest.ini"), "--rootdir", tests, "-p", "emulated"]
    options += ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "--timeout", "60"]
    options += ["--numprocesses", str(PROCESSES), "--dist", "worksteal", "--max-worker-restart", "0"]
    with step("all tests ran"):
        # pytest ends with 1 when tests failed, which is judged below.
        status = pytest.main([*options, *SELECTED, tests], plugins=[results])
        check_true(status in (0, 1), f"pytest ended with {status!r}: {results.problems}")
        check(results.problems, [], "test modules that cannot be imported")
    with open(os.path.join(os.environ["INTEROP_OUTPUT"], "gen2_suite.failures.txt"), "w", encoding="utf-8") as file:
        results.write(file)
        print(f"  failures in full: {file.name}")
    results.print_files()
    with step(f"as expected: {results.totals()}"):
        judge(results)


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


def judge(results):
    known = {test: reason for reason, tests in expected.FAILURES.items() for test in tests}
    failed, passed = results.of("failed"), results.of("passed")
    surprises = [f"{test} failed: {results.cause(test)}" for test in sorted(failed - known.keys())]
    if not SELECTED:
        surprises += [
            f"{test} did not fail, although it is expected to: {known[test]}" for test in sorted(known.keys() - failed)
        ]
    for surprise in surprises:
        print(f"  {surprise}", flush=True)
    check(len(surprises), 0, "tests that ended otherwise than expected")
    if not SELECTED:
        check_true(len(passed) >= AT_LEAST, f"only {len(passed)} tests passed, of at least {AT_LEAST}")


# For a person at work on one of them: `GEN2_SUITE="-k test_rename" cargo xtask interop gen2`.
SELECTED = shlex.split(os.environ.get("GEN2_SUITE", ""))

if __name__ == "__main__":
    _steps.main(script)
