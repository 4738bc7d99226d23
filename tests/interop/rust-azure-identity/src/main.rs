//! Gets a token with a credential of Microsoft's crate `azure_identity` and prints it.
//!
//! `rust-azure-identity CREDENTIAL SCOPE`; whatever else the credential needs is in the environment,
//! under the names that the crate or Microsoft's other libraries read.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use azure_core::credentials::TokenCredential;
use azure_core::http::ClientMethodOptions;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientSecretCredential, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
};

/// An assertion from the environment; the crate asks for it before each request.
#[derive(Debug)]
struct FromEnvironment;

#[async_trait::async_trait]
impl ClientAssertion for FromEnvironment {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(std::env::var("CLIENT_ASSERTION").unwrap_or_default())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, scope] = arguments.as_slice() else {
        bail!("usage: rust-azure-identity CREDENTIAL SCOPE");
    };
    let token = credential(kind)?.get_token(&[scope], None).await?;
    println!("{}", token.token.secret());
    Ok(())
}

fn credential(kind: &str) -> anyhow::Result<Arc<dyn TokenCredential>> {
    Ok(match kind {
        "client-secret" => {
            let secret = variable("AZURE_CLIENT_SECRET")?.into();
            ClientSecretCredential::new(&tenant()?, client()?, secret, None)?
        }
        "client-assertion" => {
            ClientAssertionCredential::new(tenant()?, client()?, FromEnvironment, None)?
        }
        "workload-identity" => WorkloadIdentityCredential::new(None)?,
        "managed-identity" => ManagedIdentityCredential::new(Some(user_assigned()))?,
        other => bail!("no credential '{other}' here"),
    })
}

/// The machine's own identity, unless a client id names another.
fn user_assigned() -> ManagedIdentityCredentialOptions {
    ManagedIdentityCredentialOptions {
        user_assigned_id: client().ok().map(UserAssignedId::ClientId),
        ..ManagedIdentityCredentialOptions::default()
    }
}

fn tenant() -> anyhow::Result<String> {
    variable("AZURE_TENANT_ID")
}

fn client() -> anyhow::Result<String> {
    variable("AZURE_CLIENT_ID")
}

fn variable(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}
