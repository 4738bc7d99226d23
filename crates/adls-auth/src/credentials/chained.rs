//! The first of several credentials that applies.

use std::sync::{Arc, OnceLock};

use adls_http::{AccessToken, BoxFuture, TokenCredential, TokenRequest};

use crate::{Attempt, AuthErrorKind, Error, Result};

/// Several credentials, of which the first one that applies is used.
///
/// A credential that does not apply here
/// ([`Unavailable`](crate::AuthErrorKind::Unavailable), such as a managed identity on a laptop, or
/// [`NotSignedIn`](crate::AuthErrorKind::NotSignedIn)) is passed over. One that applies and fails
/// ends the chain: going on would sign in as somebody else than was meant. The one that worked
/// first is used from then on. Every failure lists all attempts with their reasons, also by
/// [`Error::attempts`].
///
/// ```
/// use std::sync::Arc;
///
/// use adls_auth::{
///     AzureCliCredential, ChainedCredential, EnvironmentCredential, ManagedIdentityCredential,
///     ManagedIdentityId,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let machine = ManagedIdentityCredential::new(ManagedIdentityId::SystemAssigned);
/// let chain = ChainedCredential::builder()
///     .try_with("environment", EnvironmentCredential::new())
///     .try_with("managed identity", machine)
///     .with("Azure CLI", AzureCliCredential::new())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ChainedCredential(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    entries: Vec<ChainEntry>,
    chosen: OnceLock<usize>,
}

/// Puts a [`ChainedCredential`] together.
#[derive(Debug, Default)]
pub struct ChainedCredentialBuilder {
    entries: Vec<ChainEntry>,
}

#[derive(Debug)]
struct ChainEntry {
    name: String,
    /// A credential that could not even be made keeps its place with the reason.
    credential: Result<Arc<dyn TokenCredential>>,
}

impl ChainedCredentialBuilder {
    /// Adds a credential under the name that reports call it.
    #[must_use]
    pub fn with(self, name: impl Into<String>, credential: impl TokenCredential + 'static) -> Self {
        self.entry(name.into(), Ok(Arc::new(credential)))
    }

    /// Adds a credential that may not have come into being. Its failure counts as its attempt.
    #[must_use]
    pub fn try_with<C: TokenCredential + 'static>(
        self,
        name: impl Into<String>,
        credential: Result<C>,
    ) -> Self {
        self.entry(name.into(), credential.map(|made| Arc::new(made) as _))
    }

    fn entry(mut self, name: String, credential: Result<Arc<dyn TokenCredential>>) -> Self {
        self.entries.push(ChainEntry { name, credential });
        self
    }

    /// The chain.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`] when it is empty.
    pub fn build(self) -> Result<ChainedCredential> {
        if self.entries.is_empty() {
            return Err(Error::invalid_input("the chain holds no credential; add at least one"));
        }
        Ok(ChainedCredential(Arc::new(Inner { entries: self.entries, chosen: OnceLock::new() })))
    }
}

impl ChainedCredential {
    /// Starts a chain.
    #[must_use]
    pub fn builder() -> ChainedCredentialBuilder {
        ChainedCredentialBuilder::default()
    }

    async fn first_that_works(&self, request: &TokenRequest) -> adls_http::Result<AccessToken> {
        let mut attempts = Vec::new();
        for (index, entry) in self.0.entries.iter().enumerate() {
            let error = match &entry.credential {
                Ok(credential) => match credential.get_token(request).await {
                    Ok(token) => {
                        // Another caller may have come first, with the same outcome.
                        let _ = self.0.chosen.set(index);
                        return Ok(token);
                    }
                    Err(error) => error,
                },
                Err(error) => error.clone().into(),
            };
            let passed_over = Error::find(&error).is_some_and(|error| {
                matches!(error.kind(), AuthErrorKind::Unavailable | AuthErrorKind::NotSignedIn)
            });
            attempts.push(Attempt { credential: entry.name.clone(), error });
            if !passed_over {
                break;
            }
        }
        Err(Error::chain(attempts).into())
    }
}

impl TokenCredential for ChainedCredential {
    fn get_token<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
        let chosen =
            self.0.chosen.get().and_then(|index| self.0.entries[*index].credential.as_ref().ok());
        match chosen {
            Some(credential) => credential.get_token(request),
            None => Box::pin(self.first_that_works(request)),
        }
    }
}
