"""adlfs's own tests, which are in its package, not one of them edited; the largest is `gen2_adlfs_large`."""
# requirements: requirements-gen2-lake.txt
# emulator: --config gen2_adlfs_suite/account.toml

import os
import shlex
import sys

import adlfs
import pytest

import _steps
from _steps import check, check_true
from _suite import Results, judge

HARNESS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gen2_adlfs_suite")
# It sends and fetches 3 GiB, twice.
LARGE = "test_spec.py::test_large_upload_overflow"
# Fewer would mean that tests have gone, not that they pass.
AT_LEAST = 183

# The lists of tests that are expected to fail are there, and what stands in for what the tests know.
sys.path.insert(0, HARNESS)
sys.dont_write_bytecode = True
import expected_adlfs  # noqa: E402


def script(ready, step):
    # For a person at work on one of them: `GEN2_ADLFS_SUITE="-k test_mkdir" cargo xtask interop gen2_adlfs_suite`.
    selected = shlex.split(os.environ.get("GEN2_ADLFS_SUITE", ""))
    results = Results()
    with step("all tests ran"):
        ran(results, ready, ["--deselect", LARGE, *selected])
    failures = os.path.join(os.environ["INTEROP_OUTPUT"], "gen2_adlfs_suite.failures.txt")
    with open(failures, "w", encoding="utf-8") as file:
        results.write(file)
        print(f"  failures in full: {file.name}")
    results.print_files()
    with step(f"as expected: {results.totals()}"):
        judge(results, expected_adlfs.FAILURES, 0 if selected else AT_LEAST)


def ran(results, ready, options, timeout=60):
    """Runs the tests with further options of pytest, each for at most so many seconds."""
    tests = os.path.join(os.path.dirname(adlfs.__file__), "tests")
    os.environ["EMULATOR_URL"] = ready.http_url
    options = ["-c", os.path.join(HARNESS, "pytest.ini"), "--rootdir", tests, "-p", "in_place_of_azurite", *options]
    options += ["-p", "no:cacheprovider", "-p", "no:terminal", "--timeout", str(timeout)]
    # pytest ends with 1 when tests failed, which is judged later.
    status = pytest.main([*options, tests], plugins=[results])
    check_true(status in (0, 1), f"pytest ended with {status!r}: {results.problems}")
    check(results.problems, [], "test modules that cannot be imported")


if __name__ == "__main__":
    _steps.main(script)
