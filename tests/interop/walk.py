"""The journey of the Gen1 tutorials with the official Python packages, unmodified.

Sign in, make a resource group and an account, move files, verify them, clean up: once with a user
whose password is enough, once with a user who needs a second factor.
"""
# requirements: requirements-walk.txt

import filecmp
import io
import os
import re
import sys
import tempfile
import threading

import adal
from azure.datalake.store import core, exceptions, lib, multithread
from azure.mgmt.datalake.store import DataLakeStoreAccountManagementClient
from azure.mgmt.datalake.store.models import CreateDataLakeStoreAccountParameters
from azure.mgmt.resource import ResourceManagementClient
from msrest.exceptions import AuthenticationError
from msrestazure.azure_active_directory import AADTokenCredentials, UserPassCredentials
from msrestazure.azure_exceptions import CloudError

import _steps
from _steps import check, check_raises, check_true

RESOURCE = "https://management.core.windows.net/"
MIB = 1024 * 1024
# More than two parts of a parallel upload, and no multiple of anything.
FILE_SIZE = 9 * MIB + 12_345


def script(ready, step):
    with step("management: sign in with user name and password"):
        credentials = UserPassCredentials(ready.username, ready.password)
    with step("files: sign in with user name and password"):
        token = lib.auth(
            ready.tenant_id, ready.username, ready.password, client_id=ready.public_client_id
        )
    walk(ready, step, credentials, token, "walkgroup", "walkaccount")

    with step("management: a password alone is refused where a second factor is needed"):
        check_raises(
            AuthenticationError,
            "AADSTS50076",
            lambda: UserPassCredentials(ready.mfa_username, ready.password),
            "UserPassCredentials",
        )
    with step("files: a password alone is refused where a second factor is needed"):
        check_raises(
            exceptions.DatalakeRESTException,
            "AADSTS50076",
            lambda: lib.auth(ready.tenant_id, ready.mfa_username, ready.password),
            "lib.auth",
        )
    with step("management: sign in with a device code"):
        credentials = device_code_for_management(ready)
    with step("files: sign in with a device code"):
        token = device_code_for_files(ready)
    walk(ready, step, credentials, token, "mfawalkgroup", "mfawalkaccount")


def walk(ready, step, credentials, token, group, account):
    """From nothing to a verified file and back to nothing."""
    resources = ResourceManagementClient(credentials, ready.subscription_id)
    accounts = DataLakeStoreAccountManagementClient(credentials, ready.subscription_id).accounts

    with step(f"create the resource group {group}"):
        made = resources.resource_groups.create_or_update(group, {"location": ready.location})
        check(made.properties.provisioning_state, "Succeeded", "state of the group")
        check(resources.resource_groups.check_existence(group), True, "existence of the group")
    with step(f"create the account {account} and wait for it"):
        poller = accounts.create(
            group, account, CreateDataLakeStoreAccountParameters(location=ready.location)
        )
        poller.wait()
        made = poller.result()
        check(made.endpoint, f"{account}.azuredatalakestore.net", "endpoint of the account")
        check(made.state.value, "Active", "state of the account")
    with step("list the accounts of the group"):
        names = [item.name for item in accounts.list_by_resource_group(group)]
        check(names, [account], "accounts of the group")

    files = core.AzureDLFileSystem(token, store_name=account)
    with tempfile.TemporaryDirectory() as directory:
        move_files(step, files, directory)

    with step(f"delete the account {account}"):
        accounts.delete(group, account).wait()
        gone = check_raises(
            CloudError, "ResourceNotFound", lambda: accounts.get(group, account), "deleted account"
        )
        check(gone.status_code, 404, "status of the deleted account")
    with step(f"delete the resource group {group}"):
        resources.resource_groups.delete(group).wait()
        check(resources.resource_groups.check_existence(group), False, "existence of the group")


def move_files(step, files, directory):
    """Up, down, compare, rename, delete."""
    local, copy = os.path.join(directory, "local.bin"), os.path.join(directory, "copy.bin")
    content = os.urandom(FILE_SIZE)
    with open(local, "wb") as file:
        file.write(content)

    with step("make a directory"):
        files.mkdir("/data")
        check(files.info("/data")["type"], "DIRECTORY", "type of the directory")
    with step("write and read a small file"):
        with files.open("/data/small.txt", "wb") as file:
            file.write(b"hello, lake\n")
        check(files.cat("/data/small.txt"), b"hello, lake\n", "content of the small file")
    with step(f"upload {FILE_SIZE:,} bytes in parts"):
        multithread.ADLUploader(
            files, lpath=local, rpath="/data/big.bin", nthreads=4, chunksize=2 * MIB
        )
    with step("list the directory"):
        check(sorted(files.ls("/data")), ["data/big.bin", "data/small.txt"], "names")
        sizes = {item["pathSuffix"]: item["length"] for item in files.ls("/data", detail=True)}
        check(sizes, {"big.bin": FILE_SIZE, "small.txt": 12}, "sizes")
    with step("download and compare"):
        multithread.ADLDownloader(
            files, rpath="/data/big.bin", lpath=copy, nthreads=4, chunksize=2 * MIB
        )
        check_true(filecmp.cmp(local, copy, shallow=False), "the copy differs from the original")
    with step("read a range"):
        with files.open("/data/big.bin", "rb") as file:
            file.seek(4 * MIB - 7)
            check(file.read(1000), content[4 * MIB - 7 :][:1000], "range across a part's border")
    with step("rename"):
        files.mv("/data/big.bin", "/data/renamed.bin")
        check(files.exists("/data/big.bin", invalidate_cache=True), False, "old name exists")
        check(files.info("/data/renamed.bin")["length"], FILE_SIZE, "length under the new name")
    with step("delete a file, then the directory with what is left"):
        files.rm("/data/renamed.bin")
        check(files.ls("/data", invalidate_cache=True), ["data/small.txt"], "names")
        files.rm("/data", recursive=True)
        check(files.exists("/data", invalidate_cache=True), False, "directory exists")


def device_code_for_management(ready):
    """As the tutorials do it with adal; a person approves while the program already waits."""
    context = adal.AuthenticationContext(
        f"https://login.microsoftonline.com/{ready.tenant_id}", api_version=None
    )
    code = context.acquire_user_code(RESOURCE, ready.public_client_id)

    def person():
        try:
            approve(ready, code["user_code"])
        except Exception:
            # Nobody will approve any more: do not let the program wait until the code expires.
            context.cancel_request_to_get_token_with_device_code(code)
            raise

    threading.Timer(0.5, person).start()
    token = context.acquire_token_with_device_code(RESOURCE, code, ready.public_client_id)
    return AADTokenCredentials(token, ready.public_client_id)


def device_code_for_files(ready):
    """`lib.auth` prints what the person has to do, and only there is the code to be had."""

    class Screen(io.TextIOBase):
        """Shows what is printed to a person who acts on it at once."""

        def write(self, text):
            found = re.search(r"\bcode ([A-Z0-9]{6,12})\b", text)
            if found:
                approve(ready, found.group(1))
            return len(text)

    terminal, sys.stdout = sys.stdout, Screen()
    try:
        return lib.auth(ready.tenant_id, client_id=ready.public_client_id)
    finally:
        sys.stdout = terminal


def approve(ready, user_code):
    ready.control(f"device/{user_code}/approve", {"username": ready.mfa_username})


if __name__ == "__main__":
    _steps.main(script)
