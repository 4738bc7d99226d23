"""One token cache for msal and `adls`: what either writes, the other reads, keeps and uses."""
# requirements: requirements-auth-msal.txt
# emulator: --config auth.toml
# programs: adls

import json
import os
import stat
import subprocess

import msal
import msal_extensions

import _steps
from _auth import (
    DATA_LAKE,
    DATA_LAKE_SCOPE,
    MANAGEMENT,
    MANAGEMENT_SCOPE,
    PortKept,
    both_ways,
    claims,
)
from _steps import check, check_true

CACHE = "msal_token_cache.json"


def script(ready, step):
    def one_way(way, step):
        if way.is_direct:
            Suite(ready, way, step).run()

    both_ways(ready, step, one_way)


class Suite:
    """`adls` goes directly, and entries name the authority's host, so msal has to do the same."""

    def __init__(self, ready, way, step):
        self.ready, self.way, self.step = ready, way, step

    def run(self):
        self.msal_reads("from-adls")
        self.adls_reads("from-msal")
        self.both_write("shared")

    def adls(self, directory, *arguments, given=None):
        variables = {
            **os.environ,
            "ADLS_CONFIG_DIR": os.path.abspath(directory),
            "ADLS_EMULATOR": os.path.abspath("ready.json"),
        }
        ended = subprocess.run(
            [_steps.program("adls"), *arguments],
            env=variables,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        check_true(ended.returncode == 0, f"adls {' '.join(arguments)}: {ended.stderr}")
        return ended.stdout

    def login(self, directory):
        arguments = ("login", "--username", self.ready.username, "--password-stdin")
        self.adls(directory, *arguments, given=f"{self.ready.password}\n")

    def token(self, directory, resource):
        return json.loads(
            self.adls(directory, "token", "--resource", resource, "--output", "json")
        )["accessToken"]

    def app(self, directory):
        """msal with the file as its cache, as its extensions do it."""
        os.makedirs(directory, exist_ok=True)
        file = msal_extensions.FilePersistence(os.path.join(directory, CACHE))
        return msal.PublicClientApplication(
            self.ready.public_client_id,
            authority=f"{self.way.authority}/{self.ready.tenant_id}",
            instance_discovery=False,
            http_client=PortKept(self.way.authority),
            token_cache=msal_extensions.PersistedTokenCache(file),
        )

    def requests(self):
        """How many tokens have been asked for since this was last asked."""
        with_path = [request["path"] for request in self.ready.control("requests", method="GET")]
        self.ready.control("requests", method="DELETE")
        return sum(path.endswith("/token") for path in with_path)

    def msal_reads(self, directory):
        ready = self.ready
        with self.step("adls signs in and writes its cache"):
            self.login(directory)
            mode = stat.S_IMODE(os.stat(os.path.join(directory, CACHE)).st_mode)
            check(oct(mode), "0o600", "mode of the cache")
        with self.step("msal finds the account"):
            app = self.app(directory)
            check([a["username"] for a in app.get_accounts()], [ready.username], "accounts")
        with self.step("msal gets adls's token in silence, without a request"):
            self.requests()
            account = app.get_accounts()[0]
            answer = app.acquire_token_silent([MANAGEMENT_SCOPE], account)
            check_true(answer, "nothing in the cache")
            check(answer["access_token"], self.token(directory, MANAGEMENT), "token")
            check(self.requests(), 0, "requests for tokens")
            self.way.use(MANAGEMENT, answer["access_token"])
        with self.step("msal redeems adls's refresh token for files"):
            answer = app.acquire_token_silent([DATA_LAKE_SCOPE], account)
            self.way.use(DATA_LAKE, answer["access_token"])
            check(self.requests(), 1, "requests for tokens")

    def adls_reads(self, directory):
        ready = self.ready
        with self.step("msal signs in and writes its cache"):
            app = self.app(directory)
            answer = app.acquire_token_by_username_password(
                ready.username, ready.password, [MANAGEMENT_SCOPE]
            )
            check_true("access_token" in answer, f"{answer}")
            account = app.get_accounts()[0]
        with self.step("adls, told of the account, gets msal's token without a request"):
            with open(os.path.join(directory, "config.toml"), "w", encoding="utf-8") as file:
                file.write("[sign_in.emulator]\n")
                for name, value in {
                    "tenant": ready.tenant_id,
                    "client_id": ready.public_client_id,
                    "username": account["username"],
                    "home_account_id": account["home_account_id"],
                }.items():
                    file.write(f"{name} = {json.dumps(value)}\n")
            self.requests()
            check(self.token(directory, MANAGEMENT), answer["access_token"], "token")
            check(self.requests(), 0, "requests for tokens")
        with self.step("adls redeems msal's refresh token for files"):
            token = self.token(directory, DATA_LAKE)
            self.way.use(DATA_LAKE, token)
            check(claims(token)["upn"], ready.username, "upn")
            check(self.requests(), 1, "requests for tokens")

    def both_write(self, directory):
        ready, path = self.ready, os.path.join(directory, CACHE)
        with self.step("data that neither knows is kept by adls"):
            app = self.app(directory)
            app.acquire_token_by_username_password(
                ready.username, ready.password, [MANAGEMENT_SCOPE]
            )
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            document["Future"] = {"key": {"value": 1}}
            for entry in document["RefreshToken"].values():
                entry["future"] = "kept"
            with open(path, "w", encoding="utf-8") as file:
                json.dump(document, file)
            self.login(directory)
            self.token(directory, DATA_LAKE)
            with open(path, encoding="utf-8") as file:
                after = json.load(file)
            check(after["Future"], document["Future"], "unknown section")
            for key, entry in document["AccessToken"].items():
                check_true(key in after["AccessToken"], f"{key} is gone")
        with self.step("after adls, msal still reads what it wrote and what adls wrote"):
            fresh = self.app(directory)
            account = fresh.get_accounts()[0]
            for scope in (MANAGEMENT_SCOPE, DATA_LAKE_SCOPE):
                check_true(fresh.acquire_token_silent([scope], account), f"nothing for {scope}")
        with self.step("adls logout removes the account for msal, too"):
            self.adls(directory, "logout")
            check(self.app(directory).get_accounts(), [], "accounts")


if __name__ == "__main__":
    _steps.main(script)
