"""What the official Python package for Gen1 files does in `cargo xtask bench gen1`.

Prints the seconds that the work took, without what it takes to import the package and to sign in.
"""

from azure.datalake.store import core, lib, multithread

import _sdk


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


def connect(ready):
    return core.AzureDLFileSystem(
        sign_in(ready), store_name=ready["default_account"], url_suffix=ready["adls_suffix"]
    )


if __name__ == "__main__":
    _sdk.main(__doc__, connect, {"put": put, "get": get, "list": list_directory, "acl": acl})
