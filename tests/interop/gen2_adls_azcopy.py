"""What the command line writes is read by AzCopy, and the other way round: bytes, digests, rights, signatures."""
# requirements: requirements-gen2-lake.txt
# programs: adls azcopy

import base64
import hashlib
import pathlib

import _steps
from _adls import Adls, local
from _azcopy import AzCopy
from _gen2 import MIB, SOMEBODY
from _steps import check, check_true

SIZES = [0, 5, 9 * MIB + 321]


def script(ready, step):
    adls, azcopy = Adls(ready), AzCopy(ready)
    host = f"https://{ready.gen2_account}.dfs.core.windows.net/{ready.gen2_filesystem}"

    def run(*arguments):
        return azcopy.run(*arguments, **azcopy.principal()).demand()

    for part in (down, up, rights):
        part(step, adls, run, host)
    signatures(step, adls, azcopy)


def content(size):
    return bytes(range(251)) * (size // 251) + bytes(size % 251)


def tree(name):
    """The files of a local directory by their relative paths."""
    root = pathlib.Path(name)
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def down(step, adls, run, host):
    with step("a tree that adls put, copied down by azcopy with its digests checked"):
        for size in SIZES:
            local(f"up/d/{size}", content(size))
        local("up/ü b+c", b"name")
        adls("fs", "put", "files/up", adls.url("up"))
        run("copy", f"{host}/up", "copied", "--recursive", "--check-md5=FailIfDifferent")
        check_true(tree("copied/up") == tree("files/up"), f"got {list(tree('copied'))}")


def up(step, adls, run, host):
    with step("a tree that azcopy copied up, got by adls and verified"):
        run("copy", "files/up", f"{host}/theirs", "--recursive", "--put-md5")
        adls("fs", "get", adls.url("theirs/up"), "files/theirs", "--verify")
        check_true(tree("files/theirs") == tree("files/up"), f"got {list(tree('files/theirs'))}")
    with step("the digest that azcopy has set"):
        told = adls.json("fs", "properties", adls.url("theirs/up/d/5"))
        digest = base64.b64encode(hashlib.md5(content(5)).digest()).decode()
        check_true(digest in str(told), f"{digest} is not in {told}")
    with step("nothing to do for azcopy sync after adls sync"):
        adls("fs", "sync", "files/up", adls.url("synced"))
        job = run("sync", "files/up", f"{host}/synced", "--recursive")
        check(int(job.summary["TotalTransfers"]), 0, "transfers")


def rights(step, adls, run, host):
    with step("rights that adls has set, copied along by azcopy"):
        adls("fs", "put", local("r", b"r"), adls.url("rights/r"))
        adls("fs", "acl", "modify", f"user:{SOMEBODY}:r-x", adls.url("rights/r"))
        run("copy", f"{host}/rights/r", f"{host}/rights/copy", "--preserve-permissions")
        shown = adls("fs", "acl", "show", adls.url("rights/copy")).decode()
        check_true(f"user:{SOMEBODY}:r-x" in shown, shown)


def signatures(step, adls, azcopy):
    with step("a signature that adls has made, used by azcopy"):
        adls("fs", "put", local("signed", b"signed"), adls.url("signed/f"))
        url = adls("fs", "sas", adls.url("signed/f"), "--permissions", "r").decode().strip()
        azcopy.run("copy", url, "signed").demand()
        check(pathlib.Path("signed").read_bytes(), b"signed", "content")


if __name__ == "__main__":
    _steps.main(script)
