"""Microsoft's own tests of azure-storage-file-datalake, not one of them edited."""
# requirements: requirements-gen2-suite.txt
# programs: datalake-tests mock-aad

import _steps
import _suite
import expected_datalake


def script(ready, step):
    _suite.run(step, "gen2_suite", "datalake-tests", expected_datalake, at_least=455)


if __name__ == "__main__":
    _steps.main(script)
