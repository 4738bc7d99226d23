"""What the command line writes is read by Microsoft's package for Gen2, and the other way round."""
# requirements: requirements-gen2-suite.txt
# programs: adls

import random
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError
from azure.storage.filedatalake import (
    AccountSasPermissions,
    ContentSettings,
    DataLakeServiceClient,
    ResourceTypes,
    generate_account_sas,
    generate_directory_sas,
    generate_file_system_sas,
)

import _steps
from _adls import Adls, local
from _gen2 import MIB, NAMES, NO_RETRIES, SOMEBODY, check_refused
from _steps import check, check_raises, check_true

# Parts, and a rest that is no multiple of anything.
LARGE = 21 * MIB + 12_345
BASE = "user::rwx,group::r-x,other::---"


def script(ready, step):
    adls = Adls(ready)
    url = f"{ready.http_url}/{ready.gen2_account}"
    service = DataLakeServiceClient(url, credential=ready.gen2_key)
    files = service.get_file_system_client(ready.gen2_filesystem)
    for part in (file_systems, bytes_both_ways, odd_names, trees, rights, changes, deletions):
        part(step, adls, service, files)
    signatures(ready, step, adls, url)


def content(size):
    return random.Random(size).randbytes(size)


def file_systems(step, adls, service, _):
    with step("file systems: made by adls, with properties, found by the package"):
        adls("filesystem", "create", "by-adls", "--properties", "owner=Zoe", "stage=raw")
        found = service.get_file_system_client("by-adls").get_file_system_properties()
        check(dict(found.metadata), {"owner": "Zoe", "stage": "raw"}, "properties")
    with step("file systems: made by the package, listed and shown by adls, deleted by it"):
        service.create_file_system("by-package", metadata={"a": "1"})
        names = [entry["name"] for entry in adls.json("filesystem", "list", "--prefix", "by-")]
        check(names, ["by-adls", "by-package"], "names")
        check(adls.json("filesystem", "show", "by-package")["properties"], {"a": "1"}, "properties")
        adls("filesystem", "delete", "by-package", "--yes")
        adls("filesystem", "delete", "by-adls", "--yes")
        check_true(not service.get_file_system_client("by-adls").exists(), "it is there still")


def bytes_both_ways(step, adls, _, files):
    for size in (0, 5, 4 * MIB, LARGE):
        with step(f"{size} bytes: put by adls, read by the package"):
            adls("fs", "put", local(f"up-{size}", content(size)), adls.url(f"bytes/up-{size}"))
            found = files.get_file_client(f"bytes/up-{size}")
            check_true(found.download_file().readall() == content(size), "the bytes differ")
            kind = found.get_file_properties().content_settings.content_type
            check(kind, "application/octet-stream", "content type")
        with step(f"{size} bytes: uploaded by the package, got by adls"):
            settings = ContentSettings(content_type="text/plain", cache_control="no-store")
            made = files.get_file_client(f"bytes/down-{size}")
            # The package makes nothing out of nothing.
            made.create_file(content_settings=settings)
            made.upload_data(content(size), overwrite=True, chunk_size=MIB, content_settings=settings)
            target = local(f"down-{size}")
            adls("fs", "get", adls.url(f"bytes/down-{size}"), target, "--verify")
            check_true(target.read_bytes() == content(size), "the bytes differ")
    with step("appended by each in turn"):
        shared = files.get_file_client("bytes/shared")
        adls("fs", "append", adls.url("bytes/down-5"), "--content", " and more")
        adls("fs", "touch", adls.url("bytes/shared"))
        shared.append_data(b"one ", 0)
        shared.flush_data(4)
        adls("fs", "append", adls.url("bytes/shared"), given=b"two ")
        shared.append_data(b"three", 8)
        shared.flush_data(13)
        check(adls("fs", "cat", adls.url("bytes/shared")), b"one two three", "content")
        settings = files.get_file_client("bytes/down-5").get_file_properties().content_settings
        check(settings.content_type, "text/plain", "content type after an append")


def odd_names(step, adls, _, files):
    for name in NAMES:
        with step(f"odd names: {name!r}"):
            path = f"odd/{name}/{name}"
            adls("fs", "put", local("odd", name.encode()), adls.url(path), "--overwrite")
            check(files.get_file_client(path).download_file().readall(), name.encode(), "content")
            files.get_file_client(f"{path}.2").upload_data(b"2", overwrite=True)
            listed = adls.json("fs", "ls", adls.url(f"odd/{name}"))
            check([entry["name"] for entry in listed], sorted([name, f"{name}.2"]), "names")
            adls("fs", "mv", adls.url(f"{path}.2"), adls.url(f"{path}.3"))
            check(files.get_file_client(f"{path}.3").download_file().readall(), b"2", "content")


def trees(step, adls, _, files):
    paths = [f"{d}/{f}" for d in ("a", "a/b", "c d") for f in ("1", "2 x", "ü")]
    with step("a tree: put by adls, listed by the package"):
        for path in paths:
            local(f"tree/{path}", path.encode())
        adls("fs", "put", "files/tree", adls.url("tree"))
        found = files.get_paths("tree")
        check(sorted(p.name for p in found if not p.is_directory), sorted(f"tree/{p}" for p in paths), "paths")
    with step("a tree: changed by the package, synced by adls, with deletions"):
        files.get_file_client("tree/a/1").delete_file()
        files.get_file_client("tree/new").upload_data(b"new", overwrite=True)
        adls("fs", "sync", "--delete", "--max-delete", 5, adls.url("tree"), "files/tree")
        check_true(not local("tree/a/1").exists() and local("tree/new").read_bytes() == b"new", "not synced")
        local("tree/new").unlink()
        adls("fs", "sync", "--delete", "files/tree", adls.url("tree"))
        check_true(not files.get_file_client("tree/new").exists(), "it is there still")
    with step("a tree: found, summed up, drawn"):
        check(len(adls("fs", "find", adls.url("tree"), "--type", "file").splitlines()), len(paths) - 1, "files")
        usage = adls.json("fs", "du", adls.url("tree"))
        check_true("8" in str(usage), f"usage {usage}")


def rights(step, adls, _, files):
    item = files.get_file_client("rights/d/f")
    item.upload_data(b"x", overwrite=True)
    directory = files.get_directory_client("rights/d")
    with step("rights: set by adls, read by the package"):
        adls("fs", "chmod", "750", adls.url("rights/d"))
        adls("fs", "acl", "modify", f"user:{SOMEBODY}:r-x", adls.url("rights/d"))
        adls("fs", "acl", "modify", f"default:user:{SOMEBODY}:rwx", adls.url("rights/d"))
        acl = directory.get_access_control()["acl"]
        check_true(f"user:{SOMEBODY}:r-x" in acl and f"default:user:{SOMEBODY}:rwx" in acl, acl)
        adls("fs", "chown", f"{SOMEBODY}:{SOMEBODY}", adls.url("rights/d"))
        found = directory.get_access_control()
        check((found["owner"], found["group"]), (SOMEBODY, SOMEBODY), "owner and group")
    with step("rights: set by the package, read by adls"):
        directory.set_access_control(acl=f"{BASE},user:{SOMEBODY}:--x,mask::r-x")
        shown = adls.json("fs", "acl", "show", adls.url("rights/d"))
        check_true(f"user:{SOMEBODY}:--x" in shown["entries"], shown)
    with step("rights: of a tree, by either"):
        adls("fs", "acl", "set", "-R", f"{BASE},user:{SOMEBODY}:r--,mask::r--", adls.url("rights"))
        check_true(f"user:{SOMEBODY}:r--" in item.get_access_control()["acl"], "not changed")
        directory.remove_access_control_recursive(f"user:{SOMEBODY}")
        shown = adls.json("fs", "acl", "show", adls.url("rights/d/f"))
        check_true(not any(SOMEBODY in entry for entry in shown["entries"]), shown)


def changes(step, adls, _, files):
    with step("renamed by adls, with its metadata and rights"):
        item = files.get_file_client("changes/d/f")
        item.upload_data(b"x", overwrite=True)
        item.set_metadata({"kept": "yes"})
        files.get_directory_client("changes/d").set_access_control(permissions="rwx--x--x")
        adls("fs", "mv", adls.url("changes/d"), adls.url("changes/e"))
        moved = files.get_file_client("changes/e/f")
        check(dict(moved.get_file_properties().metadata), {"kept": "yes"}, "metadata")
        found = files.get_directory_client("changes/e").get_access_control()["permissions"]
        check(found, "rwx--x--x", "permissions")
    with step("nothing is replaced unasked, and nothing moved into what is there"):
        files.get_file_client("changes/g").upload_data(b"g", overwrite=True)
        adls.fails("already exists", "fs", "put", local("g", b"other"), adls.url("changes/g"))
        adls.fails("--overwrite", "fs", "cp", adls.url("changes/e/f"), adls.url("changes/g"))
        check(files.get_file_client("changes/g").download_file().readall(), b"g", "content")
    with step("leased by the package: adls says who is in the way"):
        item = files.get_file_client("changes/g")
        lease = item.acquire_lease()
        adls.fails("is leased", "fs", "put", "--overwrite", local("g"), adls.url("changes/g"))
        adls.fails("is leased", "fs", "rm", adls.url("changes/g"))
        lease.release()
        adls("fs", "put", "--overwrite", local("g"), adls.url("changes/g"))
    with step("properties and headers: set by adls, read by the package, and the other way round"):
        adls("fs", "properties", adls.url("changes/g"), "--set", "owner=me", "--content-type", "text/csv")
        found = files.get_file_client("changes/g").get_file_properties()
        check((dict(found.metadata), found.content_settings.content_type), ({"owner": "me"}, "text/csv"), "properties")
        files.get_file_client("changes/g").set_metadata({"stage": "done"})
        check(adls.json("fs", "properties", adls.url("changes/g"))["properties"], {"stage": "done"}, "properties")
    with step("leased by adls: the package is refused, and let in with the id"):
        lease = adls("fs", "lease", "acquire", adls.url("changes/g"), "--for", "60s").decode().strip()
        item = files.get_file_client("changes/g")
        check_raises(HttpResponseError, "LeaseIdMissing", item.delete_file, "deletion")
        item.set_metadata({"stage": "leased"}, lease=lease)
        adls("fs", "lease", "release", adls.url("changes/g"), lease)
    with step("expiry, set by adls"):
        adls("fs", "expiry", adls.url("changes/g"), "--in", "1h")
        expires = files.get_file_client("changes/g").get_file_properties().expiry_time
        check_true(expires is not None, "it does not expire")


def deletions(step, adls, _, files):
    with step("deleted by adls, with what is in it"):
        files.get_file_client("gone/a/f").upload_data(b"x", overwrite=True)
        adls.fails("not empty", "fs", "rm", adls.url("gone"))
        adls("fs", "rm", "-r", adls.url("gone"))
        check_raises(
            HttpResponseError,
            "BlobNotFound",
            files.get_directory_client("gone").get_directory_properties,
            "properties",
        )


def signatures(ready, step, adls, url):
    """Made by either, used by the other."""
    files = DataLakeServiceClient(url, credential=ready.gen2_key).get_file_system_client(ready.gen2_filesystem)
    files.get_file_client("signed/d/f").upload_data(b"signed", overwrite=True)
    there = adls.url("signed/d")
    key = {"AZURE_STORAGE_ACCOUNT": ready.gen2_account, "AZURE_STORAGE_KEY": ready.gen2_key}

    def check_token(token):
        signed = DataLakeServiceClient(url, credential=token, **NO_RETRIES)
        signed = signed.get_file_system_client(ready.gen2_filesystem)
        check(signed.get_file_client("signed/d/f").download_file().readall(), b"signed", "content")
        check_refused(
            HttpResponseError,
            "AuthorizationPermissionMismatch",
            signed.get_file_client("signed/d/f").delete_file,
            "deletion",
        )

    arguments = ("fs", "sas", there, "--permissions", "rl", "--allow-http", "--token")
    with step("signatures: by adls as who is signed in, used by the package"):
        check_token(adls(*arguments).decode().strip())
    with step("signatures: by adls with the key, used by the package"):
        check_token(adls.with_variables(key)(*arguments).decode().strip())
    with step("signatures: by adls for the account, used by the package"):
        arguments = ("storage-account", "sas", "--permissions", "rl", "--allow-http")
        check_token(adls.with_variables(key)(*arguments).decode().strip())
    end = datetime.now(timezone.utc) + timedelta(hours=1)
    with step("signatures: by the package for a directory, a file system and the account, used by adls"):
        token = generate_directory_sas(
            ready.gen2_account, ready.gen2_filesystem, "signed/d", ready.gen2_key,
            permission="rl", expiry=end, protocol="https,http",
        )
        whole = generate_file_system_sas(
            ready.gen2_account, ready.gen2_filesystem, ready.gen2_key, permission="racwdlm", expiry=end
        )
        account = generate_account_sas(
            ready.gen2_account, ready.gen2_key, ResourceTypes(object=True, file_system=True),
            AccountSasPermissions(read=True, list=True), end,
        )
        for signature in (token, whole, account):
            given = f"{signature}\n".encode()
            check(adls("--sas-token-stdin", "fs", "cat", f"{there}/f", given=given), b"signed", "content")
        given = f"{whole}\n".encode()
        adls("--sas-token-stdin", "fs", "mv", f"{there}/f", f"{there}/g", given=given)
        adls("--sas-token-stdin", "fs", "put", local("g", b"g"), f"{there}/h", given=given)
        refused = adls.run("--sas-token-stdin", "fs", "rm", f"{there}/g", given=f"{token}\n".encode())
        check_true(refused.returncode == 1 and b"sig=" not in refused.stderr, refused.stderr)


if __name__ == "__main__":
    _steps.main(script)
