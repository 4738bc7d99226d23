//! What every credential is given.

use adls_http::ClientOptions;

use crate::{Authority, Protocol, TokenCache};

/// What every credential is given: whom to ask, how, and where tokens are kept. Clones share the
/// token cache and the connections.
///
/// ```
/// use adls_auth::{AuthOptions, Authority, TokenCache, cloud};
/// use adls_http::ClientOptions;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let authority = Authority::of(&cloud::PUBLIC, "contoso.onmicrosoft.com")?;
/// let mut options = AuthOptions::new(ClientOptions::new()?, authority);
/// options.cache = TokenCache::file("msal_token_cache.json");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthOptions {
    /// Transport, clock, retries and timeouts.
    pub client: ClientOptions,
    /// Who issues the tokens.
    pub authority: Authority,
    /// Which generation of its endpoints is asked; the current one by default.
    pub protocol: Protocol,
    /// Where tokens are kept; in memory, for this credential alone, by default.
    pub cache: TokenCache,
    /// Whether to tell the authority that claims challenges are understood (the capability `CP1`).
    /// Services that support continuous access evaluation then get tokens that live longer and may be
    /// revoked at once. Off by default.
    pub enable_cae: bool,
    /// Whether to ask Microsoft's public cloud first if it knows the authority's host (instance
    /// discovery), and to send it nothing if not. Off by default, since a custom authority is known to
    /// nobody; turn it on where the host comes from somewhere that is not trusted.
    pub validate_authority: bool,
}

impl AuthOptions {
    /// Options with an in-memory cache of their own and the v2.0 endpoints.
    #[must_use]
    pub fn new(client: ClientOptions, authority: Authority) -> Self {
        Self {
            client,
            authority,
            protocol: Protocol::default(),
            cache: TokenCache::in_memory(),
            enable_cae: false,
            validate_authority: false,
        }
    }
}
