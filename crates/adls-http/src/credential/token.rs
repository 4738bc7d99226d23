//! Access tokens, and the trait of whatever can get one.

use std::fmt;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

use crate::{BoxFuture, Result};

/// Something that can get access tokens: a signed-in user, a service principal, a managed identity.
///
/// Implementations cache: the pipeline asks for a token on every try of every request.
pub trait TokenCredential: fmt::Debug + Send + Sync {
    /// A token for `request`, from a cache if a fresh one is there.
    ///
    /// # Errors
    /// When no token can be had; the error's kind is
    /// [`ErrorKind::Credential`](crate::ErrorKind::Credential) and its text says what to do.
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> BoxFuture<'a, Result<AccessToken>>;
}

/// What a token is wanted for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TokenRequest {
    /// Scopes such as `https://datalake.azure.net//.default`; all of one resource.
    pub scopes: Vec<String>,
    /// The tenant to ask instead of the credential's own.
    pub tenant_id: Option<String>,
    /// Claims that the service demands, as JSON; a token from before the demand is not enough.
    pub claims: Option<String>,
    /// A token that the service has just refused; the credential must not return it again.
    pub rejected: Option<AccessToken>,
}

impl TokenRequest {
    /// A request for one scope.
    pub fn new(scope: impl Into<String>) -> Self {
        Self { scopes: vec![scope.into()], ..Self::default() }
    }

    /// The same for another tenant than the credential's own.
    #[must_use]
    pub fn with_tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }

    /// The same with claims that the service demands, as JSON.
    #[must_use]
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into());
        self
    }

    /// The same, but not `token` again: the service has refused it.
    #[must_use]
    pub fn rejecting(mut self, token: AccessToken) -> Self {
        self.rejected = Some(token);
        self
    }
}

/// A bearer token and its times. Its text shows only on explicit request.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires_on: SystemTime,
    refresh_on: Option<SystemTime>,
}

impl AccessToken {
    /// A token that is valid until `expires_on`.
    pub fn new(secret: impl Into<SecretString>, expires_on: SystemTime) -> Self {
        Self { secret: secret.into(), expires_on, refresh_on: None }
    }

    /// The same with the moment from which on the authority advises to get a new one.
    #[must_use]
    pub fn with_refresh_on(mut self, refresh_on: SystemTime) -> Self {
        self.refresh_on = Some(refresh_on);
        self
    }

    /// The token's text. Keep it out of logs and errors.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// When the token ends.
    #[must_use]
    pub fn expires_on(&self) -> SystemTime {
        self.expires_on
    }

    /// When the authority advises to get a new one, if it does.
    #[must_use]
    pub fn refresh_on(&self) -> Option<SystemTime> {
        self.refresh_on
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &"REDACTED")
            .field("expires_on", &self.expires_on)
            .finish_non_exhaustive()
    }
}

impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        self.secret() == other.secret()
    }
}

impl Eq for AccessToken {}

impl std::hash::Hash for AccessToken {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.secret().hash(state);
    }
}
