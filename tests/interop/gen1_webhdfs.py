"""Python packages made for WebHDFS clusters: hdfs and pyhdfs; they name a user and send no token."""
# requirements: requirements-gen1-fsspec.txt
# emulator: --allow-pseudo-auth

import getpass
import os
import tempfile
from urllib.parse import urlsplit

import hdfs
import pyhdfs

import _steps
from _steps import check, check_raises, check_true

SOMEBODY = "11111111-2222-3333-4444-555555555555"


def script(ready, step):
    # A user of the directory, and one whom it does not know.
    for user, owns in ((ready.username.split("@")[0], True), (getpass.getuser(), False)):
        hosts = urlsplit(ready.http_url).netloc
        with_hdfs(step, hdfs.InsecureClient(ready.http_url, user=user), user, owns)
        with_pyhdfs(step, pyhdfs.HdfsClient(hosts=hosts, user_name=user), user)
    # Without a name, it is that of the operating system.
    with_acls(step, hdfs.InsecureClient(ready.http_url), pyhdfs.HdfsClient(hosts=hosts))


def with_hdfs(step, lake, user, owns_the_account):
    with step(f"hdfs as {user}: write, append, read"):
        lake.makedirs("/h/x", permission="755")
        lake.write("/h/a.txt", b"abc", overwrite=True)
        lake.write("/h/a.txt", b"def", append=True)
        with lake.read("/h/a.txt", offset=2, length=3) as reader:
            check(reader.read(), b"cde", "range")
        with lake.write("/h/lines.txt", encoding="utf-8") as writer:
            for number in range(1000):
                writer.write(f"line {number}\n")
        with lake.read("/h/lines.txt", encoding="utf-8", delimiter="\n") as reader:
            check(len([line for line in reader if line]), 1000, "lines")
    with step("hdfs: a tree up and down"):
        with tempfile.TemporaryDirectory() as directory:
            os.makedirs(os.path.join(directory, "up", "sub"))
            for number in range(3):
                with open(os.path.join(directory, "up", "sub", str(number)), "wb") as file:
                    file.write(b"x" * number)
            lake.upload("/h/tree", os.path.join(directory, "up"), n_threads=2)
            lake.download("/h/tree", os.path.join(directory, "down"), n_threads=2)
            sizes = [os.path.getsize(os.path.join(directory, "down", "sub", str(n))) for n in range(3)]
            check(sizes, [0, 1, 2], "sizes of what came back")
        check(lake.content("/h/tree")["directoryCount"], 2, "directories")
    with step("hdfs: attributes"):
        lake.set_permission("/h/a.txt", "640")
        lake.set_times("/h/a.txt", access_time=1_000_000, modification_time=2_000_000)
        if owns_the_account:
            lake.set_owner("/h/a.txt", group=SOMEBODY)
        else:
            check_raises(hdfs.HdfsError, "", lambda: lake.set_owner("/h/a.txt", group=SOMEBODY), "group")
        lake.set_acl("/h/a.txt", f"user:{SOMEBODY}:r--", clear=False)
        status = lake.status("/h/a.txt")
        found = [status[key] for key in ("permission", "accessTime", "modificationTime", "group")]
        group = SOMEBODY if owns_the_account else "users"
        check(found, ["640", 1_000_000, 2_000_000, group], "attributes")
        check(status["owner"].split("@")[0], user, "owner")
        check_true(f"user:{SOMEBODY}:r--" in lake.acl_status("/h/a.txt")["entries"], "no entry")
        check(lake.checksum("/h/a.txt")["algorithm"], "MD5-of-0MD5-of-512CRC32", "checksum")
        check(lake.set_replication("/h/a.txt", 2), None, "copies")
    with step("hdfs: relative paths, rename, delete, what is missing"):
        lake.write("relative.txt", b"1", overwrite=True)
        check(lake.resolve("relative.txt"), f"/user/{user}/relative.txt", "absolute path")
        lake.rename("/h/a.txt", "/h/b.txt")
        check(lake.status("/h/a.txt", strict=False), None, "status of what was renamed")
        check((lake.delete("/h", recursive=True), lake.delete("/h")), (True, False), "deleting twice")
        check_raises(hdfs.HdfsError, "/h", lambda: lake.list("/h"), "listing what is gone")


def with_pyhdfs(step, lake, user):
    with step(f"pyhdfs as {user}: two steps to the bytes, insisted on"):
        lake.mkdirs("/p")
        lake.create("/p/a", b"abc")
        lake.append("/p/a", b"def")
        check(lake.open("/p/a").read(), b"abcdef", "content")
        check(lake.get_file_checksum("/p/a").length, 28, "length of the checksum")
    with step("pyhdfs: the rest"):
        check(lake.get_home_directory(), f"/user/{user}", "home")
        lake.create("/p/b", b"ghi")
        lake.concat("/p/a", ["/p/b"])
        check((lake.listdir("/p"), lake.get_file_status("/p/a").length), (["a"], 9), "after joining")
        lake.set_replication("/p/a", replication=2)
        check_raises(pyhdfs.HdfsFileAlreadyExistsException, "", lambda: lake.create("/p/a", b""), "exists")
        check_raises(pyhdfs.HdfsFileNotFoundException, "", lambda: lake.open("/p/gone"), "missing")
        check(lake.delete("/p", recursive=True), True, "deleting")


def with_acls(step, lake, other):
    me = getpass.getuser()
    with step("whoever runs it: owner, and ACLs for any name"):
        lake.write("/acl/f", b"1")
        check(lake.status("/acl/f")["owner"], me, "owner by hdfs")
        check(other.get_file_status("/acl/f").owner, me, "owner by pyhdfs")
        lake.set_acl("/acl/f", "user:bob:rwx,group:staff:r-x", clear=False)
        entries = lake.acl_status("/acl/f")["entries"]
        for entry in ("user:bob:rwx", "group:staff:r-x"):
            check_true(entry in entries, f"{entry} is not in {entries}")
        lake.remove_acl_entries("/acl/f", "user:bob")
        check_true("user:bob:rwx" not in lake.acl_status("/acl/f")["entries"], "the entry is still there")
        lake.delete("/acl", recursive=True)


if __name__ == "__main__":
    _steps.main(script)
