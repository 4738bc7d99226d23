"""Sign-in with azure-datalake-store 0.0.53, which uses msal."""
# requirements: requirements-auth-msal.txt
# emulator: --config auth.toml

from azure.datalake.store import exceptions

import _auth_adls
import _steps


def script(ready, step):
    refusal = exceptions.DatalakeRESTException
    _auth_adls.run(ready, step, refusal, declined=refusal)


if __name__ == "__main__":
    _steps.main(script)
