"""fsspec, over which pandas and dask read and write: adl:// of the Gen1 generation of adlfs, and webhdfs://.

The first signs in as an application, the second names a user and sends no token.
"""
# requirements: requirements-gen1-fsspec.txt
# emulator: --allow-pseudo-auth

import getpass
import os
import tempfile
from urllib.parse import urlsplit

import fsspec

import _steps
from _steps import check, check_raises, check_true

MIB = 1024 * 1024


def script(ready, step):
    tokens(step, ready)
    # A user of the directory, and one whom it does not know.
    for user in (ready.username.split("@")[0], getpass.getuser()):
        names(step, ready, user)


def tokens(step, ready):
    options = {
        "store_name": ready.default_account,
        "tenant_id": ready.tenant_id,
        "client_id": ready.client_id,
        "client_secret": ready.client_secret,
    }
    with step("adl: sign in, write, read"):
        lake = fsspec.filesystem("adl", **options)
        lake.mkdir("/adl")
        data = os.urandom(5 * MIB + 7)
        with lake.open("/adl/file.bin", "wb") as file:
            file.write(data)
        check(lake.cat("/adl/file.bin"), data, "content")
        with lake.open("/adl/file.bin", "rb") as file:
            file.seek(5 * MIB)
            check(file.read(), data[5 * MIB :], "tail")
    with step("adl: by URL, as pandas and dask do"):
        for number in range(3):
            with fsspec.open(f"adl:///adl/part-{number}.csv", "w", **options) as file:
                file.write(f"a,b\n{number},1\n")
        parts = fsspec.open_files("adl:///adl/part-*.csv", "r", **options)
        check(len(parts), 3, "files that fit the pattern")
        with parts[2] as file:
            check(file.read(), "a,b\n2,1\n", "content of the last")
    with step("adl: listing, sizes, delete"):
        found = sorted(name.lstrip("/") for name in lake.find("/adl"))
        check(found, ["adl/file.bin", *(f"adl/part-{number}.csv" for number in range(3))], "names")
        check(lake.info("/adl/file.bin")["type"], "file", "kind")
        check(lake.info("/adl/file.bin")["length"], len(data), "length")
        lake.rm("/adl", recursive=True)
        check_raises(FileNotFoundError, "", lambda: lake.cat("/adl/file.bin"), "what was deleted")


def names(step, ready, user):
    url = urlsplit(ready.http_url)
    lake = fsspec.filesystem("webhdfs", host=url.hostname, port=url.port, user=user)
    data = os.urandom(12 * MIB + 1)
    with step(f"webhdfs as {user}: write in blocks, read ranges"):
        lake.makedirs("/w/x/y", exist_ok=True)
        with lake.open("/w/file.bin", "wb", block_size=5 * MIB) as file:
            for start in range(0, len(data), MIB):
                file.write(data[start : start + MIB])
        check(lake.cat("/w/file.bin"), data, "content")
        with lake.open("/w/file.bin", "rb", block_size=MIB) as file:
            file.seek(-10, 2)
            check(file.read(), data[-10:], "tail")
    with step("webhdfs: put, get, all or nothing"):
        with tempfile.TemporaryDirectory() as directory:
            local, copy = os.path.join(directory, "local"), os.path.join(directory, "copy")
            with open(local, "wb") as file:
                file.write(data)
            lake.put(local, "/w/put.bin")
            lake.get("/w/put.bin", copy)
            with open(copy, "rb") as file:
                check(file.read(), data, "content that came back")
        with lake.transaction:
            with lake.open("/w/later", "wb") as file:
                file.write(b"x")
            check(lake.exists("/w/later"), False, "existence before the commit")
        check(lake.cat("/w/later"), b"x", "content after it")
    with step("webhdfs: listing, sizes, mode, checksum, home"):
        check(sorted(lake.glob("/w/*")), ["/w/file.bin", "/w/later", "/w/put.bin", "/w/x"], "names")
        check(lake.content_summary("/w")["fileCount"], 3, "files")
        lake.chmod("/w/later", "0640")
        check(lake.info("/w/later")["permission"], "640", "mode")
        check(lake.ukey("/w/file.bin"), lake.ukey("/w/put.bin"), "checksum of the same bytes")
        check_true(lake.ukey("/w/file.bin") != lake.ukey("/w/later"), "checksum of others is the same")
        lake.set_replication("/w/later", 3)
        check(lake.home_directory(), f"/user/{user}", "home")
    with step("webhdfs: move, delete, what is missing or forbidden"):
        lake.mv("/w/later", "/w/x/now")
        check((lake.exists("/w/later"), lake.exists("/w/x/now")), (False, True), "after the move")
        lake.rm("/w", recursive=True)
        check(lake.exists("/w"), False, "existence of what was deleted")
        check_raises(FileNotFoundError, "/w/file.bin", lambda: lake.info("/w/file.bin"), "missing")
        nobody = fsspec.filesystem("webhdfs", host=url.hostname, port=url.port, user="disabled")
        check_raises(PermissionError, "disabled", lambda: nobody.ls("/"), "a user who is disabled")


if __name__ == "__main__":
    _steps.main(script)
