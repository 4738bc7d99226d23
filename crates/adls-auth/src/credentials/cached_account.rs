//! A user or an application that signed in before.

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::cached_account::CacheOnly;
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Result};

/// A user or an application that signed in before: only the cache is used, nobody is asked.
///
/// Tokens come from the cache or by its refresh tokens: those of `client_id`, or of another client of
/// its family such as the Azure command line.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::{AuthOptions, Authority, CachedAccountCredential, TokenCache, cloud};
///
/// let cache = TokenCache::file("msal_token_cache.json");
/// let account = cache.accounts().await?.into_iter().next().ok_or("nobody is signed in")?;
/// let authority = Authority::of(&cloud::PUBLIC, &account.tenant_id)?;
/// let options = AuthOptions::default().authority(authority).cache(cache);
/// let credential = CachedAccountCredential::new_with(account, options)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CachedAccountCredential {
    tokens: SessionTokens<CacheOnly>,
}

token_credential!(CachedAccountCredential);

impl CachedAccountCredential {
    /// A credential for a user of `options.cache`. When the cache does not help, it fails with
    /// [`AuthErrorKind::NotSignedIn`](crate::AuthErrorKind::NotSignedIn), or with the reason why the
    /// authority refused the refresh token.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with(account: Account, options: AuthOptions) -> Result<Self> {
        let client = AuthClient::new(options, ClientProof::public())?;
        let flow = CacheOnly::User(account.username.clone());
        Ok(Self { tokens: Session::with_account(client, flow, account) })
    }

    /// A credential for the application itself: good until its cached token ends.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn for_app(client_id: impl Into<String>, options: AuthOptions) -> Result<Self> {
        let client = AuthClient::new(options.client_id(client_id), ClientProof::public())?;
        Ok(Self { tokens: Session::tokens(client, CacheOnly::App) })
    }

    /// The user; `None` for an application.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
