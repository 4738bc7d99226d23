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
/// use adls_auth::{AuthOptions, Authority, Env, WorkloadIdentityCredential, cloud};
/// use adls_http::ClientOptions;
///
/// let options = AuthOptions::new(ClientOptions::new()?, Authority::of(&cloud::PUBLIC, "common")?);
/// let credential = WorkloadIdentityCredential::from_env(options, &Env::process())?;
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
    /// A credential of the application `client_id`, which trusts the issuer of the token in
    /// `token_file`. The file is read for every request to the authority.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new(
        options: AuthOptions,
        client_id: impl Into<String>,
        token_file: impl Into<PathBuf>,
    ) -> Result<Self> {
        Self::with_proof(options, client_id.into(), ClientProof::federated_token_file(token_file))
    }

    /// A credential by the file that `AZURE_FEDERATED_TOKEN_FILE` names.
    pub(super) fn named_by_env(
        options: AuthOptions,
        client_id: String,
        token_file: String,
    ) -> Result<Self> {
        let proof = ClientProof::federated_token_file_of(TOKEN_FILE, token_file);
        Self::with_proof(options, client_id, proof)
    }

    fn with_proof(options: AuthOptions, client_id: String, proof: ClientProof) -> Result<Self> {
        let client = AuthClient::new(options, client_id, proof)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentialsFlow) })
    }

    /// What the platform has set: `AZURE_FEDERATED_TOKEN_FILE`, `AZURE_CLIENT_ID`,
    /// `AZURE_TENANT_ID` and `AZURE_AUTHORITY_HOST`; the last two go before `options.authority`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Unavailable`](crate::AuthErrorKind::Unavailable) when one of the first two
    /// is not set; else as for [`new`](Self::new).
    pub fn from_env(mut options: AuthOptions, env: &Env) -> Result<Self> {
        let needed = |name: &str| {
            env.get(name).ok_or_else(|| Error::unavailable(format!("{name} is not set")))
        };
        let token_file = needed(TOKEN_FILE)?;
        let client_id = needed("AZURE_CLIENT_ID")?;
        options.authority = options.authority.or_from_env(env)?;
        Self::named_by_env(options, client_id, token_file)
    }
}
