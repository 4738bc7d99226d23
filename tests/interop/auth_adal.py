"""Sign-in with adal 1.2.7: every flow it has, on the v1 endpoints."""
# requirements: requirements-auth-adal.txt
# emulator: --config auth.toml

import base64
import hashlib
import secrets
import urllib.parse

import adal

import _steps
from _auth import DATA_LAKE, MANAGEMENT, Person, both_ways, claims, client_certificate, forgeries
from _browser import Browser, sign_in
from _steps import check, check_raises, check_true

REDIRECT = "http://localhost:8400"


def script(ready, step):
    both_ways(ready, step, lambda way, step: Suite(ready, way, step).run())


class Suite:
    """One run, one way."""

    def __init__(self, ready, way, step):
        self.ready, self.way, self.step = ready, way, step

    def context(self, tenant=None):
        authority = f"{self.way.authority}/{tenant or self.ready.tenant_id}"
        return adal.AuthenticationContext(
            authority, validate_authority=not self.way.is_direct, cache=adal.TokenCache()
        )

    def run(self):
        self.password()
        self.wrong_passwords()
        self.federated()
        self.refresh()
        self.device_code()
        self.client_secret()
        self.certificate()
        self.authorization_code()

    def refused(self, name, text, call):
        with self.step(name):
            check_raises(adal.AdalError, text, call, name)

    def by_password(self, username=None, password=None, tenant=None, resource=DATA_LAKE):
        ready = self.ready
        return self.context(tenant).acquire_token_with_username_password(
            resource,
            username or ready.username,
            password or ready.password,
            ready.public_client_id,
        )

    def password(self):
        for tenant in (self.ready.tenant_id, self.ready.tenant_domain, "common"):
            with self.step(f"password, tenant {tenant}"):
                answer = self.by_password(tenant=tenant)
                self.way.use(DATA_LAKE, answer["accessToken"])
                check(answer["userId"], self.ready.username, "user of the id token")
                check(answer["tenantId"], self.ready.tenant_id, "tenant of the id token")
                check(claims(answer["accessToken"])["upn"], self.ready.username, "upn")
        with self.step("password, for management"):
            token = self.by_password(resource=MANAGEMENT)["accessToken"]
            self.way.use(MANAGEMENT, token)
        with self.step("password: the second call is answered from the cache"):
            context, ready = self.context(), self.ready
            arguments = (DATA_LAKE, ready.username, ready.password, ready.public_client_id)
            first = context.acquire_token_with_username_password(*arguments)
            found = context.acquire_token(DATA_LAKE, ready.username, ready.public_client_id)
            check(found["accessToken"], first["accessToken"], "token of the cache")
        forgeries(self.ready, self.way, self.step, token, MANAGEMENT)

    def wrong_passwords(self):
        ready = self.ready
        self.refused(
            "wrong password", "AADSTS50126", lambda: self.by_password(password="wrong")
        )
        self.refused(
            "unknown user",
            "AADSTS50034",
            lambda: self.by_password(username=f"nobody@{ready.tenant_domain}"),
        )
        self.refused(
            "disabled user",
            "AADSTS50057",
            lambda: self.by_password(username=ready.disabled_username),
        )
        self.refused(
            "user who needs a second factor",
            "AADSTS50076",
            lambda: self.by_password(username=ready.mfa_username),
        )
        self.refused(
            "unknown tenant", "AADSTS90002", lambda: self.by_password(tenant="nowhere.test")
        )
        self.refused(
            "unknown resource",
            "AADSTS500011",
            lambda: self.by_password(resource="https://nothing.test/"),
        )
        with self.step("ten wrong passwords lock the account, and a reset unlocks it"):
            ready.control("reset")
            for _ in range(10):
                check_raises(
                    adal.AdalError, "AADSTS50126", lambda: self.by_password(password="x"), "wrong"
                )
            check_raises(adal.AdalError, "AADSTS50053", self.by_password, "locked")
            ready.control("reset")
            self.way.use(DATA_LAKE, self.by_password()["accessToken"])

    def federated(self):
        username = "user@federated.test"
        with self.step("federated user: realm, metadata, WS-Trust, assertion"):
            answer = self.by_password(username=username)
            check(claims(answer["accessToken"])["upn"], username, "upn")
        self.refused(
            "federated user, wrong password",
            "FailedAuthentication",
            lambda: self.by_password(username=username, password="wrong"),
        )

    def refresh(self):
        ready, client = self.ready, self.ready.public_client_id
        with self.step("refresh token, for another resource"):
            first = self.by_password()
            answer = self.context().acquire_token_with_refresh_token(
                first["refreshToken"], client, MANAGEMENT
            )
            self.way.use(MANAGEMENT, answer["accessToken"])
        with self.step("refresh token, in silence from the cache"):
            context = self.context()
            context.acquire_token_with_username_password(
                DATA_LAKE, ready.username, ready.password, client
            )
            answer = context.acquire_token(MANAGEMENT, ready.username, client)
            self.way.use(MANAGEMENT, answer["accessToken"])
        self.refused(
            "refresh token that nobody issued",
            "AADSTS9002313",
            lambda: self.context().acquire_token_with_refresh_token("x" * 40, client, MANAGEMENT),
        )

    def device_code(self):
        client = self.ready.public_client_id

        def begin():
            context = self.context()
            return context, context.acquire_user_code(DATA_LAKE, client)

        def finish(context, code):
            return context.acquire_token_with_device_code(DATA_LAKE, code, client)

        with self.step("device code, approved"):
            context, code = begin()
            Person(self.ready, self.ready.mfa_username).approves(code["user_code"])
            self.way.get(DATA_LAKE, finish(context, code)["accessToken"])
        with self.step("device code, entered on the page"):
            context, code = begin()
            Person(self.ready, self.ready.username).enters(
                code["verification_url"], code["user_code"]
            )
            self.way.use(DATA_LAKE, finish(context, code)["accessToken"])
        with self.step("device code, denied"):
            context, code = begin()
            Person(self.ready).denies(code["user_code"])
            check_raises(adal.AdalError, "declined", lambda: finish(context, code), "denied")
        with self.step("device code, expired"):
            context, code = begin()
            self.ready.control("clock/advance", {"seconds": 901})
            check_raises(adal.AdalError, "expired", lambda: finish(context, code), "expired")
            self.ready.control("reset")

    def client_secret(self):
        ready = self.ready

        def call(secret=None, client=None, tenant=None, resource=DATA_LAKE):
            return self.context(tenant).acquire_token_with_client_credentials(
                resource, client or ready.client_id, secret or ready.client_secret
            )

        for resource in (DATA_LAKE, MANAGEMENT):
            with self.step(f"client secret, for {resource}"):
                token = call(resource=resource)["accessToken"]
                self.way.use(resource, token)
                check(claims(token)["appid"], ready.client_id, "appid")
                check_true("scp" not in claims(token), "a token of an application has no scp")
        self.refused("wrong secret", "AADSTS7000215", lambda: call(secret="wrong"))
        self.refused(
            "unknown application", "AADSTS700016", lambda: call(client=ready.subscription_id)
        )
        self.refused("secret, unknown tenant", "AADSTS90002", lambda: call(tenant="nowhere.test"))

    def certificate(self):
        ready = self.ready
        key, thumbprint = client_certificate(ready)

        def call(thumbprint=thumbprint):
            return self.context().acquire_token_with_client_certificate(
                DATA_LAKE, ready.client_id, key, thumbprint
            )

        with self.step("certificate"):
            token = call()["accessToken"]
            self.way.use(DATA_LAKE, token)
            check(claims(token)["appidacr"], "2", "appidacr")
        self.refused("unknown certificate", "AADSTS700027", lambda: call("00" * 20))

    def authorization_code(self):
        ready, client = self.ready, self.ready.public_client_id
        verifier = secrets.token_urlsafe(48)

        def authorize(**changes):
            digest = hashlib.sha256(verifier.encode()).digest()
            query = {
                "response_type": "code",
                "client_id": client,
                "redirect_uri": REDIRECT,
                "resource": DATA_LAKE,
                "state": "1234",
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
                **changes,
            }
            authority = f"{self.way.authority}/{ready.tenant_id}/oauth2/authorize"
            return f"{authority}?{urllib.parse.urlencode(query)}"

        def redeem(code, verifier=verifier):
            return self.context().acquire_token_with_authorization_code(
                code, REDIRECT, DATA_LAKE, client, code_verifier=verifier
            )

        def code():
            browser = Browser(REDIRECT)
            browser.open(authorize())
            sign_in(browser, ready.username, ready.password)
            said = browser.result()
            check(said["state"], "1234", "state")
            return said["code"]

        with self.step("authorization code with PKCE"):
            good = code()
            self.way.use(DATA_LAKE, redeem(good)["accessToken"])
        self.refused("authorization code, used again", "AADSTS54005", lambda: redeem(good))
        self.refused(
            "authorization code, wrong verifier",
            "AADSTS501481",
            lambda: redeem(code(), verifier="x" * 43),
        )
        with self.step("authorization code, expired"):
            late = code()
            ready.control("clock/advance", {"seconds": 700})
            check_raises(adal.AdalError, "AADSTS70008", lambda: redeem(late), "expired code")
            ready.control("reset")
        for name, number, changes in (
            ("unknown redirect URI", "AADSTS50011", {"redirect_uri": "https://evil.test"}),
            ("unknown application", "AADSTS700016", {"client_id": ready.subscription_id}),
        ):
            with self.step(f"sign-in page, {name}: stays there and says so"):
                browser = Browser()
                browser.open(authorize(**changes))
                check_true(number in browser.text, f"{number} is not on the page: {browser.text}")
        with self.step("sign-in page, wrong password: asks again"):
            browser = Browser()
            browser.open(authorize())
            browser.submit(login=ready.username, passwd="wrong")
            check_true(browser.has("passwd"), f"no password field: {browser.text}")


if __name__ == "__main__":
    _steps.main(script)
