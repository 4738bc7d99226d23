//! A user, by a code that the application has received.

use adls_http::TokenRequest;
use secrecy::SecretString;

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::authorization_code::AuthorizationCodeFlow;
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Result, SignIn};

/// A user, by an authorization code that the application has received itself, such as a web
/// application does. See [`AuthorizationRequest`](crate::AuthorizationRequest) for how to get one.
///
/// The code is redeemed by the first request for a token; from then on the refresh token serves.
#[derive(Clone, Debug)]
pub struct AuthorizationCodeCredential {
    tokens: SessionTokens<AuthorizationCodeFlow>,
}

token_credential!(AuthorizationCodeCredential);

impl AuthorizationCodeCredential {
    /// A credential for the `code` that came to `redirect_uri`. `verifier` is that of the request
    /// which led to the code; `None` when it was made without one.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with(
        client_id: impl Into<String>,
        proof: ClientProof,
        code: impl Into<SecretString>,
        redirect_uri: impl Into<String>,
        verifier: Option<SecretString>,
        options: AuthOptions,
    ) -> Result<Self> {
        let client = AuthClient::new(options.client_id(client_id), proof)?;
        let flow = AuthorizationCodeFlow::new(code.into(), redirect_uri.into(), verifier);
        Ok(Self { tokens: Session::tokens(client, flow) })
    }

    /// Redeems the code and says who signed in. Possible once.
    ///
    /// # Errors
    /// Why the authority refused, or what kept it from being asked.
    pub async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        self.tokens.sign_in(request).await
    }

    /// Who has signed in so far.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
