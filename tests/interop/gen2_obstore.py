"""obstore: the Rust crate object_store from Python. It speaks Blob only, and deletes by batches."""
# requirements: requirements-gen2-lake.txt

import asyncio
import datetime
import os
import urllib.error
import urllib.request

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotModifiedError,
    PermissionDeniedError,
    PreconditionError,
)
from obstore.store import AzureStore

import _steps
from _lake import MIB, NAMES, object_store_ways
from _steps import check, check_raises, check_true


def script(ready, step):
    for way in object_store_ways(ready):
        ready.control("reset")
        stage = lambda what: step(f"{way.name}: {what}")
        for part in (content, conditions, odd_names, listings, copies, deletions, directories):
            part(stage, store(way, part.__name__))
        if "bearer" not in way.name:
            signatures(stage, way)
        refusals(stage, ready, way)
    pages(step, store(object_store_ways(ready)[0], "pages"))


def store(way, directory, **options):
    """A store below a directory; `options` take the place of those that the way has."""
    return AzureStore.from_url(f"{way.root}/{directory}", **configuration(way, **options))


def configuration(way, **options):
    options = way.options | options
    client = {"allow_http": True} if options.pop("allow_http", None) else None
    return {"config": options, "client_options": client}


def content(step, lake):
    data = os.urandom(12 * MIB + 5)
    with step("content: in one piece, in blocks, from a writer"):
        tag = obstore.put(lake, "small", b"small")["e_tag"]
        found = obstore.get(lake, "small")
        check((found.meta["e_tag"], found.bytes()), (tag, b"small"), "a small one")
        obstore.put(lake, "big", data, use_multipart=True, chunk_size=5 * MIB, max_concurrency=3)
        check_true(obstore.get(lake, "big").bytes() == data, "content of blocks differs")
        with obstore.open_writer(lake, "written", buffer_size=5 * MIB) as file:
            for start in range(0, len(data), MIB):
                file.write(data[start : start + MIB])
        check_true(b"".join(bytes(part) for part in obstore.get(lake, "written")) == data, "what was written differs")
        obstore.put(lake, "empty", b"")
        check((obstore.head(lake, "empty")["size"], obstore.get(lake, "empty").bytes()), (0, b""), "nothing")
    with step("content: ranges, one and several, and readers"):
        check(obstore.get_range(lake, "big", start=MIB - 3, end=MIB + 3), data[MIB - 3 : MIB + 3], "a range")
        last = obstore.get(lake, "big", options={"range": {"offset": len(data) - 4}})
        check(last.bytes(), data[-4:], "the last bytes")
        found = obstore.get_ranges(lake, "big", starts=[0, 11 * MIB, 7], ends=[5, 11 * MIB + 5, 9])
        check([bytes(part) for part in found], [data[:5], data[11 * MIB : 11 * MIB + 5], data[7:9]], "several ranges")
        reader = obstore.open_reader(lake, "big", buffer_size=MIB)
        reader.seek(6 * MIB)
        check(bytes(reader.read(10)), data[6 * MIB : 6 * MIB + 10], "what a reader reads")
        behind = lambda: obstore.get_range(lake, "small", start=100, length=5)
        check_raises(BaseError, "", behind, "a range behind the end")
    with step("content: attributes and metadata"):
        attributes = {"Content-Type": "text/plain", "Content-Language": "de", "Cache-Control": "none", "colour": "red"}
        obstore.put(lake, "told", b"x", attributes=attributes)
        check(obstore.get(lake, "told").attributes, attributes, "attributes")
        obstore.put(lake, "tagged", b"x", tags={"a": "1"})
    with step("content: 64 at a time"):

        async def many():
            names = [f"many/{number}" for number in range(64)]
            await asyncio.gather(*(obstore.put_async(lake, name, name.encode()) for name in names))
            found = await asyncio.gather(*(obstore.get_async(lake, name) for name in names))
            return [bytes(await answer.bytes_async()) for answer in found] == [name.encode() for name in names]

        check_true(asyncio.run(many()), "content of one of them differs")
    with step("content: what is missing"):
        check_raises(FileNotFoundError, "", lambda: obstore.get(lake, "gone"), "content")
        check_raises(FileNotFoundError, "", lambda: obstore.head(lake, "gone"), "what is known")
        check_raises(FileNotFoundError, "", lambda: obstore.get_range(lake, "gone", start=0, end=1), "a range")


def conditions(step, lake):
    with step("conditions: creation only of what is new, replacement only of what is known"):
        first = obstore.put(lake, "c", b"1", mode="create")
        check_raises(AlreadyExistsError, "", lambda: obstore.put(lake, "c", b"2", mode="create"), "creation")
        second = obstore.put(lake, "c", b"2", mode={"e_tag": first["e_tag"]})
        stale = lambda: obstore.put(lake, "c", b"3", mode={"e_tag": first["e_tag"]})
        check_raises(PreconditionError, "", stale, "replacement of what it is no more")
        check(obstore.get(lake, "c").bytes(), b"2", "content after the refusals")
    with step("conditions: of reading"):
        read = lambda **options: obstore.get(lake, "c", options=options).bytes()
        now = obstore.head(lake, "c")["last_modified"]
        hour = datetime.timedelta(hours=1)
        check(read(if_match=second["e_tag"]), b"2", "this version")
        check(read(if_none_match=first["e_tag"]), b"2", "not the first version")
        check(read(if_unmodified_since=now + hour), b"2", "unmodified since later")
        check_raises(PreconditionError, "", lambda: read(if_match=first["e_tag"]), "the first version")
        check_raises(PreconditionError, "", lambda: read(if_unmodified_since=now - hour), "unmodified since earlier")
        check_raises(NotModifiedError, "", lambda: read(if_none_match=second["e_tag"]), "not this version")
        check_raises(NotModifiedError, "", lambda: read(if_modified_since=now + hour), "modified since later")
    with step("conditions: of 16 writers who want to be the first, one is"):

        async def race():
            one = lambda number: obstore.put_async(lake, "race", str(number).encode(), mode="create")
            return await asyncio.gather(*map(one, range(16)), return_exceptions=True)

        outcomes = asyncio.run(race())
        winners = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, dict)]
        losers = [outcome for outcome in outcomes if isinstance(outcome, AlreadyExistsError)]
        check((len(winners), len(losers)), (1, 15), "winners and losers")
        check(obstore.get(lake, "race").bytes(), str(winners[0]).encode(), "content")


def odd_names(step, lake):
    with step("odd names: written, read, listed, copied, deleted"):
        for name in NAMES:
            obstore.put(lake, f"{name}/in {name}", name.encode())
            check(obstore.get(lake, f"{name}/in {name}").bytes(), name.encode(), f"content of {name}")
            obstore.copy(lake, f"{name}/in {name}", f"{name}/copy")
        files = [f"{name}/{of}" for name in NAMES for of in (f"in {name}", "copy")]
        check(paths(obstore.list(lake).collect()), sorted(files), "all files")
        check(sorted(obstore.list_with_delimiter(lake)["common_prefixes"]), sorted(NAMES), "one level")
        obstore.delete(lake, files)
        check(paths(obstore.list(lake).collect()), [], "what is left")


def listings(step, lake):
    names = ["1", "x/2", "x/y/3", "x/y/4", "z/5"]
    with step("listings: all levels, one level, from a name on, no directories among the files"):
        for name in names:
            obstore.put(lake, name, name.encode())
        found = obstore.list(lake).collect()
        sizes = {entry["path"]: entry["size"] for entry in found}
        check(sizes, {name: len(name) for name in names}, "all files with their sizes")
        check(paths(obstore.list(lake, "x").collect()), names[1:4], "all files of a directory")
        level = obstore.list_with_delimiter(lake)
        check((paths(level["objects"]), level["common_prefixes"]), (["1"], ["x", "z"]), "one level")
        level = obstore.list_with_delimiter(lake, "x")
        check((paths(level["objects"]), level["common_prefixes"]), (["x/2"], ["x/y"]), "one level below")
        check(paths(obstore.list(lake, offset="x/2").collect()), names[2:], "behind a name")
        check(paths(obstore.list(lake, offset="x/3").collect()), names[2:], "behind a name that is not there")
        check(paths(obstore.list(lake, offset="zz").collect()), [], "behind the last")
        check(paths(obstore.list(lake, "gone").collect()), [], "what is missing")


def pages(step, lake):
    # A page has 5,000 entries, and the client cannot ask for shorter ones.
    names = [f"{number:05}" for number in range(5010)]
    with step("listings: more than one page"):

        async def many():
            await asyncio.gather(*(obstore.put_async(lake, name, b"") for name in names))

        asyncio.run(many())
        check(paths(obstore.list(lake).collect()), names, "all pages")
        check(paths(obstore.list(lake, offset=names[3]).collect()), names[4:], "all pages from a name on")


def copies(step, lake):
    with step("copies and moves: onto others, not onto others, of what is missing"):
        obstore.put(lake, "one", b"one", attributes={"Content-Type": "text/plain", "colour": "red"})
        obstore.put(lake, "two", b"two")
        obstore.copy(lake, "one", "new/copy")
        copy = obstore.get(lake, "new/copy")
        check(copy.attributes, {"Content-Type": "text/plain", "colour": "red"}, "attributes of a copy")
        check(copy.bytes(), b"one", "content of a copy")
        refused = lambda: obstore.copy(lake, "one", "two", overwrite=False)
        check_raises(AlreadyExistsError, "", refused, "a copy onto another")
        check(obstore.get(lake, "two").bytes(), b"two", "content after the refusal")
        obstore.copy(lake, "one", "two")
        check(obstore.get(lake, "two").bytes(), b"one", "content of the other")
        obstore.rename(lake, "one", "moved")
        check(obstore.get(lake, "moved").bytes(), b"one", "content of what was moved")
        check_raises(FileNotFoundError, "", lambda: obstore.head(lake, "one"), "what it was before")
        refused = lambda: obstore.rename(lake, "moved", "two", overwrite=False)
        check_raises(AlreadyExistsError, "", refused, "a move onto another")
        check_raises(FileNotFoundError, "", lambda: obstore.copy(lake, "gone", "three"), "a copy of what is missing")
        check_raises(FileNotFoundError, "", lambda: obstore.rename(lake, "gone", "three"), "a move of it")


def deletions(step, lake):
    with step("deletions: one, 600 by batches of 256, some of which are missing"):
        names = [f"d/{number}" for number in range(600)]

        async def many():
            await asyncio.gather(*(obstore.put_async(lake, name, b"x") for name in names))

        asyncio.run(many())
        obstore.delete(lake, names[0])
        check(len(obstore.list(lake).collect()), 599, "files after one deletion")
        obstore.delete(lake, names[1:])
        check(paths(obstore.list(lake).collect()), [], "what is left")
        obstore.put(lake, "d/there", b"x")
        missing = lambda: obstore.delete(lake, ["d/there", "d/gone"])
        check_raises(FileNotFoundError, "d/gone", missing, "one of two is missing")
        check(paths(obstore.list(lake).collect()), [], "what is left of the two")


def directories(step, lake):
    with step("directories: are no objects, and are deleted when nothing is in them"):
        obstore.put(lake, "d/e/file", b"x")
        check_raises(FileNotFoundError, "", lambda: obstore.head(lake, "d/e"), "a directory")
        check_raises(BaseError, "409", lambda: obstore.delete(lake, "d/e"), "one with something in it")
        check_raises(BaseError, "409", lambda: obstore.put(lake, "d/e", b"x"), "a file in its place")
        check_raises(BaseError, "409", lambda: obstore.put(lake, "d/e/file/below", b"x"), "a file below a file")
        obstore.delete(lake, ["d/e/file"])
        check(obstore.list_with_delimiter(lake, "d")["common_prefixes"], ["d/e"], "the directory stays")
        obstore.delete(lake, ["d/e"])
        check(obstore.list_with_delimiter(lake, "d")["common_prefixes"], [], "it is deleted as a file is")


def signatures(step, way):
    with step("signatures: URLs that read, write and delete"):
        lake = store(way, "")
        minute = datetime.timedelta(minutes=1)
        block_blob = {"x-ms-blob-type": "BlockBlob"}
        url = obstore.sign(lake, "PUT", "signed/file", minute)
        put = urllib.request.Request(url, data=b"signed", method="PUT", headers=block_blob)
        urllib.request.urlopen(put, timeout=30).close()
        url = obstore.sign(lake, "GET", "signed/file", minute)
        with urllib.request.urlopen(url, timeout=30) as answer:
            check(answer.read(), b"signed", "content")
        delete = lambda url: urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=30).close()
        check_raises(urllib.error.HTTPError, "403", lambda: delete(url), "deletion by a URL that reads")
        delete(obstore.sign(lake, "DELETE", "signed/file", minute))
        check_raises(urllib.error.HTTPError, "404", lambda: urllib.request.urlopen(url, timeout=30), "what is deleted")


def refusals(step, ready, way):
    with step("refusals: a wrong key or secret, a file system that is not there"):
        if "bearer" in way.name:
            wrong = store(way, "", azure_client_secret="wrong")
            check_raises(BaseError, "AADSTS7000215", lambda: obstore.get(wrong, "x"), "a wrong secret")
            application = {"azure_client_id": ready.acl_client_id, "azure_client_secret": ready.acl_client_secret}
            nobody = store(way, "", **application)
            denied = lambda: obstore.put(nobody, "x", b"x")
            check_raises(PermissionDeniedError, "AuthorizationPermissionMismatch", denied, "without rights")
        else:
            wrong = store(way, "", **way.with_wrong_key())
            check_raises(PermissionDeniedError, "AuthenticationFailed", lambda: obstore.put(wrong, "x", b"x"), "a key")
        nowhere = AzureStore.from_url(f"{way.root}/".replace(ready.gen2_filesystem, "never-was"), **configuration(way))
        check_raises(FileNotFoundError, "ContainerNotFound", lambda: obstore.put(nowhere, "x", b"x"), "writing")
        lists = lambda: obstore.list(nowhere).collect()
        check_raises((FileNotFoundError, BaseError), "ContainerNotFound", lists, "a list")


def paths(entries):
    return sorted(entry["path"] for entry in entries)


if __name__ == "__main__":
    _steps.main(script)
