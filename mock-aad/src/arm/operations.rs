//! Long-running operations: which there are, and when they are due on the emulator's clock.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// What an operation does when it is due.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// The account is ready; the id tells it from a later one of the same name.
    AccountReady {
        name: String,
        account_id: Uuid,
    },
    AccountGone {
        name: String,
        account_id: Uuid,
    },
    /// A storage account is ready.
    StorageReady {
        name: String,
        incarnation: Uuid,
    },
    GroupGone {
        group: String,
    },
    ResourcesMoved {
        ids: Vec<String>,
        target: String,
    },
    /// A check without consequences.
    None,
}

/// A running or finished operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) due: Timestamp,
    pub(super) change: Change,
    pub(super) done: bool,
}

/// How long an operation is remembered after its end, so that late polls are answered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// How many that have ended are remembered; those that ended first are forgotten then.
const MAX_ENDED: usize = 10_000;

/// The operations that are under way and those that have ended of late, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Operations {
    pub(super) all: BTreeMap<String, Operation>,
    running: BTreeSet<(Timestamp, String)>,
    ended: BTreeSet<(Timestamp, String)>,
}

impl Operations {
    pub(super) fn get(&self, id: &str) -> Option<&Operation> {
        self.all.get(id)
    }

    /// When the next change is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.running.first().map(|(due, _)| *due)
    }

    pub(super) fn insert(&mut self, id: String, operation: Operation) {
        let due = operation.due;
        if let Some(earlier) = self.all.insert(id.clone(), operation) {
            let place = (earlier.due, id.clone());
            self.running.remove(&place);
            self.ended.remove(&place);
        }
        self.running.insert((due, id));
    }

    /// Ends the next operation that is due; what it changes, and since when.
    pub(super) fn end_next(&mut self, now: Timestamp) -> Option<(Timestamp, Change)> {
        let (due, id) = self.running.first().filter(|(due, _)| *due <= now)?.clone();
        self.running.pop_first();
        self.ended.insert((due, id.clone()));
        let operation = self.all.get_mut(&id)?;
        operation.done = true;
        Some((due, operation.change.clone()))
    }

    /// Forgets what nobody polls any more.
    pub(super) fn forget(&mut self, now: Timestamp) {
        while let Some((ended, id)) = self.ended.first() {
            if now.duration_since(*ended) < REMEMBERED && self.ended.len() <= MAX_ENDED {
                return;
            }
            self.all.remove(id);
            self.ended.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(operations: &mut Operations, id: &str, due: Timestamp) {
        operations.insert(id.to_owned(), Operation { due, change: Change::None, done: false });
        assert!(operations.end_next(due).is_some());
    }

    #[test]
    fn operations_are_remembered_for_a_day() {
        let mut operations = Operations::default();
        let start = Timestamp::UNIX_EPOCH;
        let hours = |hours| start + SignedDuration::from_hours(hours);
        ended(&mut operations, "first", start);
        ended(&mut operations, "second", hours(1));
        operations.insert(
            "running".to_owned(),
            Operation { due: hours(99), change: Change::None, done: false },
        );
        operations.forget(hours(23));
        assert_eq!(operations.all.len(), 3);
        operations.forget(hours(24));
        assert!(operations.get("first").is_none() && operations.get("second").is_some());
        operations.forget(hours(98));
        assert_eq!(operations.next_due(), Some(hours(99)));
        assert_eq!(operations.all.len(), 1);
    }

    #[test]
    fn memory_is_bounded_by_design_also_while_time_stands_still() {
        let mut operations = Operations::default();
        let now = Timestamp::UNIX_EPOCH;
        for number in 0..MAX_ENDED + 50 {
            ended(&mut operations, &format!("{number:08}"), now);
            operations.forget(now);
        }
        assert_eq!((operations.all.len(), operations.ended.len()), (MAX_ENDED, MAX_ENDED));
        assert!(operations.get("00000049").is_none() && operations.get("00000050").is_some());
    }
}
