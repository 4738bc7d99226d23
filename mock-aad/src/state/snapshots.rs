//! The states that have been kept, to be gone back to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::id::SnapshotId;
use crate::error::Error;
use crate::webhdfs::KnownNames;
use crate::{aad, arm, clock, namespace};

/// How many snapshots are kept at once: nothing but a request to delete it ends one.
const LIMIT: usize = 64;

/// The state of everything that a service remembers.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) clock: clock::State,
    pub(super) aad: aad::Snapshot,
    pub(super) arm: arm::Snapshot,
    pub(super) lake: namespace::Snapshot,
    pub(super) pseudo_names: KnownNames,
}

/// What can be said about a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct TakenSnapshot {
    pub(crate) id: SnapshotId,
    /// When it was taken, by the emulator's clock.
    pub(crate) time: Timestamp,
}

/// All snapshots. Whoever takes or restores one holds the lock, so that two never mix; it is taken
/// before the locks of the services.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Mutex<SnapshotList>);

/// The snapshots, oldest first.
#[derive(Debug, Default)]
pub(super) struct SnapshotList {
    taken: u64,
    kept: Vec<(TakenSnapshot, Snapshot)>,
}

impl Snapshots {
    pub(super) fn lock(&self) -> MutexGuard<'_, SnapshotList> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SnapshotList {
    pub(super) fn add(
        &mut self,
        time: Timestamp,
        take: impl FnOnce() -> Snapshot,
    ) -> Result<SnapshotId, Error> {
        if self.kept.len() == LIMIT {
            return Err(Error::TooManySnapshots(LIMIT));
        }
        self.taken += 1;
        let id = SnapshotId::from(format!("snapshot-{}", self.taken));
        self.kept.push((TakenSnapshot { id: id.clone(), time }, take()));
        Ok(id)
    }

    pub(super) fn get(&self, id: &SnapshotId) -> Result<&Snapshot, Error> {
        self.position(id).map(|position| &self.kept[position].1)
    }

    pub(super) fn remove(&mut self, id: &SnapshotId) -> Result<(), Error> {
        let position = self.position(id)?;
        self.kept.remove(position);
        Ok(())
    }

    pub(super) fn list(&self) -> Vec<TakenSnapshot> {
        self.kept.iter().map(|(taken, _)| taken.clone()).collect()
    }

    fn position(&self, id: &SnapshotId) -> Result<usize, Error> {
        self.kept
            .iter()
            .position(|(taken, _)| taken.id == *id)
            .ok_or_else(|| Error::UnknownSnapshot(id.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::seed::Seed;
    use crate::state::EmulatorState;
    use crate::webhdfs::Options;

    fn state() -> EmulatorState {
        EmulatorState::new(Seed::default(), Clock::default(), Options::default())
    }

    #[test]
    fn accounts_and_the_clock_go_back_as_often_as_asked() {
        let state = state();
        state.clock.freeze();
        let (id, then) = (state.snapshot().unwrap(), state.clock.now());
        let seeded = state.lake.keys();
        for _ in 0..2 {
            state.lake.create_account("younger", Vec::new(), None);
            state.lake.delete_account(&state.seed.default_account);
            state.clock.resume();
            state.clock.advance(std::time::Duration::from_secs(60));
            state.restore(&id).unwrap();
            assert_eq!(state.lake.keys(), seeded);
            assert_eq!(state.clock.now(), then);
        }
    }

    #[test]
    fn a_reset_drops_no_snapshot() {
        let state = state();
        state.lake.create_account("kept", Vec::new(), None);
        let id = state.snapshot().unwrap();
        state.reset().unwrap();
        assert!(state.lake.account("kept").is_none());
        state.restore(&id).unwrap();
        assert!(state.lake.account("kept").is_some());
    }

    #[test]
    fn the_limit_is_named_and_a_deleted_one_makes_room() {
        let state = state();
        let ids: Vec<SnapshotId> = (0..LIMIT).map(|_| state.snapshot().unwrap()).collect();
        let full = state.snapshot().unwrap_err().to_string();
        assert!(full.contains("64"), "{full}");
        state.forget_snapshot(&ids[7]).unwrap();
        let next = state.snapshot().unwrap();
        assert!(!ids.contains(&next), "{next} was used before");
        let kept: Vec<SnapshotId> = state.snapshots().into_iter().map(|taken| taken.id).collect();
        assert_eq!(kept.len(), LIMIT);
        assert_eq!(kept.last(), Some(&next));
    }

    #[test]
    fn what_is_unknown_is_named_and_changes_nothing() {
        let state = state();
        state.lake.create_account("kept", Vec::new(), None);
        let gone = state.snapshot().unwrap();
        state.forget_snapshot(&gone).unwrap();
        for id in [gone, "nonsense".into()] {
            let error = state.restore(&id).unwrap_err().to_string();
            assert!(error.contains(&format!("no snapshot {id}")), "{error}");
            assert!(state.forget_snapshot(&id).is_err());
        }
        assert!(state.lake.account("kept").is_some());
    }
}
