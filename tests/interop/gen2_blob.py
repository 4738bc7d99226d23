"""azure-storage-blob over the tree of a Gen2 account: its Blob endpoint, by host name and by path."""
# requirements: requirements-gen2-suite.txt

import datetime
import os
import uuid

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.identity import ClientSecretCredential
from azure.storage.blob import BlobPrefix, BlobServiceClient, ContentSettings, generate_blob_sas
from azure.storage.filedatalake import DataLakeServiceClient

import _gen2
import _steps
from _gen2 import MIB, NAMES, SOMEBODY, check_refused
from _steps import check, check_true


def script(ready, step):
    with _gen2.localhost_names():
        for way in _gen2.ways(ready):
            credential = way.named_key()
            if way.bearer:
                credential = ClientSecretCredential(ready.tenant_id, ready.client_id, ready.client_secret)
            blobs = BlobServiceClient(way.url("blob"), credential, **_gen2.NO_RETRIES)
            lake = DataLakeServiceClient(way.url("dfs"), credential, **_gen2.NO_RETRIES)
            work(lambda name, way=way: step(f"{way.name}: {name}"), way, blobs, lake)


def work(step, way, blobs, lake):
    way.ready.control("reset")
    account(step, blobs)
    containers(step, blobs)
    for test in (content, listing, directories, properties, leases, conditions, both_endpoints, signatures):
        container = blobs.create_container(f"{test.__name__.replace('_', '-')}-{uuid.uuid4().hex[:8]}")
        test(step, way, container, lake.get_file_system_client(container.container_name))
        container.delete_container()


def account(step, blobs):
    with step("account: information, properties"):
        found = blobs.get_account_information()
        check((found["is_hns_enabled"], found["account_kind"]), (True, "StorageV2"), "information")
        check_true("delete_retention_policy" in blobs.get_service_properties(), "no retention in the properties")


def containers(step, blobs):
    name = f"made-{uuid.uuid4().hex[:8]}"
    with step("containers: create, properties, metadata, list, delete"):
        container = blobs.create_container(name, metadata={"one": "1"})
        check(container.get_container_properties().metadata, {"one": "1"}, "metadata")
        container.set_container_metadata({"two": "2"})
        [found] = blobs.list_containers(name_starts_with=name, include_metadata=True)
        check((found.name, found.metadata), (name, {"two": "2"}), "what is listed")
        again = lambda: blobs.create_container(name)
        check_refused(ResourceExistsError, "ContainerAlreadyExists", again, "the same again")
        check(container.get_container_access_policy()["signed_identifiers"], [], "stored policies")
        container.delete_container()
        gone = container.get_container_properties
        check_refused(ResourceNotFoundError, "ContainerNotFound", gone, "properties of what is gone")


def content(step, way, container, fs):
    data = os.urandom(MIB + 321)
    with step("content: upload, download, ranges"):
        blob = container.upload_blob("a/b/blob.bin", data, content_settings=ContentSettings("text/plain"))
        check(blob.download_blob().readall(), data, "content")
        check(blob.download_blob(offset=5, length=10).readall(), data[5:15], "range")
        found = blob.get_blob_properties()
        check((found.size, found.content_settings.content_type), (len(data), "text/plain"), "properties")
        check_true(found.content_settings.content_md5, "there is no MD5")
        check_true(blob.exists(), "it does not exist")
    with step("content: overwriting, and what is refused"):
        again = lambda: container.upload_blob("a/b/blob.bin", b"x")
        check_refused(ResourceExistsError, "BlobAlreadyExists", again, "upload over what is there")
        container.upload_blob("a/b/blob.bin", b"x", overwrite=True)
        check(blob.download_blob().readall(), b"x", "content after overwriting")
        gone = container.get_blob_client("gone")
        check_refused(ResourceNotFoundError, "BlobNotFound", gone.download_blob, "download of what is not there")
        check_refused(ResourceNotFoundError, "BlobNotFound", gone.delete_blob, "deletion of what is not there")
        behind = lambda: blob.download_blob(offset=10, length=1)
        check_refused(HttpResponseError, "InvalidRange", behind, "a range behind the end")
        wrong = lambda: container.upload_blob("sum", b"x", headers=BAD_MD5)
        check_refused(HttpResponseError, "Md5Mismatch", wrong, "a body with another MD5")
    with step("content: odd names"):
        for name in NAMES:
            container.upload_blob(f"odd/{name}", name.encode())
            check(container.download_blob(f"odd/{name}").readall(), name.encode(), f"content of {name}")


BAD_MD5 = {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}


def listing(step, way, container, fs):
    tree = ["a/1", "a/b/2", "a-b", "z"]
    for name in tree:
        container.upload_blob(name, b"x", metadata={"name": "x"})
    names = lambda **options: [blob.name for blob in container.list_blobs(**options)]
    with step("listing: flat, with directories, bytewise"):
        check(names(), ["a", "a-b", "a/1", "a/b", "a/b/2", "z"], "all names")
        check(names(name_starts_with="a/"), ["a/1", "a/b", "a/b/2"], "names of a prefix")
        pages = [[blob.name for blob in page] for page in container.list_blobs(results_per_page=2).by_page()]
        check([len(page) for page in pages], [2, 2, 2], "sizes of pages")
        check(sum(pages, []), names(), "names of all pages")
        [found] = container.list_blobs(name_starts_with="a-b", include=["metadata"])
        check((found.metadata, found.size), ({"name": "x"}, 1), "what is told of one")
        [found] = [blob for blob in container.list_blobs(include=["metadata"]) if blob.name == "a/b"]
        check(found.metadata.get("hdi_isfolder"), "true", "the mark of a directory")
    with step("listing: by levels"):
        level = lambda prefix: sorted(
            (type(item) is BlobPrefix, item.name) for item in container.walk_blobs(prefix, delimiter="/")
        )
        check(level(""), [(False, "a-b"), (False, "z"), (True, "a/")], "the first level")
        check(level("a/"), [(False, "a/1"), (True, "a/b/")], "the second level")


def directories(step, way, container, fs):
    with step("directories: what Blob makes of them"):
        blob = container.upload_blob("d/f", b"x")
        directory = container.get_blob_client("d")
        found = directory.get_blob_properties()
        check((found.metadata, found.size), ({"hdi_isfolder": "true"}, 0), "properties of a directory")
        refused = directory.delete_blob
        check_refused(ResourceExistsError, "DirectoryIsNotEmpty", refused, "deletion of one that is not empty")
        onto = lambda: container.upload_blob("d", b"x", overwrite=True)
        error = check_status(409, onto, "a blob in place of a directory")
        check_true(error.error_code, "there is no code")
        blob.delete_blob()
        check_true(directory.exists(), "the directory went with its last blob")
        directory.delete_blob()
        check(directory.exists(), False, "existence")
        container.upload_blob("marked", b"", metadata={"hdi_isfolder": "true"})
        check_true(fs.get_directory_client("marked").get_directory_properties(), "a mark made no directory")
        check([path.is_directory for path in fs.get_paths() if path.name == "marked"], [True], "kind of the marked")


def properties(step, way, container, fs):
    with step("properties: metadata and headers"):
        blob = container.upload_blob("blob", b"x", metadata={"a": "1"})
        blob.set_blob_metadata({"b": "2"})
        blob.set_http_headers(ContentSettings(content_type="text/html", content_language="de"))
        found = blob.get_blob_properties()
        check((found.metadata, found.content_settings.content_language), ({"b": "2"}, "de"), "properties")
        check((found.blob_type, found.lease.state), ("BlockBlob", "available"), "type and lease")
        refused = lambda: blob.set_blob_metadata({"not-a-name": "1"})
        check_refused(HttpResponseError, ("InvalidMetadata", "EmptyMetadataKey"), refused, "metadata with a hyphen")


def leases(step, way, container, fs):
    with step("leases: of blobs and containers"):
        blob = container.upload_blob("blob", b"x")
        lease = blob.acquire_lease(15, lease_id=SOMEBODY)
        check((lease.id, blob.get_blob_properties().lease.state), (SOMEBODY, "leased"), "a new lease")
        check_refused(HttpResponseError, "LeaseIdMissing", blob.delete_blob, "deletion without it")
        other = {"lease": str(uuid.uuid4())}
        wrong = lambda: blob.set_blob_metadata({"a": "b"}, **other)
        check_refused(HttpResponseError, "LeaseIdMismatchWithBlobOperation", wrong, "metadata with another")
        lease.renew()
        lease.release()
        stale = lambda: blob.set_blob_metadata({"a": "b"}, lease=SOMEBODY)
        check_refused(HttpResponseError, "LeaseNotPresentWithBlobOperation", stale, "metadata with an old one")
        whole = container.acquire_lease(-1)
        check_refused(HttpResponseError, "LeaseIdMissing", container.delete_container, "deletion of the container")
        check(whole.break_lease(), 0, "time until it is broken")
        check(container.get_container_properties().lease.state, "broken", "state of the container's lease")


def conditions(step, way, container, fs):
    with step("conditions: reads and writes"):
        blob = container.upload_blob("blob", b"x")
        etag = blob.get_blob_properties().etag
        other = {"etag": '"0x1"', "match_condition": MatchConditions.IfNotModified}
        check(blob.download_blob(etag=etag, match_condition=MatchConditions.IfNotModified).readall(), b"x", "content")
        for what, call in (("download", blob.download_blob), ("deletion", blob.delete_blob)):
            refused = lambda: call(**other)
            check_refused(ResourceModifiedError, "ConditionNotMet", refused, f"{what} of another version")
        check_status(304, lambda: blob.download_blob(etag=etag, match_condition=MatchConditions.IfModified), "the same")
        blob.set_blob_metadata({"a": "b"}, etag=etag, match_condition=MatchConditions.IfNotModified)
        check_true(blob.get_blob_properties().etag != etag, "the ETag is the same")


def both_endpoints(step, way, container, fs):
    with step("both endpoints: one tree, one state"):
        container.upload_blob("a/blob", b"by blob", metadata={"k": "v"})
        file = fs.get_file_client("a/blob")
        check(file.download_file().readall(), b"by blob", "content over DFS")
        file.append_data(b" and dfs", 7)
        file.flush_data(15)
        check(container.download_blob("a/blob").readall(), b"by blob and dfs", "content over Blob")
        check(file.get_access_control()["permissions"], "rw-r-----", "permissions of a blob")
        moved = file.rename_file(f"{container.container_name}/a/moved")
        check(container.get_blob_client("a/moved").get_blob_properties().metadata, {"k": "v"}, "metadata after a rename")
        lease = moved.acquire_lease(15)
        refused = container.get_blob_client("a/moved").delete_blob
        check_refused(HttpResponseError, "LeaseIdMissing", refused, "deletion over Blob of what DFS has leased")
        lease.release()


def signatures(step, way, container, fs):
    if way.bearer:
        return
    with step("signatures: a blob's SAS"):
        container.upload_blob("blob", b"x")
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        names = way.account, container.container_name, "blob"
        sas = generate_blob_sas(*names, account_key=way.key, permission="r", expiry=until)
        client = BlobServiceClient(f"{way.url('blob')}?{sas}", **_gen2.NO_RETRIES)
        blob = client.get_blob_client(*names[1:])
        check(blob.download_blob().readall(), b"x", "content")
        code = "AuthorizationPermissionMismatch"
        check_refused(HttpResponseError, code, blob.delete_blob, "deletion with r")


def check_status(status, call, what):
    """For what the service has several codes for."""
    try:
        result = call()
    except HttpResponseError as error:
        check(error.status_code, status, f"{what}: status of the refusal {error}")
        return error
    raise AssertionError(f"{what}: expected {status}, got {result!r:.200}")


if __name__ == "__main__":
    _steps.main(script)
