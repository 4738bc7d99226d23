"""What the official Python package for Gen1 files does in `cargo xtask bench gen1`.

Prints the seconds that the work took, without what it takes to import the package and to sign in.
"""

import argparse
import json
import socket
import time

from azure.datalake.store import core, lib, multithread


RESOLVE = socket.getaddrinfo


def resolve(host, *others, **named):
    """Finds the emulator's names, as RFC 6761 wants it and not every system does."""
    local = isinstance(host, str) and host.endswith(".localhost")
    return RESOLVE("127.0.0.1" if local else host, *others, **named)


def sign_in(ready):
    """The package's own credential, or since 1.0 one of azure-identity."""
    try:
        from azure.identity import ClientSecretCredential
    except ImportError:
        return lib.auth(
            ready["tenant_id"], client_id=ready["client_id"], client_secret=ready["client_secret"]
        )
    credential = ClientSecretCredential(
        ready["tenant_id"], ready["client_id"], ready["client_secret"]
    )
    credential.get_token("https://datalake.azure.net//.default")
    return credential


def put(fs, local, remote):
    multithread.ADLUploader(fs, lpath=local, rpath=remote, overwrite=True)


def get(fs, remote, local):
    multithread.ADLDownloader(fs, lpath=local, rpath=remote, overwrite=True)


def list_directory(fs, directory):
    fs.ls(directory, detail=True, invalidate_cache=True)


def acl(fs, entries, directory):
    fs.modify_acl_entries(directory, entries, recursive=True)


WORK = {"put": put, "get": get, "list": list_directory, "acl": acl}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ready", help="the emulator's ready file")
    parser.add_argument("work", choices=WORK)
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    with open(given.ready, encoding="utf-8") as file:
        ready = json.load(file)
    socket.getaddrinfo = resolve
    fs = core.AzureDLFileSystem(
        sign_in(ready), store_name=ready["default_account"], url_suffix=ready["adls_suffix"]
    )
    start = time.monotonic()
    WORK[given.work](fs, *given.arguments)
    print(f"{time.monotonic() - start:.6f}")


if __name__ == "__main__":
    main()
