"""pyarrow's AzureFileSystem: Blob and DFS from C++, which has no patience with answers that lack something."""
# requirements: requirements-gen2-lake.txt

import os

import pyarrow
import pyarrow.dataset
import pyarrow.parquet
from pyarrow.fs import AzureFileSystem, FileSelector, FileType

import _steps
from _lake import MIB, NAMES, WRONG_KEY, refused
from _steps import check, check_raises, check_true


def script(ready, step):
    authority = ready.http_url.partition("//")[2]
    places = {f"{service}_storage_authority": authority for service in ("blob", "dfs")}
    places |= {f"{service}_storage_scheme": "http" for service in ("blob", "dfs")}
    key = {"account_key": ready.gen2_key}
    application = {
        "tenant_id": ready.tenant_id, "client_id": ready.client_id, "client_secret": ready.client_secret,
    }
    ways = {"path, key": places | key, "proxy, key": key, "proxy, bearer": application}
    for name, options in ways.items():
        ready.control("reset")
        stage = lambda what: step(f"{name}: {what}")
        lake = AzureFileSystem(ready.gen2_account, **options)
        for part in (content, odd_names, directories, listings, copies, moves, deletions, file_systems, tables):
            part(stage, ready, lake, f"{ready.gen2_filesystem}/{part.__name__}")
    refusals(step, ready, places)


def write(lake, path, data, **options):
    with lake.open_output_stream(path, **options) as file:
        file.write(data)


def read(lake, path):
    with lake.open_input_stream(path) as file:
        return file.read()


def kind(lake, path):
    return lake.get_file_info(path).type


def content(step, ready, lake, root):
    data = os.urandom(25 * MIB + 5)
    with step("content: small, empty, in blocks of 10 MiB, replaced"):
        write(lake, f"{root}/small", b"small")
        write(lake, f"{root}/empty", b"")
        check((read(lake, f"{root}/small"), read(lake, f"{root}/empty")), (b"small", b""), "content")
        with lake.open_output_stream(f"{root}/big") as file:
            for start in range(0, len(data), MIB):
                file.write(data[start : start + MIB])
        info = lake.get_file_info(f"{root}/big")
        check((info.type, info.size), (FileType.File, len(data)), "what is known of a big file")
        check_true(info.mtime is not None, "it has no time")
        check_true(read(lake, f"{root}/big") == data, "content of blocks differs")
        write(lake, f"{root}/small", b"other")
        check(read(lake, f"{root}/small"), b"other", "content that was replaced")
    with step("content: ranges, metadata, at the end"):
        with lake.open_input_file(f"{root}/big") as file:
            check((file.size(), file.read_at(6, MIB - 3)), (len(data), data[MIB - 3 : MIB + 3]), "a range")
            file.seek(len(data) - 4)
            check((file.read(10), file.read(10)), (data[-4:], b""), "the last bytes, and what is behind them")
        told = {"Content-Type": "text/plain", "colour": "red"}
        write(lake, f"{root}/told", b"x", metadata=told)
        with lake.open_input_stream(f"{root}/told") as file:
            found = file.metadata()
            check((found["Content-Type"], found["colour"]), (b"text/plain", b"red"), "a header and metadata")
        with lake.open_append_stream(f"{root}/told") as file:
            file.write(b"yz")
        check(read(lake, f"{root}/told"), b"xyz", "content after an append")
    with step("content: what is missing, what is a directory"):
        with refused(FileNotFoundError, "", "reading what is missing"):
            read(lake, f"{root}/gone")
        check(kind(lake, f"{root}/gone"), FileType.NotFound, "what is known of it")
        with refused(OSError, "Not a regular file", "reading a directory"):
            read(lake, root)
        with refused(OSError, "", "a file in place of a directory"):
            write(lake, root, b"x")
        with refused(OSError, "", "a file below a file"):
            write(lake, f"{root}/small/below", b"x")


def odd_names(step, ready, lake, root):
    with step("odd names: written, read, listed, copied, moved, deleted"):
        for name in NAMES:
            write(lake, f"{root}/{name}/in {name}", name.encode())
            check(read(lake, f"{root}/{name}/in {name}"), name.encode(), f"content of {name}")
            lake.copy_file(f"{root}/{name}/in {name}", f"{root}/{name}/copy")
            lake.move(f"{root}/{name}/copy", f"{root}/{name}/moved {name}")
        found = paths(lake, root, recursive=True)
        wanted = [f"{root}/{name}{below}" for name in NAMES for below in ("", f"/in {name}", f"/moved {name}")]
        check(found, sorted(wanted), "everything")
        wait_for_leases(ready)
        lake.delete_dir(root)
        check(kind(lake, root), FileType.NotFound, "what is left")


def directories(step, ready, lake, root):
    with step("directories: made with and without parents, again, in place of files"):
        lake.create_dir(f"{root}/a/b/c")
        lake.create_dir(f"{root}/a/b/c")
        check((kind(lake, f"{root}/a"), kind(lake, f"{root}/a/b/c")), (FileType.Directory,) * 2, "kinds")
        with refused(FileNotFoundError, "", "without its parent"):
            lake.create_dir(f"{root}/x/y", recursive=False)
        write(lake, f"{root}/file", b"x")
        with refused(OSError, "", "in place of a file"):
            lake.create_dir(f"{root}/file/below")
        lake.delete_file(f"{root}/file")


def listings(step, ready, lake, root):
    for name in ("1", "x/2", "x/y/3", "z/4"):
        write(lake, f"{root}/{name}", name.encode())
    write(lake, f"{root}x", b"a neighbour")
    at = lambda *names: [f"{root}/{name}" for name in names]
    with step("listings: one level, all levels, so many levels, what is missing"):
        check(paths(lake, root), at("1", "x", "z"), "one level")
        check(paths(lake, root, recursive=True), at("1", "x", "x/2", "x/y", "x/y/3", "z", "z/4"), "all levels")
        [one, x] = lake.get_file_info(at("1", "x"))
        check((one.type, one.size, x.type), (FileType.File, 1, FileType.Directory), "kinds and sizes")
        with refused(FileNotFoundError, "", "a list of what is missing"):
            paths(lake, f"{root}/gone")
        check(paths(lake, f"{root}/gone", allow_not_found=True), [], "such a list, permitted")
        with refused(NotADirectoryError, "", "a list of a file"):
            paths(lake, f"{root}/1")


def copies(step, ready, lake, root):
    with step("copies: onto others, of what is missing"):
        write(lake, f"{root}/one", b"one")
        write(lake, f"{root}/two", b"two")
        lake.copy_file(f"{root}/one", f"{root}/new/copy")
        lake.copy_file(f"{root}/one", f"{root}/two")
        check((read(lake, f"{root}/new/copy"), read(lake, f"{root}/two")), (b"one", b"one"), "copies")
        with refused(OSError, "", "copying what is missing"):
            lake.copy_file(f"{root}/gone", f"{root}/two")
        check(read(lake, f"{root}/two"), b"one", "content after the refusal")


def moves(step, ready, lake, root):
    with step("moves: files, onto others, directories, what is missing"):
        write(lake, f"{root}/one", b"one")
        write(lake, f"{root}/two", b"two")
        lake.move(f"{root}/one", f"{root}/two")
        check((read(lake, f"{root}/two"), kind(lake, f"{root}/one")), (b"one", FileType.NotFound), "a moved file")
        wait_for_leases(ready)
        write(lake, f"{root}/d/e/file", b"below")
        lake.create_dir(f"{root}/empty")
        lake.move(f"{root}/d", f"{root}/empty")
        check(read(lake, f"{root}/empty/e/file"), b"below", "a file below a moved directory")
        with refused(FileNotFoundError, "", "moving what is missing"):
            lake.move(f"{root}/gone", f"{root}/x")
        with refused(OSError, "parent directory", "moving to where no directory is"):
            lake.move(f"{root}/two", f"{root}/no/directory/two")
        wait_for_leases(ready)
        write(lake, f"{root}/full/file", b"x")
        with refused(OSError, "", "moving onto a directory with something in it"):
            lake.move(f"{root}/empty", f"{root}/full")
        with refused(OSError, "", "moving a directory below itself"):
            lake.move(f"{root}/full", f"{root}/full/below")
    with step("moves: the lease that the client takes goes along, and keeps from deletion until it has ended"):
        write(lake, f"{root}/leased/file", b"x")
        lake.move(f"{root}/leased", f"{root}/moved")
        with refused(OSError, "LeaseIdMissing", "deletion at once"):
            lake.delete_dir(f"{root}/moved")
        wait_for_leases(ready)
        lake.delete_dir(f"{root}/moved")
        check(kind(lake, f"{root}/moved"), FileType.NotFound, "what is left")


def deletions(step, ready, lake, root):
    with step("deletions: files, trees, contents, what is missing"):
        for name in ("1", "a/2", "a/b/3", "c/4"):
            write(lake, f"{root}/{name}", b"x")
        lake.delete_file(f"{root}/1")
        lake.delete_dir(f"{root}/a")
        check(paths(lake, root, recursive=True), [f"{root}/c", f"{root}/c/4"], "what is left")
        lake.delete_dir_contents(root)
        # The client takes an empty list for one of what is missing.
        left = paths(lake, root, allow_not_found=True)
        check((left, kind(lake, root)), ([], FileType.Directory), "what is left of the contents")
        for name, call in {"a file": lake.delete_file, "a directory": lake.delete_dir}.items():
            check_raises(FileNotFoundError, "", lambda: call(f"{root}/gone"), f"{name} that is missing")
        write(lake, f"{root}/file", b"x")
        check_raises(OSError, "", lambda: lake.delete_dir(f"{root}/file"), "a file as a directory")
        check_raises(OSError, "", lambda: lake.delete_file(root), "a directory as a file")


def file_systems(step, ready, lake, root):
    with step("file systems: made, listed, deleted, not there"):
        lake.create_dir("made-here")
        write(lake, "made-here/file", b"x")
        names = [info.path for info in lake.get_file_info(FileSelector(""))]
        check(sorted(names), ["made-here", ready.gen2_filesystem], "file systems")
        lake.delete_dir("made-here")
        check(kind(lake, "made-here"), FileType.NotFound, "what was deleted")
        check_raises(OSError, "ContainerBeingDeleted", lambda: lake.create_dir("made-here"), "making it again at once")
        check_raises(FileNotFoundError, "", lambda: paths(lake, "never-was"), "a list of what never was")
        check_raises(OSError, "ContainerNotFound", lambda: write(lake, "never-was/file", b"x"), "a file in it")


def tables(step, ready, lake, root):
    with step("tables: Parquet and a dataset in directories, written and read"):
        table = pyarrow.table({"value": range(100_000), "part": [f"ü {value % 3}" for value in range(100_000)]})
        lake.create_dir(root)
        pyarrow.parquet.write_table(table, f"{root}/one.parquet", filesystem=lake)
        check_true(pyarrow.parquet.read_table(f"{root}/one.parquet", filesystem=lake).equals(table), "Parquet differs")
        options = {"partitioning": ["part"], "partitioning_flavor": "hive", "filesystem": lake, "format": "parquet"}
        pyarrow.dataset.write_dataset(table, f"{root}/parts", **options)
        found = pyarrow.dataset.dataset(f"{root}/parts", partitioning="hive", filesystem=lake)
        part = found.to_table(filter=pyarrow.dataset.field("part") == "ü 1")
        check((len(found.files), found.count_rows(), part.num_rows), (3, 100_000, 33_333), "files and rows")
        with refused(pyarrow.ArrowInvalid, "not empty", "writing again where something is"):
            pyarrow.dataset.write_dataset(table, f"{root}/parts", **options, existing_data_behavior="error")
        pyarrow.dataset.write_dataset(table, f"{root}/parts", **options, existing_data_behavior="delete_matching")
        check(found.count_rows(), 100_000, "rows after replacing")


def refusals(step, ready, places):
    with step("refusals: a wrong key, an application without rights"):
        lake = AzureFileSystem(ready.gen2_account, account_key=WRONG_KEY, **places)
        with refused(OSError, "AuthenticationFailed", "a list with a wrong key"):
            paths(lake, ready.gen2_filesystem)
        lake = AzureFileSystem(
            ready.gen2_account, tenant_id=ready.tenant_id, client_id=ready.acl_client_id,
            client_secret=ready.acl_client_secret,
        )
        with refused(OSError, "AuthorizationPermissionMismatch", "a file of who may not write"):
            write(lake, f"{ready.gen2_filesystem}/x", b"x")


def paths(lake, root, **options):
    return sorted(info.path for info in lake.get_file_info(FileSelector(root, **options)))


def wait_for_leases(ready):
    """The client breaks its leases before it moves what they are for, so that they end 3 seconds later."""
    ready.control("clock/advance", {"seconds": 4})


if __name__ == "__main__":
    _steps.main(script)
