//! The credentials that a client can be given.

mod key;
mod sas;
mod token;

use std::fmt;
use std::sync::Arc;

pub use key::{AccountKey, SigningKey};
pub use sas::SasToken;
pub use token::{AccessToken, TokenCredential, TokenRequest};

use crate::authorizer::{Authorizer, BearerAuthorizer, SasAuthorizer, SharedKeyAuthorizer};
use crate::{Error, Result};

/// By which right a client's requests are made.
///
/// A [`TokenCredential`] becomes one by itself, bare or in an `Arc`, so clients take it as it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// Access tokens of Azure AD.
    Token(Arc<dyn TokenCredential>),
    /// A key of the account, which signs every request (Gen2).
    SharedKey(AccountKey),
    /// A shared access signature (Gen2). It goes into the query of every request, and behind the source
    /// that a rename (`x-ms-rename-source`) or a copy within the account (`x-ms-copy-source`) names in a
    /// header, since the service asks for the right to both sides.
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
            Self::SharedKey(_) => "a key of an account",
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
            Self::SharedKey(key) => Some(Arc::new(SharedKeyAuthorizer(key))),
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

impl From<AccountKey> for Credential {
    fn from(key: AccountKey) -> Self {
        Self::SharedKey(key)
    }
}

impl From<SasToken> for Credential {
    fn from(token: SasToken) -> Self {
        Self::Sas(token)
    }
}
