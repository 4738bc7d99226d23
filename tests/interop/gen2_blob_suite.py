"""Microsoft's own tests of azure-storage-blob, not one of them edited."""
# requirements: requirements-gen2-blob-suite.txt
# programs: blob-tests mock-aad
# long: it has more than two thousand tests

import _steps
import _suite
import expected_blob


def script(ready, step):
    _suite.run(step, "gen2_blob_suite", "blob-tests", expected_blob, at_least=1840)


if __name__ == "__main__":
    _steps.main(script)
