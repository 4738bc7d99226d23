"""How data clients that are no SDKs get at an account, and the names that all of them are asked to cope with."""

import contextlib
import pathlib

from _steps import Mismatch, check_true

MIB = 1024 * 1024
# Well-formed, and nobody's.
WRONG_KEY = "d3Jvbmc="
NAMES = [
    "plus+plus", "blank blank", "100%", "a,b;c", "x&y=z", "hash#tag", "ümläut", "日本語", "~tilde'", "e%20f", "(round)",
]


class Way:
    """One of the addresses of an account with one of the ways to sign in, as the Rust crate object_store names them."""

    def __init__(self, name, ready, root, **options):
        self.name = name
        self.root = root
        self.options = {"azure_storage_account_name": ready.gen2_account} | options

    def with_wrong_key(self):
        return self.options | {"azure_storage_account_key": WRONG_KEY}


def object_store_ways(ready):
    """By host name through the proxy, with the key and as an application; and by path."""
    key = {"azure_storage_account_key": ready.gen2_key}
    application = {
        "azure_tenant_id": ready.tenant_id,
        "azure_client_id": ready.client_id,
        "azure_client_secret": ready.client_secret,
    }
    directly = {"azure_storage_endpoint": f"{ready.http_url}/{ready.gen2_account}", "allow_http": "true"}
    host = f"abfss://{ready.gen2_filesystem}@{ready.gen2_account}.dfs.core.windows.net"
    return [
        Way("path, key", ready, f"az://{ready.gen2_filesystem}", **key, **directly),
        Way("proxy, key", ready, host, **key),
        Way("proxy, bearer", ready, host, **application),
    ]


def connection_string(ready, key=None):
    """For what knows the path style from Azurite."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ready.gen2_account};AccountKey={key or ready.gen2_key};"
        f"BlobEndpoint={ready.http_url}/{ready.gen2_account};"
    )


@contextlib.contextmanager
def refused(kinds, text, what):
    """Demands that what is done here ends with an error of these kinds whose message has `text` in it."""
    try:
        yield
    except kinds as error:
        check_true(text in str(error), f"{what}: expected an error with {text!r}, got {error!r}")
    else:
        raise Mismatch(f"{what}: expected an error with {text!r}, and nothing was refused")


def tree(directory, files):
    """Writes files below a directory of this machine, and returns its path."""
    for name, data in files.items():
        path = pathlib.Path(directory, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(directory)
