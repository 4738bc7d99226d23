"""Sign-in with Microsoft's crate azure_identity 1.x, through a small program around it.

It asks for nothing before it signs in, so AZURE_AUTHORITY_HOST alone leads it to the emulator. Certificates are left
out: that feature of the crate needs OpenSSL.
"""
# requirements: requirements-auth-msal.txt
# emulator: --config auth.toml
# programs: rust-azure-identity

import os
import subprocess
import tempfile

import _steps
from _auth import (
    DATA_LAKE,
    DATA_LAKE_SCOPE,
    MANAGEMENT,
    both_ways,
    claims,
    forgeries,
    workload_token,
)
from _steps import check, check_true

SCOPES = {DATA_LAKE: DATA_LAKE_SCOPE, MANAGEMENT: "https://management.core.windows.net//.default"}


def script(ready, step):
    both_ways(ready, step, lambda way, step: run(ready, way, step))
    managed_identities(ready, step)


def call(kind, service, variables):
    """The program's exit code, what it printed and what it complained about."""
    foreign = ("AZURE_", "IDENTITY_", "MSI_", "IMDS_")
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(foreign)}
    program = _steps.program("rust-azure-identity")
    ended = subprocess.run(
        [program, kind, SCOPES[service]],
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout.strip(), ended.stderr


def run(ready, way, step):
    common = {"AZURE_TENANT_ID": ready.tenant_id, "AZURE_CLIENT_ID": ready.client_id}
    if way.is_direct:
        common["AZURE_AUTHORITY_HOST"] = way.authority

    def gets(name, kind, service, **variables):
        with step(name):
            code, token, complaint = call(kind, service, {**common, **variables})
            check_true(code == 0, f"{name}: {complaint}")
            way.use(service, token)
        return token

    def refused(name, text, kind, **variables):
        with step(name):
            code, _, complaint = call(kind, DATA_LAKE, {**common, **variables})
            check(code, 1, "exit code")
            check_true(text in complaint, f"{name}: no {text!r} in {complaint!r}")

    kind, secret = "client-secret", ready.client_secret
    token = gets("ClientSecret, for management", kind, MANAGEMENT, AZURE_CLIENT_SECRET=secret)
    gets("ClientSecret, for files", kind, DATA_LAKE, AZURE_CLIENT_SECRET=secret)
    forgeries(ready, way, step, token, MANAGEMENT)
    refused("ClientSecret, wrong secret", "AADSTS7000215", kind, AZURE_CLIENT_SECRET="wrong")
    unknown = {"AZURE_CLIENT_SECRET": secret, "AZURE_CLIENT_ID": ready.subscription_id}
    refused("ClientSecret, unknown application", "AADSTS700016", kind, **unknown)
    unknown = {"AZURE_CLIENT_SECRET": secret, "AZURE_TENANT_ID": "nowhere.test"}
    refused("ClientSecret, unknown tenant", "AADSTS90002", kind, **unknown)

    assertion, wrong = workload_token(ready), workload_token(ready, sub="another")
    gets("ClientAssertion", "client-assertion", MANAGEMENT, CLIENT_ASSERTION=assertion)
    refused(
        "ClientAssertion, wrong subject", "AADSTS700213", "client-assertion", CLIENT_ASSERTION=wrong
    )
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(assertion)
        file.flush()
        variables = {"AZURE_FEDERATED_TOKEN_FILE": file.name}
        gets("WorkloadIdentity", "workload-identity", DATA_LAKE, **variables)


def managed_identities(ready, step):
    """App Service only: the crate has the address of virtual machines built in."""
    service = {
        "IDENTITY_ENDPOINT": f"{ready.http_url}/msi/token",
        "IDENTITY_HEADER": "emulator-identity-header",
    }
    with step("ManagedIdentity: App Service"):
        code, token, complaint = call("managed-identity", DATA_LAKE, service)
        check_true(code == 0, complaint)
        check(claims(token)["idtyp"], "app", "kind of the token")
    with step("ManagedIdentity: wrong header"):
        wrong = {**service, "IDENTITY_HEADER": "wrong"}
        code, _, complaint = call("managed-identity", DATA_LAKE, wrong)
        check(code, 1, "exit code")


if __name__ == "__main__":
    _steps.main(script)
