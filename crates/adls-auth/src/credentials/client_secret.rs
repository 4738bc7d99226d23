//! An application, by its secret.

use secrecy::SecretString;

use super::{application_sign_in, token_credential};
use crate::endpoint::AuthClient;
use crate::flows::client_credentials::ClientCredentialsFlow;
use crate::session::{Session, SessionTokens};
use crate::{AuthOptions, ClientProof, Result};

/// An application, by its secret: a service principal.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::ClientSecretCredential;
/// use adls_http::{TokenCredential, TokenRequest};
///
/// let tenant = "contoso.onmicrosoft.com";
/// let credential = ClientSecretCredential::new(tenant, "<client id>", "<client secret>")?;
/// let token = credential.get_token(&TokenRequest::new("https://datalake.azure.net//.default")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientSecretCredential {
    tokens: SessionTokens<ClientCredentialsFlow>,
}

token_credential!(ClientSecretCredential);
application_sign_in!(ClientSecretCredential);

impl ClientSecretCredential {
    /// A credential of the application `client_id` in a tenant of the public cloud.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with), and when `tenant` is not usable.
    pub fn new(
        tenant: &str,
        client_id: impl Into<String>,
        secret: impl Into<SecretString>,
    ) -> Result<Self> {
        Self::new_with(client_id, secret, AuthOptions::default().tenant(tenant)?)
    }

    /// The same with options, which name the tenant.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id or the
    /// secret is empty, or the authority is plain http and that is not allowed.
    pub fn new_with(
        client_id: impl Into<String>,
        secret: impl Into<SecretString>,
        options: AuthOptions,
    ) -> Result<Self> {
        let client = AuthClient::new(options.client_id(client_id), ClientProof::secret(secret)?)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentialsFlow) })
    }
}
