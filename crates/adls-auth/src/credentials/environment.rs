//! Whoever environment variables name.

use std::path::Path;
use std::sync::Arc;

use adls_http::{AccessToken, BoxFuture, TokenCredential, TokenRequest};
use adls_wire::aad::AZURE_CLI_CLIENT_ID;

use super::workload_identity::TOKEN_FILE;
use super::{
    ClientCertificateCredential, ClientSecretCredential, UsernamePasswordCredential,
    WorkloadIdentityCredential,
};
use crate::endpoint::read_certificate;
use crate::{AuthOptions, ClientCertificate, Env, Error, Result};

const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";

/// Whoever environment variables name.
///
/// | variables, besides `AZURE_TENANT_ID` and `AZURE_AUTHORITY_HOST` | who |
/// |---|---|
/// | `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET` | an application |
/// | `AZURE_CLIENT_ID`, `AZURE_CLIENT_CERTIFICATE_PATH` (PEM), `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN` | an application |
/// | `AZURE_USERNAME`, `AZURE_PASSWORD`, `AZURE_CLIENT_ID` (the Azure command line's by default) | a user |
/// | `AZURE_CLIENT_ID`, `AZURE_FEDERATED_TOKEN_FILE` | an application |
///
/// The first row that is complete counts. Each variable may be spelled in lower case as well, as the
/// Data Lake SDK for Python does; upper case goes first.
///
/// ```
/// use adls_auth::{AuthOptions, Env, EnvironmentCredential};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let env = Env::from_pairs([("AZURE_CLIENT_ID", "..."), ("AZURE_CLIENT_SECRET", "...")]);
/// let credential = EnvironmentCredential::new_with(&env, AuthOptions::default())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EnvironmentCredential {
    credential: Arc<dyn TokenCredential>,
}

impl EnvironmentCredential {
    /// A credential by the variables of the process.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new() -> Result<Self> {
        Self::new_with(&Env::process(), AuthOptions::default())
    }

    /// The same with options, and by the variables in `env`. Host and tenant in them go before those of
    /// the options.
    ///
    /// # Errors
    /// [`AuthErrorKind::Unavailable`](crate::AuthErrorKind::Unavailable) when no row is complete;
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when a value is not
    /// usable.
    pub fn new_with(env: &Env, options: AuthOptions) -> Result<Self> {
        let env = env.with_lower_case();
        let options = options.authority_from_env(&env)?;
        let variable = |name: &str| env.get(name);
        let client_id = variable(CLIENT_ID);
        if let Some(client_id) = &client_id
            && let Some(credential) = by_secret_or_certificate(options.clone(), client_id, &env)?
        {
            return Ok(Self { credential });
        }
        if let (Some(user), Some(password)) =
            (variable("AZURE_USERNAME"), variable("AZURE_PASSWORD"))
        {
            let client_id = client_id.as_deref().unwrap_or(AZURE_CLI_CLIENT_ID);
            let options = options.client_id(client_id);
            let credential = UsernamePasswordCredential::new_with(user, password, options)?;
            return Ok(Self { credential: Arc::new(credential) });
        }
        if let Some(client_id) = &client_id
            && let Some(credential) = by_token_file(options, client_id, &env)?
        {
            return Ok(Self { credential });
        }
        Err(Error::unavailable(match client_id {
            Some(_) => {
                "AZURE_CLIENT_ID is set, but neither AZURE_CLIENT_SECRET nor \
                 AZURE_CLIENT_CERTIFICATE_PATH nor AZURE_FEDERATED_TOKEN_FILE nor AZURE_USERNAME \
                 with AZURE_PASSWORD"
            }
            None => "neither AZURE_CLIENT_ID nor AZURE_USERNAME with AZURE_PASSWORD is set",
        }))
    }

    /// A credential for the application `client_id` at the options' authority, for programs that know who
    /// signed in and look for what proves it: `None` where the variables name no application, or
    /// another one, or hold no secret, certificate or token file of it.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when a value is not
    /// usable.
    pub fn for_application(
        client_id: &str,
        env: &Env,
        options: AuthOptions,
    ) -> Result<Option<Self>> {
        let env = env.with_lower_case();
        if env.get(CLIENT_ID).is_none_or(|named| !named.eq_ignore_ascii_case(client_id)) {
            return Ok(None);
        }
        let found = match by_secret_or_certificate(options.clone(), client_id, &env)? {
            Some(found) => Some(found),
            None => by_token_file(options, client_id, &env)?,
        };
        Ok(found.map(|credential| Self { credential }))
    }
}

/// What proves the application is, where variables say so, a secret or a certificate.
fn by_secret_or_certificate(
    options: AuthOptions,
    client_id: &str,
    env: &Env,
) -> Result<Option<Arc<dyn TokenCredential>>> {
    if let Some(secret) = env.get("AZURE_CLIENT_SECRET") {
        return Ok(Some(Arc::new(ClientSecretCredential::new_with(client_id, secret, options)?)));
    }
    if let Some(path) = env.get(CERTIFICATE_PATH) {
        let certificate = certificate(&path, env)?;
        let credential = ClientCertificateCredential::new_with(client_id, certificate, options)?;
        return Ok(Some(Arc::new(credential)));
    }
    Ok(None)
}

fn by_token_file(
    options: AuthOptions,
    client_id: &str,
    env: &Env,
) -> Result<Option<Arc<dyn TokenCredential>>> {
    let Some(path) = env.get(TOKEN_FILE) else { return Ok(None) };
    let credential = WorkloadIdentityCredential::named_by_env(path, options.client_id(client_id))?;
    Ok(Some(Arc::new(credential)))
}

fn certificate(path: &str, env: &Env) -> Result<ClientCertificate> {
    let certificate =
        read_certificate(Path::new(path)).map_err(|error| error.about(CERTIFICATE_PATH))?;
    let send_chain = env.is_on("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")?;
    Ok(if send_chain { certificate.with_chain_sent() } else { certificate })
}

impl TokenCredential for EnvironmentCredential {
    fn get_token<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
        self.credential.get_token(request)
    }
}
