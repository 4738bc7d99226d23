"""The official Python package for Gen1 files in its last version before azure-identity."""
# requirements: requirements-walk.txt

import io
import sys

from azure.datalake.store import core, lib

import _gen1_sdk
import _steps


def script(ready, step):
    with step("sign in: an application, and a person with a device code"):
        owner = lib.auth(
            ready.tenant_id, client_id=ready.client_id, client_secret=ready.client_secret
        )
        other = device_code(ready)
    connect = lambda token: core.AzureDLFileSystem(token, store_name=ready.default_account)
    other_id = _gen1_sdk.object_id(other.token["access"])
    _gen1_sdk.run(step, connect(owner), connect(other), other_id)


def device_code(ready):
    """`lib.auth` prints what the person has to do, and only there is the code to be had."""

    class Screen(io.TextIOBase):
        def write(self, text):
            code = _gen1_sdk.user_code(text)
            if code:
                ready.control(f"device/{code}/approve", {"username": ready.mfa_username})
            return len(text)

    terminal, sys.stdout = sys.stdout, Screen()
    try:
        return lib.auth(ready.tenant_id, client_id=ready.public_client_id)
    finally:
        sys.stdout = terminal


if __name__ == "__main__":
    _steps.main(script)
