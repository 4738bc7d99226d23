"""What the sign-in scripts share: the two ways to the emulator, and what its tokens are good for."""

import base64
import contextlib
import hashlib
import json
import logging
import os
import threading
import time

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from _browser import Browser, sign_in
from _steps import check, check_true

# As programs for Gen1 name the services on the v1 endpoints.
MANAGEMENT = "https://management.core.windows.net/"
DATA_LAKE = "https://datalake.azure.net/"
# On the v2.0 endpoints; a second slash keeps the first in the audience.
MANAGEMENT_SCOPE = f"{MANAGEMENT}/.default"
DATA_LAKE_SCOPE = f"{DATA_LAKE}/.default"

# The libraries log every refusal, and many are provoked here.
logging.disable(logging.CRITICAL)

PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy")


class Way:
    """How a client gets to the emulator; with a context around it, the process goes that way."""

    def __init__(self, name, authority, services, proxy):
        self.name, self.authority, self.proxy = name, authority, proxy
        self._services = services

    @property
    def is_direct(self):
        return self.proxy is None

    def environment(self):
        """Of the process, and of those it starts."""
        return environment(**{name: self.proxy for name in PROXY_VARIABLES})

    def get(self, service, token, session=requests):
        """Asks a service for something harmless, with this token or what a session brings; the status."""
        url, host = self._services[service]
        headers = {"Host": host}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return session.get(url, headers=headers, timeout=30).status_code

    def use(self, service, token):
        """Demands that a service takes the token."""
        check(self.get(service, token), 200, f"status of {service} with this token")
        check(claims(token)["aud"].rstrip("/"), service.rstrip("/"), "audience")


def both_ways(ready, step, run):
    """Runs `run(way, step)` with the emulator's own address, then through its proxy."""
    subscriptions, root = "/subscriptions?api-version=2022-12-01", "/webhdfs/v1/?op=LISTSTATUS"
    files, management = f"{ready.default_account}.azuredatalakestore.net", "management.azure.com"
    own = {
        MANAGEMENT: (ready.https_url + subscriptions, management),
        DATA_LAKE: (ready.https_url + root, files),
    }
    real = {
        MANAGEMENT: (f"https://{management}{subscriptions}", management),
        DATA_LAKE: (f"https://{files}{root}", files),
    }
    for way in (
        Way("direct", ready.https_url, own, None),
        Way("proxy", "https://login.microsoftonline.com", real, ready.proxy_url),
    ):
        with way.environment():
            run(way, lambda name, way=way: step(f"{way.name}: {name}"))


def bad_passwords(ready):
    """Sign-ins that are refused: their names, the errors, and what they say instead of what is right."""
    return (
        ("wrong password", "AADSTS50126", {"password": "wrong"}),
        ("unknown user", "AADSTS50034", {"username": f"nobody@{ready.tenant_domain}"}),
        ("disabled user", "AADSTS50057", {"username": ready.disabled_username}),
        ("second factor", "AADSTS50076", {"username": ready.mfa_username}),
    )


@contextlib.contextmanager
def environment(**values):
    """Sets variables for a while; None removes one."""
    before = {name: os.environ.get(name) for name in values}

    def put(wanted):
        for name, value in wanted.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    put(values)
    try:
        yield
    finally:
        put(before)


class PortKept(requests.Session):
    """Puts the port back that msal drops when it asks for the user's realm, where it is not 443."""

    def __init__(self, authority):
        super().__init__()
        self._dropped, self._kept = f"{authority.rpartition(':')[0]}/", f"{authority}/"

    def request(self, method, url, **options):
        if url.startswith(self._dropped):
            url = self._kept + url[len(self._dropped) :]
        return super().request(method, url, **options)


def claims(token):
    """What a token says; nobody has checked it."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def forgeries(ready, way, step, token, service):
    """A genuine token is taken, and what has been made from it is not."""
    header, said = jwt.get_unverified_header(token), claims(token)
    with open(ready.signing_key, encoding="ascii") as file:
        genuine_key = file.read()
    other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body, signature = token.rpartition(".")[::2]
    richer = _segment({**said, "scp": "everything", "roles": ["Owner"]})
    now = int(time.time())

    def signed(key=genuine_key, **changes):
        headers = {name: header[name] for name in ("kid", "x5t") if name in header}
        return jwt.encode({**said, **changes}, key, algorithm="RS256", headers=headers)

    table = {
        "with another key's signature": signed(key=other_key),
        "without a signature": f"{_segment({**header, 'alg': 'none'})}.{body.split('.')[1]}.",
        "with other claims under its signature": f"{body.split('.')[0]}.{richer}.{signature}",
        "cut short": token[:-8],
        "for another service": signed(aud="https://graph.microsoft.com/"),
        "of another tenant": signed(iss="https://sts.windows.net/other/", tid="other"),
        "past its end": signed(exp=now - 400, nbf=now - 4000, iat=now - 4000),
    }
    with step("forged tokens are refused, and the genuine one is not"):
        way.use(service, signed())
        for name, forged in table.items():
            check(way.get(service, forged), 401, f"status with a token {name}")
        way.use(service, token)


def _segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def client_certificate(ready):
    """The private key with the certificate, and the certificate's thumbprint."""
    with open(ready.client_certificate, encoding="ascii") as file:
        pem = file.read()
    der = base64.b64decode(pem.split("-----BEGIN CERTIFICATE-----")[1].split("-----")[0])
    return pem, hashlib.sha1(der).hexdigest()


def workload_token(ready, **changes):
    """A token of another issuer that the application takes for its own credential."""
    now = int(time.time())
    said = {
        "iss": "https://federation.emulator.test",
        "sub": "system:serviceaccount:default:emulator",
        "aud": "api://AzureADTokenExchange",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        **changes,
    }
    keys = requests.get(f"{ready.http_url}/common/discovery/v2.0/keys", timeout=30).json()["keys"]
    with open(ready.signing_key, encoding="ascii") as file:
        headers = {"kid": keys[0]["kid"]}
        return jwt.encode(said, file.read(), algorithm="RS256", headers=headers)


class Person:
    """Somebody who does what a page or a screen says, while the program under test waits."""

    def __init__(self, ready, username=None):
        self.ready, self.username = ready, username or ready.username
        self.failure = None

    def approves(self, user_code):
        """Soon enters the code at another machine."""
        self._soon(self._decide, user_code, "approve", {"username": self.username})

    def denies(self, user_code):
        self._soon(self._decide, user_code, "deny", {})

    def enters(self, url, user_code):
        """Soon enters the code on the page, in a browser without scripts."""
        self._soon(self._enter, url, user_code)

    def signs_in(self, url):
        """Goes through the sign-in in a browser without scripts, as far as the program's own page."""
        browser = Browser()
        browser.open(url)
        sign_in(browser, self.username, self.ready.password)
        return browser

    def open(self, url, *_):
        """What `webbrowser` calls to open a page."""
        self._soon(self.signs_in, url)
        return True

    def _decide(self, user_code, answer, body):
        self.ready.control(f"device/{user_code}/{answer}", body)

    def _enter(self, url, user_code):
        browser = Browser()
        browser.open(url)
        browser.submit(otc=user_code)
        sign_in(browser, self.username, self.ready.password)
        check_true("You have signed in" in browser.text, f"page after the sign-in: {browser.text}")

    def _soon(self, act, *arguments):
        def run():
            try:
                act(*arguments)
            except Exception as error:
                self.failure = error
                raise

        threading.Timer(0.2, run).start()
