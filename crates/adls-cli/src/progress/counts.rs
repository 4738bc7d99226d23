//! How far a transfer has got, as numbers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adls_fs::FileKind;
use adls_fs::transfer::{Attribute, SkipReason, TransferEvent, TransferItem};
use adls_http::{Clock, Error};
use http::StatusCode;

use super::rate::Rate;
use super::reason::short_reason;

/// How far the transfer of this command has got. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct TransferCounts(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// Files, and the bytes in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

#[derive(Debug)]
struct State {
    /// When the transfer began; `None` as long as there is none.
    began: Option<Duration>,
    /// What was found, of all sources.
    found: Sum,
    /// What had been found before the source that is being transferred.
    found_before: Sum,
    /// What of this source was counted ahead.
    counted: Sum,
    /// Whether nothing more will be found.
    complete: bool,
    /// Whether other sources come behind this one.
    more_sources: bool,
    files_done: u64,
    moved: u64,
    /// Bytes that need not be moved: they were there.
    present: u64,
    done_before: u64,
    retries: u64,
    rate: Rate,
    pause: Option<Pause>,
    /// Where the first item came from and where it went.
    first: Option<(String, String)>,
    last_file: Option<(String, String)>,
    not_kept: BTreeMap<Attribute, u64>,
}

/// A request waits before it is sent again.
#[derive(Clone, Debug)]
struct Pause {
    end: Duration,
    throttled: bool,
    attempt: u32,
    max_attempts: u32,
    reason: String,
}

/// What is shown of it at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Snapshot {
    pub(super) done: Sum,
    pub(super) total: Sum,
    /// Whether the total is all there is.
    pub(super) complete: bool,
    pub(super) resumed: u64,
    pub(super) retries: u64,
    pub(super) bytes_per_second: Option<f64>,
    pub(super) elapsed: Duration,
    /// Why it does not go on as it could.
    pub(super) note: Option<Note>,
}

/// Why a transfer does not go on as it could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The service asks for a pause; so many seconds of it are left.
    Throttled(u64),
    /// Something is tried again.
    Retrying { attempt: u32, max_attempts: u32, reason: String },
}

/// What is known of a transfer when it has ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct TransferTotals {
    pub(crate) elapsed: Duration,
    pub(crate) retries: u64,
    /// Files that an earlier run had finished.
    pub(crate) done_before: u64,
    /// Where the first item came from and where it went: those of the whole tree.
    pub(crate) first: Option<(String, String)>,
    /// The same of the last file.
    pub(crate) last_file: Option<(String, String)>,
    /// How many copies lack what their sources have.
    pub(crate) not_kept: BTreeMap<Attribute, u64>,
}

impl TransferCounts {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let state = Mutex::new(State::new(None, clock.elapsed()));
        Self(Arc::new(Shared { clock, state }))
    }

    /// A transfer begins.
    pub(crate) fn begin(&self) {
        let now = self.0.clock.elapsed();
        *self.state() = State::new(Some(now), now);
    }

    /// The transfer of one of several sources begins.
    pub(crate) fn begin_source(&self, more_sources: bool) {
        let mut state = self.state();
        state.found_before = state.found;
        state.counted = Sum::default();
        state.complete = false;
        state.more_sources = more_sources;
    }

    /// Takes note of an event. Gives how much of a file was there, when it has just been found out and
    /// what is missing begins to move.
    pub(super) fn event(&self, event: &TransferEvent<'_>) -> Option<u64> {
        let now = self.0.clock.elapsed();
        let mut state = self.state();
        match event {
            TransferEvent::Found(item) => state.found(item),
            TransferEvent::Counted { files, bytes, complete } => {
                state.counted = Sum { files: *files, bytes: *bytes };
                state.complete |= *complete;
            }
            TransferEvent::Listed => {
                // What was counted beside it may have changed since.
                state.counted = Sum::default();
                state.complete = true;
            }
            TransferEvent::Resumed { bytes, .. } => state.present += bytes,
            TransferEvent::Moved { bytes, .. } => {
                let begins = state.moved == 0 && state.present > 0 && state.found.files == 1;
                let resumed = begins.then_some(state.present);
                state.moved += bytes;
                state.rate.add(now, *bytes);
                return resumed;
            }
            TransferEvent::Finished(item) if item.kind == FileKind::File => {
                state.files_done += 1;
                state.last_file = Some((item.source.clone(), item.target.clone()));
            }
            TransferEvent::Skipped { item, reason } => state.skipped(item, *reason),
            TransferEvent::Deleted(item) => state.take_back(item),
            TransferEvent::NotKept { attribute, .. } => {
                *state.not_kept.entry(*attribute).or_default() += 1;
            }
            _ => {}
        }
        None
    }

    /// A request is to be sent again after a pause.
    pub(crate) fn retrying(&self, error: &Error, attempt: u32, max_attempts: u32, pause: Duration) {
        let now = self.0.clock.elapsed();
        let throttled = matches!(
            error.status(),
            Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        );
        let pause = Pause {
            end: now.saturating_add(pause),
            throttled,
            attempt,
            max_attempts,
            reason: short_reason(error),
        };
        let mut state = self.state();
        state.retries += 1;
        state.pause = Some(pause);
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let now = self.0.clock.elapsed();
        self.state().snapshot(now)
    }

    /// What is known at the end.
    pub(crate) fn totals(&self) -> TransferTotals {
        let now = self.0.clock.elapsed();
        let state = self.state();
        TransferTotals {
            elapsed: now.saturating_sub(state.began.unwrap_or(now)),
            retries: state.retries,
            done_before: state.done_before,
            first: state.first.clone(),
            last_file: state.last_file.clone(),
            not_kept: state.not_kept.clone(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(began: Option<Duration>, now: Duration) -> Self {
        Self {
            began,
            found: Sum::default(),
            found_before: Sum::default(),
            counted: Sum::default(),
            complete: false,
            more_sources: false,
            files_done: 0,
            moved: 0,
            present: 0,
            done_before: 0,
            retries: 0,
            rate: Rate::new(now),
            pause: None,
            first: None,
            last_file: None,
            not_kept: BTreeMap::new(),
        }
    }

    fn found(&mut self, item: &TransferItem) {
        if self.first.is_none() {
            self.first = Some((item.source.clone(), item.target.clone()));
        }
        if item.kind == FileKind::File {
            self.found.files += 1;
            self.found.bytes += item.length;
        }
    }

    /// It was found, but is nothing to transfer.
    fn take_back(&mut self, item: &TransferItem) {
        if item.kind == FileKind::File {
            self.found.files = self.found.files.saturating_sub(1);
            self.found.bytes = self.found.bytes.saturating_sub(item.length);
        }
    }

    fn skipped(&mut self, item: &TransferItem, reason: SkipReason) {
        if reason.is_loss() {
            return self.take_back(item);
        }
        if item.kind == FileKind::File {
            self.files_done += 1;
            self.present += item.length;
            self.done_before += u64::from(reason == SkipReason::DoneBefore);
        }
    }

    fn total(&self) -> Sum {
        let (found, before, counted) = (self.found, self.found_before, self.counted);
        Sum {
            files: found.files.max(before.files + counted.files),
            bytes: found.bytes.max(before.bytes + counted.bytes),
        }
    }

    fn snapshot(&self, now: Duration) -> Snapshot {
        let pause = self.pause.as_ref().filter(|pause| pause.end > now);
        let note = pause.map(|pause| match pause.throttled {
            true => Note::Throttled((pause.end - now).as_secs_f64().ceil() as u64),
            false => Note::Retrying {
                attempt: pause.attempt,
                max_attempts: pause.max_attempts,
                reason: pause.reason.clone(),
            },
        });
        Snapshot {
            done: Sum { files: self.files_done, bytes: self.moved + self.present },
            total: self.total(),
            complete: self.complete && !self.more_sources,
            resumed: self.present,
            retries: self.retries,
            bytes_per_second: self.rate.per_second(now),
            elapsed: now.saturating_sub(self.began.unwrap_or(now)),
            note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adls_http::test_util::TestClock;

    #[test]
    fn what_was_counted_ahead_counts_until_everything_is_found() {
        let counts = TransferCounts::new(Arc::new(TestClock::new()));
        counts.begin();
        let counted = |files, complete| TransferEvent::Counted { files, bytes: 10, complete };
        counts.event(&counted(5, false));
        let snapshot = counts.snapshot();
        assert_eq!((snapshot.total.files, snapshot.complete), (5, false));
        counts.event(&counted(7, true));
        assert_eq!((counts.snapshot().total.files, counts.snapshot().complete), (7, true));
        counts.event(&TransferEvent::Listed);
        assert_eq!((counts.snapshot().total.files, counts.snapshot().complete), (0, true));
        counts.begin_source(true);
        counts.event(&TransferEvent::Listed);
        assert!(!counts.snapshot().complete, "another source comes");
    }
}
