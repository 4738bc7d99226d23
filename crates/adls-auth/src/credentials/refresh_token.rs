//! A user, by a refresh token from elsewhere.

use adls_http::TokenRequest;
use secrecy::SecretString;

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::refresh_token::RefreshTokenFlow;
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Result, SignIn};

/// A user, by a refresh token that another program got.
///
/// The token is bound to the client that got it, so [`AuthOptions::client_id`] must be that client, or one of its
/// family. It is good for every resource that the user may use through that client.
#[derive(Clone, Debug)]
pub struct RefreshTokenCredential {
    tokens: SessionTokens<RefreshTokenFlow>,
}

token_credential!(RefreshTokenCredential);

impl RefreshTokenCredential {
    /// A credential in the public cloud, for a token of the Azure command line or its family.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new(refresh_token: impl Into<SecretString>) -> Result<Self> {
        Self::new_with(refresh_token, AuthOptions::default())
    }

    /// The same with options, for a public client.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with(refresh_token: impl Into<SecretString>, options: AuthOptions) -> Result<Self> {
        Self::made(ClientProof::public(), refresh_token.into(), options)
    }

    /// A credential of a client that proves who it is.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn with_proof(
        client_id: impl Into<String>,
        proof: ClientProof,
        refresh_token: impl Into<SecretString>,
        options: AuthOptions,
    ) -> Result<Self> {
        Self::made(proof, refresh_token.into(), options.client_id(client_id))
    }

    fn made(proof: ClientProof, refresh_token: SecretString, options: AuthOptions) -> Result<Self> {
        let client = AuthClient::new(options, proof)?;
        let flow = RefreshTokenFlow::new(refresh_token);
        Ok(Self { tokens: Session::tokens(client, flow) })
    }

    /// Redeems the token, whatever the cache holds, and says whose it is.
    ///
    /// # Errors
    /// [`AuthErrorKind::RefreshTokenExpired`](crate::AuthErrorKind::RefreshTokenExpired) and the
    /// other reasons why the authority refused, or what kept it from being asked.
    pub async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        self.tokens.sign_in(request).await
    }

    /// Whose token it is, once it was redeemed.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
