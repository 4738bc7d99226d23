//! Whoever environment variables name.

use std::sync::Arc;

use adls_http::{AccessToken, BoxFuture, TokenCredential, TokenRequest};
use adls_wire::aad::AZURE_CLI_CLIENT_ID;

use super::{ClientCertificateCredential, ClientSecretCredential, UsernamePasswordCredential};
use crate::{AuthOptions, ClientCertificate, Env, Error, Result};

/// Whoever environment variables name.
///
/// | variables, besides `AZURE_TENANT_ID` and `AZURE_AUTHORITY_HOST` | who |
/// |---|---|
/// | `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET` | an application |
/// | `AZURE_CLIENT_ID`, `AZURE_CLIENT_CERTIFICATE_PATH` (PEM), `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN` | an application |
/// | `AZURE_USERNAME`, `AZURE_PASSWORD`, `AZURE_CLIENT_ID` (the Azure command line's by default) | a user |
///
/// The first row that is complete counts. Each variable may be spelled in lower case as well, as the
/// Data Lake SDK for Python does; upper case goes first.
///
/// ```
/// use adls_auth::{AuthOptions, Authority, Env, EnvironmentCredential, cloud};
/// use adls_http::ClientOptions;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let options = AuthOptions::new(ClientOptions::new()?, Authority::of(&cloud::PUBLIC, "common")?);
/// let env = Env::from_pairs([("AZURE_CLIENT_ID", "..."), ("AZURE_CLIENT_SECRET", "...")]);
/// let credential = EnvironmentCredential::new(options, &env)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EnvironmentCredential {
    credential: Arc<dyn TokenCredential>,
}

impl EnvironmentCredential {
    /// A credential by the variables in `env`. Host and tenant in them go before
    /// `options.authority`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Unavailable`](crate::AuthErrorKind::Unavailable) when no row is complete;
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when a value is not
    /// usable.
    pub fn new(mut options: AuthOptions, env: &Env) -> Result<Self> {
        let env = env.with_lower_case();
        options.authority = options.authority.or_from_env(&env)?;
        let variable = |name: &str| env.get(name);
        let client_id = variable("AZURE_CLIENT_ID");
        if let (Some(client_id), Some(secret)) = (&client_id, variable("AZURE_CLIENT_SECRET")) {
            let credential = ClientSecretCredential::new(options, client_id, secret)?;
            return Ok(Self { credential: Arc::new(credential) });
        }
        if let (Some(client_id), Some(path)) =
            (&client_id, variable("AZURE_CLIENT_CERTIFICATE_PATH"))
        {
            let certificate = certificate(&path, &env)?;
            let credential = ClientCertificateCredential::new(options, client_id, certificate)?;
            return Ok(Self { credential: Arc::new(credential) });
        }
        if let (Some(user), Some(password)) =
            (variable("AZURE_USERNAME"), variable("AZURE_PASSWORD"))
        {
            let client_id = client_id.as_deref().unwrap_or(AZURE_CLI_CLIENT_ID);
            let credential = UsernamePasswordCredential::new(options, client_id, user, password)?;
            return Ok(Self { credential: Arc::new(credential) });
        }
        Err(Error::unavailable(match client_id {
            Some(_) => {
                "AZURE_CLIENT_ID is set, but neither AZURE_CLIENT_SECRET nor \
                 AZURE_CLIENT_CERTIFICATE_PATH nor AZURE_USERNAME with AZURE_PASSWORD"
            }
            None => "neither AZURE_CLIENT_ID nor AZURE_USERNAME with AZURE_PASSWORD is set",
        }))
    }
}

fn certificate(path: &str, env: &Env) -> Result<ClientCertificate> {
    let pem = std::fs::read(path).map_err(|error| {
        Error::invalid_input(format!("AZURE_CLIENT_CERTIFICATE_PATH: cannot read {path}: {error}"))
    })?;
    let certificate = ClientCertificate::from_pem(&pem)?;
    let send_chain = env.get("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN");
    let send_chain = send_chain.is_some_and(|on| on == "1" || on.eq_ignore_ascii_case("true"));
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
