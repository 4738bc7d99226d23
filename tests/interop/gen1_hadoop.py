"""Hadoop's WebHDFS client and shell, as Spark ships them; they name a user and send no token.

Needs Java. The client runs in one virtual machine that Python steers.
"""
# requirements: requirements-gen1-hadoop.txt
# emulator: --allow-pseudo-auth

import getpass
import glob
import os
import shutil
import sys
import tempfile

import pyspark
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JJavaError

import _steps
from _steps import check, check_raises, check_true

JARS = ("hadoop-client-api", "hadoop-client-runtime", "commons-logging", "slf4j-api", "log4j", "py4j")
MIB = 1024 * 1024
SOMEBODY = "11111111-2222-3333-4444-555555555555"


def script(ready, step):
    missing = "there is no java: install a runtime, 17 or newer (Debian: default-jre-headless)"
    check_true(shutil.which("java"), missing)
    with step("start Java and connect"):
        url = ready.http_url.replace("http:", "webhdfs:")
        hadoop = Hadoop(url, ready.username.split("@")[0])
        name = hadoop.fs.getClass().getSimpleName()
        check(name, "WebHdfsFileSystem", "kind of file system")
    try:
        content(step, hadoop)
        names(step, hadoop)
        attributes(step, hadoop)
        shell(step, hadoop)
        strangers(step, hadoop, url)
    finally:
        hadoop.gateway.shutdown()


class Hadoop:
    """A file system in a Java virtual machine."""

    def __init__(self, url, user):
        os.environ["HADOOP_USER_NAME"] = user
        directory = os.path.join(os.path.dirname(pyspark.__file__), "jars")
        jars = [jar for name in JARS for jar in glob.glob(os.path.join(directory, f"{name}-*.jar"))]
        self.gateway = JavaGateway.launch_gateway(
            classpath=os.pathsep.join(jars), die_on_exit=True, redirect_stderr=sys.stderr
        )
        self.java = self.gateway.jvm
        self.hadoop = self.java.org.apache.hadoop
        self.conf = self.hadoop.conf.Configuration()
        self.conf.set("fs.defaultFS", url)
        self.fs = self.hadoop.fs.FileSystem.get(self.java.java.net.URI(url), self.conf)

    def path(self, text):
        # The constructor that takes one text would read `%` and `:` as parts of a URL.
        return self.hadoop.fs.Path(None, None, text)

    def permission(self, octal):
        return self.hadoop.fs.permission.FsPermission(octal)

    def write(self, path, data, overwrite=True):
        self.send(self.fs.create(self.path(path), overwrite), data)

    def append(self, path, data):
        self.send(self.fs.append(self.path(path)), data)

    @staticmethod
    def send(stream, data):
        try:
            for start in range(0, len(data), MIB):
                stream.write(data[start : start + MIB])
        finally:
            stream.close()

    def read(self, path, offset=0):
        stream = self.fs.open(self.path(path))
        try:
            stream.seek(offset)
            buffer = self.java.java.io.ByteArrayOutputStream()
            self.hadoop.io.IOUtils.copyBytes(stream, buffer, 65536, False)
            return bytes(buffer.toByteArray())
        finally:
            stream.close()

    def status(self, path):
        return self.fs.getFileStatus(self.path(path))

    def names(self, path):
        return [item.getPath().getName() for item in self.fs.listStatus(self.path(path))]

    def shell(self, *arguments):
        """Runs a command of `hadoop fs`; its exit code and what it printed."""
        system = self.java.java.lang.System
        screen, complaints = system.out, system.err
        buffer = self.java.java.io.ByteArrayOutputStream()
        stream = self.java.java.io.PrintStream(buffer, True)
        system.setOut(stream)
        system.setErr(stream)
        try:
            words = self.gateway.new_array(self.java.java.lang.String, len(arguments))
            for index, word in enumerate(arguments):
                words[index] = word
            shell = self.hadoop.fs.FsShell(self.conf)
            code = self.hadoop.util.ToolRunner.run(shell, words)
        finally:
            stream.flush()
            system.setOut(screen)
            system.setErr(complaints)
        return code, buffer.toString("UTF-8")


def content(step, hadoop):
    data = os.urandom(3 * MIB + 17)
    with step("write, append, read"):
        hadoop.write("/h/d/file", data)
        hadoop.append("/h/d/file", b"tail")
        check(hadoop.status("/h/d/file").getLen(), len(data) + 4, "length")
        check(hadoop.read("/h/d/file"), data + b"tail", "content")
        check(hadoop.read("/h/d/file", offset=len(data)), b"tail", "content from an offset")
    with step("an empty file, and the end of a file"):
        hadoop.write("/h/empty", b"")
        check(hadoop.read("/h/empty"), b"", "content of an empty file")
        stream = hadoop.fs.open(hadoop.path("/h/d/file"))
        stream.seek(len(data) + 4)
        check(stream.read(), -1, "what comes behind the end")
        stream.close()
    with step("what is there is not overwritten unless told so"):
        error = lambda call, text: check_raises(Py4JJavaError, text, call, text)
        error(lambda: hadoop.write("/h/empty", b"x", overwrite=False), "FileAlreadyExistsException")
        error(lambda: hadoop.read("/h/gone"), "FileNotFoundException")
        error(lambda: hadoop.append("/h/gone", b""), "FileNotFoundException")
    with step("join files"):
        for name in ("1", "2"):
            hadoop.write(f"/h/parts/{name}", name.encode() * 5)
        sources = hadoop.gateway.new_array(hadoop.hadoop.fs.Path, 2)
        sources[0], sources[1] = hadoop.path("/h/parts/1"), hadoop.path("/h/parts/2")
        hadoop.write("/h/whole", b"0")
        hadoop.fs.concat(hadoop.path("/h/whole"), sources)
        check(hadoop.read("/h/whole"), b"01111122222", "content")


def names(step, hadoop):
    with step("directories, listings, rename, delete"):
        check(hadoop.fs.mkdirs(hadoop.path("/n/a/b")), True, "mkdirs")
        for name in ("x", "y z", "100%", "p+q", "ümläut", "a,b"):
            hadoop.write(f"/n/a/{name}", name.encode())
        check(hadoop.names("/n/a"), ["100%", "a,b", "b", "p+q", "x", "y z", "ümläut"], "names")
        iterator = hadoop.fs.listFiles(hadoop.path("/n"), True)
        count = 0
        while iterator.hasNext():
            iterator.next()
            count += 1
        check(count, 6, "files found by walking")
        move = lambda a, b: hadoop.fs.rename(hadoop.path(a), hadoop.path(b))
        check(move("/n/a/p+q", "/n/a/b"), True, "moving into a directory")
        check(move("/n/gone", "/n/x"), False, "renaming what is not there")
        check(hadoop.read("/n/a/b/p+q"), b"p+q", "content after the move")
        delete = lambda path, deep: hadoop.fs.delete(hadoop.path(path), deep)
        check_raises(Py4JJavaError, "not empty", lambda: delete("/n/a", False), "a full directory")
        check((delete("/n", True), delete("/n", True)), (True, False), "deleting twice")
        check(hadoop.fs.exists(hadoop.path("/n")), False, "existence")


def attributes(step, hadoop):
    path = hadoop.path("/h/d/file")
    with step("status, permission, owner, times"):
        status = hadoop.status("/h/d/file")
        check(status.getBlockSize(), 256 * MIB, "block size")
        hadoop.fs.setPermission(path, hadoop.permission("640"))
        check(hadoop.status("/h/d/file").getPermission().toString(), "rw-r-----", "permission")
        hadoop.fs.setTimes(path, 1_500_000_000_000, -1)
        check(hadoop.status("/h/d/file").getModificationTime(), 1_500_000_000_000, "time")
        hadoop.fs.setOwner(path, None, SOMEBODY)
        check(hadoop.status("/h/d/file").getGroup(), SOMEBODY, "group")
        summary = hadoop.fs.getContentSummary(hadoop.path("/h/d"))
        counts = summary.getFileCount(), summary.getDirectoryCount(), summary.getLength()
        check(counts, (1, 1, 3 * MIB + 21), "content summary")
        hadoop.fs.access(path, hadoop.hadoop.fs.permission.FsAction.READ)
    with step("ACLs"):
        entry = hadoop.hadoop.fs.permission.AclEntry.parseAclSpec
        acl = lambda: [item.toString() for item in hadoop.fs.getAclStatus(path).getEntries()]
        hadoop.fs.modifyAclEntries(path, entry(f"user:{SOMEBODY}:r-x", True))
        check(acl(), [f"user:{SOMEBODY}:r-x", "group::r--"], "entries")
        hadoop.fs.removeAcl(path)
        check(acl(), [], "entries")


def shell(step, hadoop):
    def run(*arguments):
        code, text = hadoop.shell(*arguments)
        check(code, 0, f"exit code of {' '.join(arguments)}")
        return text

    with tempfile.TemporaryDirectory() as directory:
        local, back = os.path.join(directory, "local"), os.path.join(directory, "back")
        with open(local, "wb") as file:
            file.write(os.urandom(2 * MIB + 1))
        with step("shell: mkdir, put, get, cat, ls, mv, cp"):
            run("-mkdir", "-p", "/s/a/b")
            run("-put", local, "/s/a/file")
            run("-get", "/s/a/file", back)
            with open(local, "rb") as one, open(back, "rb") as other:
                check_true(one.read() == other.read(), "the file came back changed")
            run("-touchz", "/s/a/b/empty")
            lines = run("-ls", "-R", "/s").strip().splitlines()
            paths = [line.split()[-1] for line in lines]
            check(paths, ["/s/a", "/s/a/b", "/s/a/b/empty", "/s/a/file"], "names")
            run("-mv", "/s/a/file", "/s/a/b")
            run("-cp", "/s/a/b/file", "/s/copy")
            check(run("-stat", "%b", "/s/copy").strip(), str(2 * MIB + 1), "size of the copy")
        with step("shell: appendToFile, tail, getmerge, du, count, test"):
            with open(local, "wb") as file:
                file.write(b"line\n")
            run("-appendToFile", local, "/s/copy")
            check(run("-tail", "/s/copy")[-5:], "line\n", "tail")
            check(run("-du", "-s", "/s").split()[0], str(2 * (2 * MIB + 1) + 5), "size")
            check(run("-count", "/s").split()[:2], ["3", "3"], "directories and files")
            run("-test", "-d", "/s/a")
            run("-setrep", "2", "/s/copy")
            usage = run("-count", "-q", "-u", "/s").split()
            check(usage, ["none", "inf", "none", "inf", "/s"], "quotas")
            checksum = run("-checksum", "/s/copy").split()
            check(checksum[:2], ["/s/copy", "MD5-of-0MD5-of-512CRC32"], "kind of checksum")
            check(len(checksum[2]), 56, "digits of the checksum")
            check(hadoop.shell("-test", "-e", "/s/gone")[0], 1, "test of what is not there")
    with step("shell: chmod, chown, ACLs, rm"):
        run("-chmod", "-R", "750", "/s")
        run("-chgrp", SOMEBODY, "/s/copy")
        run("-setfacl", "-m", f"user:{SOMEBODY}:rw-", "/s/copy")
        shown = run("-getfacl", "/s/copy")
        for line in (f"# group: {SOMEBODY}", f"user:{SOMEBODY}:rw-", "mask::rwx", "group::r-x"):
            check_true(line in shown, f"{line} is not in:\n{shown}")
        run("-setfacl", "-b", "/s/copy")
        run("-rm", "/s/copy")
        run("-rm", "-r", "-skipTrash", "/s")
        check(hadoop.shell("-ls", "/s")[0], 1, "ls of what was deleted")


def strangers(step, hadoop, url):
    """Users whom the directory does not know: whoever runs this, and others."""

    def system(user):
        return hadoop.hadoop.fs.FileSystem.get(hadoop.java.java.net.URI(url), hadoop.conf, user)

    def refused(text, call):
        check_raises(Py4JJavaError, text, call, text)

    me = getpass.getuser()
    mine, others = system(me), system("somebody-else")
    home, secret = hadoop.path(f"/user/{me}"), hadoop.path(f"/user/{me}/secret")
    with step("whoever runs it works in a home of their own"):
        check(mine.getHomeDirectory().toUri().getPath(), f"/user/{me}", "home")
        check(mine.mkdirs(secret, hadoop.permission("700")), True, "mkdirs")
        mine.create(hadoop.path(f"/user/{me}/secret/f")).close()
        status = mine.getFileStatus(secret)
        check((status.getOwner(), status.getPermission().toString()), (me, "rwx------"), "owner and mode")
        refused("AccessControlException", lambda: others.listStatus(secret))
        refused("AccessControlException", lambda: others.delete(home, True))
    with step("ACLs for any name"):
        entry = hadoop.hadoop.fs.permission.AclEntry.parseAclSpec
        names = ["user:bob:rwx", "user:somebody-else:r-x", "group:staff:r-x"]
        mine.modifyAclEntries(secret, entry(",".join(names), True))
        shown = [item.toString() for item in mine.getAclStatus(secret).getEntries()]
        check_true(all(name in shown for name in names), f"not all of {names} in {shown}")
        check(len(list(others.listStatus(secret))), 1, "what the entry lets another see")
        mine.removeAclEntries(secret, entry("user:somebody-else", False))
        refused("AccessControlException", lambda: others.listStatus(secret))
        hadoop.fs.setOwner(secret, "bob", "staff")
        status = mine.getFileStatus(secret)
        check((status.getOwner(), status.getGroup()), ("bob", "staff"), "owner and group")
        hadoop.fs.delete(home, True)
    with step("a disabled user of the directory is refused"):
        fs = system("disabled")
        refused("Unauthorized", lambda: fs.listStatus(hadoop.path("/")))


if __name__ == "__main__":
    _steps.main(script)
