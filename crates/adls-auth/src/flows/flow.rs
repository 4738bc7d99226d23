//! What the session asks of every flow.

use std::fmt;

use adls_http::BoxFuture;

use crate::endpoint::{AuthClient, ResolvedTokenRequest, TokenReply};
use crate::{Error, Result};

/// A flow: how a credential gets its first tokens.
pub(crate) trait Flow: fmt::Debug + Send + Sync + 'static {
    /// Asks the authority. `refused` is why a refresh token did not help, if there was one.
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>>;

    /// Whose tokens it gets.
    fn subject(&self) -> Subject<'_>;

    /// Whether nothing can be had but what is in the cache. For all others the cache is a convenience.
    fn needs_cache(&self) -> bool {
        false
    }
}

/// Whose tokens a flow gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// The application's own.
    App,
    /// A user's, by name if it is known beforehand.
    User(Option<&'a str>),
}
