"""What the command line writes is read by adlfs, polars and deltalake, and the other way round."""
# requirements: requirements-gen2-lake.txt
# programs: adls

import os

import adlfs
import deltalake
import polars

import _steps
from _adls import Adls, local
from _lake import connection_string, object_store_ways
from _steps import check, check_true

ROWS = 20_000


def script(ready, step):
    adls = Adls(ready)
    way = object_store_ways(ready)[0]
    for part in (frames, tables, files):
        part(step, adls, ready, way)


def frame(rows=ROWS):
    numbers = polars.int_range(rows, eager=True)
    return polars.DataFrame({"n": numbers, "part": numbers % 4}).with_columns(word=polars.lit("ü "))


def frames(step, adls, _, way):
    data = frame()
    with step("polars: written by it, got by adls"):
        data.write_parquet(f"{way.root}/frames/remote.parquet", storage_options=way.options)
        target = local("remote.parquet")
        adls("fs", "get", adls.url("frames/remote.parquet"), target, "--verify")
        check_true(polars.read_parquet(target).equals(data), "it differs")
    with step("polars: put by adls, scanned by it"):
        made = local("made.parquet", b"")
        data.write_parquet(made)
        adls("fs", "put", made, adls.url("frames/made.parquet"))
        scanned = polars.scan_parquet(f"{way.root}/frames/*.parquet", storage_options=way.options)
        check(scanned.select(polars.len()).collect().item(), 2 * ROWS, "rows")


def tables(step, adls, _, way):
    uri = f"{way.root}/table"
    with step("deltalake: a table of it, got by adls and read here"):
        deltalake.write_deltalake(uri, frame(), storage_options=way.options, partition_by=["part"])
        deltalake.write_deltalake(uri, frame(5), storage_options=way.options, mode="append")
        adls("fs", "get", adls.url("table"), "files/table")
        table = deltalake.DeltaTable(os.path.abspath("files/table"))
        check((table.version(), table.to_pyarrow_table().num_rows), (1, ROWS + 5), "version and rows")
    with step("deltalake: a table made here, put by adls and gone on with there"):
        deltalake.write_deltalake(os.path.abspath("files/own"), frame(7))
        adls("fs", "put", "files/own", adls.url("own"))
        there = f"{way.root}/own"
        deltalake.write_deltalake(there, frame(3), storage_options=way.options, mode="append")
        table = deltalake.DeltaTable(there, storage_options=way.options)
        check((table.version(), table.to_pyarrow_table().num_rows), (1, 10), "version and rows")
    with step("deltalake: what it added, synced by adls"):
        adls("fs", "sync", adls.url("own"), "files/own")
        table = deltalake.DeltaTable(os.path.abspath("files/own"))
        check((table.version(), table.to_pyarrow_table().num_rows), (1, 10), "version and rows")


def files(step, adls, ready, _):
    there = adlfs.AzureBlobFileSystem(connection_string=connection_string(ready))
    base = f"{ready.gen2_filesystem}/adlfs"
    with step("adlfs: put by adls, listed and read by it"):
        for name in ("a/1", "a/b c", "ü"):
            adls("fs", "put", local("one", name.encode()), adls.url(f"adlfs/{name}"), "--overwrite")
        found = sorted(there.find(base))
        check(found, sorted(f"{base}/{name}" for name in ("a/1", "a/b c", "ü")), "files")
        check(there.cat(f"{base}/a/b c"), b"a/b c", "content")
    with step("adlfs: written by it, read and moved by adls"):
        with there.open(f"{base}/big", "wb", block_size=1 << 20) as file:
            file.write(b"x" * 3_000_000)
        check(adls("fs", "cat", adls.url("adlfs/big")), b"x" * 3_000_000, "content")
        adls("fs", "append", adls.url("adlfs/ü"), "--content", "!")
        adls("fs", "mv", adls.url("adlfs/big"), adls.url("adlfs/a/"))
        there.invalidate_cache()
        check(there.info(f"{base}/a/big")["size"], 3_000_000, "size")
        check(there.cat(f"{base}/ü"), "ü!".encode(), "content")


if __name__ == "__main__":
    _steps.main(script)
    # Threads of Arrow may end the process with an error while the interpreter winds up.
    os._exit(0)
