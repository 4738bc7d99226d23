//! What bounds a transfer: bytes in memory, and requests at once.
//!
//! Whoever needs both takes bytes first, so that a request under way never waits for memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use adls_http::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::TransferOptions;
use super::bandwidth::Bandwidth;
use super::buffers::Buffers;
use crate::backend::Backend;
use crate::{Error, Result};

/// The unit in which bytes are counted: a semaphore counts to 2^29 only on some platforms.
const UNIT: u64 = 1024;
/// How many requests must end well before one more is allowed at once.
const RECOVERY: u32 = 16;

/// The bounds of one transfer. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bytes: Arc<Semaphore>,
    buffers: Buffers,
    all_units: u32,
    requests: Arc<Semaphore>,
    pace: Mutex<Pace>,
    backend: Arc<dyn Backend>,
    throttled_before: AtomicU64,
    bandwidth: Option<Bandwidth>,
}

/// How many requests are allowed at once: halved when the service throttles, raised one by one
/// while it does not.
#[derive(Debug, PartialEq, Eq)]
struct Pace {
    limit: usize,
    ceiling: usize,
    /// Permits that are out although the limit has fallen below them.
    excess: usize,
    /// Successes since the limit last changed.
    successes: u32,
}

/// What is to be done with the permit of a request that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Release {
    Back,
    Forget,
    /// Back, and one more.
    Grow,
}

impl Queue {
    pub(super) fn new(
        backend: Arc<dyn Backend>,
        clock: Arc<dyn Clock>,
        options: &TransferOptions,
    ) -> Result<Self> {
        let TransferOptions { concurrency, bytes_in_flight, part_size, .. } = *options;
        if concurrency == 0 || bytes_in_flight == 0 {
            return Err(Error::invalid(
                "a transfer needs at least one request and one byte in flight",
            ));
        }
        let all_units = u32::try_from((bytes_in_flight as u64).div_ceil(UNIT)).unwrap_or(1 << 28);
        Ok(Self(Arc::new(Inner {
            bytes: Arc::new(Semaphore::new(all_units.min(1 << 28) as usize)),
            buffers: Buffers::new(part_size, bytes_in_flight),
            all_units: all_units.min(1 << 28),
            requests: Arc::new(Semaphore::new(concurrency)),
            pace: Mutex::new(Pace::new(concurrency)),
            throttled_before: AtomicU64::new(backend.throttled()),
            backend,
            bandwidth: options.bandwidth.map(|limit| Bandwidth::new(limit, clock)),
        })))
    }

    /// Waits for room for this many bytes, and until they may be moved; what is larger than the whole
    /// room takes all of it.
    pub(super) async fn bytes(&self, count: u64) -> BytesPermit {
        let wanted = count;
        let block = usize::try_from(count).map(|count| self.0.buffers.block_size(count));
        let count = block.map_or(count, |block| block as u64);
        let units = u32::try_from(count.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.0.all_units);
        let permit = Arc::clone(&self.0.bytes).acquire_many_owned(units).await.ok();
        if let Some(bandwidth) = &self.0.bandwidth {
            bandwidth.wait(wanted).await;
        }
        BytesPermit { _permit: permit }
    }

    /// Memory for the bytes that there is room for.
    pub(super) fn buffers(&self) -> &Buffers {
        &self.0.buffers
    }

    /// Waits until one more request may be sent.
    pub(super) async fn request(&self) -> RequestPermit {
        let permit = Arc::clone(&self.0.requests).acquire_owned().await.ok();
        RequestPermit { queue: self.clone(), permit }
    }
}

/// Room for bytes; given back when dropped.
#[derive(Debug)]
pub(super) struct BytesPermit {
    /// The semaphores are never closed, so there is always one.
    _permit: Option<OwnedSemaphorePermit>,
}

/// The right to have one request under way; given back when dropped.
#[derive(Debug)]
pub(super) struct RequestPermit {
    queue: Queue,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for RequestPermit {
    fn drop(&mut self) {
        let inner = &*self.queue.0;
        let throttled = inner.backend.throttled();
        let before = inner.throttled_before.swap(throttled, Ordering::Relaxed);
        let mut pace = inner.pace.lock().unwrap_or_else(PoisonError::into_inner);
        match pace.ended(throttled != before) {
            Release::Back => {}
            Release::Forget => {
                if let Some(permit) = self.permit.take() {
                    permit.forget();
                }
            }
            Release::Grow => inner.requests.add_permits(1),
        }
    }
}

impl Pace {
    fn new(ceiling: usize) -> Self {
        Self { limit: ceiling, ceiling, excess: 0, successes: 0 }
    }

    fn ended(&mut self, throttled: bool) -> Release {
        // A throttle while permits are still being called in belongs to the same burst.
        if throttled && self.excess == 0 {
            let lower = (self.limit / 2).max(1);
            self.excess = self.limit - lower;
            self.limit = lower;
            self.successes = 0;
        }
        if self.excess > 0 {
            self.excess -= 1;
            return Release::Forget;
        }
        if throttled {
            return Release::Back;
        }
        self.successes += 1;
        if self.successes >= RECOVERY && self.limit < self.ceiling {
            self.successes = 0;
            self.limit += 1;
            return Release::Grow;
        }
        Release::Back
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_under_throttling_and_recovers() {
        let mut pace = Pace::new(16);
        assert_eq!(pace.ended(true), Release::Forget);
        for _ in 0..7 {
            assert_eq!(pace.ended(true), Release::Forget);
        }
        assert_eq!((pace.limit, pace.excess), (8, 0));
        let grown = (0..128).filter(|_| pace.ended(false) == Release::Grow).count();
        assert_eq!((grown, pace.limit), (8, 16));
        assert_eq!(pace.ended(false), Release::Back);
    }

    proptest! {
        #[test]
        fn permits_out_never_leave_the_bounds(ceiling in 1..40_usize, ends in prop::collection::vec(any::<bool>(), 0..400)) {
            let mut pace = Pace::new(ceiling);
            let mut permits = ceiling;
            for throttled in ends {
                match pace.ended(throttled) {
                    Release::Back => {}
                    Release::Forget => permits -= 1,
                    Release::Grow => permits += 1,
                }
                prop_assert!((1..=ceiling).contains(&permits));
                prop_assert_eq!(permits, pace.limit + pace.excess);
            }
        }
    }
}
