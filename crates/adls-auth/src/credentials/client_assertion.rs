//! An application, by assertions from elsewhere.

use secrecy::SecretString;

use super::{application_sign_in, token_credential};
use crate::endpoint::AuthClient;
use crate::flows::client_credentials::ClientCredentialsFlow;
use crate::session::{Session, SessionTokens};
use crate::{AssertionError, AuthOptions, ClientProof, Result};

/// An application, by signed assertions from a callback: a key in a hardware module, or the token of
/// another identity provider which the application trusts.
///
/// ```no_run
/// # async fn fetch_token() -> Result<String, std::io::Error> { Ok(String::new()) }
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::ClientAssertionCredential;
///
/// let credential = ClientAssertionCredential::new("contoso.onmicrosoft.com", "<client id>", || async {
///     Ok(fetch_token().await?.into())
/// })?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientAssertionCredential {
    tokens: SessionTokens<ClientCredentialsFlow>,
}

token_credential!(ClientAssertionCredential);
application_sign_in!(ClientAssertionCredential);

impl ClientAssertionCredential {
    /// A credential of the application `client_id` in a tenant of the public cloud. `callback` is asked
    /// for every request to the authority, about once an hour.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with), and when `tenant` is not usable.
    pub fn new<F, C>(tenant: &str, client_id: impl Into<String>, callback: C) -> Result<Self>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<SecretString, AssertionError>> + Send + 'static,
    {
        Self::new_with(client_id, callback, AuthOptions::default().tenant(tenant)?)
    }

    /// The same with options, which name the tenant.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with<F, C>(
        client_id: impl Into<String>,
        callback: C,
        options: AuthOptions,
    ) -> Result<Self>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<SecretString, AssertionError>> + Send + 'static,
    {
        let proof = ClientProof::assertion(callback);
        let client = AuthClient::new(options.client_id(client_id), proof)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentialsFlow) })
    }
}
