//! What every credential is given.

use adls_http::ClientOptions;
use adls_wire::aad::AZURE_CLI_CLIENT_ID;
use adls_wire::cloud;

use crate::{Authority, Env, Protocol, Result, TokenCache};

/// The tenant word that stands for "whatever tenant the user belongs to, if it is one of work".
const ORGANIZATIONS: &str = "organizations";

/// What every credential is given: whom to ask, how, and where tokens are kept. Clones share the
/// token cache and the connections.
///
/// ```
/// use adls_auth::{AuthOptions, Authority, TokenCache, cloud};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let options = AuthOptions::default()
///     .authority(Authority::of(&cloud::CHINA, "contoso.partner.onmschina.cn")?)
///     .cache(TokenCache::file("msal_token_cache.json"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthOptions {
    /// Transport, clock, retries and timeouts.
    pub client: ClientOptions,
    /// Who issues the tokens; when `None`, Microsoft's public cloud, in whatever tenant the user
    /// belongs to.
    pub authority: Option<Authority>,
    /// The application that asks; the Azure command line by default, a public client that every tenant
    /// knows.
    pub client_id: String,
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

impl Default for AuthOptions {
    fn default() -> Self {
        Self {
            client: ClientOptions::default(),
            authority: None,
            client_id: AZURE_CLI_CLIENT_ID.to_owned(),
            protocol: Protocol::default(),
            cache: TokenCache::in_memory(),
            enable_cae: false,
            validate_authority: false,
        }
    }
}

impl AuthOptions {
    /// Sets [`client`](Self::client).
    #[must_use]
    pub fn client(self, client: ClientOptions) -> Self {
        Self { client, ..self }
    }

    /// Sets [`authority`](Self::authority).
    #[must_use]
    pub fn authority(self, authority: Authority) -> Self {
        Self { authority: Some(authority), ..self }
    }

    /// Sets the tenant of the [`authority`](Self::authority).
    ///
    /// # Errors
    /// As for [`Authority::new`], about the tenant.
    pub fn tenant(self, tenant: &str) -> Result<Self> {
        let authority = self.authority_or_default()?.with_tenant(tenant)?;
        Ok(self.authority(authority))
    }

    /// Sets [`client_id`](Self::client_id).
    #[must_use]
    pub fn client_id(self, client_id: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), ..self }
    }

    /// Sets [`protocol`](Self::protocol).
    #[must_use]
    pub fn protocol(self, protocol: Protocol) -> Self {
        Self { protocol, ..self }
    }

    /// Sets [`cache`](Self::cache).
    #[must_use]
    pub fn cache(self, cache: TokenCache) -> Self {
        Self { cache, ..self }
    }

    /// Sets [`enable_cae`](Self::enable_cae).
    #[must_use]
    pub fn enable_cae(self, enable_cae: bool) -> Self {
        Self { enable_cae, ..self }
    }

    /// Sets [`validate_authority`](Self::validate_authority).
    #[must_use]
    pub fn validate_authority(self, validate_authority: bool) -> Self {
        Self { validate_authority, ..self }
    }

    pub(crate) fn authority_or_default(&self) -> Result<Authority> {
        let public = || Authority::of(&cloud::PUBLIC, ORGANIZATIONS);
        self.authority.clone().map_or_else(public, Ok)
    }

    /// The same where variables may name another authority.
    pub(crate) fn authority_from_env(self, env: &Env) -> Result<Self> {
        let authority = self.authority_or_default()?.or_from_env(env)?;
        Ok(self.authority(authority))
    }
}
