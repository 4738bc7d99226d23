"""Sign-in with msal: every flow it has, on the v2.0 endpoints."""
# requirements: requirements-auth-msal.txt
# emulator: --config auth.toml

import os
import webbrowser

import msal
import requests

import _steps
from _auth import (
    DATA_LAKE,
    DATA_LAKE_SCOPE,
    MANAGEMENT,
    MANAGEMENT_SCOPE,
    Person,
    PortKept,
    both_ways,
    claims,
    client_certificate,
    environment,
    forgeries,
    workload_token,
)
from _browser import Browser, sign_in
from _steps import check, check_raises, check_true

REDIRECT = "http://localhost:8400"
POWERSHELL = "1950a258-227b-4e31-a9cf-717495945fc2"


def script(ready, step):
    both_ways(ready, step, lambda way, step: Suite(ready, way, step).run())
    managed_identities(ready, step)


class Suite:
    """One run, one way."""

    def __init__(self, ready, way, step):
        self.ready, self.way, self.step = ready, way, step

    def options(self, tenant=None):
        """A new HTTP session each time: msal repeats a refusal from memory for a minute."""
        options = {"authority": f"{self.way.authority}/{tenant or self.ready.tenant_id}"}
        if self.way.is_direct:
            options["instance_discovery"] = False
            options["http_client"] = PortKept(self.way.authority)
        return options

    def public(self, tenant=None, client=None, **more):
        client = client or self.ready.public_client_id
        return msal.PublicClientApplication(client, **self.options(tenant), **more)

    def confidential(self, credential, tenant=None, client=None):
        return msal.ConfidentialClientApplication(
            client or self.ready.client_id, credential, **self.options(tenant)
        )

    def run(self):
        self.password()
        self.wrong_passwords()
        self.federated()
        self.refresh()
        self.device_code()
        self.interactive()
        self.authorization_code()
        self.client_secret()
        self.certificate()
        self.assertion()
        self.on_behalf_of()

    def gets(self, name, service, call):
        """A step that ends with a token, which the service takes."""
        with self.step(name):
            answer = call()
            check_true("access_token" in answer, f"{name}: {answer}")
            self.way.use(service, answer["access_token"])
        return answer

    def refused(self, name, number, call, **said):
        """A step that ends with this AADSTS number and these fields."""
        with self.step(name):
            answer = call()
            check(answer.get("error_codes"), [number], f"{name}: error codes of {answer}")
            for field, value in said.items():
                check(answer.get(field), value, field)

    def by_password(self, username=None, password=None, scope=DATA_LAKE_SCOPE, app=None):
        ready = self.ready
        return (app or self.public()).acquire_token_by_username_password(
            username or ready.username, password or ready.password, [scope]
        )

    def password(self):
        ready = self.ready
        for tenant in (ready.tenant_id, ready.tenant_domain, "organizations"):
            self.gets(
                f"password, tenant {tenant}",
                DATA_LAKE,
                lambda tenant=tenant: self.by_password(app=self.public(tenant)),
            )
        answer = self.gets(
            "password, for management", MANAGEMENT, lambda: self.by_password(scope=MANAGEMENT_SCOPE)
        )
        with self.step("what the answer says"):
            check(answer["id_token_claims"]["preferred_username"], ready.username, "user")
            check(answer["id_token_claims"]["tid"], ready.tenant_id, "tenant")
            check(type(answer["expires_in"]), int, "type of expires_in")
            check(claims(answer["access_token"])["ver"], "1.0", "version for a v1 resource")
        forgeries(ready, self.way, self.step, answer["access_token"], MANAGEMENT)

    def wrong_passwords(self):
        ready = self.ready
        self.refused("wrong password", 50126, lambda: self.by_password(password="wrong"))
        self.refused(
            "unknown user",
            50034,
            lambda: self.by_password(username=f"nobody@{ready.tenant_domain}"),
            error="invalid_grant",
        )
        self.refused(
            "disabled user", 50057, lambda: self.by_password(username=ready.disabled_username)
        )
        self.refused(
            "user who needs a second factor",
            50076,
            lambda: self.by_password(username=ready.mfa_username),
            error="invalid_grant",
            suberror="basic_action",
        )
        self.refused(
            "unknown resource",
            500011,
            lambda: self.by_password(scope="https://nothing.test/.default"),
            error="invalid_resource",
        )
        with self.step("unknown tenant"):
            check_raises(ValueError, "", lambda: self.public("nowhere.test").authority, "tenant")

    def federated(self):
        username = "user@federated.test"
        with self.step("federated user: realm, metadata, WS-Trust, assertion"):
            answer = self.by_password(username=username)
            check_true("access_token" in answer, f"{answer}")
            check(claims(answer["access_token"])["upn"], username, "upn")
        with self.step("federated user, wrong password"):
            check_raises(
                RuntimeError,
                "FailedAuthentication",
                lambda: self.by_password(username=username, password="wrong"),
                "federated",
            )

    def refresh(self):
        app = self.public()
        first = self.by_password(app=app)

        def silent(app, scope, **more):
            return app.acquire_token_silent_with_error([scope], app.get_accounts()[0], **more)

        with self.step("in silence: the token of the cache"):
            answer = silent(app, DATA_LAKE_SCOPE)
            check(answer["access_token"], first["access_token"], "token of the cache")
        self.gets(
            "in silence: refreshed for another resource",
            MANAGEMENT,
            lambda: silent(app, MANAGEMENT_SCOPE),
        )
        self.gets(
            "in silence: refreshed by force",
            DATA_LAKE,
            lambda: silent(app, DATA_LAKE_SCOPE, force_refresh=True),
        )
        other = self.public(client=POWERSHELL, token_cache=app.token_cache)
        self.gets(
            "in silence: another application of the family",
            MANAGEMENT,
            lambda: silent(other, MANAGEMENT_SCOPE),
        )
        self.gets(
            "refresh token from elsewhere",
            MANAGEMENT,
            lambda: self.public().acquire_token_by_refresh_token(
                first["refresh_token"], [MANAGEMENT_SCOPE]
            ),
        )
        self.refused(
            "refresh token that nobody issued",
            9002313,
            lambda: self.public().acquire_token_by_refresh_token("x" * 40, [MANAGEMENT_SCOPE]),
            error="invalid_grant",
        )

    def device_code(self):
        def begin():
            app = self.public()
            return app, app.initiate_device_flow([DATA_LAKE_SCOPE])

        app, flow = begin()
        person = Person(self.ready)
        person.approves(flow["user_code"])
        self.gets(
            "device code, approved", DATA_LAKE, lambda: app.acquire_token_by_device_flow(flow)
        )
        app, flow = begin()
        person.enters(flow["verification_uri"], flow["user_code"])
        self.gets(
            "device code, entered on the page",
            DATA_LAKE,
            lambda: app.acquire_token_by_device_flow(flow),
        )
        with self.step("device code, denied"):
            app, flow = begin()
            person.denies(flow["user_code"])
            answer = app.acquire_token_by_device_flow(flow)
            check(answer.get("error"), "authorization_declined", "error")
        app, flow = begin()
        self.ready.control("clock/advance", {"seconds": 901})
        self.refused(
            "device code, expired",
            70020,
            lambda: app.acquire_token_by_device_flow(flow),
            error="expired_token",
        )
        self.ready.control("reset")

    def interactive(self):
        for username in (self.ready.username, self.ready.mfa_username):
            person = Person(self.ready, username)
            webbrowser.register(username, None, person, preferred=True)
            with self.step(f"browser with a loopback listener, {username}"):
                answer = self.public().acquire_token_interactive([MANAGEMENT_SCOPE], timeout=20)
                check(person.failure, None, "the person's trouble")
                self.way.use(MANAGEMENT, answer["access_token"])
                check(answer["id_token_claims"]["preferred_username"], username, "user")

    def authorization_code(self):
        ready = self.ready

        def begin(**more):
            app = self.confidential(ready.client_secret)
            flow = app.initiate_auth_code_flow(
                [DATA_LAKE_SCOPE], redirect_uri=REDIRECT, response_mode="query", **more
            )
            browser = Browser(REDIRECT)
            browser.open(flow["auth_uri"])
            return app, flow, browser

        def finish(app, flow, browser):
            return app.acquire_token_by_auth_code_flow(flow, browser.result())

        app, flow, browser = begin(login_hint=ready.username)
        sign_in(browser, ready.username, ready.password)
        self.gets(
            "authorization code of an application with a secret",
            DATA_LAKE,
            lambda: finish(app, flow, browser),
        )
        self.refused(
            "authorization code, used again",
            54005,
            # Without the answer that the HTTP session remembers.
            lambda: finish(self.confidential(ready.client_secret), flow, browser),
        )
        app, flow, browser = begin()
        sign_in(browser, ready.username, ready.password)
        self.refused(
            "authorization code, wrong verifier",
            501481,
            lambda: finish(app, {**flow, "code_verifier": "x" * 43}, browser),
        )
        with self.step("prompt=none without a session"):
            app, flow, browser = begin(prompt="none")
            check(finish(app, flow, browser).get("error"), "login_required", "error")

    def client_secret(self):
        ready = self.ready

        def call(secret=None, scope=DATA_LAKE_SCOPE, **more):
            app = self.confidential(secret or ready.client_secret, **more)
            return app.acquire_token_for_client([scope])

        self.gets("client secret, for files", DATA_LAKE, call)
        self.gets(
            "client secret, for management", MANAGEMENT, lambda: call(scope=MANAGEMENT_SCOPE)
        )
        self.refused("wrong secret", 7000215, lambda: call("wrong"), error="invalid_client")
        self.refused("unknown application", 700016, lambda: call(client=ready.subscription_id))
        self.refused(
            "secret without /.default",
            1002012,
            lambda: call(scope=f"{DATA_LAKE}user_impersonation"),
            error="invalid_scope",
        )

    def certificate(self):
        key, thumbprint = client_certificate(self.ready)

        def call(**credential):
            app = self.confidential({"private_key": key, **credential})
            return app.acquire_token_for_client([DATA_LAKE_SCOPE])

        answer = self.gets(
            "certificate, RS256 with SHA-1", DATA_LAKE, lambda: call(thumbprint=thumbprint)
        )
        with self.step("certificate: the token says so"):
            check(claims(answer["access_token"])["appidacr"], "2", "appidacr")
        self.gets(
            "certificate, PS256 with SHA-256 and the chain",
            DATA_LAKE,
            lambda: call(public_certificate=key),
        )
        self.refused("unknown certificate", 700027, lambda: call(thumbprint="00" * 20))

    def assertion(self):
        def call(**changes):
            token = workload_token(self.ready, **changes)
            app = self.confidential({"client_assertion": token})
            return app.acquire_token_for_client([DATA_LAKE_SCOPE])

        self.gets("workload identity: another issuer's token", DATA_LAKE, call)
        self.refused("workload identity, wrong subject", 700213, lambda: call(sub="another"))
        self.refused("workload identity, expired", 700024, lambda: call(exp=1_700_000_000))

    def on_behalf_of(self):
        ready = self.ready
        audience = f"api://{ready.client_id}/user_impersonation"

        def call(assertion):
            app = self.confidential(ready.client_secret)
            return app.acquire_token_on_behalf_of(assertion, [DATA_LAKE_SCOPE])

        with self.step("a user's token for the application"):
            token = self.by_password(scope=audience)["access_token"]
        answer = self.gets("on behalf of the user", DATA_LAKE, lambda: call(token))
        with self.step("on behalf of: user and application of the token"):
            said = claims(answer["access_token"])
            check((said["upn"], said["appid"]), (ready.username, ready.client_id), "claims")
        self.refused(
            "on behalf of, with a token for somebody else",
            50013,
            lambda: call(self.by_password()["access_token"]),
        )


def managed_identities(ready, step):
    """There is one way only: machines ask a plain address of their own."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "IMDS_ENDPOINT"):
        os.environ.pop(name, None)
    service, header = f"{ready.http_url}/msi/token", "emulator-identity-header"
    hosts = {
        "virtual machine": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": ready.http_url},
        "App Service": {"IDENTITY_ENDPOINT": service, "IDENTITY_HEADER": header},
        "Machine Learning": {"MSI_ENDPOINT": service, "MSI_SECRET": header},
    }

    def call(identity=None):
        client = msal.ManagedIdentityClient(
            identity or msal.SystemAssignedManagedIdentity(), http_client=requests.Session()
        )
        return client.acquire_token_for_client(resource=DATA_LAKE)

    user_assigned = msal.UserAssignedManagedIdentity(
        client_id="5a1e0000-0000-4000-8000-000000000b02"
    )
    for host, variables in hosts.items():
        with step(f"managed identity: {host}"), environment(**variables):
            check(claims(call()["access_token"])["idtyp"], "app", "kind of the token")
        with step(f"managed identity: {host}, of a user's choice"), environment(**variables):
            said = claims(call(user_assigned)["access_token"])
            check(said["appid"], user_assigned["Id"], "appid")
    wrong = {"IDENTITY_ENDPOINT": service, "IDENTITY_HEADER": "wrong"}
    with step("managed identity: wrong header"), environment(**wrong):
        check_true("error" in call(), "a token without the right header")


if __name__ == "__main__":
    _steps.main(script)
