"""OneLake with azure-storage-file-datalake, through the proxy: workspaces and items by their names and by their ids, by
the hosts of the tenant, of a region and of a workspace, and what Fabric keeps to itself.
"""
# requirements: requirements-gen2-suite.txt

import datetime
import os

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential, UsernamePasswordCredential
from azure.storage.blob import ContainerClient
from azure.storage.filedatalake import (
    CustomerProvidedEncryptionKey,
    DataLakeFileClient,
    DataLakeServiceClient,
    DirectorySasPermissions,
    FileSystemSasPermissions,
    generate_directory_sas,
    generate_file_system_sas,
)

import _steps
from _gen2 import MIB, NAMES, NO_RETRIES, check_refused
from _steps import check, check_true

TENANT = "https://onelake.dfs.fabric.microsoft.com"
REGION = "https://westus-onelake.dfs.fabric.microsoft.com"
EVERYTHING = {"owner": "$superuser", "group": "$superuser", "permissions": "---------"}


def script(ready, step):
    credential = ClientSecretCredential(ready.tenant_id, ready.client_id, ready.client_secret)
    tenant = DataLakeServiceClient(TENANT, credential, **NO_RETRIES)
    by_name = (ready.onelake_workspace, ready.onelake_item)
    by_id = (ready.onelake_workspace_id, ready.onelake_item_id)
    region = DataLakeServiceClient(REGION, credential, **NO_RETRIES)
    digits = ready.onelake_workspace_id.replace("-", "")
    own_host = f"https://{digits}.z{digits[:2]}.dfs.fabric.microsoft.com"
    own = DataLakeServiceClient(own_host, credential, **NO_RETRIES)
    for name, service, (workspace, item) in [
        ("names", tenant, by_name),
        ("ids", tenant, by_id),
        ("a region", region, by_name),
        ("a workspace's own host", own, by_id),
    ]:
        files(step, name, service.get_file_system_client(workspace), item)
    with step("names and ids address the same things"):
        first, second = (tenant.get_file_system_client(workspace) for workspace, _ in (by_name, by_id))
        first.get_file_client(f"{by_name[1]}/Files/same").upload_data(b"same", overwrite=True)
        same = second.get_file_client(f"{by_id[1]}/Files/same")
        check(same.download_file().readall(), b"same", "content")
        refused(
            HttpResponseError,
            "FriendlyNameSupportDisabled",
            second.get_file_client(f"{by_name[1]}/Files/same").get_file_properties,
        )
    workspaces(step, tenant, ready)
    items(step, tenant.get_file_system_client(ready.onelake_workspace), ready.onelake_item)
    ignored(step, tenant.get_file_system_client(ready.onelake_workspace), f"{ready.onelake_item}/Files")
    lists_from_a_name(step, credential, ready)
    signatures(step, tenant, ready)
    callers(step, ready)


def refused(kind, code, call):
    return check_refused(kind, code, call, "call")


def files(step, name, workspace, item):
    folder = f"{item}/Files/of {name}"
    with step(f"{name}: write, read, list"):
        directory = workspace.create_directory(folder)
        data = os.urandom(3 * MIB + 7)
        file = directory.get_file_client("data.bin")
        file.upload_data(data, overwrite=True)
        check(file.download_file().readall() == data, True, "content")
        for odd in NAMES:
            directory.get_file_client(odd).upload_data(odd.encode(), overwrite=True)
        listed = {path.name for path in workspace.get_paths(folder)}
        check(listed, {f"{folder}/{odd}" for odd in [*NAMES, "data.bin"]}, "names")
    with step(f"{name}: an append, properties, metadata"):
        file = directory.create_file("appended", metadata={"a": "b"})
        file.append_data(b"abc", 0)
        file.flush_data(3)
        told = file.get_file_properties()
        check((told.size, told.metadata), (3, {"a": "b"}), "properties")
    with step(f"{name}: rename, delete"):
        file.rename_file(f"{workspace.file_system_name}/{folder}/renamed")
        refused(ResourceNotFoundError, "BlobNotFound", directory.get_file_client("appended").get_file_properties)
        workspace.get_file_client(f"{folder}/renamed").delete_file()
        directory.delete_directory()
        refused(ResourceNotFoundError, "BlobNotFound", directory.get_directory_properties)
    with step(f"{name}: nobody owns anything"):
        file = workspace.create_file(f"{item}/Files/owned")
        told = file.get_access_control()
        check({key: told[key] for key in EVERYTHING}, EVERYTHING, "access control")
        check(told["acl"], "user::rwx,group::---,other::---", "list")
        for path in workspace.get_paths():
            check({key: path[key] for key in EVERYTHING}, EVERYTHING, f"entry {path.name}")


def workspaces(step, tenant, ready):
    with step("workspaces: they are listed, and tell their properties"):
        listed = [found.name for found in tenant.list_file_systems()]
        check(listed, [ready.onelake_workspace], "workspaces")
        workspace = tenant.get_file_system_client(ready.onelake_workspace)
        check_true(workspace.exists(), "the workspace is not there")
        check(sorted(path.name for path in workspace.get_paths(recursive=False)), [ready.onelake_item], "items")
    with step("workspaces: they are neither made nor changed nor deleted"):
        for call in [
            lambda: tenant.create_file_system("another"),
            lambda: workspace.set_file_system_metadata({"a": "b"}),
            lambda: workspace.set_file_system_access_policy({}),
            workspace.acquire_lease,
            workspace.delete_file_system,
        ]:
            refused(HttpResponseError, "AuthorizationFailure", call)
        missing = tenant.get_file_system_client("missing")
        refused(ResourceNotFoundError, "ContainerNotFound", missing.get_file_system_properties)


def items(step, workspace, item):
    folder = workspace.get_directory_client(f"{item}/Tables")
    with step("items: neither they nor their first level are made, renamed or deleted"):
        for call in [
            lambda: workspace.create_directory("another.Lakehouse"),
            lambda: workspace.create_directory(f"{item}/Another"),
            lambda: workspace.create_file(f"{item}/file"),
            lambda: folder.rename_directory(f"{workspace.file_system_name}/{item}/Files/moved"),
            lambda: folder.set_metadata({"a": "b"}),
            folder.acquire_lease,
            folder.delete_directory,
            workspace.get_directory_client(item).delete_directory,
        ]:
            refused(HttpResponseError, "AuthorizationFailure", call)
        check_true(folder.exists(), "the folder is gone")
    with step("items: nothing is written into those that are not there"):
        for path in ["another.Lakehouse/Files/a", f"{item}/Another/a"]:
            refused(ResourceNotFoundError, "PathNotFound", workspace.get_file_client(path).create_file)
    with step("items: nobody changes access control"):
        file = workspace.create_file(f"{item}/Files/a")
        for call in [
            lambda: file.set_access_control(permissions="0777"),
            lambda: file.set_access_control(owner="$superuser"),
            lambda: folder.set_access_control_recursive("user::rwx,group::r-x,other::---"),
        ]:
            error = check_refused_widely(call)
            check_true("UnsupportedQueryParameter" in str(error), f"another refusal: {error!r}")


def check_refused_widely(call):
    """An error of whichever class the package makes of it."""
    try:
        call()
    except Exception as error:  # pylint: disable=broad-except
        return error
    raise AssertionError("it was done")


def ignored(step, workspace, folder):
    with step("headers: those for what Fabric manages are ignored and named"):
        answers = []
        keep = {"raw_response_hook": lambda answer: answers.append(answer.http_response.headers)}
        key = CustomerProvidedEncryptionKey("a2V5" * 10 + "a2U=", "aGFzaA==")
        file = workspace.get_file_client(f"{folder}/ignored")
        file.create_file(permissions="0777", umask="0000", cpk=key, **keep)
        rejected = answers[-1]["x-ms-rejected-headers"].split(",")
        wanted = ["x-ms-encryption-algorithm", "x-ms-encryption-key", "x-ms-encryption-key-sha256", "x-ms-permissions"]
        check(rejected, wanted, "rejected headers")
        file.get_file_properties(**keep)
        check_true("x-ms-rejected-headers" not in answers[-1], "a request without them is answered with some")
        check(file.get_access_control()["permissions"], "---------", "permissions")


def lists_from_a_name(step, credential, ready):
    host = TENANT.replace(".dfs.", ".blob.")
    for name, workspace, item, expected in [
        ("names", ready.onelake_workspace, ready.onelake_item, []),
        ("ids", ready.onelake_workspace_id, ready.onelake_item_id, ["b", "c"]),
    ]:
        with step(f"{name}: a list of blobs from a name on"):
            container = ContainerClient(host, workspace, credential, **NO_RETRIES)
            folder = f"{item}/Files/from"
            for blob in "abc":
                container.upload_blob(f"{folder}/{blob}", b"", overwrite=True)
            listed = container.list_blobs(name_starts_with=f"{folder}/", start_from=f"{folder}/b")
            check([blob.name for blob in listed], [f"{folder}/{blob}" for blob in expected], "names")


def signatures(step, tenant, ready):
    now = datetime.datetime.now(datetime.timezone.utc)
    hour = datetime.timedelta(hours=1)
    folder = f"{ready.onelake_item}/Files/signed"
    place = {"account_name": "onelake", "file_system_name": ready.onelake_workspace}
    with step("signatures: a key of a user is for an hour"):
        refused(HttpResponseError, "InvalidXmlNodeValue", lambda: tenant.get_user_delegation_key(now, now + 2 * hour))
        key = tenant.get_user_delegation_key(now - hour / 12, now + hour / 2)
        file = tenant.get_file_system_client(ready.onelake_workspace).get_file_client(f"{folder}/a")
        file.upload_data(b"a", overwrite=True)

    def read(signature, path=f"{folder}/a"):
        file = DataLakeFileClient(TENANT, ready.onelake_workspace, path, signature, **NO_RETRIES)
        return file.download_file().readall()

    def sign(**fields):
        wanted = {"permission": DirectorySasPermissions(read=True), "expiry": now + hour / 3, **fields}
        return generate_directory_sas(directory_name=folder, credential=key, **place, **wanted)

    with step("signatures: one for a directory opens that and nothing else"):
        check(read(sign()), b"a", "content")
        refused(
            ClientAuthenticationError, "AuthenticationFailed", lambda: read(sign(), f"{ready.onelake_item}/Files/same")
        )
        writes = DataLakeFileClient(TENANT, ready.onelake_workspace, f"{folder}/a", sign(), **NO_RETRIES)
        refused(HttpResponseError, "AuthorizationPermissionMismatch", lambda: writes.upload_data(b"b", overwrite=True))
    with step("signatures: they last an hour, have no addresses, and are not for workspaces"):
        whole = FileSystemSasPermissions(read=True)
        for signature in [
            sign(expiry=now + 2 * hour),
            sign(ip="127.0.0.1"),
            generate_file_system_sas(credential=key, permission=whole, expiry=now + hour / 3, **place),
        ]:
            refused(ClientAuthenticationError, "AuthenticationFailed", lambda signature=signature: read(signature))


def callers(step, ready):
    path = f"{ready.onelake_item}/Files/same"

    def ask(credential):
        return DataLakeFileClient(TENANT, ready.onelake_workspace, path, credential, **NO_RETRIES).get_file_properties

    with step("callers: keys are refused"):
        key = AzureNamedKeyCredential("onelake", ready.gen2_key)
        refused(HttpResponseError, "KeyBasedAuthenticationNotPermitted", ask(key))
    with step("callers: nobody is refused"):
        refused(ClientAuthenticationError, "NoAuthenticationInformation", ask(None))
    with step("callers: who has no role is refused"):
        application = ClientSecretCredential(ready.tenant_id, ready.acl_client_id, ready.acl_client_secret)
        refused(HttpResponseError, "AuthorizationPermissionMismatch", ask(application))
        user = UsernamePasswordCredential(
            ready.public_client_id, ready.username, ready.password, tenant_id=ready.tenant_id
        )
        refused(HttpResponseError, "AuthorizationPermissionMismatch", ask(user))


if __name__ == "__main__":
    _steps.main(script)
