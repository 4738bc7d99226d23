"""duckdb with its azure extension: SQL over files, by Blob where the URL says `az` and by DFS where it says `abfss`."""
# requirements: requirements-gen2-lake.txt

import os
import pathlib

import duckdb
import duckdb_extension_azure

import _steps
from _lake import NAMES, WRONG_KEY, connection_string
from _steps import check, check_raises, check_true

ROWS = 100_000


def script(ready, step):
    # The extension's own variable; it knows no other.
    os.environ["CURL_CA_INFO"] = os.environ["SSL_CERT_FILE"]
    account, key = ready.gen2_account, ready.gen2_key
    in_the_cloud = (
        f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};EndpointSuffix=core.windows.net"
    )
    application = {
        "PROVIDER": "service_principal", "ACCOUNT_NAME": account, "TENANT_ID": ready.tenant_id,
        "CLIENT_ID": ready.client_id, "CLIENT_SECRET": ready.client_secret,
    }
    for name, scheme, secret in (
        ("path, key", "az", {"CONNECTION_STRING": connection_string(ready)}),
        ("proxy, key", "abfss", {"CONNECTION_STRING": in_the_cloud}),
        ("proxy, bearer", "abfss", application),
    ):
        ready.control("reset")
        stage = lambda what: step(f"{name}: {what}")
        lake = Lake(ready, scheme, secret)
        for part in (formats, ranges, odd_names, globs, partitions):
            part(stage, lake, f"{scheme}://{ready.gen2_filesystem}/{part.__name__}")
        if scheme == "abfss":
            by_blob(stage, lake, f"{ready.gen2_filesystem}/by_blob")
        refusals(stage, ready, scheme, secret)


class Lake:
    """A database in memory that knows one secret."""

    def __init__(self, ready, scheme, secret):
        self.scheme = scheme
        self.database = duckdb.connect()
        [extension] = pathlib.Path(duckdb_extension_azure.__file__).parent.glob("extensions/*/azure.duckdb_extension")
        self.database.execute(f"LOAD '{extension}'")
        self.database.execute("SET azure_transport_option_type = 'curl'")
        if scheme == "abfss":
            self.database.execute(f"SET azure_http_proxy = '{ready.proxy_url}'")
        options = ", ".join(f"{name} '{value}'" for name, value in secret.items())
        self.database.execute(f"CREATE SECRET (TYPE azure, {options})")

    def __call__(self, query):
        """The rows, or the only value of the only row."""
        rows = self.database.execute(query).fetchall()
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    def files(self, pattern):
        return [file for (file,) in self.database.execute(f"FROM glob('{pattern}')").fetchall()]

    def below(self, root, extension):
        """The pattern for all files below a directory. By DFS only this one is offered, and by Blob it would find
        directories as well."""
        return f"{root}/**" if self.scheme == "abfss" else f"{root}/**/*.{extension}"


def formats(step, lake, root):
    numbers = f"SELECT i, i % 4 AS part, 'ü ' || i AS word FROM range({ROWS}) t(i)"
    for name in ("parquet", "csv", "json"):
        with step(f"formats: {name}, written, read, joined, replaced"):
            file = f"{root}/file.{name}"
            lake(f"COPY ({numbers}) TO '{file}'")
            found = lake(f"SELECT count(*), sum(i), max(word) FROM '{file}'")
            check(found, [(ROWS, ROWS * (ROWS - 1) // 2, f"ü {ROWS - 1}")], "rows")
            check(lake(f"SELECT word FROM '{file}' WHERE i = {ROWS - 1}"), f"ü {ROWS - 1}", "one row")
            check(lake(f"SELECT count(*) FROM '{file}' a JOIN '{file}' b ON a.i = b.i + 1"), ROWS - 1, "rows of a join")
            lake(f"COPY (SELECT 1 AS i) TO '{file}'")
            check(lake(f"SELECT * FROM '{file}'"), 1, "what was replaced")
    with step("formats: text and blobs"):
        size, content = lake(f"SELECT size, content FROM read_text('{root}/file.csv')")[0]
        check((size, content), (4, "i\n1\n"), "text")


def ranges(step, lake, root):
    with step("ranges: a file of 24 MB, sent in blocks, of which a query reads a part"):
        lake(f"COPY (SELECT i, hash(i) AS h FROM range(3000000) t(i)) TO '{root}/big.parquet' (ROW_GROUP_SIZE 100000)")
        check_true(lake(f"SELECT size FROM read_blob('{root}/big.parquet')") > 20_000_000, "it is not big")
        differing = f"SELECT count(*) FROM '{root}/big.parquet' WHERE h <> hash(i)"
        check(lake(differing), 0, "rows that differ")
        check(lake(f"SELECT i FROM '{root}/big.parquet' WHERE i = 1234567"), 1234567, "one row")


def odd_names(step, lake, root):
    # To the extension these are patterns, or its URL ends there.
    names = [name for name in NAMES if not set(name) & set("#?*[]")]
    with step("odd names: written, read, listed"):
        for name in names:
            file = f"{root}/{name}/{name}.csv".replace("'", "''")
            lake(f"COPY (SELECT 42 AS i) TO '{file}'")
            check(lake(f"SELECT i FROM read_csv('{file}')"), 42, f"content of {name}")
        found = lake.files(lake.below(root, "csv"))
        check(sorted(found), sorted(f"{root}/{name}/{name}.csv" for name in names), "all files")


def globs(step, lake, root):
    with step("globs: one level, all levels, what nothing matches"):
        for name in ("a1", "a2", "b1", "deep/a3", "deep/er/a4"):
            lake(f"COPY (SELECT 1 AS i) TO '{root}/{name}.csv'")
        at = lambda *names: [f"{root}/{name}.csv" for name in names]
        check(lake.files(f"{root}/*.csv"), at("a1", "a2", "b1"), "one level")
        check(lake.files(f"{root}/a*.csv"), at("a1", "a2"), "a prefix")
        check(lake.files(f"{root}/[a]*.csv"), at("a1", "a2"), "a set")
        check(lake.files(lake.below(f"{root}/deep", "csv")), at("deep/a3", "deep/er/a4"), "all levels")
        check(lake.files(f"{root}/nothing*"), [], "nothing")
        check(lake(f"SELECT count(*) FROM read_csv('{root}/*.csv', filename = true)"), 3, "rows of a pattern")


def partitions(step, lake, root):
    write = lambda rows, **options: lake(
        f"COPY (SELECT i, i % 4 AS part FROM range({rows}) t(i)) TO '{root}' "
        f"(FORMAT parquet, PARTITION_BY (part){''.join(f', {name} true' for name in options)})"
    )
    files = lake.below(root, "parquet")
    count = lambda where="true": lake(
        f"SELECT count(*) FROM read_parquet('{files}', hive_partitioning = true) WHERE {where}"
    )
    with step("partitions: written, refused where something is, overwritten, read alone and together"):
        write(1000)
        check((count(), count("part = 2")), (1000, 250), "rows of all and of one")
        check_raises(duckdb.IOException, "is not empty", lambda: write(10), "where something is")
        if lake.scheme == "abfss":
            write(400, OVERWRITE=True)
            check((count(), count("part = 2")), (400, 100), "rows after overwriting")
        else:
            # By Blob it takes directories for files, and deletes them first.
            check_raises(duckdb.Error, "409", lambda: write(400, OVERWRITE=True), "overwriting")
        write(800, OVERWRITE_OR_IGNORE=True)
        check(len(lake.files(files)), 4, "files")
        check(count(), 800, "rows after overwriting again")


def by_blob(step, lake, root):
    # In path style the client deletes in words that are those of DFS as well, which answers otherwise.
    with step("by Blob: what DFS has written, overwritten, and read by DFS again"):
        write = lambda scheme, rows, more="": lake(
            f"COPY (FROM range({rows})) TO '{scheme}://{root}' (FORMAT parquet, PER_THREAD_OUTPUT{more})"
        )
        count = lambda scheme: lake(f"SELECT count(*) FROM '{scheme}://{root}/*.parquet'")
        write("abfss", 10)
        check(count("az"), 10, "rows")
        check_raises(duckdb.IOException, "is not empty", lambda: write("az", 20), "where something is")
        write("az", 20, ", OVERWRITE")
        check((count("az"), count("abfss")), (20, 20), "rows after overwriting")


def refusals(step, ready, scheme, secret):
    with step("refusals: what is missing, a wrong key or secret, who may not"):
        lake = Lake(ready, scheme, secret)
        root = f"{scheme}://{ready.gen2_filesystem}"
        gone = lambda: lake(f"SELECT * FROM '{root}/gone.parquet'")
        check_raises(duckdb.Error, "gone.parquet", gone, "a missing file")
        nowhere = lambda: lake(f"COPY (SELECT 1) TO '{scheme}://never-was/x.csv'")
        check_raises(duckdb.Error, "", nowhere, "a file in a file system that is not there")
        lake(f"COPY (SELECT 1 AS i) TO '{root}/there.csv'")
        if "CLIENT_SECRET" in secret:
            wrong = Lake(ready, scheme, secret | {"CLIENT_SECRET": "wrong"})
            nobody = {"CLIENT_ID": ready.acl_client_id, "CLIENT_SECRET": ready.acl_client_secret}
            nobody = Lake(ready, scheme, secret | nobody)
            check_raises(duckdb.Error, "", lambda: nobody(f"FROM '{root}/there.csv'"), "reading without rights")
        else:
            text = secret["CONNECTION_STRING"].replace(ready.gen2_key, WRONG_KEY)
            wrong = Lake(ready, scheme, {"CONNECTION_STRING": text})
        check_raises(duckdb.Error, "", lambda: wrong(f"FROM '{root}/there.csv'"), "reading")
        check_raises(duckdb.Error, "", lambda: wrong(f"COPY (SELECT 2 AS i) TO '{root}/there.csv'"), "writing")
        check(lake(f"FROM '{root}/there.csv'"), 1, "content after the refusals")


if __name__ == "__main__":
    _steps.main(script)
