"""deltalake (delta-rs): tables that several processes write at once, with nothing but the account to agree by."""
# requirements: requirements-gen2-lake.txt

import datetime
import json
import os
import subprocess
import sys

import pyarrow
import pyarrow.dataset
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

import _steps
from _lake import object_store_ways, refused
from _steps import check, check_raises, check_true

# The first argument of the processes that the script starts.
WRITER = "writer"
WRITERS = 4
COMMITS = 5


def script(ready, step):
    for way in object_store_ways(ready):
        ready.control("reset")
        stage = lambda what: step(f"{way.name}: {what}")
        for part in (tables, changes, partitions, conflicts, travel, log):
            part(stage, ready, Table(way, part.__name__))
        refusals(stage, ready, way)
    writers(step, ready, Table(object_store_ways(ready)[0], "writers"))


class Table:
    """A table of the lake."""

    def __init__(self, way, name, **options):
        self.url = f"{way.root}/{name}"
        self.options = way.options | options

    def write(self, values, **options):
        write_deltalake(self.url, rows(values), storage_options=self.options, **options)

    def open(self, version=None):
        return DeltaTable(self.url, version=version, storage_options=self.options)

    def values(self, version=None):
        return sorted(self.open(version).to_pyarrow_table()["value"].to_pylist())


def rows(values):
    values = list(values)
    return pyarrow.table({"value": pyarrow.array(values, pyarrow.int64())})


def tables(step, ready, table):
    with step("tables: made, appended to, overwritten, made only once"):
        table.write(range(3))
        table.write([3, 4], mode="append")
        check((table.values(), table.open().version()), ([0, 1, 2, 3, 4], 1), "values and version")
        with refused(DeltaError, "already exists", "making it again"):
            table.write([9], mode="error")
        table.write([9], mode="ignore")
        check(table.values(), [0, 1, 2, 3, 4], "values after what was ignored")
        table.write([7, 8], mode="overwrite")
        check(table.values(), [7, 8], "values that were overwritten")
        check([entry["version"] for entry in table.open().history()], [2, 1, 0], "history")
        check(len(table.open().file_uris()), 1, "files")
    with step("tables: 300,000 rows in files of several row groups"):
        table.write(range(300_000), mode="overwrite")
        found = table.open().to_pyarrow_dataset()
        some = found.to_table(filter=pyarrow.dataset.field("value") > 299_990, columns=["value"])
        check((found.count_rows(), some.num_rows), (300_000, 9), "rows, all and some")


def changes(step, ready, table):
    with step("changes: update, delete, merge, compaction, restoration"):
        for start in range(0, 10, 2):
            table.write([start, start + 1], mode="append")
        table.open().update(predicate="value = 3", updates={"value": "33"})
        table.open().delete("value < 2")
        check(table.values(), [2, 4, 5, 6, 7, 8, 9, 33], "values")
        merge = table.open().merge(rows([2, 50]), "s.value = t.value", source_alias="s", target_alias="t")
        merge = merge.when_matched_update({"value": "s.value + 100"}).when_not_matched_insert_all()
        merge.execute()
        check(table.values(), [4, 5, 6, 7, 8, 9, 33, 50, 102], "values after a merge")
        check_true(len(table.open().file_uris()) > 1, "nothing to compact")
        table.open().optimize.compact()
        check((len(table.open().file_uris()), len(table.values())), (1, 9), "files and values after compaction")
        table.open().restore(4)
        check(table.values(), list(range(10)), "values of version 4, restored")


def partitions(step, ready, table):
    with step("partitions: directories of their own, with odd names, read and overwritten alone"):
        data = pyarrow.table({"value": list(range(8)), "part": ["a", "blank blank", "ü/slash", "100%"] * 2})
        options = {"storage_options": table.options, "partition_by": ["part"]}
        write_deltalake(table.url, data, **options)
        for value, part in enumerate(["a", "blank blank", "ü/slash", "100%"]):
            found = table.open().to_pyarrow_table(partitions=[("part", "=", part)])
            check(sorted(found["value"].to_pylist()), [value, value + 4], f"values of {part}")
        data = pyarrow.table({"value": [99], "part": ["blank blank"]})
        options = {"storage_options": table.options, "predicate": "part = 'blank blank'"}
        write_deltalake(table.url, data, mode="overwrite", **options)
        check(table.values(), [0, 2, 3, 4, 6, 7, 99], "values after one was overwritten")


def conflicts(step, ready, table):
    with step("conflicts: who comes second with a change to the same files is refused"):
        table.write(range(4))
        first, second = table.open(), table.open()
        first.delete("value = 1")
        with refused(CommitFailedError, "", "a deletion by who knows an older version"):
            second.update(predicate="value = 2", updates={"value": "22"})
        check((table.values(), table.open().version()), ([0, 2, 3], 1), "values and version")
    with step("conflicts: who comes second with new rows comes behind, or is refused when that may not be"):
        first, second, third = table.open(), table.open(), table.open()
        write_deltalake(first, rows([4]), mode="append")
        write_deltalake(second, rows([5]), mode="append")
        once = CommitProperties(max_commit_retries=0)
        with refused(CommitFailedError, "", "a commit that may not be tried again"):
            write_deltalake(third, rows([6]), mode="append", commit_properties=once)
        check((table.values(), table.open().version()), ([0, 2, 3, 4, 5], 3), "values and version")


def travel(step, ready, table):
    with step("time travel: by version, by time, to what is not there"):
        began = datetime.datetime.now(datetime.timezone.utc)
        for value in range(4):
            table.write([value], mode="append")
            ready.control("clock/advance", {"seconds": 60})
        for version in range(4):
            check(table.values(version), list(range(version + 1)), f"values of version {version}")
        known = table.open()
        known.load_as_version(began + datetime.timedelta(seconds=90))
        check(known.version(), 1, "version of a time")
        known.update_incremental()
        check(known.version(), 3, "version after looking for newer ones")
        check_raises(DeltaError, "", lambda: table.open(9), "a version that is not there")
    with step("vacuum: tells what it would delete, deletes it by batches, and older versions cannot be read"):
        table.write([10], mode="overwrite")
        options = {"retention_hours": 0, "enforce_retention_duration": False}
        unused = table.open().vacuum(dry_run=True, **options)
        check(len(unused), 4, "files without use")
        ready.control("requests", method="DELETE")
        check(sorted(table.open().vacuum(dry_run=False, **options)), sorted(unused), "files that were deleted")
        batches = [request for request in requests(ready) if "comp=batch" in request["query"]]
        check_true(batches, "there was no batch")
        check(table.values(), [10], "values")
        check_raises((FileNotFoundError, DeltaError), "", lambda: table.values(2), "values of an older version")


def log(step, ready, table):
    with step("log: checkpoints, and lists that begin with the last of them"):
        for value in range(12):
            table.write([value], mode="append")
        table.open().create_checkpoint()
        table.write([12], mode="append")
        ready.control("requests", method="DELETE")
        check(table.values(), list(range(13)), "values")
        lists = [request["query"] for request in requests(ready) if "comp=list" in request["query"]]
        begins = [query for query in lists if query.endswith("startFrom=log%2F_delta_log%2F00000000000000000011")]
        check_true(begins, f"no list begins at the checkpoint: {lists}")
        versions = [request["path"][-7:-5] for request in requests(ready) if request["path"].endswith(".json")]
        check_true(set(versions) == {"12"}, f"commits before the checkpoint were read, too: {versions}")
    with step("log: an old reader finds what is new by a list from its version on"):
        known = table.open(5)
        ready.control("requests", method="DELETE")
        known.update_incremental()
        check(known.version(), 12, "version")


def writers(step, ready, table):
    with step(f"writers: {WRITERS} processes with {COMMITS} commits each at once, every one of which counts once"):
        table.write([])
        command = [sys.executable, os.path.abspath(__file__), WRITER, table.url, json.dumps(table.options)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        processes = [subprocess.Popen([*command, str(number * 100)], **pipes) for number in range(WRITERS)]
        check([process.stdout.readline() for process in processes], ["ready\n"] * WRITERS, "what the processes say")
        ready.control("requests", method="DELETE")
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        check([process.wait(timeout=120) for process in processes], [0] * WRITERS, "how the processes ended")
        conflicts = [request for request in requests(ready) if request["status"] == 409]
        check_true(conflicts, "they never wanted the same version, so that this has shown nothing")
        wanted = [number * 100 + commit for number in range(WRITERS) for commit in range(COMMITS)]
        check(table.values(), wanted, "values")
        versions = [entry["version"] for entry in table.open().history()]
        check(versions, list(range(WRITERS * COMMITS, -1, -1)), "versions")
        for version in range(0, WRITERS * COMMITS, COMMITS):
            check(len(table.values(version)), version, f"number of values of version {version}")


def write_as_one_of_many(url, options, first):
    """What each of several processes does, when all are told to begin."""
    print("ready", flush=True)
    sys.stdin.readline()
    patient = CommitProperties(max_commit_retries=200)
    for commit in range(COMMITS):
        data = rows([int(first) + commit])
        write_deltalake(url, data, mode="append", storage_options=json.loads(options), commit_properties=patient)


def refusals(step, ready, way):
    with step("refusals: tables and file systems that are not there, a wrong key or secret"):
        check(DeltaTable.is_deltatable(f"{way.root}/gone", storage_options=way.options), False, "a table")
        check_raises(TableNotFoundError, "", Table(way, "gone").open, "opening it")
        wrong = {"azure_client_secret": "wrong"} if "bearer" in way.name else way.with_wrong_key()
        text = "AADSTS7000215" if "bearer" in way.name else "AuthenticationFailed"
        with refused((OSError, DeltaError), text, "a table with a wrong key or secret"):
            Table(way, "wrong", **wrong).write([1])
        nowhere = Table(way, "nowhere")
        nowhere.url = nowhere.url.replace(ready.gen2_filesystem, "never-was")
        with refused((OSError, DeltaError), "", "a table in a file system that is not there"):
            nowhere.write([1])


def requests(ready):
    return ready.control("requests", method="GET")


if __name__ == "__main__":
    if sys.argv[1] == WRITER:
        write_as_one_of_many(*sys.argv[2:])
    else:
        _steps.main(script)
        # Threads of Arrow may still be closing files that are objects of Python's. While Python winds up they cannot,
        # and abort the process; so it ends without winding up.
        sys.stdout.flush()
        os._exit(0)
