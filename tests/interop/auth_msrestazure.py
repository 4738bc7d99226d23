"""Sign-in with msrestazure 0.6.4, the credentials of Microsoft's former management packages.

Directly it reaches the emulator through the pseudo tenant `adfs` only: for every other authority that it
does not know it asks login.microsoftonline.com.
"""
# requirements: requirements-auth-adal.txt
# emulator: --config auth.toml

import adal
import requests
from msrest.exceptions import AuthenticationError
from msrestazure.azure_active_directory import (
    AADTokenCredentials,
    AdalAuthentication,
    MSIAuthentication,
    ServicePrincipalCredentials,
    UserPassCredentials,
)
from msrestazure.azure_cloud import AZURE_PUBLIC_CLOUD, Cloud, CloudEndpoints

import _steps
from _auth import DATA_LAKE, MANAGEMENT, both_ways, claims, environment, forgeries
from _steps import check, check_raises


def script(ready, step):
    both_ways(ready, step, lambda way, step: Suite(ready, way, step).run())
    managed_identities(ready, step)


class Suite:
    """One run, one way."""

    def __init__(self, ready, way, step):
        self.ready, self.way, self.step = ready, way, step

    def cloud(self):
        if not self.way.is_direct:
            return AZURE_PUBLIC_CLOUD
        endpoints = CloudEndpoints(
            management=MANAGEMENT,
            resource_manager=self.ready.https_url,
            active_directory=f"{self.way.authority}/adfs",
            active_directory_resource_id=MANAGEMENT,
        )
        return Cloud("emulator", endpoints=endpoints)

    def user(self, username=None, password=None, **more):
        ready = self.ready
        return UserPassCredentials(
            username or ready.username,
            password or ready.password,
            cloud_environment=self.cloud(),
            cache=adal.TokenCache(),
            **more,
        )

    def application(self, secret=None, client=None, **more):
        ready = self.ready
        return ServicePrincipalCredentials(
            client or ready.client_id,
            secret or ready.client_secret,
            tenant=more.pop("tenant", ready.tenant_id),
            cloud_environment=self.cloud(),
            cache=adal.TokenCache(),
            **more,
        )

    def refused(self, name, text, call):
        with self.step(name):
            check_raises(AuthenticationError, text, call, name)

    def run(self):
        ready, way = self.ready, self.way
        with self.step("UserPassCredentials"):
            user = self.user()
            way.use(MANAGEMENT, user.token["access_token"])
        with self.step("UserPassCredentials, for files"):
            way.use(DATA_LAKE, self.user(resource=DATA_LAKE).token["access_token"])
        with self.step("UserPassCredentials: sessions of its own, also after a refresh"):
            for session in (user.signed_session(), user.refresh_session()):
                check(way.get(MANAGEMENT, None, session), 200, "status")
        forgeries(ready, way, self.step, user.token["access_token"], MANAGEMENT)
        self.refused("wrong password", "AADSTS50126", lambda: self.user(password="wrong"))
        self.refused(
            "unknown user", "AADSTS50034", lambda: self.user(f"nobody@{ready.tenant_domain}")
        )
        self.refused("disabled user", "AADSTS50057", lambda: self.user(ready.disabled_username))
        self.refused("second factor", "AADSTS50076", lambda: self.user(ready.mfa_username))
        with self.step("ServicePrincipalCredentials"):
            token = self.application().token["access_token"]
            way.use(MANAGEMENT, token)
            check(claims(token)["appid"], ready.client_id, "appid")
        self.refused("wrong secret", "AADSTS7000215", lambda: self.application("wrong"))
        self.refused(
            "unknown application",
            "AADSTS700016",
            lambda: self.application(client=ready.subscription_id),
        )
        if not way.is_direct:
            self.refused(
                "unknown tenant", "AADSTS90002", lambda: self.application(tenant="nowhere.test")
            )
        self.adal()

    def adal(self):
        """Tokens and contexts of adal."""
        ready, way = self.ready, self.way
        context = adal.AuthenticationContext(
            f"{way.authority}/{ready.tenant_id}", validate_authority=not way.is_direct
        )
        arguments = (MANAGEMENT, ready.client_id, ready.client_secret)
        call = context.acquire_token_with_client_credentials
        with self.step("AADTokenCredentials, around a token of adal"):
            credentials = AADTokenCredentials(call(*arguments), ready.client_id)
            way.use(MANAGEMENT, credentials.token["access_token"])
        with self.step("AdalAuthentication, around a method of adal"):
            session = AdalAuthentication(call, *arguments).signed_session()
            check(way.get(MANAGEMENT, None, session), 200, "status")


def managed_identities(ready, step):
    """Machines ask a plain address of their own."""
    service = f"{ready.http_url}/msi/token"
    with step("MSIAuthentication"), environment(MSI_ENDPOINT=service):
        token = MSIAuthentication(resource=MANAGEMENT).token["access_token"]
        check(claims(token)["idtyp"], "app", "kind of the token")
    with step("MSIAuthentication, unknown identity"), environment(MSI_ENDPOINT=service):
        check_raises(
            requests.HTTPError,
            "400",
            lambda: MSIAuthentication(resource=MANAGEMENT, client_id=ready.tenant_id),
            "unknown identity",
        )


if __name__ == "__main__":
    _steps.main(script)
