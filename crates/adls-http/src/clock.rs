//! Time as a value, so that tests of anything that waits are instant.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::BoxFuture;

/// Where time comes from. Nothing in these crates reads the time or sleeps by any other way.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day, for expiry times.
    fn now(&self) -> SystemTime;

    /// Time since an arbitrary start that never runs backwards, for durations.
    fn elapsed(&self) -> Duration;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The system's clock, with tokio's timer.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: tokio::time::Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
