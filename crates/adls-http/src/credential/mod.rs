//! The credentials that a client can be given.

mod sas;
mod token;

use std::fmt;
use std::sync::Arc;

pub use sas::SasToken;
pub use token::{AccessToken, TokenCredential, TokenRequest};

use crate::authorizer::{Authorizer, BearerAuthorizer, SasAuthorizer};
use crate::{Error, Result};

/// By which right a client's requests are made.
///
/// A [`TokenCredential`] becomes one by itself, bare or in an `Arc`, so clients take it as it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// Access tokens of Azure AD.
    Token(Arc<dyn TokenCredential>),
    /// A shared access signature (Gen2).
    Sas(SasToken),
    /// Nobody in particular: what a service shows to everybody (Gen2).
    Anonymous,
}

impl Credential {
    /// The tokens, for a service that takes nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for every other credential, with the
    /// name of the `service`.
    pub fn into_token(self, service: impl fmt::Display) -> Result<Arc<dyn TokenCredential>> {
        let given = match self {
            Self::Token(credential) => return Ok(credential),
            Self::Sas(_) => "a shared access signature",
            Self::Anonymous => "none",
        };
        Err(Error::invalid_input(format!(
            "{service} takes access tokens of Azure AD only, and the credential is {given}; sign in, \
             for instance with a device code"
        )))
    }

    /// What makes requests authorised; `None` when they go as they are. `request` says what tokens
    /// are wanted for.
    pub(crate) fn into_authorizer(self, request: TokenRequest) -> Option<Arc<dyn Authorizer>> {
        match self {
            Self::Token(credential) => Some(Arc::new(BearerAuthorizer::new(credential, request))),
            Self::Sas(token) => Some(Arc::new(SasAuthorizer(token))),
            Self::Anonymous => None,
        }
    }
}

impl From<Arc<dyn TokenCredential>> for Credential {
    fn from(credential: Arc<dyn TokenCredential>) -> Self {
        Self::Token(credential)
    }
}

impl<C: TokenCredential + 'static> From<Arc<C>> for Credential {
    fn from(credential: Arc<C>) -> Self {
        Self::Token(credential)
    }
}

impl<C: TokenCredential + 'static> From<C> for Credential {
    fn from(credential: C) -> Self {
        Self::Token(Arc::new(credential))
    }
}

impl From<SasToken> for Credential {
    fn from(token: SasToken) -> Self {
        Self::Sas(token)
    }
}
