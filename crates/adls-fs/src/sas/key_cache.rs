//! One key of a user, fetched anew before it ends.

use std::time::{Duration, SystemTime};

use adls_http::{Pipeline, SafeUrl};
use tokio::sync::Mutex;

use super::{UserDelegationKey, fetch_user_delegation_key, time};
use crate::{Error, Result};

/// The longest that the service lets a key live.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long before its end a key is fetched anew. The service's clock may be ahead of this one.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Keeps a key of the user whose tokens the pipeline gets, so that not every signature costs a request.
/// Time is that of the pipeline's clock.
#[derive(Debug)]
pub struct UserDelegationKeyCache {
    pipeline: Pipeline,
    blob_endpoint: SafeUrl,
    lifetime: Duration,
    kept: Mutex<Option<UserDelegationKey>>,
}

impl UserDelegationKeyCache {
    /// An empty cache of keys that last seven days; see [`fetch_user_delegation_key`] for the arguments.
    #[must_use]
    pub fn new(pipeline: Pipeline, blob_endpoint: SafeUrl) -> Self {
        Self { pipeline, blob_endpoint, lifetime: LONGEST, kept: Mutex::new(None) }
    }

    /// The same with keys that last so long, at most seven days. OneLake gives none for more than an hour.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.min(LONGEST);
        self
    }

    /// A key that is good until `until` at least, which is when the signature to be made with it expires.
    /// Whoever asks while one is fetched waits for that one.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when no key lasts so long; else as for
    /// [`fetch_user_delegation_key`]. A failure is not kept.
    pub async fn key(&self, until: SystemTime) -> Result<UserDelegationKey> {
        let mut kept = self.kept.lock().await;
        let now = self.pipeline.clock().now();
        let lasts = |key: &&UserDelegationKey| {
            key.expires_on() > now + MARGIN
                && time::seconds(key.expires_on()) >= time::seconds(until)
        };
        if let Some(key) = kept.as_ref().filter(lasts) {
            return Ok(key.clone());
        }
        let end = now + self.lifetime;
        if time::seconds(until) > time::seconds(end) {
            return Err(Error::invalid(format!(
                "no user delegation key lasts until {}; let signatures expire within {} minutes",
                time::write(until)?,
                self.lifetime.as_secs() / 60
            )));
        }
        let key = fetch_user_delegation_key(&self.pipeline, &self.blob_endpoint, None, end).await?;
        *kept = Some(key.clone());
        Ok(key)
    }
}
