//! A workload, by the token file of its platform.

use std::path::PathBuf;

use super::{application_sign_in, token_credential};
use crate::endpoint::AuthClient;
use crate::flows::client_credentials::ClientCredentialsFlow;
use crate::session::{Session, SessionTokens};
use crate::{AuthOptions, ClientProof, Env, Error, Result};

/// The variable that names the file.
pub(super) const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// A workload, such as a Kubernetes pod, by the token file that its platform keeps fresh.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::WorkloadIdentityCredential;
///
/// let credential = WorkloadIdentityCredential::from_env()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WorkloadIdentityCredential {
    tokens: SessionTokens<ClientCredentialsFlow>,
}

token_credential!(WorkloadIdentityCredential);
application_sign_in!(WorkloadIdentityCredential);

impl WorkloadIdentityCredential {
    /// A credential of the application `client_id` in a tenant of the public cloud, which trusts the
    /// issuer of the token in `token_file`. The file is read for every request to the authority.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with), and when `tenant` is not usable.
    pub fn new(
        tenant: &str,
        client_id: impl Into<String>,
        token_file: impl Into<PathBuf>,
    ) -> Result<Self> {
        Self::new_with(client_id, token_file, AuthOptions::default().tenant(tenant)?)
    }

    /// The same with options, which name the tenant.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with(
        client_id: impl Into<String>,
        token_file: impl Into<PathBuf>,
        options: AuthOptions,
    ) -> Result<Self> {
        let proof = ClientProof::federated_token_file(token_file);
        Self::with_proof(proof, options.client_id(client_id))
    }

    /// A credential by the file that `AZURE_FEDERATED_TOKEN_FILE` names.
    pub(super) fn named_by_env(token_file: String, options: AuthOptions) -> Result<Self> {
        Self::with_proof(ClientProof::federated_token_file_of(TOKEN_FILE, token_file), options)
    }

    fn with_proof(proof: ClientProof, options: AuthOptions) -> Result<Self> {
        let client = AuthClient::new(options, proof)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentialsFlow) })
    }

    /// What the platform has set: `AZURE_FEDERATED_TOKEN_FILE`, `AZURE_CLIENT_ID`,
    /// `AZURE_TENANT_ID` and `AZURE_AUTHORITY_HOST`; the last two go before those of the
    /// options.
    ///
    /// # Errors
    /// [`AuthErrorKind::Unavailable`](crate::AuthErrorKind::Unavailable) when one of the first two
    /// is not set; else as for [`new_with`](Self::new_with).
    pub fn from_env() -> Result<Self> {
        Self::from_env_with(&Env::process(), AuthOptions::default())
    }

    /// The same with options, and by the variables in `env`.
    ///
    /// # Errors
    /// As for [`from_env`](Self::from_env).
    pub fn from_env_with(env: &Env, options: AuthOptions) -> Result<Self> {
        let needed = |name: &str| {
            env.get(name).ok_or_else(|| Error::unavailable(format!("{name} is not set")))
        };
        let token_file = needed(TOKEN_FILE)?;
        let client_id = needed("AZURE_CLIENT_ID")?;
        let options = options.client_id(client_id).authority_from_env(env)?;
        Self::named_by_env(token_file, options)
    }
}
