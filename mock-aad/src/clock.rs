//! The emulator's clock: real time plus an offset, or frozen. Nothing else reads the time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

/// The emulator's clock. Clones share one time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Mutex<State>>);

/// How far the clock is from real time, or where it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    offset: SignedDuration,
    frozen: Option<Timestamp>,
    /// What it showed last: a machine whose time is set back does not turn it back.
    shown: Option<Timestamp>,
}

impl State {
    /// What it shows when the machine's time is `real`.
    fn now(&mut self, real: Timestamp) -> Timestamp {
        if let Some(at) = self.frozen {
            return at;
        }
        let now = real.checked_add(self.offset).unwrap_or(Timestamp::MAX);
        *self.shown.insert(self.shown.map_or(now, |shown| shown.max(now)))
    }
}

impl Clock {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.state().now(Timestamp::now())
    }

    /// The emulator's time, for clients that are to go by it.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        self.now().into()
    }

    /// Milliseconds since 1970, as file times count.
    pub(crate) fn unix_millis(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Moves time forward. A frozen clock moves too, and stays frozen.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        let mut state = self.state();
        match state.frozen {
            Some(at) => state.frozen = Some(at.checked_add(by).unwrap_or(Timestamp::MAX)),
            None => state.offset = state.offset.saturating_add(by),
        }
    }

    /// Stops time at the present moment.
    pub fn freeze(&self) {
        let now = self.now();
        self.state().frozen = Some(now);
    }

    /// Lets time run on from where it stands.
    pub fn resume(&self) {
        let mut state = self.state();
        if let Some(at) = state.frozen.take() {
            state.offset = at.duration_since(Timestamp::now());
            state.shown = None;
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.state().frozen.is_some()
    }

    /// How it is set now.
    pub(crate) fn snapshot(&self) -> State {
        State { shown: None, ..*self.state() }
    }

    /// Back to how it was set: a frozen clock stands where it stood, a running one is as far from real
    /// time as it was.
    pub(crate) fn restore(&self, state: State) {
        *self.state() = state;
    }

    /// Back to real time.
    pub fn reset(&self) {
        *self.state() = State::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_time_moves_only_when_told() {
        let clock = Clock::default();
        clock.freeze();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now().duration_since(start).as_secs(), 90);
        clock.resume();
        assert!(clock.now() >= start + SignedDuration::from_secs(90));
        clock.reset();
        assert!(clock.now() < start + SignedDuration::from_secs(60));
    }

    #[test]
    fn a_machine_whose_time_is_set_back_does_not_turn_it_back() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut state = State::default();
        assert_eq!(state.now(at(100)), at(100));
        assert_eq!(state.now(at(90)), at(100));
        assert_eq!(state.now(at(101)), at(101));
    }

    #[test]
    fn a_snapshot_keeps_the_offset_and_the_moment_of_a_frozen_clock() {
        let clock = Clock::default();
        clock.advance(Duration::from_secs(7200));
        let running = clock.snapshot();
        clock.freeze();
        let (frozen, stands_at) = (clock.snapshot(), clock.now());
        clock.reset();
        let real = clock.now();
        clock.restore(running);
        assert!(!clock.is_frozen());
        assert!(clock.now() >= real + SignedDuration::from_secs(7200));
        clock.restore(frozen);
        assert!(clock.is_frozen());
        assert_eq!(clock.now(), stands_at);
    }
}
