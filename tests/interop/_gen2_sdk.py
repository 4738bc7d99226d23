"""What the clients of azure-storage-file-datalake are asked to do, the same for sync and async ones."""

import datetime
import os
import uuid
from urllib.parse import unquote

import jwt
from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.identity import ClientSecretCredential
from azure.storage.filedatalake import ContentSettings, RetentionPolicy

from _gen2 import MIB, NAMES, SOMEBODY, check_refused
from _gen2_sas import signatures
from _steps import check, check_true


def run(step, way, clients):
    """A full round, each on a file system of its own, from the state of the emulator's start."""
    way.ready.control("reset")
    service = clients.service(clients.credential() if way.bearer else way.named_key())
    stage = lambda name: step(f"{way.name}, {clients.name}: {name}")
    file_systems(stage, service, way)
    for test in (
        directories, content, odd_names, listing, renaming, access, recursion, leases, conditions, properties, expiry,
    ):
        name = test.__name__.replace("_", "-")
        fs = service.create_file_system(f"{name}-{uuid.uuid4().hex[:8]}")
        test(stage, service, fs, way)
        fs.delete_file_system()
    signatures(stage, service, way, clients)
    identities(stage, service, way, clients)
    soft_delete(stage, way, clients)
    clients.close()


def file_systems(step, service, way):
    name = "made-by-hand"
    with step("file systems: create, properties, metadata, list"):
        fs = service.create_file_system(name, metadata={"one": "1"})
        check((fs.exists(), fs.get_file_system_properties().metadata), (True, {"one": "1"}), "a new file system")
        fs.set_file_system_metadata({"two": "2"})
        check(fs.get_file_system_properties().metadata, {"two": "2"}, "metadata that were replaced")
        service.create_file_system("made-too")
        names = lambda **options: [found.name for found in service.list_file_systems(**options)]
        check(names(name_starts_with="made-"), [name, "made-too"], "file systems of a prefix")
        pages = [[found.name for found in page] for page in service.list_file_systems(results_per_page=1).by_page()]
        check([len(page) for page in pages], [1] * len(names()), "sizes of pages")
        [listed] = service.list_file_systems(name_starts_with=name, include_metadata=True)
        check(listed.metadata, {"two": "2"}, "metadata in a list")
    with step("file systems: what cannot be"):
        again = lambda: service.create_file_system(name)
        check_refused(ResourceExistsError, "ContainerAlreadyExists", again, "the same again")
        for bad in ("UPPER", "a", "two--hyphens", "under_score"):
            create = lambda: service.create_file_system(bad)
            check_refused(HttpResponseError, ("InvalidResourceName", "OutOfRangeInput"), create, f"the name {bad}")
        gone = service.get_file_system_client("never-was")
        check(gone.exists(), False, "existence of what never was")
        check_refused(ResourceNotFoundError, "ContainerNotFound", gone.get_file_system_properties, "properties")
        check_refused(ResourceNotFoundError, "ContainerNotFound", gone.delete_file_system, "deletion")
        check_refused(ResourceNotFoundError, "FilesystemNotFound", lambda: gone.create_file("f"), "a file in it")
        check_refused(ResourceNotFoundError, "FilesystemNotFound", lambda: list(gone.get_paths()), "its paths")
    with step("file systems: a lease, deletion, and the name that stays taken for a while"):
        lease = fs.acquire_lease(lease_duration=-1)
        check_refused(HttpResponseError, "LeaseIdMissing", fs.delete_file_system, "deletion without the lease")
        fs.delete_file_system(lease=lease)
        check(fs.exists(), False, "existence of what was deleted")
        check_refused(ResourceExistsError, "ContainerBeingDeleted", again, "creation while it is deleted")
        way.ready.control("clock/advance", {"seconds": 31})
        again().delete_file_system()
        service.delete_file_system("made-too")
    with step("the account: service properties"):
        found = service.get_service_properties()
        check_true("delete_retention_policy" in found, f"no retention in {sorted(found)}")


def directories(step, service, fs, way):
    with step("directories: create with parents, properties, existence"):
        deep = fs.create_directory("a/b/c", metadata={"depth": "3"})
        found = deep.get_directory_properties()
        check((found.metadata, found.name), ({"depth": "3", "hdi_isfolder": "true"}, "a/b/c"), "properties")
        check_true(fs.get_directory_client("a/b").exists(), "a parent is not there")
        check(fs.get_directory_client("a/x").exists(), False, "existence of what is not there")
        fs.create_file("a/b/file")
        fs.create_directory("a/b")
        check_true(fs.get_file_client("a/b/file").exists(), "creating a directory again lost its child")
    with step("directories: what cannot be"):
        if_missing = {"match_condition": MatchConditions.IfMissing}
        create = lambda path, **options: lambda: fs.create_directory(path, **options)
        check_refused(ResourceExistsError, "PathAlreadyExists", create("a/b", **if_missing), "only if missing")
        taken = ("PathConflict", "ResourceTypeMismatch")
        check_refused(ResourceExistsError, taken, create("a/b/file/below"), "below a file")
        check_refused(ResourceExistsError, taken, lambda: fs.create_file("a/b"), "a file in place of a directory")
    with step("directories: sub-directories, deletion"):
        parent = fs.get_directory_client("a")
        child = parent.create_sub_directory("s")
        child.create_file("f")
        parent.delete_sub_directory("s")
        check(fs.get_file_client("a/s/f").exists(), False, "existence of a file below")
        check_refused(ResourceNotFoundError, "PathNotFound", child.delete_directory, "deletion of what is gone")
        parent.delete_directory()
        check(list(fs.get_paths()), [], "what is left")


def content(step, service, fs, way):
    data = os.urandom(3 * MIB + 321)
    file = fs.create_file("file.bin")
    with step("content: append out of order, flush, read ranges"):
        file.append_data(data[MIB:], MIB)
        check(file.get_file_properties().size, 0, "size before the flush")
        file.append_data(data[:MIB], 0)
        file.flush_data(len(data))
        check(file.download_file().readall(), data, "content")
        for offset, length in ((0, 1000), (MIB - 3, 10), (len(data) - 5, 5), (2 * MIB, None)):
            end = None if length is None else offset + length
            found = file.download_file(offset=offset, length=length).readall()
            check(found, data[offset:end], f"range at {offset}")
        check(file.get_file_properties().size, len(data), "size")
    with step("content: upload whole and in parts, side by side"):
        for options in ({}, {"chunk_size": 256 * 1024, "max_concurrency": 4}):
            fs.get_file_client("up").upload_data(data, overwrite=True, **options)
            check(fs.get_file_client("up").download_file(max_concurrency=3).readall(), data, f"content, {options}")
        # Of nothing the SDK sends nothing, and makes no file either.
        fs.get_file_client("empty").upload_data(b"", overwrite=True)
        check(fs.get_file_client("empty").exists(), False, "existence of a file of which nothing was sent")
        check(fs.create_file("empty").download_file().readall(), b"", "an empty file")
    with step("content: checked by MD5 and by CRC-64, both ways"):
        for check_by in ("md5", "crc64"):
            checked = fs.get_file_client(f"checked-{check_by}")
            checked.upload_data(data[:MIB], overwrite=True, validate_content=check_by, chunk_size=300_000)
            found = checked.download_file(validate_content=check_by).readall()
            check(found, data[:MIB], f"content checked by {check_by}")
    with step("content: flush in two steps, appends that are dropped"):
        two = fs.create_file("two")
        two.append_data(b"0123456789", 0)
        two.flush_data(4, retain_uncommitted_data=True)
        check(two.download_file().readall(), b"0123", "the first flush")
        two.flush_data(10)
        check(two.download_file().readall(), b"0123456789", "the second flush")
        two.append_data(b"lost", 10)
        two.create_file()
        check_refused(HttpResponseError, "InvalidFlushPosition", lambda: two.flush_data(4), "data before the create")
    with step("content: what is refused"):
        for position in (1, len(data) + 1):
            flush = lambda: file.flush_data(position)
            check_refused(HttpResponseError, "InvalidFlushPosition", flush, f"flush at {position}")
        check(file.download_file().readall(), data, "content after flushes that were refused")
        gone = fs.get_file_client("gone")
        append = lambda: gone.append_data(b"x", 0)
        check_refused(ResourceNotFoundError, "PathNotFound", append, "append to what is not there")
        check_refused(ResourceNotFoundError, "BlobNotFound", gone.download_file, "download of what is not there")
        behind = lambda: file.download_file(offset=len(data) + 1, length=1)
        check_refused(HttpResponseError, "InvalidRange", behind, "a range behind the end")
        plain = lambda: file.upload_data(b"x")
        check_refused(ResourceModifiedError, "ConditionNotMet", plain, "upload over what is there")


def odd_names(step, service, fs, way):
    with step("names: letters of all kinds come back as they were"):
        for name in NAMES:
            fs.get_file_client(f"odd/{name}/{name}").upload_data(name.encode(), overwrite=True)
        listed = [path.name for path in fs.get_paths("odd", recursive=False)]
        check(sorted(listed), sorted(f"odd/{name}" for name in NAMES), "names")
        for name in NAMES:
            file = fs.get_file_client(f"odd/{name}/{name}")
            check(file.download_file().readall(), name.encode(), f"content of {name}")
            if unquote(name) != name:
                continue  # the client decodes the source's name once more before it sends it
            moved = file.rename_file(f"{fs.file_system_name}/odd/{name}/moved {name}")
            check(moved.get_file_properties().size, len(name.encode()), f"size of {name} after a rename")


def listing(step, service, fs, way):
    tree = ["a", "a/b", "a/b/1", "a/b/2", "a/c", "a/c/3", "a-b", "b"]
    directories_of_it = {"a", "a/b", "a/c"}
    for path in tree:
        fs.create_directory(path) if path in directories_of_it else fs.create_file(path)
    names = lambda *args, **options: [path.name for path in fs.get_paths(*args, **options)]
    with step("listing: recursive, flat, below a directory"):
        check(names(), ["a", "a/b", "a/b/1", "a/b/2", "a/c", "a/c/3", "a-b", "b"], "all paths")
        check(names(recursive=False), ["a", "a-b", "b"], "paths of the root")
        check(names("a", recursive=False), ["a/b", "a/c"], "paths of a directory")
        check({path.name for path in fs.get_paths() if path.is_directory}, directories_of_it, "directories")
        check(names("a-b"), ["a-b"], "a file lists itself")
    with step("listing: pages, and from a name on"):
        for size in (1, 3, 7, 8, 5000):
            pages = [[path.name for path in page] for page in fs.get_paths(max_results=size).by_page()]
            check(sum(pages, []), tree, f"paths of pages of {size}")
            check_true(all(len(page) <= size for page in pages), f"a page has more than {size}")
        check(names(start_from="a/c"), ["a/c", "a/c/3", "a-b", "b"], "paths from a name on")
    with step("listing: what is told of each"):
        [found] = [path for path in fs.get_paths() if path.name == "a-b"]
        owner = found.owner
        check((found.content_length, found.permissions), (0, "rw-r-----"), "of a file")
        check_true(owner == "$superuser" or way.bearer, f"the owner is {owner}")
        check_true(found.etag and found.last_modified and found.creation_time, f"{found} lacks something")
    with step("listing: what is not there, and tokens of somebody else"):
        check_refused(ResourceNotFoundError, "PathNotFound", lambda: names("gone"), "a directory that is not there")
        forged = lambda: list(fs.get_paths().by_page("Zm9yZ2Vk"))
        check_refused(HttpResponseError, ("InvalidInput", "InvalidQueryParameterValue"), forged, "a forged token")


def renaming(step, service, fs, way):
    base = fs.file_system_name
    file = lambda name, data=None: written(fs, name, data or name.encode())
    read = lambda name: fs.get_file_client(name).download_file().readall()
    if_missing = {"match_condition": MatchConditions.IfMissing}
    with step("renaming files: to a new name, over another, and not over another"):
        etag = file("one").get_file_properties().etag
        moved = fs.get_file_client("one").rename_file(f"{base}/uno")
        check((read("uno"), moved.get_file_properties().etag), (b"one", etag), "content and ETag after a rename")
        check(fs.get_file_client("one").exists(), False, "existence of the source")
        file("two").rename_file(f"{base}/uno")
        check(read("uno"), b"two", "content of what was replaced")
        refused = lambda: file("three").rename_file(f"{base}/uno", **if_missing)
        check_refused(ResourceExistsError, "PathAlreadyExists", refused, "rename over another, only if missing")
        check((read("uno"), read("three")), (b"two", b"three"), "content after a rename that was refused")
    with step("renaming directories: with all below, onto an empty one, and not onto others"):
        for name in ("d/x/1", "d/x/2", "full/1"):
            file(name)
        fs.create_directory("void")
        check_true(fs.get_directory_client("d").rename_directory(f"{base}/e").exists(), "the target is not there")
        check((read("e/x/1"), fs.get_directory_client("d").exists()), (b"d/x/1", False), "a file below")
        source = fs.get_directory_client("e")
        into_full = lambda: source.rename_directory(f"{base}/full")
        check_refused(ResourceExistsError, "PathAlreadyExists", into_full, "onto one that is not empty")
        source.rename_directory(f"{base}/void")
        check(read("void/x/2"), b"d/x/2", "content below what was empty")
        onto_file = lambda: fs.get_directory_client("void").rename_directory(f"{base}/uno")
        kinds = "InvalidSourceOrDestinationResourceType"
        check_refused(ResourceExistsError, kinds, onto_file, "a directory onto a file")
        onto_directory = lambda: fs.get_file_client("uno").rename_file(f"{base}/full")
        check_refused(ResourceExistsError, (kinds, "PathAlreadyExists"), onto_directory, "a file onto a directory")
    with step("renaming: across file systems"):
        other = service.create_file_system(f"other-{uuid.uuid4().hex[:8]}")
        fs.get_directory_client("void").rename_directory(f"{other.file_system_name}/over")
        check([path.name for path in other.get_paths()], ["over", "over/x", "over/x/1", "over/x/2"], "paths there")
        other.delete_file_system()
    with step("renaming: what is missing, what is below, what has changed"):
        gone = lambda: fs.get_file_client("gone").rename_file(f"{base}/x")
        check_refused(ResourceNotFoundError, "SourcePathNotFound", gone, "a missing source")
        parent = lambda: fs.get_file_client("uno").rename_file(f"{base}/no/parent")
        code = "RenameDestinationParentPathNotFound"
        check_refused(ResourceNotFoundError, code, parent, "a missing parent")
        below = lambda: fs.get_directory_client("full").rename_directory(f"{base}/full/below")
        check_refused(ResourceExistsError, "InvalidRenameSourcePath", below, "below itself")
        changed = lambda: fs.get_file_client("uno").rename_file(
            f"{base}/x", source_etag='"0x1"', source_match_condition=MatchConditions.IfNotModified
        )
        check_refused(HttpResponseError, "SourceConditionNotMet", changed, "another version of the source")


def access(step, service, fs, way):
    directory, file = fs.create_directory("d"), fs.create_file("d/f")
    acl_of = lambda item: item.get_access_control()["acl"]
    with step("access: what a new item has, and umask"):
        check(directory.get_access_control()["permissions"], "rwxr-x---", "a directory")
        check(file.get_access_control()["permissions"], "rw-r-----", "a file")
        masked = fs.create_file("masked", permissions="0777", umask="0057")
        check(masked.get_access_control()["permissions"], "rwx-w----", "a file with a umask")
    with step("access: permissions, owner, group"):
        for given, shown in (("0777", "rwxrwxrwx"), ("111", "--x--x--x"), ("rw-r-x-wT", "rw-r-x-wT")):
            file.set_access_control(permissions=given)
            check(file.get_access_control()["permissions"], shown, f"permissions {given}")
        check(acl_of(file), "user::rw-,group::r-x,other::-w-", "the ACL of it")
        file.set_access_control(owner=SOMEBODY, group=SOMEBODY)
        found = file.get_access_control()
        check((found["owner"], found["group"]), (SOMEBODY, SOMEBODY), "owner and group")
    with step("access: ACLs, their mask, and what is inherited"):
        file.set_access_control(acl=f"user::rwx,user:{SOMEBODY}:r-x,group::rw-,other::---")
        expected = f"user::rwx,user:{SOMEBODY}:r-x,group::rw-,mask::rwx,other::---"
        check(acl_of(file), expected, "an ACL with a mask that was computed")
        shown = file.get_access_control()["permissions"]
        check(shown, "rwxrwx--T+", "permissions with a +, and the sticky bit of before")
        base = "user::rwx,group::r-x,other::---"
        directory.set_access_control(acl=f"{base},default:user:{SOMEBODY}:r-x,default:{base.replace(',', ',default:')}")
        check_true(f"user:{SOMEBODY}:r-x" in acl_of(fs.create_file("d/new")), "an entry was not inherited")
        check_true(f"default:user:{SOMEBODY}:r-x" in acl_of(fs.create_directory("d/s")), "no default entry")
        root = fs._get_root_directory_client()
        root.set_access_control(permissions="0755")
        check(root.get_access_control()["permissions"], "rwxr-xr-x", "permissions of the root")
    with step("access: what is refused"):
        for bad in ("0999", "rwxrwx", "user::rwx"):
            set_it = lambda: file.set_access_control(permissions=bad)
            check_refused(HttpResponseError, "InvalidPermission", set_it, f"permissions {bad}")
        for bad in ("user::rwx,group::r-x", "nobody::rwx", f"{base},default:other::---", f"{base},user:x y:rwx"):
            set_it = lambda: file.set_access_control(acl=bad)
            error = refused_by_status(400, set_it, f"the ACL {bad}")
            check_true(error.error_code, "there is no code")
        gone = fs.get_file_client("gone")
        check_refused(ResourceNotFoundError, "PathNotFound", gone.get_access_control, "what is not there")


def recursion(step, service, fs, way):
    for directory in "abc":
        for file in "123":
            fs.create_file(f"t/{directory}/{file}")
    tree = fs.get_directory_client("t")
    entry = f"user:{SOMEBODY}:r-x"
    has = lambda path: entry in fs.get_file_client(path).get_access_control()["acl"]
    counts = lambda result: (
        result.counters.directories_successful, result.counters.files_successful, result.counters.failure_count,
    )
    with step("recursive ACLs: set, update, remove"):
        check(counts(tree.set_access_control_recursive("user::rwx,group::r-x,other::---")), (4, 9, 0), "set")
        check(counts(tree.update_access_control_recursive(f"{entry},default:{entry}")), (4, 9, 0), "updated")
        check_true(has("t/a/1") and has("t/c"), "an entry is missing")
        check(counts(tree.remove_access_control_recursive(f"user:{SOMEBODY}")), (4, 9, 0), "removed")
        check_true(not has("t/a/1"), "an entry is there still")
    with step("recursive ACLs: in batches, stopped and taken up again, on a file"):
        seen = []
        hook = (lambda change: append_async(seen, change)) if is_async(tree) else seen.append
        result = tree.update_access_control_recursive(entry, batch_size=2, progress_hook=hook)
        check((counts(result), len(seen)), ((4, 9, 0), 7), "batches of two")
        first = tree.update_access_control_recursive(entry, batch_size=2, max_batches=1)
        check_true(first.continuation and counts(first) == (2, 0, 0), f"the first batch: {counts(first)}")
        rest = tree.update_access_control_recursive(entry, continuation_token=first.continuation)
        check((counts(rest), rest.continuation), ((2, 9, 0), None), "the rest")
        check(counts(fs.get_file_client("t/a/1").update_access_control_recursive("other::r--")), (0, 1, 0), "a file")


async def append_async(found, change):
    found.append(change)


def is_async(client):
    return hasattr(client, "inner")


def leases(step, service, fs, way):
    file = written(fs, "leased", b"one")
    with step("leases: what they guard"):
        lease = file.acquire_lease(lease_duration=15)
        found = file.get_file_properties().lease
        check((found.state, found.status, found.duration), ("leased", "locked", "fixed"), "state")
        without = lambda: written(fs, "leased", b"two")
        check_refused(HttpResponseError, "LeaseIdMissing", without, "writing without it")
        check_refused(HttpResponseError, "LeaseIdMissing", file.delete_file, "deleting without it")
        moved = lambda: file.rename_file(f"{fs.file_system_name}/elsewhere")
        check_refused(HttpResponseError, "LeaseIdMissing", moved, "renaming without it")
        wrong = lambda: file.set_metadata({"a": "b"}, lease=SOMEBODY)
        mismatch = "LeaseIdMismatchWithBlobOperation"
        check_refused(HttpResponseError, mismatch, wrong, "metadata with the lease of another")
        file.upload_data(b"two", overwrite=True, lease=lease)
        check(file.download_file().readall(), b"two", "content")
    with step("leases: renew, change, release, a second one"):
        lease.renew()
        second = lambda: file.acquire_lease(lease_duration=15)
        check_refused(ResourceExistsError, "LeaseAlreadyPresent", second, "another lease")
        lease.change(SOMEBODY)
        check(lease.id, SOMEBODY, "id after a change")
        lease.release()
        check(file.get_file_properties().lease.state, "available", "state after the release")
        check_refused(HttpResponseError, "LeaseNotPresentWithBlobOperation", wrong, "metadata with what was released")
    with step("leases: break, and what the clock ends"):
        lease = file.acquire_lease(lease_duration=60)
        check_true(0 < lease.break_lease(lease_break_period=10) <= 10, "time until it is broken")
        check(file.get_file_properties().lease.state, "breaking", "state while it breaks")
        way.ready.control("clock/advance", {"seconds": 11})
        check(file.get_file_properties().lease.state, "broken", "state after the break")
        file.acquire_lease(lease_duration=15)
        way.ready.control("clock/advance", {"seconds": 16})
        check(file.get_file_properties().lease.state, "expired", "state after its time")
        file.delete_file()


def conditions(step, service, fs, way):
    file = written(fs, "file", b"data")
    found = file.get_file_properties()
    past, future = found.last_modified - datetime.timedelta(hours=1), found.last_modified + datetime.timedelta(hours=1)
    other = {"etag": '"0x1"', "match_condition": MatchConditions.IfNotModified}
    same = {"etag": found.etag, "match_condition": MatchConditions.IfNotModified}
    with step("conditions: reads"):
        check(file.download_file(**same).readall(), b"data", "content of that version")
        check_refused(ResourceModifiedError, "ConditionNotMet", lambda: file.download_file(**other), "of another")
        old = lambda: file.get_file_properties(if_unmodified_since=past)
        check_refused(ResourceModifiedError, "ConditionNotMet", old, "not modified since")
        refused_by_status(304, lambda: file.get_file_properties(if_modified_since=future), "modified since")
    with step("conditions: writes"):
        for what, write in (
            ("metadata", lambda **options: file.set_metadata({"a": "b"}, **options)),
            ("access", lambda **options: file.set_access_control(permissions="0700", **options)),
            ("flush", lambda **options: file.flush_data(4, **options)),
            ("create", lambda **options: file.create_file(**options)),
            ("delete", lambda **options: file.delete_file(**options)),
        ):
            check_refused(ResourceModifiedError, "ConditionNotMet", lambda: write(**other), what)
            if_old = lambda: write(if_unmodified_since=past)
            check_refused(ResourceModifiedError, "ConditionNotMet", if_old, f"{what}, not modified since")
        file.delete_file(**same)
        check(file.exists(), False, "existence after a deletion under a condition")


def properties(step, service, fs, way):
    settings = ContentSettings(
        content_type="text/plain", content_encoding="identity", content_language="de", cache_control="no-cache",
        content_disposition="inline",
    )
    shown = lambda item: {key: value for key, value in item.content_settings.items() if key != "content_md5"}
    with step("properties: content settings and metadata"):
        file = fs.create_file("file", content_settings=settings, metadata={"Mixed": "Case", "b": "2"})
        found = file.get_file_properties()
        # They come back in headers, whose names have one case here.
        check(found.metadata, {"mixed": "Case", "b": "2"}, "metadata at creation")
        check(shown(found), shown(found) | {k: v for k, v in settings.items() if v}, "settings at creation")
        file.set_metadata({"only": "this"})
        file.set_http_headers(ContentSettings(content_type="text/html"))
        found = file.get_file_properties()
        check(found.metadata, {"only": "this"}, "metadata that were replaced")
        check(shown(found)["content_type"], "text/html", "the type of content")
        check_true(not found.content_settings.content_language, "the language is there still")
        check_true(found.creation_time and found.etag and not found.deleted, "something is missing")
    with step("properties: of directories, and of what is not there"):
        directory = fs.create_directory("dir")
        directory.set_metadata({"kind": "directory"})
        check(directory.get_directory_properties().metadata["kind"], "directory", "metadata of a directory")
        gone = fs.get_file_client("gone")
        check_refused(ResourceNotFoundError, "BlobNotFound", gone.get_file_properties, "properties")
        check_refused(ResourceNotFoundError, "BlobNotFound", lambda: gone.set_metadata({"a": "b"}), "metadata")


def expiry(step, service, fs, way):
    advance = lambda seconds: way.ready.control("clock/advance", {"seconds": seconds})
    with step("expiry: set, show, remove"):
        file = written(fs, "file", b"data")
        until = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=1)
        file.set_file_expiry("Absolute", expires_on=until)
        check(file.get_file_properties().expiry_time, until, "time of expiry")
        file.set_file_expiry("NeverExpire")
        check(file.get_file_properties().expiry_time, None, "time of expiry")
        for option in ("RelativeToNow", "RelativeToCreation"):
            file.set_file_expiry(option, expires_on=60_000)
            check_true(file.get_file_properties().expiry_time < until, f"{option} gives no earlier time")
    with step("expiry: a file whose time has come is gone"):
        short = fs.create_file("short", expires_on=20_000)
        file.set_file_expiry("RelativeToNow", expires_on=30_000)
        advance(21)
        check((short.exists(), file.exists()), (False, True), "existence after 21 seconds")
        advance(10)
        check((file.exists(), [path.name for path in fs.get_paths()]), (False, []), "what is left")
        check_refused(ResourceNotFoundError, "BlobNotFound", file.download_file, "reading it")
    with step("expiry: not of directories, not in the past"):
        fs.create_directory("dir")
        refused_by_status(400, lambda: fs.get_file_client("dir").set_file_expiry("RelativeToNow", 1000), "a directory")
        past = until - datetime.timedelta(days=9)
        again = written(fs, "again", b"x")
        refused_by_status(400, lambda: again.set_file_expiry("Absolute", expires_on=past), "a time in the past")


def identities(step, service, way, clients):
    fs = service.create_file_system(f"identities-{uuid.uuid4().hex[:8]}")
    file = written(fs, "d/file", b"secret")
    if not way.bearer:
        with step("identities: a wrong key, and none"):
            wrong = clients.service(AzureNamedKeyCredential(way.account, "d3Jvbmc="))
            name = fs.file_system_name
            refused = lambda: wrong.get_file_system_client(name).create_file("x")
            check_refused(ClientAuthenticationError, "AuthenticationFailed", refused, "a wrong key")
            nobody = clients.service(None)
            refused_by_status(401, lambda: nobody.get_file_system_client(name).create_file("x"), "nobody")
    else:
        stranger = clients.service(clients.credential("acl_client_id", "acl_client_secret"))
        theirs = stranger.get_file_system_client(fs.file_system_name)
        read = lambda: theirs.get_file_client("d/file").download_file().readall()
        denied = lambda call, what: check_refused(HttpResponseError, "AuthorizationPermissionMismatch", call, what)
        with step("identities: no data role and no entry is no right"):
            denied(read, "reading")
            denied(lambda: list(theirs.get_paths()), "listing")
            denied(lambda: theirs.create_file("mine"), "creating")
            denied(lambda: theirs.get_file_client("d/file").delete_file(), "deleting")
            denied(lambda: stranger.create_file_system("mine"), "a file system")
        with step("identities: as much as the ACL grants"):
            theirs_id = object_id(clients, "acl_client_id", "acl_client_secret")
            root, directory = fs._get_root_directory_client(), fs.get_directory_client("d")
            root.update_access_control_recursive(f"user:{theirs_id}:--x")
            file.update_access_control_recursive(f"user:{theirs_id}:r--")
            check(read(), b"secret", "content for the stranger")
            denied(lambda: list(theirs.get_paths("d")), "listing")
            directory.update_access_control_recursive(f"user:{theirs_id}:rwx")
            check(written(theirs, "d/mine", b"m").get_access_control()["owner"], theirs_id, "owner of a new file")
            theirs.get_file_client("d/mine").delete_file()
    fs.delete_file_system()


def soft_delete(step, way, clients):
    if way.bearer:
        return
    ready = way.ready
    credential = AzureNamedKeyCredential(ready.gen2_soft_account, ready.gen2_soft_key)
    service = clients.service(credential, way.url(account=ready.gen2_soft_account))
    name = f"soft-{uuid.uuid4().hex[:8]}"
    fs = service.create_file_system(name)
    with step("soft delete: what was deleted is listed, and comes back"):
        written(fs, "file", b"data").delete_file()
        written(fs, "tree/a/b", b"below")
        fs.get_directory_client("tree").delete_directory()
        deleted = {path.name: path for path in fs.list_deleted_paths()}
        check(sorted(deleted), ["file", "tree"], "what is listed")
        check_true(deleted["file"].remaining_retention_days > 0, "no days are left")
        for path in deleted.values():
            fs._undelete_path(path.name, path.deletion_id)
        read = lambda path: fs.get_file_client(path).download_file().readall()
        check((read("file"), read("tree/a/b")), (b"data", b"below"), "content")
        check(list(fs.list_deleted_paths()), [], "what is listed still")
    with step("soft delete: what cannot come back"):
        written(fs, "file", b"old").delete_file()
        [gone] = fs.list_deleted_paths()
        fs.create_file("file")
        undelete = lambda: fs._undelete_path(gone.name, gone.deletion_id)
        refused_by_status(409, undelete, "where something is")
        other = lambda: fs._undelete_path("file", "1")
        refused_by_status(404, other, "another deletion")
    with step("soft delete: file systems"):
        fs.delete_file_system()
        check(fs.exists(), False, "existence")
        [found] = [found for found in service.list_file_systems(include_deleted=True) if found.name == name]
        check_true(found.deleted, "it is not marked as deleted")
        service.undelete_file_system(name, found.deleted_version)
        check_true(fs.get_file_client("tree/a/b").exists(), "its content is not back")
    with step("soft delete: for how many days, and off"):
        service.set_service_properties(delete_retention_policy=RetentionPolicy(enabled=True, days=2))
        check(service.get_service_properties()["delete_retention_policy"].days, 2, "days")
        fs.get_file_client("tree/a/b").delete_file()
        [found] = [path for path in fs.list_deleted_paths() if path.name == "tree/a/b"]
        check_true(found.remaining_retention_days <= 2, f"{found.remaining_retention_days} days are left")
        service.set_service_properties(delete_retention_policy=RetentionPolicy(enabled=False))
        written(fs, "for good", b"x").delete_file()
        listed = [path.name for path in fs.list_deleted_paths()]
        check("for good" in listed, False, "that a deletion without retention is listed")
        fs.delete_file_system()


def object_id(clients, application, secret):
    """Of whom a token speaks."""
    ready = clients.way.ready
    credential = ClientSecretCredential(ready.tenant_id, getattr(ready, application), getattr(ready, secret))
    token = credential.get_token("https://storage.azure.com/.default").token
    return jwt.decode(token, options={"verify_signature": False})["oid"]


def written(fs, path, data):
    file = fs.get_file_client(path)
    file.upload_data(data, overwrite=True)
    return file


def refused_by_status(status, call, what):
    """For what the service has several codes for."""
    try:
        result = call()
    except HttpResponseError as error:
        check(error.status_code, status, f"{what}: status of the refusal {error}")
        return error
    raise AssertionError(f"{what}: expected {status}, got {result!r:.200}")
