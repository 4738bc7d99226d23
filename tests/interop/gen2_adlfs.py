"""adlfs, through fsspec and by hand, in every form of an account's address that it can use."""
# requirements: requirements-gen2-lake.txt

import os
import pathlib
import tempfile
import urllib.error
import urllib.request

import fsspec
import pandas
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)

import _steps
from _lake import MIB, NAMES, WRONG_KEY, connection_string, refused, tree
from _steps import check, check_raises, check_true


def script(ready, step):
    application = {
        "tenant_id": ready.tenant_id, "client_id": ready.client_id, "client_secret": ready.client_secret,
    }
    account = {"account_name": ready.gen2_account}
    for name, options in {
        "path, key": {"connection_string": connection_string(ready)},
        "proxy, key": account | {"account_key": ready.gen2_key},
        "proxy, bearer": account | application,
    }.items():
        ready.control("reset")
        stage = lambda what: step(f"{name}: {what}")
        lake = Lake(ready, options)
        for part in (content, writing, odd_names, directories, listings, copies, deletions, file_systems):
            part(stage, lake)
        frames(stage, lake)
        if "bearer" not in name:
            signatures(stage, lake)
    refusals(step, ready)


class Lake:
    """A file system of the emulator, and the client's own, which remembers nothing of what it has listed before."""

    def __init__(self, ready, options):
        self.ready = ready
        self.options = options
        self.root = ready.gen2_filesystem

    @property
    def fs(self):
        return fsspec.filesystem("abfs", skip_instance_cache=True, **self.options)

    def path(self, name):
        return f"{self.root}/{name}"


def content(step, lake):
    fs, path = lake.fs, lake.path("content/file.bin")
    data = os.urandom(9 * MIB + 5)
    with step("content: in blocks, whole and in ranges"):
        with fs.open(path, "wb", block_size=4 * MIB) as file:
            file.write(data)
        check_true(fs.cat_file(path) == data, "content differs")
        for start, end in ((0, 10), (4 * MIB - 3, 4 * MIB + 3), (len(data) - 4, None)):
            check(fs.cat_file(path, start=start, end=end), data[start:end], f"bytes {start} to {end}")
        check(fs.cat_ranges([path] * 2, [7, MIB], [9, MIB + 2]), [data[7:9], data[MIB : MIB + 2]], "several ranges")
        with fs.open(path, "rb", block_size=MIB) as file:
            file.seek(5 * MIB)
            check(file.read(MIB + 1), data[5 * MIB : 6 * MIB + 1], "content of an open file")
    with step("content: 24 MiB in blocks side by side, and down into a file"):
        big = os.urandom(24 * MIB)
        with fs.open(lake.path("content/big"), "wb", block_size=4 * MIB) as file:
            file.write(big)
        check(fs.size(lake.path("content/big")), len(big), "size")
        with tempfile.TemporaryDirectory() as local:
            fs.get_file(lake.path("content/big"), os.path.join(local, "file"))
            check_true(pathlib.Path(local, "file").read_bytes() == big, "content differs")
    with step("content: behind the end, of what is missing, of a directory"):
        behind = lambda: fs.cat_file(path, start=len(data) + 1, end=len(data) + 9)
        check_raises(HttpResponseError, "InvalidRange", behind, "bytes behind the end")
        check_raises(FileNotFoundError, "", lambda: fs.cat_file(lake.path("gone")), "content of what is missing")
        check_raises(FileNotFoundError, "", lambda: fs.open(lake.path("gone/file"), "rb"), "a file to open")
        check_raises(FileNotFoundError, "", lambda: fs.info(lake.path("gone")), "what is known of it")
        check((fs.exists(lake.path("gone")), fs.exists(path)), (False, True), "existence")


def writing(step, lake):
    fs, path = lake.fs, lake.path("writing/file")
    with step("writing: replaced, refused where something is, in text"):
        fs.pipe_file(path, b"one")
        first = fs.info(path)["etag"]
        fs.pipe_file(path, b"two")
        check((fs.cat_file(path), fs.info(path)["etag"] != first), (b"two", True), "what was replaced")
        with refused(FileExistsError, "", "a file in one piece"):
            fs.pipe_file(path, b"three", mode="create")
        with refused(FileExistsError, "", "a file in blocks"):
            with fs.open(path, "xb") as file:
                file.write(b"three")
        check(fs.cat_file(path), b"two", "content after the refusals")
        with fs.open(lake.path("writing/new"), "xb") as file:
            file.write(b"new")
        with fs.open(lake.path("writing/text"), "w", encoding="utf-8") as file:
            file.write("zwölf\n" * 3)
        with fs.open(lake.path("writing/text"), "r", encoding="utf-8") as file:
            check(file.readlines(), ["zwölf\n"] * 3, "lines")
    with step("writing: at the end of append blobs, and of no other"):
        log = lake.path("writing/log")
        for part in (b"one ", b"two ", b"three"):
            with fs.open(log, "ab") as file:
                file.write(part)
        check(fs.cat_file(log), b"one two three", "content")
        with refused(ResourceExistsError, "InvalidBlobType", "the end of a block blob"):
            with fs.open(path, "ab") as file:
                file.write(b"more")
    with step("writing: nothing, metadata, properties"):
        fs.touch(lake.path("writing/empty"))
        check((fs.size(lake.path("writing/empty")), fs.cat_file(lake.path("writing/empty"))), (0, b""), "nothing")
        with fs.open(path, "wb", metadata={"colour": "red"}) as file:
            file.write(b"red")
        check(fs.getxattr(path, "colour"), "red", "metadata of a new file")
        fs.setxattrs(path, colour="blue", size="small")
        check((fs.getxattr(path, "colour"), fs.getxattr(path, "size")), ("blue", "small"), "metadata")
        info = fs.info(path)
        check((info["type"], info["size"], info["deleted"]), ("file", 3, False), "properties")
        check_true(fs.created(path) <= fs.modified(path), "modified before it was there")


def odd_names(step, lake):
    fs = lake.fs
    with step("odd names: written, read, listed, copied, deleted"):
        files = [f"{name}/{of}" for name in NAMES for of in (f"in {name}", "copy")]
        for name in NAMES:
            source, copy = lake.path(f"odd/{name}/in {name}"), lake.path(f"odd/{name}/copy")
            fs.pipe_file(source, name.encode())
            check(fs.cat_file(source), name.encode(), f"content of {name}")
            fs.cp_file(source, copy)
            check(fs.cat_file(copy), name.encode(), f"the copy of {name}")
        check(sorted(lake.fs.ls(lake.path("odd"))), sorted(lake.path(f"odd/{name}") for name in NAMES), "the list")
        check(lake.fs.find(lake.path("odd")), sorted(lake.path(f"odd/{of}") for of in files), "all files")
        fs.rm(lake.path("odd"), recursive=True)
        check(lake.fs.exists(lake.path("odd")), False, "existence of what was deleted")


def directories(step, lake):
    fs = lake.fs
    with step("directories: real ones, made by what is in them, that stay when it goes"):
        fs.pipe_file(lake.path("d/e/file"), b"in a directory")
        check((fs.isdir(lake.path("d")), fs.isfile(lake.path("d"))), (True, False), "a directory")
        check(fs.info(lake.path("d/e"))["metadata"], {"hdi_isfolder": "true"}, "metadata of a directory")
        fs.rm_file(lake.path("d/e/file"))
        check(lake.fs.isdir(lake.path("d/e")), True, "a directory after its file has gone")
        check(lake.fs.ls(lake.path("d/e")), [], "what is in it")
    with step("directories: no file takes their place, none is below a file"):
        fs.pipe_file(lake.path("d/f"), b"a file")
        with refused((ResourceExistsError, FileExistsError), "", "a file in place of a directory"):
            fs.pipe_file(lake.path("d/e"), b"a file")
        with refused((HttpResponseError, FileExistsError), "", "a file below a file"):
            fs.pipe_file(lake.path("d/f/below"), b"a file")
        check(fs.cat_file(lake.path("d/f")), b"a file", "the file")


def listings(step, lake):
    fs = lake.fs
    names = ["1", "x/2", "x/y/3", "x/y/4", "z/5"]
    everything = ["1", "x", "x/2", "x/y", "x/y/3", "x/y/4", "z", "z/5"]
    at = lambda found: [lake.path(f"l/{name}") for name in found]
    for name in names:
        fs.pipe_file(lake.path(f"l/{name}"), name.encode())
    with step("listings: one level, all levels, globs, sizes"):
        check(lake.fs.ls(lake.path("l")), at(["1", "x", "z"]), "one level")
        found = [(entry["name"], entry["type"], entry["size"]) for entry in lake.fs.ls(lake.path("l"), detail=True)]
        kinds = [("file", 1), ("directory", None), ("directory", None)]
        check(sorted(found), [(path, *kind) for path, kind in zip(at(["1", "x", "z"]), kinds)], "entries")
        check(lake.fs.find(lake.path("l")), at(names), "all files")
        check(lake.fs.find(lake.path("l"), withdirs=True), at(everything), "files and directories")
        walked = sorted((path, sorted(below), sorted(files)) for path, below, files in lake.fs.walk(lake.path("l")))
        check(walked[0], (lake.path("l"), ["x", "z"], ["1"]), "the first of the walk")
        check([path for path, _, _ in walked[1:]], at(["x", "x/y", "z"]), "the others")
        check(lake.fs.glob(lake.path("l/x/*")), at(["x/2", "x/y"]), "a glob of one level")
        check(lake.fs.glob(lake.path("l/**/[34]")), at(["x/y/3", "x/y/4"]), "a glob of all levels")
        check(lake.fs.du(lake.path("l")), sum(map(len, names)), "the sum of sizes")
        check(lake.fs.find(lake.path("l"), prefix="x/y"), at(["x/y/3", "x/y/4"]), "files of a prefix")
    with step("listings: a name that begins as another does, what is missing"):
        fs.pipe_file(lake.path("l/xx"), b"a neighbour")
        check(lake.fs.ls(lake.path("l/x")), at(["x/2", "x/y"]), "without the neighbour")
        check_raises(FileNotFoundError, "", lambda: lake.fs.ls(lake.path("gone")), "a directory")
        check_raises(FileNotFoundError, "", lambda: lake.fs.ls("never-was"), "a file system")
        check(lake.fs.find(lake.path("gone")), [], "all files of what is missing")


def copies(step, lake):
    fs = lake.fs
    with step("copies and moves: files, onto others, trees, what is missing"):
        fs.pipe_file(lake.path("c/one"), b"one")
        fs.pipe_file(lake.path("c/two"), b"two")
        fs.cp_file(lake.path("c/one"), lake.path("c/new/copy"))
        fs.cp_file(lake.path("c/one"), lake.path("c/two"))
        check((fs.cat_file(lake.path("c/new/copy")), fs.cat_file(lake.path("c/two"))), (b"one", b"one"), "copies")
        fs.mv(lake.path("c/one"), lake.path("c/moved"))
        check((fs.cat_file(lake.path("c/moved")), lake.fs.exists(lake.path("c/one"))), (b"one", False), "a moved file")
        lake.fs.mv(lake.path("c"), lake.path("c2"), recursive=True)
        there = [lake.path(f"c2/{name}") for name in ("moved", "new/copy", "two")]
        check((lake.fs.find(lake.path("c2")), lake.fs.exists(lake.path("c"))), (there, False), "a moved tree")
        lake.fs.cp(lake.path("c2"), lake.path("c3"), recursive=True)
        check(len(lake.fs.find(lake.path("c3"))), 3, "files of a copied tree")
        missing = lambda: lake.fs.mv(lake.path("gone"), lake.path("c4"))
        check_raises(FileNotFoundError, "", missing, "moving what is missing")
        missing = lambda: lake.fs.cp_file(lake.path("gone"), lake.path("c4"))
        check_raises((FileNotFoundError, HttpResponseError), "", missing, "copying what is missing")
    with step("copies: trees up and down"):
        with tempfile.TemporaryDirectory() as local:
            source = tree(os.path.join(local, "source"), {"a": b"a", "b/c": b"c", "b/d/ü e": b"e"})
            lake.fs.put(f"{source}/", lake.path("up"), recursive=True)
            check(lake.fs.find(lake.path("up")), [lake.path(f"up/{name}") for name in ("a", "b/c", "b/d/ü e")], "up")
            lake.fs.get(lake.path("up"), os.path.join(local, "down"), recursive=True)
            with open(os.path.join(local, "down", "b", "d", "ü e"), "rb") as file:
                check(file.read(), b"e", "a file that came down")


def deletions(step, lake):
    fs = lake.fs
    with step("deletions: files, several, trees, directories with something in them, what is missing"):
        for name in ("1", "2", "3", "a/4", "a/b/5", "a/b/c/6"):
            fs.pipe_file(lake.path(f"r/{name}"), b"x")
        fs.rm_file(lake.path("r/1"))
        fs.rm([lake.path("r/2"), lake.path("r/3")])
        left = [lake.path(f"r/a/{name}") for name in ("4", "b/5", "b/c/6")]
        check(lake.fs.find(lake.path("r")), left, "what is left")
        full = lambda: lake.fs.rm(lake.path("r/a"))
        check_raises(RuntimeError, "DirectoryIsNotEmpty", full, "a directory with something in it")
        check_raises(HttpResponseError, "DirectoryIsNotEmpty", lambda: lake.fs.rm_file(lake.path("r/a")), "the same")
        lake.fs.rm(lake.path("r"), recursive=True)
        check(lake.fs.exists(lake.path("r")), False, "existence of the tree")
        check_raises(FileNotFoundError, "", lambda: lake.fs.rm_file(lake.path("r/1")), "a file that is missing")
        check_raises(FileNotFoundError, "", lambda: lake.fs.rm(lake.path("r"), recursive=True), "a missing tree")


def file_systems(step, lake):
    with step("file systems: made, listed, deleted, and the name that stays taken for a while"):
        lake.fs.mkdir("made-here")
        check(sorted(lake.fs.ls("")), ["made-here", lake.root], "file systems")
        lake.fs.pipe_file("made-here/file", b"x")
        check(lake.fs.find("made-here"), ["made-here/file"], "files in it")
        lake.fs.rm("made-here", recursive=True)
        check(lake.fs.exists("made-here"), False, "existence")
        taken = lambda: lake.fs.mkdir("made-here")
        check_raises(ValueError, "ContainerBeingDeleted", taken, "creation while it is deleted")
        lake.ready.control("clock/advance", {"seconds": 31})
        lake.fs.mkdir("made-here")
        lake.fs.rmdir("made-here")
        certain = fsspec.filesystem("abfs", skip_instance_cache=True, assume_container_exists=False, **lake.options)
        check_raises(ValueError, "InvalidResourceName", lambda: certain.mkdir("Not_A_Name"), "a bad name")
        nowhere = lambda: lake.fs.pipe_file("never-was/file", b"x")
        check_raises(ResourceNotFoundError, "ContainerNotFound", nowhere, "a file in what is not there")


def frames(step, lake):
    with step("frames: pandas writes and reads Parquet and CSV by URL"):
        frame = pandas.DataFrame({"a": range(1000), "b": [f"ü{n}" for n in range(1000)]})
        url, options = f"abfs://{lake.path('frames')}", {"storage_options": lake.options}
        frame.to_parquet(f"{url}/f.parquet", **options)
        check_true(pandas.read_parquet(f"{url}/f.parquet", **options).equals(frame), "Parquet differs")
        frame.to_csv(f"{url}/f.csv", index=False, **options)
        check(len(pandas.read_csv(f"{url}/f.csv", **options)), 1000, "rows of CSV")
        frame.assign(k=frame.a % 3).to_parquet(f"{url}/parts", partition_cols=["k"], **options)
        check(len(pandas.read_parquet(f"{url}/parts", filters=[("k", "=", 1)], **options)), 333, "rows of a part")
        missing = lambda: pandas.read_parquet(f"{url}/gone.parquet", **options)
        check_raises(FileNotFoundError, "", missing, "what is missing")


def signatures(step, lake):
    with step("signatures: a URL that reads one file for a while"):
        fs = lake.fs
        fs.pipe_file(lake.path("signed/ü"), b"signed")
        url = fs.sign(lake.path("signed/ü"), expiration=60)
        with urllib.request.urlopen(url, timeout=30) as answer:
            check(answer.read(), b"signed", "content")
        other = url.replace("/signed/", "/other/")
        check_raises(urllib.error.HTTPError, "403", lambda: urllib.request.urlopen(other, timeout=30), "another file")
        lake.ready.control("clock/advance", {"seconds": 120})
        check_raises(urllib.error.HTTPError, "403", lambda: urllib.request.urlopen(url, timeout=30), "later")
        lake.ready.control("reset")


def refusals(step, ready):
    with step("refusals: a wrong key, a file system that is not there"):
        fs = fsspec.filesystem("abfs", connection_string=connection_string(ready, WRONG_KEY), skip_instance_cache=True)
        wrong = lambda: fs.ls(ready.gen2_filesystem)
        check_raises(ClientAuthenticationError, "AuthenticationFailed", wrong, "a list with a wrong key")
        fs = fsspec.filesystem("abfs", connection_string=connection_string(ready), skip_instance_cache=True)
        check_raises(FileNotFoundError, "", lambda: fs.cat_file("never-was/file"), "a file")
    with step("refusals: an application without rights"):
        fs = fsspec.filesystem(
            "abfs", account_name=ready.gen2_account, tenant_id=ready.tenant_id, client_id=ready.acl_client_id,
            client_secret=ready.acl_client_secret, skip_instance_cache=True,
        )
        denied = lambda: fs.pipe_file(f"{ready.gen2_filesystem}/x", b"x")
        check_raises(HttpResponseError, "AuthorizationPermissionMismatch", denied, "writing")


if __name__ == "__main__":
    _steps.main(script)
