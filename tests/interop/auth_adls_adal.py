"""Sign-in with azure-datalake-store 0.0.52, which uses adal."""
# requirements: requirements-auth-adal.txt
# emulator: --config auth.toml

import adal

import _auth_adls
import _steps


def script(ready, step):
    # Its own retries trip over a refusal that comes without an answer.
    _auth_adls.run(ready, step, adal.AdalError, declined=UnboundLocalError)


if __name__ == "__main__":
    _steps.main(script)
