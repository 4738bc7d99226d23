"""How clients of Gen2 get at an account of the emulator, and what they share."""

import contextlib
import os
import socket

from azure.core.credentials import AzureNamedKeyCredential

from _steps import check_true

MIB = 1024 * 1024
SOMEBODY = "11111111-2222-3333-4444-555555555555"
NAMES = [
    "plus+plus", "blank blank", "100%", "a,b;c", "x&y=z", "hash#tag", "q?", "ümläut", "日本語", "~tilde'", "e%20f", "c:d|e",
]
# What fails shall fail at once.
NO_RETRIES = {"retry_total": 0}


class Way:
    """One of the addresses of an account, and one of the ways to sign in to it."""

    def __init__(self, name, ready, url, *, bearer=False, account="gen2_account", key="gen2_key"):
        self.name = name
        self.ready = ready
        self.account = getattr(ready, account)
        self.key = getattr(ready, key)
        self.bearer = bearer
        self.template = url

    def url(self, service="dfs", account=None):
        """The URL of the account, or of another."""
        return self.template.format(account=account or self.account, service=service)

    def named_key(self):
        return AzureNamedKeyCredential(self.account, self.key)

    @property
    def tls(self):
        return self.template.startswith("https:")


def ways(ready):
    """By host name as in the cloud, by host name without the proxy, and by path."""
    proxy = "https://{account}.{service}.core.windows.net"
    return [
        Way("proxy, key", ready, proxy),
        Way("proxy, bearer", ready, proxy, bearer=True),
        Way("host name, key", ready, "https://{account}.{service}." + ready.adls_suffix),
        Way("path, key", ready, ready.http_url + "/{account}"),
    ]


@contextlib.contextmanager
def localhost_names():
    """Lets names below `localhost` be this machine, as RFC 6761 has it and not every resolver, without a proxy."""
    resolve = socket.getaddrinfo

    def local(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if name and name.endswith(".localhost") else host, *args, **kwargs)

    socket.getaddrinfo = local
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    try:
        yield
    finally:
        socket.getaddrinfo = resolve
        del os.environ["NO_PROXY"], os.environ["no_proxy"]


def check_refused(kind, code, call, what):
    """Demands an error of exactly this class and with this code of the service, or one of several. Returns it."""
    codes = (code,) if isinstance(code, str) else code
    try:
        result = call()
    except Exception as error:  # pylint: disable=broad-except
        found = getattr(error, "error_code", None)
        found = getattr(found, "value", found)
        is_expected = type(error) is kind and found in codes
        wanted = f"{kind.__name__} with {' or '.join(codes)}"
        check_true(is_expected, f"{what}: expected {wanted}, got {type(error).__name__} with {found}: {error}")
        return error
    raise AssertionError(f"{what}: expected an error {code}, got {result!r:.200}")
