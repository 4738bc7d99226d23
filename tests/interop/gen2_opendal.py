"""Apache OpenDAL's azdls service, with the account's key, path style over HTTP."""
# requirements: requirements-gen2-opendal.txt

import datetime
import os

import opendal
from opendal.exceptions import AlreadyExists, ConditionNotMatch, NotFound, PermissionDenied, Unsupported

import _steps
from _steps import check, check_raises, check_true

MIB = 1024 * 1024


def script(ready, step):
    options = {
        "endpoint": f"{ready.http_url}/{ready.gen2_account}",
        "filesystem": ready.gen2_filesystem,
        "account_name": ready.gen2_account,
        "account_key": ready.gen2_key,
    }
    lake = opendal.Operator("azdls", root="/opendal", **options)
    content(step, lake)
    listings(step, lake)
    renames(step, lake)
    conditions(step, lake)
    deletions(step, lake)
    refusals(step, options)


def content(step, lake):
    data = os.urandom(3 * MIB + 5)
    with step("content: write, read, stat"):
        lake.write("a/file.bin", data)
        check(bytes(lake.read("a/file.bin")), data, "content")
        stat = lake.stat("a/file.bin")
        check((stat.content_length, stat.mode.is_file()), (len(data), True), "status")
        check_true(stat.etag and stat.last_modified, f"{stat} lacks something")
        lake.write("a/file.bin", b"short")
        check(bytes(lake.read("a/file.bin")), b"short", "content after overwriting")
    with step("content: ranges, side by side"):
        lake.write("a/file.bin", data, chunk=MIB, concurrent=2)
        for offset, size in ((0, 10), (MIB - 3, 7), (len(data) - 4, 4)):
            check(bytes(lake.read("a/file.bin", offset=offset, size=size)), data[offset : offset + size], "range")
        check(bytes(lake.read("a/file.bin", chunk=MIB, concurrent=3)), data, "content read in parts")
        with lake.open("a/file.bin", "rb") as file:
            file.seek(MIB)
            check(bytes(file.read(10)), data[MIB : MIB + 10], "range of an open file")
    with step("content: append"):
        for part in (b"one ", b"two ", b"three"):
            lake.write("a/log", part, append=True)
        check(bytes(lake.read("a/log")), b"one two three", "content")
    with step("content: odd names"):
        for name in ("blank blank", "plus+plus", "ümläut", "100%", "a&b=c", "日本語"):
            lake.write(f"odd/{name}", name.encode())
            check(bytes(lake.read(f"odd/{name}")), name.encode(), f"content of {name}")
    with step("content: what is not there"):
        check_raises(NotFound, "", lambda: lake.read("gone"), "reading")
        check_raises(NotFound, "", lambda: lake.stat("gone"), "status")
        check(lake.exists("gone"), False, "existence")


def listings(step, lake):
    with step("listing: directories, one level, all levels"):
        lake.create_dir("l/x/y/")
        check_true(lake.stat("l/x/y/").mode.is_dir(), "not a directory")
        for name in ("l/1", "l/x/2", "l/x/y/3"):
            lake.write(name, name.encode())
        names = lambda path, **options: sorted(
            entry.path for entry in lake.list(path, **options) if entry.path != path
        )
        check(names("l/"), ["l/1", "l/x/"], "one level")
        everything = ["l/1", "l/x/", "l/x/2", "l/x/y/", "l/x/y/3"]
        check(names("l/", recursive=True), everything, "all levels")
        check(names("l/nothing/"), [], "what is not there")


def renames(step, lake):
    with step("renames: files, over others, directories, into new parents"):
        lake.rename("l/1", "r/new/parent/1")
        check((bytes(lake.read("r/new/parent/1")), lake.exists("l/1")), (b"l/1", False), "a file")
        lake.write("r/old", b"old")
        lake.rename("r/new/parent/1", "r/old")
        check(bytes(lake.read("r/old")), b"l/1", "a file that was replaced")
        lake.rename("l/x/2", "r/ü+b c")
        check(bytes(lake.read("r/ü+b c")), b"l/x/2", "an odd name")
        check_raises(NotFound, "", lambda: lake.rename("gone", "r/x"), "a missing source")
    with step("copies: not in this service"):
        check_raises(Unsupported, "", lambda: lake.copy("r/old", "r/copy"), "a copy")


def conditions(step, lake):
    with step("conditions: versions and times of what is read, creation only of what is new"):
        lake.write("c", b"data")
        stat = lake.stat("c")
        check(bytes(lake.read("c", if_match=stat.etag)), b"data", "content of that version")
        check_raises(ConditionNotMatch, "", lambda: lake.read("c", if_match='"0x1"'), "another version")
        check_raises(ConditionNotMatch, "", lambda: lake.read("c", if_none_match=stat.etag), "that version")
        later = stat.last_modified + datetime.timedelta(hours=1)
        check_raises(ConditionNotMatch, "", lambda: lake.read("c", if_modified_since=later), "modified since")
        earlier = stat.last_modified - datetime.timedelta(hours=1)
        old = lambda: lake.read("c", if_unmodified_since=earlier)
        check_raises(ConditionNotMatch, "", old, "not modified since")
        again = lambda: lake.write("c", b"other", if_not_exists=True)
        check_raises((ConditionNotMatch, AlreadyExists), "", again, "creating what is there")
        check(bytes(lake.read("c")), b"data", "content after the refusal")


def deletions(step, lake):
    with step("deletions: files, what is not there, trees"):
        lake.delete("c")
        check(lake.exists("c"), False, "existence")
        lake.delete("gone")
        lake.remove_all("r/")
        check(lake.exists("r/"), False, "existence of a tree")
        lake.delete("", recursive=True)
        check([entry.path for entry in lake.list("") if entry.path not in ("", "/")], [], "what is left")


def refusals(step, options):
    with step("refusals: a wrong key, a file system that is not there"):
        wrong = opendal.Operator("azdls", **(options | {"account_key": "d3Jvbmc="}))
        check_raises(PermissionDenied, "AuthenticationFailed", lambda: wrong.read("x"), "a wrong key")
        elsewhere = opendal.Operator("azdls", **(options | {"filesystem": "never-was"}))
        check_raises(NotFound, "", lambda: elsewhere.read("x"), "reading there")


if __name__ == "__main__":
    _steps.main(script)
