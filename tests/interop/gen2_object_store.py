"""The integration tests that the Rust crate object_store ships, over its own Azure client: each of them on a file
system of its own, path style over HTTP in the two ways that the client knows, host style over TLS, and at OneLake.
"""
# requirements: requirements-gen2-suite.txt
# programs: rust-object-store
# long: the client and its TLS are compiled for it, which takes a minute or two the first time

import os
import subprocess

from azure.core.credentials import AzureNamedKeyCredential
from azure.storage.filedatalake import DataLakeServiceClient

import _steps
from _steps import check_true

# The functions that cannot pass, and what they say.
IMPOSSIBLE = {
    # The client has no such uploads, wherever it is.
    "multipart_with_opts": "is not supported by MicrosoftAzure",
    # Directories take up room in pages, so that a page of some length has fewer files.
    "list_paginated": "assertion `left == right` failed",
}
# OneLake lists nothing from a name on where the workspace is addressed by its name; those that list so fail there.
LISTS_FROM_A_NAME = {
    "put_get_delete_list": "assertion `left == right` failed",
    "list_with_offset_exclusivity": "assertion `left == right` failed",
}


def script(ready, step):
    service = DataLakeServiceClient(
        f"{ready.http_url}/{ready.gen2_account}", AzureNamedKeyCredential(ready.gen2_account, ready.gen2_key)
    )
    account = {"AZURE_STORAGE_ACCOUNT_NAME": ready.gen2_account, "AZURE_STORAGE_ACCOUNT_KEY": ready.gen2_key}
    functions = call()[1].split()
    check_true(len(functions) > len(IMPOSSIBLE), f"the program knows {functions}")
    for name, variables in ways(ready).items():
        for function in functions:
            with step(f"{name}: {function}"):
                file_system = f"{name}-{function}".replace("_", "-")
                service.create_file_system(file_system)
                run(function, {**account, **variables, "AZURE_CONTAINER_NAME": file_system}, IMPOSSIBLE.get(function))
    with step("path style: another key is refused"):
        wrong = {**account, **ways(ready)["path"], "AZURE_CONTAINER_NAME": ready.gen2_filesystem}
        wrong["AZURE_STORAGE_ACCOUNT_KEY"] = ready.gen2_key2
        run("put_get_delete_list", wrong, "AuthenticationFailed")
    one_lake(ready, step, [function for function in functions if function != "list_paginated"])


def ways(ready):
    """What the client must be told to find the account; through the proxy, nothing."""
    return {
        "path": {"AZURE_STORAGE_ENDPOINT": f"{ready.http_url}/{ready.gen2_account}", "AZURE_ALLOW_HTTP": "true"},
        "emulator": {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": ready.http_url,
        },
        "host": {},
    }


def one_lake(ready, step, functions):
    application = {
        "AZURE_STORAGE_CLIENT_ID": ready.client_id,
        "AZURE_STORAGE_CLIENT_SECRET": ready.client_secret,
        "AZURE_STORAGE_TENANT_ID": ready.tenant_id,
    }
    account = {"AZURE_STORAGE_ACCOUNT_NAME": "onelake", "AZURE_USE_FABRIC_ENDPOINT": "true"}
    workspace = ready.onelake_workspace_id.replace("-", "")
    host = f"https://{workspace}.z{workspace[:2]}.dfs.fabric.microsoft.com"
    by_id = {"AZURE_CONTAINER_NAME": ready.onelake_workspace_id}
    by_name = {"AZURE_CONTAINER_NAME": ready.onelake_workspace}
    for name, variables, item, fails in [
        ("OneLake by ids", by_id, ready.onelake_item_id, {}),
        ("OneLake, host of a workspace", {**by_id, "AZURE_STORAGE_ENDPOINT": host}, ready.onelake_item_id, {}),
        ("OneLake by names", by_name, ready.onelake_item, LISTS_FROM_A_NAME),
    ]:
        for function in functions:
            with step(f"{name}: {function}"):
                directory = f"{item}/Files/{name}/{function}"
                failure = IMPOSSIBLE.get(function) or fails.get(function)
                run(function, {**application, **account, **variables}, failure, directory)
    with step("OneLake: keys are refused"):
        key = {"AZURE_STORAGE_ACCOUNT_KEY": ready.gen2_key}
        refused = "KeyBasedAuthenticationNotPermitted"
        run("put_get_delete_list", {**account, **by_id, **key}, refused, f"{ready.onelake_item_id}/Files/key")
    with step("OneLake: nothing makes a folder beside those of an item"):
        run("put_get_delete_list", {**application, **account, **by_id}, "BlobNotFound", ready.onelake_item_id)


def call(*arguments, variables=None):
    """The program's exit code, what it printed and what it complained about."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AZURITE_"))}
    # The proxy is for hosts of the service.
    own = {"NO_PROXY": "127.0.0.1", "RUST_BACKTRACE": "0"}
    ended = subprocess.run(
        [_steps.program("rust-object-store"), *arguments],
        env={**inherited, **own, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def run(function, variables, failure, *prefix):
    """Demands that a function passes, or that it fails with this text."""
    code, _, complaint = call(function, *prefix, variables=variables)
    if failure is None:
        check_true(code == 0, f"{function}: {complaint}")
    else:
        check_true(code != 0, f"{function} passes, which was said to be impossible")
        check_true(failure in complaint, f"{function}: no {failure!r} in {complaint!r}")


if __name__ == "__main__":
    _steps.main(script)
