//! How many bytes a second a transfer may move.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use adls_http::Clock;

/// Spreads the parts of files over time: one begins when those before it would be through at the speed
/// that is allowed.
#[derive(Debug)]
pub(super) struct Bandwidth {
    bytes_per_second: NonZeroU64,
    clock: Arc<dyn Clock>,
    /// When the next part may begin.
    free_at: Mutex<Duration>,
}

impl Bandwidth {
    pub(super) fn new(bytes_per_second: NonZeroU64, clock: Arc<dyn Clock>) -> Self {
        let free_at = Mutex::new(clock.elapsed());
        Self { bytes_per_second, clock, free_at }
    }

    /// Waits until so many bytes may be moved.
    pub(super) async fn wait(&self, bytes: u64) {
        let now = self.clock.elapsed();
        let pause = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = now.max(*free_at);
            *free_at = begin.saturating_add(self.time_for(bytes));
            begin - now
        };
        if !pause.is_zero() {
            self.clock.sleep(pause).await;
        }
    }

    fn time_for(&self, bytes: u64) -> Duration {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.bytes_per_second.get());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adls_http::test_util::TestClock;

    #[tokio::test(start_paused = true)]
    async fn parts_begin_when_those_before_them_would_be_through() {
        let clock = Arc::new(TestClock::new());
        let limit = NonZeroU64::new(1000).unwrap();
        let bandwidth = Bandwidth::new(limit, Arc::<TestClock>::clone(&clock));
        for (bytes, begin) in [(500, 0), (2000, 500), (0, 2500), (u64::MAX, 2500)] {
            bandwidth.wait(bytes).await;
            assert_eq!(clock.elapsed(), Duration::from_millis(begin), "{bytes}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_used_is_not_saved_up() {
        let clock = Arc::new(TestClock::new());
        let limit = NonZeroU64::new(1000).unwrap();
        let bandwidth = Bandwidth::new(limit, Arc::<TestClock>::clone(&clock));
        clock.advance(Duration::from_secs(10));
        bandwidth.wait(1000).await;
        bandwidth.wait(1000).await;
        assert_eq!(clock.elapsed(), Duration::from_secs(11));
    }
}
