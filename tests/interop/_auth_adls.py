"""`lib.auth` of azure-datalake-store, in the version that signs in with adal and the one with msal.

It goes through the proxy only: it checks every other authority at login.microsoftonline.com, and nothing
switches that off.
"""

import io
import re
import sys

from azure.datalake.store import core, lib

from _auth import DATA_LAKE, Person, bad_passwords, both_ways, claims, environment, forgeries
from _steps import check, check_raises


def run(ready, step, errors, declined):
    """All branches of `lib.auth`; `errors` are what it raises for a refusal, `declined` when a person says
    no."""

    def one_way(way, step):
        if not way.is_direct:
            Suite(ready, way, step, errors, declined).run()

    both_ways(ready, step, one_way)


class Suite:
    """One run."""

    def __init__(self, ready, way, step, errors, declined):
        self.ready, self.way, self.step = ready, way, step
        self.errors, self.declined = errors, declined

    def run(self):
        self.password()
        self.client_secret()
        self.device_code()
        self.environment()
        with self.step("nothing to sign in with"):
            check_raises(
                ValueError,
                "No authentication method found",
                lambda: lib.auth(self.ready.tenant_id, username=self.ready.username),
                "lib.auth",
            )

    def gets(self, name, call):
        """A step that ends with a token which lists an account's root."""
        with self.step(name):
            token = call()
            self.way.use(DATA_LAKE, token.token["access"])
            self.list_root(token)
        return token

    def list_root(self, token):
        files = core.AzureDLFileSystem(token, store_name=self.ready.default_account)
        check(files.ls("/"), [], "content of the root")

    def refused(self, name, text, call):
        with self.step(name):
            check_raises(self.errors, text, call, name)

    def by_password(self, username=None, password=None, tenant=None):
        ready = self.ready
        return lib.auth(
            tenant or ready.tenant_id,
            username or ready.username,
            password or ready.password,
            client_id=ready.public_client_id,
        )

    def password(self):
        ready = self.ready
        token = self.gets("password", self.by_password).token["access"]
        self.gets("password, tenant by its domain", lambda: self.by_password(tenant=ready.tenant_domain))
        forgeries(ready, self.way, self.step, token, DATA_LAKE)
        for name, text, wrong in bad_passwords(ready):
            self.refused(name, text, lambda wrong=wrong: self.by_password(**wrong))
        with self.step("unknown tenant"):
            check_raises(
                (self.errors, ValueError), "", lambda: self.by_password(tenant="nowhere.test"), "tenant"
            )

    def client_secret(self):
        ready = self.ready

        def call(secret):
            return lib.auth(ready.tenant_id, client_id=ready.client_id, client_secret=secret)

        token = self.gets("client secret", lambda: call(ready.client_secret))
        with self.step("client secret: a new token"):
            token.refresh_token()
            self.way.use(DATA_LAKE, token.token["access"])
        self.refused("wrong secret", "AADSTS7000215", lambda: call("wrong"))

    def device_code(self):
        ready = self.ready

        def call(act, **more):
            with screen(act):
                return lib.auth(ready.tenant_id, client_id=ready.public_client_id, **more)

        person = Person(ready, ready.mfa_username)
        with self.step("device code, approved by a user with a second factor"):
            token = call(lambda _, code: person.approves(code)).token["access"]
            check(claims(token)["amr"], ["pwd", "mfa"], "how the user has proven who it is")
        with self.step("device code, entered on the page, as a second factor is required"):
            token = call(Person(ready).enters, require_2fa=True)
            self.list_root(token)
        with self.step("device code, denied"):
            check_raises(
                self.declined, "", lambda: call(lambda _, code: person.denies(code)), "denied"
            )

    def environment(self):
        ready = self.ready
        variables = {
            "azure_tenant_id": ready.tenant_id,
            "azure_username": ready.username,
            "azure_password": ready.password,
        }
        with environment(**variables):
            self.gets("variables of the environment", lib.auth)


class screen:
    """`lib.auth` prints what to do, and only there is the code to be had; somebody reads it and acts."""

    def __init__(self, act):
        self._act, self._terminal = act, None

    def __enter__(self):
        act = self._act

        class Screen(io.TextIOBase):
            def write(self, text):
                page = re.search(r"https://\S+", text)
                code = re.search(r"\bcode ([A-Z0-9]{6,12})\b", text)
                if code:
                    act(page.group(), code.group(1))
                return len(text)

        self._terminal, sys.stdout = sys.stdout, Screen()

    def __exit__(self, *_):
        sys.stdout = self._terminal
