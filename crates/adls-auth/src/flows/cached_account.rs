//! Nobody is asked: only what the cache holds is used.

use adls_http::BoxFuture;

use crate::endpoint::{AuthClient, ResolvedTokenRequest, TokenReply};
use crate::flows::flow::{Flow, Subject};
use crate::{AuthErrorKind, Error, Result};

/// The flow behind a saved sign-in: it fails, because the cache was not enough.
#[derive(Debug)]
pub(crate) enum CacheOnly {
    /// For a user of this name.
    User(String),
    /// For the application itself.
    App,
}

impl Flow for CacheOnly {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        _resolved: &'a ResolvedTokenRequest,
        refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        let who = match self {
            Self::User(name) if name.is_empty() => "this account".to_owned(),
            Self::User(name) => name.clone(),
            Self::App => format!("the application {}", client.client_id()),
        };
        let error = refused.cloned().unwrap_or_else(|| {
            Error::new(
                AuthErrorKind::NotSignedIn,
                format!("not signed in as {who}, or the saved sign-in has expired"),
            )
        });
        Box::pin(std::future::ready(Err(error)))
    }

    fn subject(&self) -> Subject<'_> {
        match self {
            Self::User(name) => Subject::User(Some(name)),
            Self::App => Subject::App,
        }
    }

    fn needs_cache(&self) -> bool {
        true
    }
}
