"""AzCopy, unmodified, through the proxy: over DFS and over Blob, with a signature and as an application. What it
leaves behind is looked at with azure-storage-file-datalake.
"""
# requirements: requirements-gen2-suite.txt
# programs: azcopy

import concurrent.futures
import datetime
import hashlib
import os
import pathlib
import shutil
import time

from azure.storage.filedatalake import (
    ContentSettings,
    DataLakeServiceClient,
    ResourceTypes,
    generate_account_sas,
    generate_file_system_sas,
)

import _azcopy
import _steps
from _gen2 import MIB, NAMES, NO_RETRIES, SOMEBODY
from _steps import check, check_true

EVERYTHING = "racwdlmeop"
BLOCK = 8
BLOCKS = 14
BIG = (BLOCKS - 1) * BLOCK * MIB + 321
ACL = (
    f"user::rwx,user:{SOMEBODY}:r-x,group::r-x,mask::rwx,other::---,"
    "default:user::rwx,default:group::r-x,default:other::---"
)


class Lane:
    """One of the two endpoints and one of the two ways to sign in, with a file system of its own in both accounts."""

    def __init__(self, azcopy, endpoint, signs_in, by_path=False):
        ready = azcopy.ready
        self.by_path = by_path
        self.azcopy, self.endpoint, self.signs_in = azcopy, endpoint, signs_in
        self.kind = {"dfs": "BlobFS", "blob": "Blob"}[endpoint]
        self.file_system = "-".join([endpoint, "application" if signs_in else "signature", *["path"] * by_path])
        self.directory = pathlib.Path(self.file_system).absolute()
        self.directory.mkdir()
        self.variables = azcopy.principal() if signs_in else {}
        self.accounts = [(ready.gen2_account, ready.gen2_key), (ready.gen2_account2, ready.gen2_key2)]
        self.lakes = [client(ready, *account).create_file_system(self.file_system) for account in self.accounts]

    def url(self, path, number=0, permission=EVERYTHING):
        """The address of a path, with a signature where nobody signs in."""
        account, key = self.accounts[number]
        host = f"https://{account}.{self.endpoint}.core.windows.net"
        base = f"{self.azcopy.ready.http_url}/{account}" if self.by_path else host
        url = f"{base}/{self.file_system}/{path}"
        return url if self.signs_in else f"{url}?{signature(account, self.file_system, key, permission)}"

    def run(self, *arguments):
        return self.azcopy.run(*arguments, **self.variables)

    def content(self, path, number=0):
        return self.lakes[number].get_file_client(path).download_file().readall()

    def tree(self, path, number=0):
        """The names below a directory: files with what is in them, directories with None."""
        below = self.lakes[number].get_paths(path)
        names = {found.name.removeprefix(f"{path}/"): found.is_directory for found in below}
        content = lambda name: self.content(f"{path}/{name}", number)
        return {name: None if is_directory else content(name) for name, is_directory in names.items()}

    def local(self, name):
        return str(self.directory / name)


def client(ready, account, key):
    return DataLakeServiceClient(f"{ready.http_url}/{account}", key, **NO_RETRIES)


def signature(account, file_system, key, permission=EVERYTHING, hours=1):
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return generate_file_system_sas(account, file_system, key, permission, until)


def local_tree(path):
    """A local directory as `Lane.tree` tells one."""
    root = pathlib.Path(path)
    return {
        str(found.relative_to(root)): None if found.is_dir() else found.read_bytes() for found in root.rglob("*")
    }


def files(tree):
    return {name: content for name, content in tree.items() if content is not None}


class Round:
    """The steps, each of them in several lanes at once, because every run of AzCopy takes two seconds."""

    def __init__(self, ready, step):
        self.ready, self.step = ready, step
        self.azcopy = _azcopy.AzCopy(ready)
        ends = [("dfs", False), ("dfs", True), ("blob", False), ("blob", True)]
        self.lanes = [Lane(self.azcopy, *end) for end in ends]
        # Over HTTP without the proxy, where both protocols have one address.
        self.by_path = Lane(self.azcopy, "dfs", False, by_path=True)
        # Half of the lanes each, and yet both endpoints and both ways to sign in.
        self.one, self.other = self.lanes[::3], self.lanes[1:3]

    def everywhere(self, name, work, lanes):
        with self.step(name):
            self.at_once([lambda lane=lane: work(lane) for lane in lanes])

    @staticmethod
    def at_once(tasks):
        with concurrent.futures.ThreadPoolExecutor(len(tasks)) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()


def script(ready, step):
    with step("the program"):
        check_true(_azcopy.AzCopy(ready).run("--version").output.startswith("azcopy version 10.32."), "version")
    walk = Round(ready, step)
    make_source()
    all_lanes = [*walk.lanes, walk.by_path]
    walk.everywhere("copy: a directory up, with odd names", upload, all_lanes)
    walk.everywhere("list", listing, all_lanes)
    walk.everywhere("copy: a directory down", download, all_lanes)
    here, there = (properties, overwriting, synchronising, large), (accounts, resuming, retrying, removing, refused)
    for sequences in (here, there):
        walk.at_once([lambda sequence=sequence: sequence(walk) for sequence in sequences])


def properties(walk):
    walk.everywhere("copy: a file up with properties, and down", one_file, walk.one)
    walk.everywhere("set-properties: metadata, and a tier over Blob", set_properties, walk.one)


def overwriting(walk):
    walk.everywhere("copy: what is there stays, with --overwrite=false", keep, walk.other)
    walk.everywhere("remove: a file", remove_file, walk.other)


def synchronising(walk):
    walk.everywhere("sync: up, with deletion", sync_up, walk.one)
    walk.everywhere("sync: down, with deletion", sync_down, walk.one)


def large(walk):
    walk.everywhere(f"copy: {BIG >> 20} MiB in blocks, up and down", blocks, walk.other)


def accounts(walk):
    walk.everywhere("copy: between two accounts, with permissions", between_accounts, walk.one)
    walk.everywhere("copy: between two accounts, without them", without_permissions, walk.one[:1])
    whole_account(walk)


def resuming(walk):
    walk.everywhere("jobs resume: after a kill", resume, walk.one)


def retrying(walk):
    walk.everywhere("copy: a busy service, a lost answer", retry, walk.lanes[:1])


def removing(walk):
    walk.everywhere("remove: a directory", remove, walk.one)


def make_source():
    """A directory with odd names, an empty directory, an empty file, and one of more than one buffer."""
    source = pathlib.Path("source")
    (source / "inner" / "deep").mkdir(parents=True)
    (source / "empty").mkdir()
    for name in NAMES:
        (source / name).write_text(name, encoding="utf-8")
    (source / "inner" / "nothing").touch()
    (source / "inner" / "deep" / "data.bin").write_bytes(os.urandom(300_000))


def upload(lane):
    lane.run("copy", "source", lane.url("up"), "--recursive", f"--from-to=Local{lane.kind}").demand(
        TransfersFailed=0, TransfersSkipped=0
    )
    source, found = local_tree("source"), lane.tree("up/source")
    # Blob knows no directories, so that AzCopy does not send those in which there is nothing.
    expected = source if lane.endpoint == "dfs" else {name: source[name] for name in source if name != "empty"}
    check(found, expected, f"what is in {lane.file_system}")


def listing(lane):
    found = lane.run("list", lane.url("up/source"), "--machine-readable", f"--location={lane.kind}")
    check(found.code, 0, "exit code")
    listed = {entry["Path"]: int(entry["ContentLength"]) for entry in found.said("ListObject")}
    lengths = {name: size for name, size in listed.items() if not name.endswith("/")}
    check(lengths, {name: len(content) for name, content in files(local_tree("source")).items()}, "what is listed")
    if lane.endpoint == "dfs":
        check_true({"empty/", "inner/", "inner/deep/"} <= set(listed), f"directories: {sorted(listed)}")
    missing = lane.url("up/source").replace(lane.file_system, "no-such-file-system")
    reason = "ContainerNotFound" if lane.signs_in else "AuthenticationFailed"
    lane.run("list", missing, f"--location={lane.kind}").demand_refused(reason)


def download(lane):
    lane.run("copy", lane.url("up/source"), lane.local("down"), "--recursive", f"--from-to={lane.kind}Local").demand(
        TransfersFailed=0
    )
    check(local_tree(lane.local("down/source")), lane.tree("up/source"), "what was downloaded")


def one_file(lane):
    path = "one/with blank.txt"
    options = ["--put-md5", "--metadata=one=1;two=2", "--content-type=text/x-odd", "--cache-control=no-cache"]
    lane.run("copy", "source/blank blank", lane.url("one/with%20blank.txt"), *options).demand(TransfersCompleted=1)
    found = lane.lakes[0].get_file_client(path).get_file_properties()
    check(lane.content(path), b"blank blank", "content")
    settings = found.content_settings
    check((settings.content_type, settings.cache_control), ("text/x-odd", "no-cache"), "headers")
    check(bytes(settings.content_md5), hashlib.md5(b"blank blank").digest(), "MD5")
    check(found.metadata, {"one": "1", "two": "2"}, "metadata")
    to = lane.local("one.txt")
    lane.run("copy", lane.url("one/with%20blank.txt"), to, "--check-md5=FailIfDifferentOrMissing").demand()
    check(pathlib.Path(to).read_bytes(), b"blank blank", "what was downloaded")
    wrong = ContentSettings(content_md5=bytearray(16))
    lane.lakes[0].get_file_client(path).set_http_headers(wrong)
    lane.run("copy", lane.url("one/with%20blank.txt"), to).demand("Failed", TransfersFailed=1)


def set_properties(lane):
    file = lane.lakes[0].get_file_client("one/with blank.txt")
    tier = ["--block-blob-tier=cool"] * (lane.endpoint == "blob")
    lane.run("set-properties", lane.url("one/with%20blank.txt"), "--metadata=three=3", *tier).demand(TransfersFailed=0)
    found = file.get_file_properties()
    check(found.metadata, {"three": "3"}, "metadata")
    check(lane.run("jobs", "list").code, 0, "exit code of the list of jobs")


def keep(lane):
    lane.lakes[0].get_file_client("kept").upload_data(b"old", overwrite=True)
    kept = lane.run("copy", "source/q?", lane.url("kept"), "--overwrite=false")
    kept.demand("CompletedWithSkipped", TransfersSkipped=1)
    check(lane.content("kept"), b"old", "what was there")
    lane.run("copy", "source/q?", lane.url("kept")).demand()
    check(lane.content("kept"), b"q?", "what replaced it")


def big(lane):
    """A local file of many blocks that are not alike, and its hash."""
    path = lane.local("big.bin")
    data = os.urandom(MIB) * (BIG // MIB + 1)
    data = b"".join(bytes([number]) + data[number * MIB + 1 : (number + 1) * MIB] for number in range(BIG // MIB + 1))
    pathlib.Path(path).write_bytes(data[:BIG])
    return path, hashlib.sha256(data[:BIG]).hexdigest()


def hash_of(chunks):
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def blocks(lane):
    path, expected = big(lane)
    lane.run("copy", path, lane.url("big.bin"), f"--block-size-mb={BLOCK}").demand(BytesOverWire=BIG)
    file = lane.lakes[0].get_file_client("big.bin")
    check(hash_of(file.download_file().chunks()), expected, "content")
    check(blocks_sent(lane, "big.bin"), BLOCKS, "blocks that were sent")
    to = lane.local("big.down")
    lane.run("copy", lane.url("big.bin"), to, f"--block-size-mb={BLOCK}").demand()
    check(hash_of([pathlib.Path(to).read_bytes()]), expected, "what was downloaded")
    for done in (path, to):
        os.remove(done)


def sent(lane, name):
    """The requests for a file of the lane, as the emulator tells them."""
    requests = lane.azcopy.ready.control("requests", method="GET")
    decoded = lambda request: request["path"].replace("%2F", "/")
    return [request for request in requests if decoded(request).endswith(f"/{lane.file_system}/{name}")]


def blocks_sent(lane, name):
    word = {"dfs": "action=append", "blob": "comp=block"}[lane.endpoint]
    return len([request for request in sent(lane, name) if word in request["query"].split("&")])


def sync_up(lane):
    source = pathlib.Path(lane.local("sync"))
    shutil.copytree("source", source)
    lane.run("sync", str(source), lane.url("sync")).demand()
    before = lane.tree("sync")
    shutil.rmtree(source / "inner" / "deep")
    (source / "new").write_text("new")
    (source / "a,b;c").write_text("changed")
    later = time.time() + 5
    for name in ("new", "a,b;c"):
        os.utime(source / name, (later, later))
    kept = lane.run("sync", str(source), lane.url("sync"))
    kept.demand(DeleteTransfersCompleted=0)
    check(set(files(lane.tree("sync"))), set(files(before)) | {"new"}, "what is there without deletion")
    lane.run("sync", str(source), lane.url("sync"), "--delete-destination=true").demand()
    check(files(lane.tree("sync")), files(local_tree(source)), "what is there with deletion")


def sync_down(lane):
    source = pathlib.Path(lane.local("sync"))
    for path in source.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    (source / "extra").write_text("extra")
    lane.lakes[0].get_file_client("sync/by others").upload_data(b"by others", overwrite=True)
    lane.run("sync", lane.url("sync"), str(source), "--delete-destination=true").demand()
    check(files(local_tree(source)), files(lane.tree("sync")), "what is there")
    check((source / "by others").read_bytes(), b"by others", "what came")
    again = lane.run("sync", lane.url("sync"), str(source), "--delete-destination=true")
    again.demand(FileTransfers=0)


def between_accounts(lane):
    directory = lane.lakes[0].create_directory("shared/inner")
    directory.set_access_control(acl=ACL)
    file = directory.create_file("file")
    file.upload_data(b"shared", overwrite=True, metadata={"key": "value"})
    file.set_access_control(owner=SOMEBODY, permissions="rw-r--r--")
    both = lane.url("shared"), lane.url("", 1)
    options = "--recursive", "--preserve-permissions", f"--from-to={lane.kind}{lane.kind}"
    lane.run("copy", *both, *options).demand(TransfersCompleted=3)
    check(lane.tree("shared", 1), {"inner": None, "inner/file": b"shared"}, "what is there")
    there = lane.lakes[1]
    for path in ("shared/inner", "shared/inner/file"):
        here, found = (lake.get_file_client(path).get_access_control()["acl"] for lake in lane.lakes)
        check(found, here, f"access control list of {path}")
    check(there.get_file_client("shared/inner/file").get_file_properties().metadata, {"key": "value"}, "metadata")


def without_permissions(lane):
    lane.run("copy", lane.url("shared"), lane.url("plain", 1), "--recursive").demand()
    found = lane.lakes[1].get_file_client("plain/shared/inner/file").get_access_control()["permissions"]
    check(found, "rw-r-----", "permissions, of which nothing was said")


def resume(lane):
    source = pathlib.Path(lane.local("resume"))
    source.mkdir()
    (source / "small").write_text("small")
    path, expected = big(lane)
    os.rename(path, source / "big")
    ready = lane.azcopy.ready
    # Two of its blocks take so long that the job cannot end before it is killed.
    rule = {"path": f"*{lane.file_system}*big", "method": "PATCH" if lane.endpoint == "dfs" else "PUT", "after": 5}
    ready.control("faults", [{**rule, "count": 2, "action": {"delay": {"ms": 60_000}}}])
    options = f"--block-size-mb={BLOCK}", "--recursive"
    running = lane.azcopy.start("copy", f"{source}/*", lane.url("resume"), *options, **lane.variables)
    wait_until(lambda: blocks_sent(lane, "resume/big") >= BLOCKS - 2 and sent(lane, "resume/small"), "the other blocks")
    running.kill()
    output, _ = running.communicate()
    killed = _azcopy.Job(("copy",), output, running.returncode)
    check(killed.said("EndOfJob"), [], "end of what was killed")
    secret = [] if lane.signs_in else [f"--destination-sas={lane.url('').partition('?')[2]}"]
    job = lane.run("jobs", "resume", killed.id, *secret).demand(TransfersFailed=0)
    check(int(job.summary["TotalTransfers"]), 2, "transfers of the job")
    file = lane.lakes[0].get_file_client("resume/big")
    check(hash_of(file.download_file().chunks()), expected, "content")
    check(lane.content("resume/small"), b"small", "content of the other")
    lane.run("jobs", "resume", SOMEBODY, *secret).demand_refused("does not exist or is invalid")


def retry(lane):
    path = f"*{lane.file_system}/busy"
    busy = {"path": path, "method": "PUT", "count": 1, "action": {"status": {"code": 503}}}
    lost = {"path": path, "method": "PATCH", "count": 1, "action": "commit_and_reset"}
    lane.azcopy.ready.control("faults", [busy, lost])
    lane.run("copy", "source/q?", lane.url("busy")).demand()
    check(lane.content("busy"), b"q?", "content")
    applied = [rule["applied"] for rule in lane.azcopy.ready.control("faults", method="GET") if rule["path"] == path]
    check(applied, [1, 1], "how often it went wrong")


def wait_until(condition, what):
    end = time.monotonic() + 30
    while not condition():
        check_true(time.monotonic() < end, f"waited in vain for {what}")
        time.sleep(0.05)


def remove_file(lane):
    lane.run("remove", lane.url("kept")).demand(TransfersCompleted=1)
    check(lane.lakes[0].get_file_client("kept").exists(), False, "existence")
    # Over Blob, AzCopy asks first, and then has nothing to do.
    lane.run("remove", lane.url("kept")).demand("Failed" if lane.endpoint == "dfs" else "Completed")


def remove(lane):
    job = lane.run("remove", lane.url("up"), "--recursive")
    if lane.endpoint == "blob":
        # As at the service itself, it deletes directories before what is in them, in an order that nobody knows.
        for _ in range(4):
            if job.summary["JobStatus"] == "Completed":
                break
            check_true("not permitted on a non-empty directory" in job.log(), "it failed for another reason")
            job = lane.run("remove", lane.url("up"), "--recursive")
    job.demand()
    check([path.name for path in lane.lakes[0].get_paths() if path.name.startswith("up/")], [], "what is left")


def whole_account(walk):
    ready = walk.ready
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    sas = generate_account_sas(ready.gen2_account, ready.gen2_key, ResourceTypes(True, True, True), "rwdlac", until)
    account = f"https://{ready.gen2_account}.blob.core.windows.net"
    with walk.step("make and remove: a file system, with a signature of the account"):
        check(walk.azcopy.run("make", f"{account}/made?{sas}").code, 0, "exit code")
        lake = client(ready, ready.gen2_account, ready.gen2_key).get_file_system_client("made")
        check(lake.exists(), True, "existence")
        check(walk.azcopy.run("make", f"{account}/made?{sas}").code, 1, "exit code of a second time")
        # Only over DFS the file system itself goes, too.
        over_dfs = account.replace(".blob.", ".dfs.")
        walk.azcopy.run("remove", f"{over_dfs}/made?{sas}", "--recursive").demand()
        check(lake.exists(), False, "existence of what was removed")


def refused(walk):
    ready, azcopy, lane = walk.ready, walk.azcopy, walk.lanes[0]
    target = f"https://{ready.gen2_account}.dfs.core.windows.net/{lane.file_system}"
    expired = signature(ready.gen2_account, lane.file_system, ready.gen2_key, hours=-1)
    others = lane.url("x", 1).replace(ready.gen2_account2, ready.gen2_account)
    stranger = azcopy.principal("acl_client_id", "acl_client_secret")
    cases = [
        ("a signature that only reads", "AuthorizationPermissionMismatch", lane.url("x", permission="rl"), {}),
        ("a signature that is over", "AuthenticationFailed", f"{target}/x?{expired}", {}),
        ("a signature of another account", "AuthenticationFailed", others, {}),
        ("nobody", "login", f"{target}/x", {}),
        ("an application without rights", "AuthorizationPermissionMismatch", f"{target}/x", stranger),
        ("a wrong secret", "AADSTS7000215", f"{target}/x", azcopy.principal(secret="wrong")),
        ("a file system that is not there", "FilesystemNotFound", f"{target}-not/x", azcopy.principal()),
    ]

    def one(case):
        name, reason, url, variables = case
        with walk.step(f"copy, refused: {name}"):
            azcopy.run("copy", "source/q?", url, "--from-to=LocalBlobFS", **variables).demand_refused(reason)

    walk.at_once([lambda case=case: one(case) for case in cases])
    check(lane.lakes[0].get_file_client("x").exists(), False, "existence of what was refused")
    with walk.step("copy, refused: what is not there"):
        missing = lane.run("copy", lane.url("no-such-file"), lane.local("none"))
        missing.demand_refused("The specified file was not found")
    with walk.step("copy, refused: lists that a signature may not set"):
        lane.lakes[0].get_file_client("listed/file").upload_data(b"listed", overwrite=True)
        without = lane.url("", 1, permission="racwdlme"), "--recursive", "--preserve-permissions"
        copied = lane.run("copy", lane.url("listed"), *without, "--from-to=BlobFSBlobFS")
        copied.demand_refused("AuthorizationPermissionMismatch")


if __name__ == "__main__":
    _steps.main(script)
