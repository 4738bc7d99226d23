"""The one of adlfs's own tests that moves 3 GiB up and down, twice."""
# requirements: requirements-gen2-lake.txt
# emulator: --config gen2_adlfs_suite/account.toml
# long: it moves 12 GiB, and needs 16 GB of memory

import _steps
from _steps import check
from _suite import Results
from gen2_adlfs_suite import LARGE, ran


def script(ready, step):
    results = Results()
    with step("3 GiB up and down, in one go and from a file"):
        ran(results, ready, ["-k", LARGE.partition("::")[2]], timeout=1200)
        check({test: results.texts.get(test, "") for test in results.of("failed")}, {}, "failures")
        check(results.of("passed"), {LARGE}, "tests that passed")


if __name__ == "__main__":
    _steps.main(script)
