"""What both generations of the official Python package are asked to do with files.

`owner` is a file system of a super-user of the account, `other` one of a user without any rights.
"""

import base64
import filecmp
import json
import os
import re
import tempfile
import time

from azure.datalake.store import multithread
from azure.datalake.store.enums import ExpiryOptionType
from azure.datalake.store.exceptions import DatalakeBadOffsetException

from _steps import check, check_raises, check_true

MIB = 1024 * 1024
SOMEBODY = "11111111-2222-3333-4444-555555555555"
NAMES = [
    "plus+plus", "blank blank", "100%", "a,b;c", "x&y=z", "hash#tag", "q?", "ümläut", "日本語", "~tilde'",
]


def run(step, owner, other, other_id):
    for test in (directories, content, odd_names, transfers, expiry, joining, access, recursion):
        directory = f"/{test.__name__}"
        owner.mkdir(directory)
        test(step, owner, other, other_id, directory)
        owner.rm(directory, recursive=True)


def directories(step, fs, other, other_id, directory):
    with step("directories: make, walk, glob, sizes"):
        fs.mkdir(f"{directory}/a/b/c")
        for name, size in (("a/one.txt", 10), ("a/b/two.txt", 20), ("a/b/c/three.csv", 30)):
            write(fs, f"{directory}/{name}", b"x" * size)
        base = directory.strip("/")
        check(sorted(fs.ls(f"{directory}/a")), [f"{base}/a/b", f"{base}/a/one.txt"], "names")
        check(len(fs.walk(directory)), 3, "files found by walking")
        check(fs.glob(f"{directory}/a/*/*.txt"), [f"{base}/a/b/two.txt"], "names found by a pattern")
        check(fs.du(directory, total=True, deep=True), 60, "bytes found by walking")
        summary = fs.df(f"{directory}/a")
        counts = summary["fileCount"], summary["directoryCount"], summary["length"]
        check(counts, (3, 3, 60), "content summary")
    with step("directories: a listing in many pages"):
        for number in range(25):
            fs.touch(f"{directory}/many/{number:02}")
        listed = fs._ls_batched(f"{directory}/many", batch_size=4)
        names = [item["pathSuffix"] for item in listed]
        check(names, [f"{number:02}" for number in range(25)], "names of all pages")
    with step("directories: status"):
        info = fs.info(f"{directory}/a/one.txt")
        fixed = {key: info[key] for key in ("type", "length", "blockSize", "replication", "aclBit")}
        expected = {"type": "FILE", "length": 10, "blockSize": 256 * MIB, "replication": 1, "aclBit": False}
        check(fixed, expected, "status of a file")
        check(info["permission"], "770", "permission of a file")
        check_true(abs(info["modificationTime"] / 1000 - time.time()) < 60, "time of a file is not now")
        check(fs.info("/")["type"], "DIRECTORY", "type of the root")
    with step("directories: rename, and what cannot be renamed or removed"):
        fs.mv(f"{directory}/a/one.txt", f"{directory}/a/uno.txt")
        fs.mv(f"{directory}/a/uno.txt", f"{directory}/many")
        check_true(fs.exists(f"{directory}/many/uno.txt"), "a file moved into a directory is not there")
        check_raises(Exception, "", lambda: fs.mv(f"{directory}/gone", f"{directory}/x"), "missing source")
        check_raises(Exception, "", lambda: fs.rmdir(f"{directory}/a"), "directory that is not empty")
        check_raises(FileNotFoundError, "gone", lambda: fs.rm(f"{directory}/gone"), "missing file")
        check(fs.exists(f"{directory}/gone"), False, "existence of what never was")


def content(step, fs, other, other_id, directory):
    path = f"{directory}/file.bin"
    data = os.urandom(9 * MIB + 321)
    with step("content: write in blocks, read in ranges"):
        write(fs, path, data)
        check(fs.info(path)["length"], len(data), "length")
        with fs.open(path, "rb", blocksize=MIB) as file:
            for offset in (0, 5 * MIB - 3, len(data) - 10):
                file.seek(offset)
                check(file.read(1000), data[offset : offset + 1000], f"range at {offset}")
            file.seek(-4, 2)
            check((file.read(), file.read(1)), (data[-4:], b""), "the last bytes, and then none")
        check((fs.head(path, 9), fs.tail(path, 9)), (data[:9], data[-9:]), "head and tail")
    with step("content: append"):
        with fs.open(path, "ab") as file:
            file.write(b"tail")
        check(fs.tail(path, 4), b"tail", "appended bytes")
    with step("content: others see what has been flushed"):
        with fs.open(f"{directory}/slow", "wb") as file:
            file.write(b"first")
            file.flush(force=True)
            check(fs.cat(f"{directory}/slow"), b"first", "flushed bytes")
            file.write(b" second")
        check(fs.cat(f"{directory}/slow"), b"first second", "all bytes")
    with step("content: lines and blocks that end in a delimiter"):
        lines = [b"line %d\n" % number for number in range(2000)]
        with fs.open(f"{directory}/lines", "wb", blocksize=4096, delimiter=b"\n") as file:
            for line in lines:
                file.write(line)
        with fs.open(f"{directory}/lines", "rb", blocksize=1000) as file:
            check(list(file), lines, "lines")
        block = fs.read_block(f"{directory}/lines", 0, 30, delimiter=b"\n")
        check(block, b"".join(lines[:4]), "a block of whole lines")
    with step("content: a lost answer is found out"):
        size = fs.info(path)["length"]
        append = lambda offset: fs.azure.call("APPEND", path, offset=offset, append="true", data=b"")
        append(size)
        check_raises(DatalakeBadOffsetException, "file.bin", lambda: append(size - 1), "offset")
    with step("content: empty files and missing files"):
        fs.touch(f"{directory}/empty")
        check(fs.cat(f"{directory}/empty"), b"", "an empty file")
        check_raises(FileNotFoundError, "", lambda: fs.cat(f"{directory}/gone"), "reading nothing")


def odd_names(step, fs, other, other_id, directory):
    with step("names: letters of all kinds come back as they were"):
        for name in NAMES:
            write(fs, f"{directory}/{name}/{name}", name.encode())
        listed = [item["pathSuffix"] for item in fs.ls(directory, detail=True)]
        check(listed, sorted(NAMES, key=str.encode), "names")
        for name in NAMES:
            check(fs.cat(f"{directory}/{name}/{name}"), name.encode(), f"content of {name}")
            fs.mv(f"{directory}/{name}/{name}", f"{directory}/{name}/moved {name}")
            check_true(fs.exists(f"{directory}/{name}/moved {name}"), f"{name} has not been moved")


def transfers(step, fs, other, other_id, directory):
    with tempfile.TemporaryDirectory() as local:
        tree = {"a.bin": 3 * MIB, "sub/b.bin": 5 * MIB + 7, "sub/empty.bin": 0, "sub/deep/c.bin": 1}
        for name, size in tree.items():
            path = os.path.join(local, "up", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(os.urandom(size))
        with step("transfers: a tree up, in parts"):
            multithread.ADLUploader(
                fs, lpath=os.path.join(local, "up"), rpath=f"{directory}/tree", nthreads=8,
                chunksize=MIB, blocksize=MIB,
            )
            sizes = {
                item["name"].split("/tree/")[1]: item["length"] for item in fs.walk(directory, details=True)
            }
            check(sizes, tree, "sizes after the upload")
        with step("transfers: a tree down, and the same"):
            down = os.path.join(local, "down")
            multithread.ADLDownloader(
                fs, rpath=f"{directory}/tree", lpath=down, nthreads=8, chunksize=MIB, blocksize=MIB
            )
            for name in tree:
                same = filecmp.cmp(os.path.join(local, "up", name), os.path.join(down, name), shallow=False)
                check_true(same, f"{name} came back changed")
        with step("transfers: put and get"):
            source, copy = os.path.join(local, "up", "sub", "b.bin"), os.path.join(local, "copy")
            fs.put(source, f"{directory}/put.bin")
            fs.get(f"{directory}/put.bin", copy)
            check_true(filecmp.cmp(source, copy, shallow=False), "the copy differs")


def expiry(step, fs, other, other_id, directory):
    with step("expiry: set, show, remove"):
        path = f"{directory}/file"
        fs.touch(path)
        until = int(time.time() * 1000) + 3_600_000
        fs.set_expiry(path, ExpiryOptionType.absolute.value, until)
        check(fs.info(path)["msExpirationTime"], until, "time of expiry")
        fs.set_expiry(path, ExpiryOptionType.relative_to_now.value, 60_000)
        left = fs.info(path)["msExpirationTime"] / 1000 - time.time()
        check_true(50 < left < 70, f"expires in {left} s")
        fs.set_expiry(path, ExpiryOptionType.never_expire.value)
        check(fs.info(path)["msExpirationTime"], 0, "time of expiry")
    with step("expiry: a file whose time has come is gone"):
        fs.set_expiry(path, ExpiryOptionType.relative_to_now.value, 1)
        time.sleep(0.05)
        check(fs.exists(path, invalidate_cache=True), False, "existence")


def joining(step, fs, other, other_id, directory):
    with step("joining: files become one, and the parts are gone"):
        parts = [f"{directory}/parts/{name}" for name in ("1", "2,with+odd name", "3")]
        for number, part in enumerate(parts):
            write(fs, part, b"%d" % number * 1000)
        fs.concat(f"{directory}/whole", parts, delete_source=True)
        check(fs.cat(f"{directory}/whole"), b"0" * 1000 + b"1" * 1000 + b"2" * 1000, "content")
        check(fs.exists(f"{directory}/parts", invalidate_cache=True), False, "directory of the parts")


def access(step, fs, other, other_id, directory):
    path = f"{directory}/file"
    # A refused read comes wrapped, after the package has given up trying.
    denied = lambda call, what: check_raises((PermissionError, RuntimeError), "", call, what)
    with step("access: nothing without rights"):
        write(fs, path, b"secret")
        denied(lambda: other.cat(path), "reading")
        denied(lambda: other.ls(directory), "listing")
        denied(lambda: other.touch(f"{directory}/mine"), "creating")
        denied(lambda: other.rm(path), "deleting")
        denied(lambda: other.chown(path, owner=other_id), "changing the owner")
    with step("access: as much as the ACL grants"):
        for up in ("/", directory):
            fs.modify_acl_entries(up, f"user:{other_id}:--x")
        fs.modify_acl_entries(path, f"user:{other_id}:r--")
        check(other.cat(path), b"secret", "content for the other user")
        denied(lambda: other.ls(directory, invalidate_cache=True), "listing")
        fs.modify_acl_entries(directory, f"user:{other_id}:rwx")
        write(other, f"{directory}/mine", b"mine")
        check(other.info(f"{directory}/mine")["owner"], other_id, "owner of a new file")
        denied(lambda: write(other, path, b"x"), "overwriting")
    with step("access: mode bits narrow the ACL"):
        fs.chmod(path, "700")
        denied(lambda: other.cat(path), "reading with a mask of ---")
        fs.chmod(path, "0740")
        check(other.cat(path), b"secret", "reading with a mask of r--")
        check(fs.info(path, invalidate_cache=True)["permission"], "740", "permission")
    with step("access: set, show and remove ACLs"):
        fs.set_acl(path, f"user::rwx,group::r-x,other::---,user:{SOMEBODY}:rwx")
        entries = fs.get_acl_status(path)["entries"]
        named = f"user:{SOMEBODY}:rwx"
        check(entries, ["user::rwx", named, "group::r-x", "mask::rwx", "other::---"], "entries")
        fs.remove_acl_entries(path, f"user:{SOMEBODY}")
        check("mask::r-x" in fs.get_acl_status(path)["entries"], True, "a mask that stays")
        fs.remove_acl(path)
        check(fs.get_acl_status(path)["entries"], ["user::rwx", "group::r-x", "other::---"], "entries")
        fs.remove_default_acl(path)
    with step("access: default entries are inherited"):
        fs.modify_acl_entries(directory, f"default:user:{other_id}:r-x")
        fs.mkdir(f"{directory}/sub")
        fs.touch(f"{directory}/sub/file")
        inherited = fs.get_acl_status(f"{directory}/sub/file")["entries"]
        check_true(f"user:{other_id}:r-x" in inherited, f"not inherited: {inherited}")
        check_true(fs.info(f"{directory}/sub/file")["aclBit"], "no aclBit")
    with step("access: owners"):
        fs.chown(path, owner=SOMEBODY, group=other_id)
        info = fs.info(path, invalidate_cache=True)
        check((info["owner"], info["group"]), (SOMEBODY, other_id), "owner and group")
        fs.remove_acl_entries("/", f"user:{other_id}")


def recursion(step, fs, other, other_id, directory):
    files = [f"{directory}/{d}/{f}" for d in "abc" for f in "123"]
    for file in files:
        fs.touch(file)
    spec = f"user:{SOMEBODY}:r-x"
    entries = lambda path: fs.get_acl_status(path)["entries"]
    with step("recursion: entries for a whole tree"):
        fs.modify_acl_entries(directory, f"{spec},default:{spec}", recursive=True, number_of_sub_process=2)
        for path in [directory, f"{directory}/a", *files]:
            check_true(spec in entries(path), f"{path} lacks the entry")
        check_true(f"default:{spec}" in entries(f"{directory}/b"), "a directory lacks the default entry")
    with step("recursion: a new ACL for a whole tree"):
        fs.set_acl(directory, "user::rwx,group::rwx,other::---", recursive=True, number_of_sub_process=2)
        for path in [f"{directory}/a", *files]:
            check_true(spec not in entries(path), f"{path} has the entry still")
    with step("recursion: entries removed from a whole tree"):
        fs.remove_acl_entries(directory, f"default:user:{SOMEBODY}", recursive=True, number_of_sub_process=2)
        check_true(f"default:{spec}" not in entries(directory), "the default entry is there still")


def write(fs, path, data):
    """Writes in blocks of 2 MiB, so that larger files take several calls."""
    with fs.open(path, "wb", blocksize=2 * MIB) as file:
        file.write(data)


def object_id(token):
    """Of whom an access token speaks."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["oid"]


def user_code(text):
    """The code in what a sign-in tells a person to do."""
    found = re.search(r"\bcode ([A-Z0-9]{6,12})\b", text)
    return found and found.group(1)
