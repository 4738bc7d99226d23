"""Microsoft's crate azure_storage_blob 1.x, signed in by a credential of adls-auth through its adapter, beside the
command line.
"""
# requirements: requirements-gen2-lake.txt
# programs: adls rust-azure-storage-blob
# long: the crate and what it needs are compiled for it, which takes some minutes the first time

import os
import subprocess

import _steps
from _adls import Adls, local
from _steps import check, check_true


def script(ready, step):
    adls = Adls(ready)
    container = f"https://{ready.gen2_account}.blob.core.windows.net/{ready.gen2_filesystem}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}
    variables = {
        **inherited,
        "HTTPS_PROXY": ready.proxy_url,
        "SSL_CERT_FILE": ready.ca_cert,
        "AZURE_TENANT_ID": ready.tenant_id,
        "AZURE_CLIENT_ID": ready.client_id,
        "AZURE_CLIENT_SECRET": ready.client_secret,
    }

    def run(*arguments, **others):
        program = _steps.program("rust-azure-storage-blob")
        return subprocess.run(
            [program, *arguments], env={**variables, **others}, capture_output=True, timeout=60, check=False
        )

    def blob(action, *arguments):
        ended = run(action, container, *arguments)
        check_true(ended.returncode == 0, f"{action} {arguments}: {ended.stderr.decode()}")
        return ended.stdout

    with step("put by adls, read by the crate"):
        adls("fs", "put", local("ours", b"x" * 5_000_000), adls.url("blob/ours"))
        check(blob("get", "blob/ours"), b"x" * 5_000_000, "content")
    with step("put by the crate, read and listed by adls and by itself"):
        blob("put", "blob/theirs ü", "text")
        check(adls("fs", "cat", adls.url("blob/theirs ü")), b"text", "content")
        names = blob("list").decode().splitlines()
        check_true({"blob/ours", "blob/theirs ü"} <= set(names), f"listed {names}")
    with step("another secret is refused, and the reason comes through"):
        ended = run("list", container, AZURE_CLIENT_SECRET="wrong")
        check_true(ended.returncode != 0 and b"AADSTS7000215" in ended.stderr, ended.stderr.decode())


if __name__ == "__main__":
    _steps.main(script)
