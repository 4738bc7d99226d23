"""The official Python package for Gen1 files in its last version, which signs in with azure-identity."""
# requirements: requirements-gen1-sdk-identity.txt

from azure.datalake.store import core
from azure.identity import ClientSecretCredential, DeviceCodeCredential

import _gen1_sdk
import _steps

SCOPE = "https://datalake.azure.net//.default"


def script(ready, step):
    def approve(_uri, user_code, _expires):
        ready.control(f"device/{user_code}/approve", {"username": ready.mfa_username})

    with step("sign in: an application, and a person with a device code"):
        owner = ClientSecretCredential(ready.tenant_id, ready.client_id, ready.client_secret)
        other = DeviceCodeCredential(
            ready.public_client_id, tenant_id=ready.tenant_id, prompt_callback=approve
        )
        other_id = _gen1_sdk.object_id(other.get_token(SCOPE).token)
    connect = lambda who: core.AzureDLFileSystem(who, store_name=ready.default_account)
    _gen1_sdk.run(step, connect(owner), connect(other), other_id)


if __name__ == "__main__":
    _steps.main(script)
