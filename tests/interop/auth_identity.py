"""Sign-in with azure-identity: every credential that needs no Microsoft program or account."""
# requirements: requirements-auth-msal.txt
# emulator: --config auth.toml

import os
import tempfile
import webbrowser

import azure.identity as identity
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport

import _steps
from _auth import (
    DATA_LAKE,
    DATA_LAKE_SCOPE,
    MANAGEMENT,
    MANAGEMENT_SCOPE,
    Person,
    PortKept,
    bad_passwords,
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
IDENTITY_HEADER = "emulator-identity-header"


def script(ready, step):
    both_ways(ready, step, lambda way, step: Suite(ready, way, step).run())
    managed_identities(ready, step)
    chains(ready, step)


class Suite:
    """One run, one way."""

    def __init__(self, ready, way, step):
        self.ready, self.way, self.step = ready, way, step

    def options(self):
        if not self.way.is_direct:
            return {}
        session = PortKept(self.way.authority)
        return {
            "authority": self.way.authority,
            "disable_instance_discovery": True,
            "transport": RequestsTransport(session=session, session_owner=False),
        }

    def run(self):
        self.password()
        self.device_code()
        self.browser()
        self.authorization_code()
        self.client_secret()
        self.certificate()
        self.workload_identity()
        self.on_behalf_of()
        self.environment()

    def gets(self, name, service, credential):
        scope = {DATA_LAKE: DATA_LAKE_SCOPE, MANAGEMENT: MANAGEMENT_SCOPE}[service]
        with self.step(name):
            token = credential.get_token(scope).token
            self.way.use(service, token)
        return token

    def refused(self, name, text, credential, scope=DATA_LAKE_SCOPE):
        with self.step(name):
            check_raises(
                ClientAuthenticationError, text, lambda: credential.get_token(scope), name
            )

    def by_password(self, username=None, password=None):
        ready = self.ready
        return identity.UsernamePasswordCredential(
            ready.public_client_id,
            username or ready.username,
            password or ready.password,
            tenant_id=ready.tenant_id,
            **self.options(),
        )

    def password(self):
        ready = self.ready
        credential = self.by_password()
        self.gets("UsernamePassword, for files", DATA_LAKE, credential)
        token = self.gets("UsernamePassword, refreshed for management", MANAGEMENT, credential)
        forgeries(ready, self.way, self.step, token, MANAGEMENT)
        for name, text, wrong in bad_passwords(ready):
            self.refused(f"UsernamePassword, {name}", text, self.by_password(**wrong))
        self.refused(
            "UsernamePassword, unknown resource",
            "AADSTS500011",
            self.by_password(),
            "https://nothing.test/.default",
        )

    def device_code(self):
        def credential(act):
            return identity.DeviceCodeCredential(
                self.ready.public_client_id,
                tenant_id=self.ready.tenant_id,
                prompt_callback=lambda url, code, _: act(url, code),
                **self.options(),
            )

        person = Person(self.ready, self.ready.mfa_username)
        known = credential(lambda _, code: person.approves(code))
        self.gets("DeviceCode, approved", MANAGEMENT, known)
        self.gets("DeviceCode, second token in silence", MANAGEMENT, known)
        person = Person(self.ready)
        self.gets("DeviceCode, entered on the page", DATA_LAKE, credential(person.enters))
        self.refused(
            "DeviceCode, denied",
            "uthentication failed",
            credential(lambda _, code: person.denies(code)),
        )

    def browser(self):
        person = Person(self.ready, self.ready.mfa_username)
        webbrowser.register("person", None, person, preferred=True)
        credential = identity.InteractiveBrowserCredential(
            tenant_id=self.ready.tenant_id,
            client_id=self.ready.public_client_id,
            timeout=20,
            **self.options(),
        )
        self.gets("InteractiveBrowser", MANAGEMENT, credential)
        with self.step("InteractiveBrowser: authenticate and its record"):
            record = credential.authenticate(scopes=[MANAGEMENT_SCOPE])
            check(record.username, self.ready.mfa_username, "user of the record")
            check(record.tenant_id, self.ready.tenant_id, "tenant of the record")
            check(person.failure, None, "the person's trouble")

    def authorization_code(self):
        ready = self.ready

        def credential():
            browser = Browser(REDIRECT)
            browser.open(
                f"{self.way.authority}/{ready.tenant_id}/oauth2/v2.0/authorize"
                f"?client_id={ready.client_id}&response_type=code&redirect_uri={REDIRECT}"
                f"&scope={DATA_LAKE_SCOPE}&state=1"
            )
            sign_in(browser, ready.username, ready.password)
            return identity.AuthorizationCodeCredential(
                ready.tenant_id,
                ready.client_id,
                browser.result()["code"],
                REDIRECT,
                client_secret=ready.client_secret,
                **self.options(),
            )

        self.gets("AuthorizationCode", DATA_LAKE, credential())

    def client_secret(self):
        ready = self.ready

        def credential(secret=None, client=None, tenant=None):
            return identity.ClientSecretCredential(
                tenant or ready.tenant_id,
                client or ready.client_id,
                secret or ready.client_secret,
                **self.options(),
            )

        self.gets("ClientSecret, for files", DATA_LAKE, credential())
        self.gets("ClientSecret, for management", MANAGEMENT, credential())
        self.refused("ClientSecret, wrong secret", "AADSTS7000215", credential("wrong"))
        self.refused(
            "ClientSecret, unknown application",
            "AADSTS700016",
            credential(client=ready.subscription_id),
        )
        with self.step("ClientSecret, unknown tenant"):
            call = credential(tenant="nowhere.test").get_token
            check_raises(Exception, "", lambda: call(DATA_LAKE_SCOPE), "unknown tenant")

    def certificate(self):
        ready, path = self.ready, self.ready.client_certificate
        for chain in (False, True):
            credential = identity.CertificateCredential(
                ready.tenant_id,
                ready.client_id,
                path,
                send_certificate_chain=chain,
                **self.options(),
            )
            name = "with the chain" if chain else "by thumbprint"
            token = self.gets(f"Certificate, {name}", DATA_LAKE, credential)
        with self.step("Certificate: the token says so"):
            check(claims(token)["appidacr"], "2", "appidacr")
        other = identity.CertificateCredential(
            ready.tenant_id,
            ready.public_client_id,
            certificate_data=client_certificate(ready)[0].encode(),
            **self.options(),
        )
        self.refused("Certificate, of another application", "AADSTS7000", other)

    def workload_identity(self):
        ready = self.ready

        def credential(file, token):
            file.write(token)
            file.flush()
            return identity.WorkloadIdentityCredential(
                tenant_id=ready.tenant_id,
                client_id=ready.client_id,
                token_file_path=file.name,
                **self.options(),
            )

        with tempfile.NamedTemporaryFile("w") as file:
            self.gets("WorkloadIdentity", DATA_LAKE, credential(file, workload_token(ready)))
        with tempfile.NamedTemporaryFile("w") as file:
            wrong = credential(file, workload_token(ready, sub="another"))
            self.refused("WorkloadIdentity, wrong subject", "AADSTS700213", wrong)
        assertion = identity.ClientAssertionCredential(
            ready.tenant_id, ready.client_id, lambda: workload_token(ready), **self.options()
        )
        self.gets("ClientAssertion", MANAGEMENT, assertion)

    def on_behalf_of(self):
        ready = self.ready

        def credential(assertion):
            return identity.OnBehalfOfCredential(
                ready.tenant_id,
                ready.client_id,
                client_secret=ready.client_secret,
                user_assertion=assertion,
                **self.options(),
            )

        scope = f"api://{ready.client_id}/user_impersonation"
        token = self.by_password().get_token(scope).token
        token = self.gets("OnBehalfOf", DATA_LAKE, credential(token))
        with self.step("OnBehalfOf: the user of the token"):
            check(claims(token)["upn"], ready.username, "upn")
        self.refused("OnBehalfOf, wrong assertion", "AADSTS50013", credential(token))

    def environment(self):
        """No variable switches instance discovery off, so a secret works through the proxy alone."""
        ready = self.ready
        common = {"AZURE_TENANT_ID": ready.tenant_id, "AZURE_CLIENT_ID": ready.client_id}
        if self.way.is_direct:
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(workload_token(ready))
                file.flush()
                variables = {
                    "AZURE_AUTHORITY_HOST": self.way.authority,
                    "AZURE_FEDERATED_TOKEN_FILE": file.name,
                }
                with environment(**common, **variables):
                    credential = identity.DefaultAzureCredential()
                    self.gets("DefaultAzure, workload identity", DATA_LAKE, credential)
            return
        with environment(**common, AZURE_CLIENT_SECRET=ready.client_secret):
            self.gets("Environment, secret", DATA_LAKE, identity.EnvironmentCredential())
            self.gets("DefaultAzure, secret", MANAGEMENT, identity.DefaultAzureCredential())
        path = str(ready.client_certificate)
        with environment(**common, AZURE_CLIENT_CERTIFICATE_PATH=path):
            self.gets("Environment, certificate", DATA_LAKE, identity.EnvironmentCredential())
        common["AZURE_CLIENT_ID"] = ready.public_client_id
        user = {"AZURE_USERNAME": ready.username, "AZURE_PASSWORD": ready.password}
        with environment(**common, **user):
            self.gets("Environment, password", DATA_LAKE, identity.EnvironmentCredential())


def managed_identities(ready, step):
    """There is one way only: machines ask a plain address of their own."""
    service = f"{ready.http_url}/msi/token"
    hosts = {
        "virtual machine": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": ready.http_url},
        "App Service": {"IDENTITY_ENDPOINT": service, "IDENTITY_HEADER": IDENTITY_HEADER},
        "Machine Learning": {"MSI_ENDPOINT": service, "MSI_SECRET": IDENTITY_HEADER},
        "Cloud Shell": {"MSI_ENDPOINT": service},
    }
    for host, variables in hosts.items():
        with step(f"ManagedIdentity: {host}"), environment(**variables):
            token = identity.ManagedIdentityCredential().get_token(DATA_LAKE_SCOPE).token
            check(claims(token)["idtyp"], "app", "kind of the token")
    client = "5a1e0000-0000-4000-8000-000000000b02"
    with step("ManagedIdentity: of a user's choice"), environment(**hosts["App Service"]):
        credential = identity.ManagedIdentityCredential(client_id=client)
        check(claims(credential.get_token(DATA_LAKE_SCOPE).token)["appid"], client, "appid")
    wrong = {"IDENTITY_ENDPOINT": service, "IDENTITY_HEADER": "wrong"}
    with step("ManagedIdentity: wrong header"), environment(**wrong):
        credential = identity.ManagedIdentityCredential()
        check_raises(
            ClientAuthenticationError,
            "",
            lambda: credential.get_token(DATA_LAKE_SCOPE),
            "wrong header",
        )


def chains(ready, step):
    """The first that can, answers; one that is refused ends the chain."""
    good = identity.ClientSecretCredential(ready.tenant_id, ready.client_id, ready.client_secret)
    bad = identity.ClientSecretCredential(ready.tenant_id, ready.client_id, "wrong")
    with step("Chained: goes on after one that is not available"):
        chain = identity.ChainedTokenCredential(identity.EnvironmentCredential(), good)
        check_true(chain.get_token(DATA_LAKE_SCOPE).token, "no token")
    with step("Chained: ends with one that is refused"):
        chain = identity.ChainedTokenCredential(bad, good)
        check_raises(
            ClientAuthenticationError,
            "AADSTS7000215",
            lambda: chain.get_token(DATA_LAKE_SCOPE),
            "chain",
        )


if __name__ == "__main__":
    for name in [name for name in os.environ if name.startswith(("AZURE_", "MSI_", "IDENTITY_"))]:
        del os.environ[name]
    _steps.main(script)
