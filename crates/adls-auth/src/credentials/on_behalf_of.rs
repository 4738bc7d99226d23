//! A user who has called this service.

use secrecy::SecretString;

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::on_behalf_of::OnBehalfOfFlow;
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Result};

/// A user who has called this service, to call other services in their name.
///
/// Make one for each user token. Demands such as multi-factor authentication come back as errors
/// whose [`claims`](crate::Error::claims) the service passes on to its caller.
///
/// ```no_run
/// # async fn example(token_of_the_caller: String) -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::{ClientProof, OnBehalfOfCredential};
///
/// let proof = ClientProof::secret("<client secret>")?;
/// let (tenant, id) = ("contoso.onmicrosoft.com", "<client id>");
/// let credential = OnBehalfOfCredential::new(tenant, id, proof, token_of_the_caller)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OnBehalfOfCredential {
    tokens: SessionTokens<OnBehalfOfFlow>,
}

token_credential!(OnBehalfOfCredential);

impl OnBehalfOfCredential {
    /// A credential of the application `client_id`, in a tenant of the public cloud, for the user
    /// whose access token for this application is `user_token`.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with), and when `tenant` is not usable.
    pub fn new(
        tenant: &str,
        client_id: impl Into<String>,
        proof: ClientProof,
        user_token: impl Into<SecretString>,
    ) -> Result<Self> {
        Self::new_with(client_id, proof, user_token, AuthOptions::default().tenant(tenant)?)
    }

    /// The same with options, which name the tenant.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with(
        client_id: impl Into<String>,
        proof: ClientProof,
        user_token: impl Into<SecretString>,
        options: AuthOptions,
    ) -> Result<Self> {
        let client = AuthClient::new(options.client_id(client_id), proof)?;
        let flow = OnBehalfOfFlow { assertion: user_token.into() };
        Ok(Self { tokens: Session::tokens(client, flow) })
    }

    /// Whose token it is, once it was used.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
