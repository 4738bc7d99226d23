//! How fast it goes: over the last ten seconds, so that what was long ago does not count.

use std::collections::VecDeque;
use std::time::Duration;

/// What counts as lately.
const WINDOW: Duration = Duration::from_secs(10);
/// Bytes that come within this time are one sample, so that there are never many.
const STEP: Duration = Duration::from_millis(250);
/// Before so much time has passed, a rate would mean nothing.
const LEAST: Duration = Duration::from_millis(500);

/// The bytes of the last seconds.
#[derive(Debug)]
pub(super) struct Rate {
    began: Duration,
    samples: VecDeque<(Duration, u64)>,
}

impl Rate {
    pub(super) fn new(now: Duration) -> Self {
        Self { began: now, samples: VecDeque::new() }
    }

    pub(super) fn add(&mut self, now: Duration, bytes: u64) {
        match self.samples.back_mut() {
            Some((since, sum)) if now.saturating_sub(*since) < STEP => *sum += bytes,
            _ => self.samples.push_back((now, bytes)),
        }
        let old = |(at, _): &(Duration, u64)| now.saturating_sub(*at) > WINDOW;
        while self.samples.front().is_some_and(old) {
            self.samples.pop_front();
        }
    }

    /// Bytes a second, once there is something to tell.
    pub(super) fn per_second(&self, now: Duration) -> Option<f64> {
        let time = now.saturating_sub(self.began).min(WINDOW);
        if time < LEAST {
            return None;
        }
        let lately = self.samples.iter().filter(|(at, _)| now.saturating_sub(*at) <= WINDOW);
        let bytes: u64 = lately.map(|(_, bytes)| bytes).sum();
        Some(bytes as f64 / time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_ten_seconds_count() {
        let at = Duration::from_millis;
        let mut rate = Rate::new(at(1000));
        assert_eq!(rate.per_second(at(1200)), None);
        rate.add(at(1100), 400);
        rate.add(at(1200), 600);
        assert_eq!(rate.per_second(at(3000)), Some(500.0));
        rate.add(at(11_300), 5000);
        assert_eq!(rate.per_second(at(11_300)), Some(500.0));
        assert_eq!(rate.per_second(at(30_000)), Some(0.0));
        for millis in 0..100_000 {
            rate.add(at(millis), 1);
        }
        assert!(rate.samples.len() <= 42, "{}", rate.samples.len());
    }
}
