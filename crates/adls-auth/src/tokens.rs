//! The tokens that a credential has at hand: read without waiting, renewed by one request however
//! many callers there are.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use adls_http::{AccessToken, BoxFuture, Clock, TokenRequest};
use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use tracing::debug;

use crate::{AuthErrorKind, Error, Result};

/// How long before its end a token is renewed, unless the authority advises another moment.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);
/// The least time between two renewals of a token that is still valid.
const RENEW_PAUSE: Duration = Duration::from_secs(30);

/// Where tokens come from when there is none at hand.
pub(crate) trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Gets a token that is not `request.rejected`.
    fn fetch<'a>(&'a self, request: &'a TokenRequest) -> BoxFuture<'a, Result<AccessToken>>;

    /// Where time comes from.
    fn clock(&self) -> &Arc<dyn Clock>;

    /// Changes when tokens that were fetched before are not good any more.
    fn generation(&self) -> u64 {
        0
    }
}

/// The tokens of one credential.
pub(crate) struct Tokens<S>(Arc<Inner<S>>);

struct Inner<S> {
    source: S,
    hasher: RandomState,
    /// By hash of tenant and scopes, so that looking one up allocates nothing.
    tokens: RwLock<HashMap<u64, Vec<CachedToken>>>,
    fetches: Mutex<HashMap<FetchKey, WeakShared<Fetch>>>,
}

type Fetch = BoxFuture<'static, Result<AccessToken>>;

/// Requests that one answer serves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct FetchKey {
    tenant_id: Option<String>,
    scopes: Vec<String>,
    claims: Option<String>,
}

struct CachedToken {
    tenant_id: Option<String>,
    scopes: Vec<String>,
    /// The claims that were demanded of this token. It is also good for requests without any.
    claims: Option<String>,
    token: AccessToken,
    renew_at: SystemTime,
    generation: u64,
}

/// What is at hand for a request.
enum Cached {
    /// A token that will do for a while.
    Fresh(AccessToken),
    /// A token that still works and should be renewed.
    Aging(AccessToken),
    Missing,
}

impl<S: TokenSource> Tokens<S> {
    pub(crate) fn new(source: S) -> Self {
        Self(Arc::new(Inner {
            source,
            hasher: RandomState::new(),
            tokens: RwLock::default(),
            fetches: Mutex::default(),
        }))
    }

    pub(crate) fn source(&self) -> &S {
        &self.0.source
    }

    /// A token for `request`. At hand means at once: one short lock, one copy of the token.
    pub(crate) fn get<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
        match self.0.look_up(request) {
            Cached::Fresh(token) => Box::pin(std::future::ready(Ok(token))),
            cached => Box::pin(async move { Ok(self.renew(request, cached).await?) }),
        }
    }

    async fn renew(&self, request: &TokenRequest, cached: Cached) -> Result<AccessToken> {
        if let Cached::Aging(token) = cached {
            return Ok(self.renew_early(request, token).await);
        }
        let token = self.0.join_fetch(request).await?;
        if request.rejected.as_ref() != Some(&token) {
            return Ok(token);
        }
        // That fetch had started without knowing that the token is bad.
        let token = self.0.join_fetch(request).await?;
        if request.rejected.as_ref() == Some(&token) {
            return Err(Error::new(
                AuthErrorKind::TokenRejected,
                AuthErrorKind::TokenRejected.cause(),
            ));
        }
        Ok(token)
    }

    /// Renews a token that still works: one caller does it, the others go on with what there is, and
    /// so does everybody if it fails.
    async fn renew_early(&self, request: &TokenRequest, token: AccessToken) -> AccessToken {
        let Some(fetch) = self.0.start_fetch_unless_under_way(request) else { return token };
        match fetch.await {
            Ok(renewed) => renewed,
            Err(error) => {
                debug!(%error, "the token is kept until it ends");
                self.0.postpone_renewal(&token);
                token
            }
        }
    }

    /// Keeps a token that was got in another way than by [`get`](Self::get).
    pub(crate) fn keep(&self, request: &TokenRequest, token: AccessToken) {
        let generation = self.0.source.generation();
        self.0.keep(request, token, generation);
    }
}

impl<S: TokenSource> Inner<S> {
    fn look_up(&self, request: &TokenRequest) -> Cached {
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let bucket = tokens.get(&self.hash(request));
        let Some(kept) = bucket.and_then(|bucket| bucket.iter().find(|kept| kept.is_for(request)))
        else {
            return Cached::Missing;
        };
        let now = self.source.clock().now();
        let useless = request.rejected.as_ref() == Some(&kept.token)
            || (request.claims.is_some() && request.claims != kept.claims)
            || kept.generation != self.source.generation()
            || kept.token.expires_on() <= now;
        if useless {
            Cached::Missing
        } else if now < kept.renew_at {
            Cached::Fresh(kept.token.clone())
        } else {
            Cached::Aging(kept.token.clone())
        }
    }

    /// Waits for the request that is under way, or starts it.
    async fn join_fetch(self: &Arc<Self>, request: &TokenRequest) -> Result<AccessToken> {
        let fetch = {
            let mut fetches = self.fetches();
            // One that has just ended has kept its token before it left the list.
            if let Cached::Fresh(token) = self.look_up(request) {
                return Ok(token);
            }
            let key = FetchKey::of(request);
            match fetches.get(&key).and_then(WeakShared::upgrade) {
                Some(fetch) => fetch,
                None => self.start_fetch(&mut fetches, key, request),
            }
        };
        fetch.await
    }

    /// Starts a fetch unless one is under way or has just ended.
    fn start_fetch_unless_under_way(
        self: &Arc<Self>,
        request: &TokenRequest,
    ) -> Option<Shared<Fetch>> {
        let mut fetches = self.fetches();
        let key = FetchKey::of(request);
        let under_way = fetches.get(&key).and_then(WeakShared::upgrade).is_some();
        if under_way || !matches!(self.look_up(request), Cached::Aging(_)) {
            return None;
        }
        Some(self.start_fetch(&mut fetches, key, request))
    }

    /// The list holds fetches weakly: when every caller has given up, the request is dropped.
    fn start_fetch(
        self: &Arc<Self>,
        fetches: &mut HashMap<FetchKey, WeakShared<Fetch>>,
        key: FetchKey,
        request: &TokenRequest,
    ) -> Shared<Fetch> {
        let (this, request, own_key) = (Arc::clone(self), request.clone(), key.clone());
        let fetch: Fetch = Box::pin(async move {
            let generation = this.source.generation();
            let outcome = this.source.fetch(&request).await;
            if let Ok(token) = &outcome {
                this.keep(&request, token.clone(), generation);
            }
            this.fetches().remove(&own_key);
            outcome
        });
        let fetch = fetch.shared();
        fetches.retain(|_, fetch| fetch.upgrade().is_some());
        if let Some(weak) = fetch.downgrade() {
            fetches.insert(key, weak);
        }
        fetch
    }

    fn keep(&self, request: &TokenRequest, token: AccessToken, generation: u64) {
        let now = self.source.clock().now();
        let kept = CachedToken {
            tenant_id: request.tenant_id.clone(),
            scopes: request.scopes.clone(),
            claims: request.claims.clone(),
            renew_at: renew_at(&token, now),
            token,
            generation,
        };
        let hash = self.hash(request);
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, bucket| {
            bucket.retain(|old| old.token.expires_on() > now && !old.is_for(request));
            !bucket.is_empty()
        });
        tokens.entry(hash).or_default().push(kept);
    }

    fn postpone_renewal(&self, token: &AccessToken) {
        let next = self.source.clock().now() + RENEW_PAUSE;
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let kept = tokens.values_mut().flatten().find(|kept| kept.token == *token);
        if let Some(kept) = kept {
            kept.renew_at = next;
        }
    }

    fn hash(&self, request: &TokenRequest) -> u64 {
        self.hasher.hash_one((&request.tenant_id, &request.scopes))
    }

    fn fetches(&self) -> MutexGuard<'_, HashMap<FetchKey, WeakShared<Fetch>>> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedToken {
    fn is_for(&self, request: &TokenRequest) -> bool {
        self.tenant_id == request.tenant_id && self.scopes == request.scopes
    }
}

impl FetchKey {
    fn of(request: &TokenRequest) -> Self {
        Self {
            tenant_id: request.tenant_id.clone(),
            scopes: request.scopes.clone(),
            claims: request.claims.clone(),
        }
    }
}

/// When to renew: at the moment that the authority advises or five minutes before the end, whichever
/// comes first; but not at once again, however short-lived the token is.
fn renew_at(token: &AccessToken, now: SystemTime) -> SystemTime {
    (renewal_due(token)).max(now + RENEW_PAUSE)
}

/// From when on a token should be renewed.
pub(crate) fn renewal_due(token: &AccessToken) -> SystemTime {
    let early = token.expires_on().checked_sub(RENEW_BEFORE).unwrap_or(SystemTime::UNIX_EPOCH);
    token.refresh_on().map_or(early, |advised| advised.min(early))
}

impl<S> Clone for Tokens<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: fmt::Debug> fmt::Debug for Tokens<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source.fmt(f)
    }
}
