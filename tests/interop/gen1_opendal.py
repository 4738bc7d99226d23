"""Apache OpenDAL's webhdfs service, which names a user and sends no token."""
# requirements: requirements-gen1-opendal.txt
# emulator: --allow-pseudo-auth

import getpass
import os

import opendal
from opendal.exceptions import NotFound

import _steps
from _steps import check, check_raises, check_true

MIB = 1024 * 1024


def script(ready, step):
    # A user of the directory, and one whom it does not know.
    for user in (ready.username.split("@")[0], getpass.getuser()):
        lake = opendal.Operator("webhdfs", endpoint=ready.http_url, root="/opendal", user_name=user)
        work(step, lake, user)


def work(step, lake, user):
    with step(f"as {user}: write, read, stat"):
        data = os.urandom(2 * MIB + 5)
        lake.write("a/file.bin", data)
        check(bytes(lake.read("a/file.bin")), data, "content")
        stat = lake.stat("a/file.bin")
        check((stat.content_length, stat.mode.is_file()), (len(data), True), "status")
    with step("read a range"):
        with lake.open("a/file.bin", "rb") as file:
            file.seek(MIB - 3)
            check(bytes(file.read(10)), data[MIB - 3 : MIB + 7], "range")
    with step("overwrite, empty files, odd names"):
        lake.write("a/file.bin", b"short")
        check(bytes(lake.read("a/file.bin")), b"short", "content after overwriting")
        lake.write("a/empty", b"")
        check(lake.stat("a/empty").content_length, 0, "length of an empty file")
        for name in ("blank blank", "plus+plus", "ümläut"):
            lake.write(f"odd/{name}", name.encode())
            check(bytes(lake.read(f"odd/{name}")), name.encode(), f"content of {name}")
    with step("directories and listings"):
        lake.create_dir("a/b/c/")
        check_true(lake.stat("a/b/c/").mode.is_dir(), "not a directory")
        listed = sorted(entry.path for entry in lake.list("a/"))
        check([path for path in listed if path != "a/"], ["a/b/", "a/empty", "a/file.bin"], "names")
        found = [entry.path for entry in lake.list("", recursive=True) if not entry.path.endswith("/")]
        check(len(found), 5, "files found below the root")
    with step("delete"):
        lake.delete("a/empty")
        check(lake.exists("a/empty"), False, "existence")
        check_raises(NotFound, "", lambda: lake.read("a/empty"), "reading what is gone")
        lake.remove_all("")
        check([entry.path for entry in lake.list("") if entry.path not in ("", "/")], [], "what is left")


if __name__ == "__main__":
    _steps.main(script)
