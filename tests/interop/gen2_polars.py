"""polars: frames written to and scanned in an account, in every format, in partitions and by globs."""
# requirements: requirements-gen2-lake.txt

import os

# Or the client would send less than 64 MiB in one piece.
os.environ["POLARS_UPLOAD_CHUNK_SIZE"] = str(5 * 1024 * 1024)

import polars
from polars.exceptions import ComputeError

import _steps
from _lake import NAMES, object_store_ways, refused
from _steps import check, check_raises, check_true

# What an object store's failure is raised as depends on how far polars has come.
FAILURES = (ComputeError, OSError)
ROWS = 50_000


def script(ready, step):
    for way in object_store_ways(ready):
        ready.control("reset")
        stage = lambda what: step(f"{way.name}: {what}")
        options = {"storage_options": way.options}
        for part in (formats, scans, odd_names, partitions, globs, tables):
            part(stage, f"{way.root}/{part.__name__}", options)
        requests = ready.control("requests", method="GET")
        check_true(any("comp=blocklist" in request["query"] for request in requests), "nothing was sent in blocks")
        refusals(stage, ready, way)


def frame(rows=ROWS):
    numbers = polars.int_range(rows, eager=True)
    words = polars.concat_str(polars.lit("ü "), polars.col("n"))
    return polars.DataFrame({"n": numbers, "part": numbers % 4}).with_columns(word=words)


def formats(step, root, options):
    data = frame()
    for name in ("parquet", "csv", "ipc", "ndjson"):
        with step(f"formats: {name}, written at once and as a stream, read and scanned"):
            scan = lambda path: getattr(polars, f"scan_{name}")(path, **options)
            getattr(data.lazy(), f"sink_{name}")(f"{root}/sunk.{name}", **options)
            files = ["sunk"]
            # There is no way to tell this one whom to sign in as.
            if name != "ndjson":
                getattr(data, f"write_{name}")(f"{root}/written.{name}", **options)
                files.append("written")
            for file in files:
                check_true(scan(f"{root}/{file}.{name}").collect().equals(data), f"{file} differs")
                some = scan(f"{root}/{file}.{name}").filter(polars.col("n") >= ROWS - 2).select("word").collect()
                check(some["word"].to_list(), [f"ü {ROWS - 2}", f"ü {ROWS - 1}"], f"the end of {file}")
    with step("formats: replaced, empty"):
        frame(3).write_parquet(f"{root}/written.parquet", **options)
        check(polars.read_parquet(f"{root}/written.parquet", **options).height, 3, "rows of what was replaced")
        frame(0).write_parquet(f"{root}/empty.parquet", **options)
        check(polars.read_parquet(f"{root}/empty.parquet", **options).height, 0, "rows of nothing")


def scans(step, root, options):
    with step("scans: a file of 24 MB, sent in blocks, of which only some parts are needed"):
        numbers = polars.int_range(3_000_000, eager=True)
        data = polars.DataFrame({"n": numbers, "hash": numbers.hash()})
        data.write_parquet(f"{root}/big.parquet", row_group_size=250_000, **options)
        lazy = polars.scan_parquet(f"{root}/big.parquet", **options)
        check(lazy.select(polars.len()).collect().item(), 3_000_000, "rows")
        found = lazy.filter(polars.col("n").is_between(1_000_000, 1_000_004)).collect()
        check_true(found.equals(data[1_000_000:1_000_005]), "some rows differ")
        check_true(lazy.collect().equals(data), "rows differ")


def odd_names(step, root, options):
    with step("odd names: written, read, listed by a glob"):
        for number, name in enumerate(NAMES):
            path = f"{root}/{name}/{name}.parquet"
            frame(number).write_parquet(path, **options)
            check(polars.read_parquet(path, glob=False, **options).height, number, f"rows of {name}")
        found = polars.scan_parquet(f"{root}/**/*.parquet", include_file_paths="path", **options).collect()
        check(found.height, sum(range(len(NAMES))), "rows of all")
        check(found["path"].n_unique(), len(NAMES) - 1, "files with rows")


def partitions(step, root, options):
    data = frame(1000)
    with step("partitions: directories named by keys, read alone and together"):
        data.write_parquet(f"{root}/", partition_by="part", **options)
        lazy = polars.scan_parquet(f"{root}/", hive_partitioning=True, **options)
        check(lazy.filter(polars.col("part") == 2).collect().height, 250, "rows of one")
        check_true(lazy.sort("n").select(data.columns).collect().equals(data), "rows of all differ")
        check(lazy.select(polars.col("part").unique().sort()).collect()["part"].to_list(), [0, 1, 2, 3], "keys")
        by_key = polars.PartitionBy(f"{root}/sunk/", key="part")
        data.lazy().sink_parquet(by_key, mkdir=True, **options)
        sunk = polars.scan_parquet(f"{root}/sunk/**/*.parquet", hive_partitioning=True, **options)
        check(sunk.collect().height, 1000, "rows that were sunk")


def globs(step, root, options):
    with step("globs: one level, all levels, sets, what nothing matches"):
        for name in ("a1", "a2", "b1", "deep/a3", "deep/er/a4"):
            frame(10).write_csv(f"{root}/{name}.csv", **options)
        height = lambda pattern: polars.scan_csv(f"{root}/{pattern}", **options).collect().height
        for pattern, files in {
            "*.csv": 3, "a*.csv": 2, "[ab]1.csv": 2, "**/*.csv": 5, "deep/*.csv": 1, "deep/**/*.csv": 2,
        }.items():
            check(height(pattern), 10 * files, f"rows of {pattern}")
        check_raises(FAILURES, "", lambda: height("nothing*.csv"), "what nothing matches")


def tables(step, root, options):
    with step("tables: Delta, written, appended to, scanned by version"):
        frame(10).write_delta(root, **options)
        frame(5).write_delta(root, mode="append", **options)
        height = lambda **more: polars.scan_delta(root, **options, **more).collect().height
        check((height(), height(version=0)), (15, 10), "rows of both versions")


def refusals(step, ready, way):
    options = {"storage_options": way.options}
    with step("refusals: what is missing, a wrong key or secret, a file system that is not there"):
        gone = lambda: polars.read_parquet(f"{way.root}/gone.parquet", **options)
        check_raises(FileNotFoundError, "", gone, "a file")
        gone = lambda: polars.scan_csv(f"{way.root}/gone/", **options).collect()
        check_raises(FAILURES, "", gone, "a directory")
        frame(1).write_parquet(f"{way.root}/there.parquet", **options)
        bearer = "bearer" in way.name
        wrong = way.options | {"azure_client_secret": "wrong"} if bearer else way.with_wrong_key()
        with refused(FAILURES, "AADSTS7000215" if bearer else "403", "a wrong key or secret"):
            polars.read_parquet(f"{way.root}/there.parquet", storage_options=wrong)
        with refused(FAILURES, "AADSTS7000215" if bearer else "AuthenticationFailed", "writing with it"):
            frame(1).write_parquet(f"{way.root}/there.parquet", storage_options=wrong)
        nowhere = way.root.replace(ready.gen2_filesystem, "never-was")
        with refused(FAILURES, "ContainerNotFound", "a file in a file system that is not there"):
            frame(1).write_parquet(f"{nowhere}/x.parquet", **options)


if __name__ == "__main__":
    _steps.main(script)
