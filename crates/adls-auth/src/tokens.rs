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
pub(crate) trait Source: fmt::Debug + Send + Sync + 'static {
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
    slots: RwLock<HashMap<u64, Vec<Slot>>>,
    flights: Mutex<HashMap<FlightKey, WeakShared<Flight>>>,
}

type Flight = BoxFuture<'static, Result<AccessToken>>;

/// Requests that one answer serves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct FlightKey {
    tenant_id: Option<String>,
    scopes: Vec<String>,
    claims: Option<String>,
}

struct Slot {
    tenant_id: Option<String>,
    scopes: Vec<String>,
    /// The claims that were demanded of this token. It is also good for requests without any.
    claims: Option<String>,
    token: AccessToken,
    renew_at: SystemTime,
    generation: u64,
}

/// What is at hand for a request.
enum AtHand {
    /// A token that will do for a while.
    Fresh(AccessToken),
    /// A token that still works and should be renewed.
    Aging(AccessToken),
    Nothing,
}

impl<S: Source> Tokens<S> {
    pub(crate) fn new(source: S) -> Self {
        Self(Arc::new(Inner {
            source,
            hasher: RandomState::new(),
            slots: RwLock::default(),
            flights: Mutex::default(),
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
        match self.0.at_hand(request) {
            AtHand::Fresh(token) => Box::pin(std::future::ready(Ok(token))),
            at_hand => Box::pin(async move { Ok(self.renew(request, at_hand).await?) }),
        }
    }

    async fn renew(&self, request: &TokenRequest, at_hand: AtHand) -> Result<AccessToken> {
        if let AtHand::Aging(token) = at_hand {
            return Ok(self.renew_early(request, token).await);
        }
        let token = self.0.join_flight(request).await?;
        if request.rejected.as_ref() != Some(&token) {
            return Ok(token);
        }
        // That flight had started without knowing that the token is bad.
        let token = self.0.join_flight(request).await?;
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
        let Some(flight) = self.0.start_flight(request) else { return token };
        match flight.await {
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

impl<S: Source> Inner<S> {
    fn at_hand(&self, request: &TokenRequest) -> AtHand {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let bucket = slots.get(&self.hash(request));
        let Some(slot) = bucket.and_then(|bucket| bucket.iter().find(|slot| slot.is_for(request)))
        else {
            return AtHand::Nothing;
        };
        let now = self.source.clock().now();
        let useless = request.rejected.as_ref() == Some(&slot.token)
            || (request.claims.is_some() && request.claims != slot.claims)
            || slot.generation != self.source.generation()
            || slot.token.expires_on() <= now;
        if useless {
            AtHand::Nothing
        } else if now < slot.renew_at {
            AtHand::Fresh(slot.token.clone())
        } else {
            AtHand::Aging(slot.token.clone())
        }
    }

    /// Waits for the request that is under way, or starts it.
    async fn join_flight(self: &Arc<Self>, request: &TokenRequest) -> Result<AccessToken> {
        let flight = {
            let mut flights = self.flights();
            // A flight that has just landed has left its token before it left the list.
            if let AtHand::Fresh(token) = self.at_hand(request) {
                return Ok(token);
            }
            let key = FlightKey::of(request);
            match flights.get(&key).and_then(WeakShared::upgrade) {
                Some(flight) => flight,
                None => self.launch(&mut flights, key, request),
            }
        };
        flight.await
    }

    /// Starts a request unless one is under way or has just landed.
    fn start_flight(self: &Arc<Self>, request: &TokenRequest) -> Option<Shared<Flight>> {
        let mut flights = self.flights();
        let key = FlightKey::of(request);
        let under_way = flights.get(&key).and_then(WeakShared::upgrade).is_some();
        if under_way || !matches!(self.at_hand(request), AtHand::Aging(_)) {
            return None;
        }
        Some(self.launch(&mut flights, key, request))
    }

    /// The list holds flights weakly: when every caller has given up, the request is dropped.
    fn launch(
        self: &Arc<Self>,
        flights: &mut HashMap<FlightKey, WeakShared<Flight>>,
        key: FlightKey,
        request: &TokenRequest,
    ) -> Shared<Flight> {
        let (this, request, own_key) = (Arc::clone(self), request.clone(), key.clone());
        let flight: Flight = Box::pin(async move {
            let generation = this.source.generation();
            let outcome = this.source.fetch(&request).await;
            if let Ok(token) = &outcome {
                this.keep(&request, token.clone(), generation);
            }
            this.flights().remove(&own_key);
            outcome
        });
        let flight = flight.shared();
        flights.retain(|_, flight| flight.upgrade().is_some());
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        flight
    }

    fn keep(&self, request: &TokenRequest, token: AccessToken, generation: u64) {
        let now = self.source.clock().now();
        let slot = Slot {
            tenant_id: request.tenant_id.clone(),
            scopes: request.scopes.clone(),
            claims: request.claims.clone(),
            renew_at: renew_at(&token, now),
            token,
            generation,
        };
        let hash = self.hash(request);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, bucket| {
            bucket.retain(|old| old.token.expires_on() > now && !old.is_for(request));
            !bucket.is_empty()
        });
        slots.entry(hash).or_default().push(slot);
    }

    fn postpone_renewal(&self, token: &AccessToken) {
        let next = self.source.clock().now() + RENEW_PAUSE;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.values_mut().flatten().find(|slot| slot.token == *token);
        if let Some(slot) = slot {
            slot.renew_at = next;
        }
    }

    fn hash(&self, request: &TokenRequest) -> u64 {
        self.hasher.hash_one((&request.tenant_id, &request.scopes))
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<FlightKey, WeakShared<Flight>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn is_for(&self, request: &TokenRequest) -> bool {
        self.tenant_id == request.tenant_id && self.scopes == request.scopes
    }
}

impl FlightKey {
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
    (early_end(token)).max(now + RENEW_PAUSE)
}

/// From when on a token should be renewed.
pub(crate) fn early_end(token: &AccessToken) -> SystemTime {
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
