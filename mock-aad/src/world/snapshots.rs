//! The states that have been kept, to be gone back to.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::webhdfs::Known;
use crate::{aad, arm, clock, namespace};

/// How many snapshots are kept at once: nothing but a request to delete it ends one.
const LIMIT: usize = 64;

/// Names a snapshot of the emulator's state, as `POST /_mock/snapshot` does too. An id is never used
/// twice by one emulator.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(String);

impl From<String> for SnapshotId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for SnapshotId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The state of everything that a service remembers.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) clock: clock::State,
    pub(super) aad: aad::Snapshot,
    pub(super) arm: arm::Snapshot,
    pub(super) lake: namespace::Snapshot,
    pub(super) strangers: Known,
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
pub(super) struct Snapshots(Mutex<Shelf>);

/// The snapshots, oldest first.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    taken: u64,
    kept: Vec<(TakenSnapshot, Snapshot)>,
}

impl Snapshots {
    pub(super) fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    pub(super) fn add(
        &mut self,
        time: Timestamp,
        take: impl FnOnce() -> Snapshot,
    ) -> Result<SnapshotId, Error> {
        if self.kept.len() == LIMIT {
            return Err(Error::TooManySnapshots(LIMIT));
        }
        self.taken += 1;
        let id = SnapshotId(format!("snapshot-{}", self.taken));
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
    use crate::world::{Options, World};

    fn world() -> World {
        World::new(Seed::default(), Clock::default(), Options::default())
    }

    #[test]
    fn accounts_and_the_clock_go_back_as_often_as_asked() {
        let world = world();
        world.clock.freeze();
        let (id, then) = (world.snapshot().unwrap(), world.clock.now());
        for _ in 0..2 {
            world.lake.create_account("younger", Vec::new(), None);
            world.lake.delete_account(&world.seed.default_account);
            world.clock.resume();
            world.clock.advance(std::time::Duration::from_secs(60));
            world.restore(&id).unwrap();
            assert_eq!(world.lake.names(), [world.seed.default_account.as_str()]);
            assert_eq!(world.clock.now(), then);
        }
    }

    #[test]
    fn a_reset_drops_no_snapshot() {
        let world = world();
        world.lake.create_account("kept", Vec::new(), None);
        let id = world.snapshot().unwrap();
        world.reset().unwrap();
        assert!(world.lake.account("kept").is_none());
        world.restore(&id).unwrap();
        assert!(world.lake.account("kept").is_some());
    }

    #[test]
    fn the_limit_is_named_and_a_deleted_one_makes_room() {
        let world = world();
        let ids: Vec<SnapshotId> = (0..LIMIT).map(|_| world.snapshot().unwrap()).collect();
        let full = world.snapshot().unwrap_err().to_string();
        assert!(full.contains("64"), "{full}");
        world.forget_snapshot(&ids[7]).unwrap();
        let next = world.snapshot().unwrap();
        assert!(!ids.contains(&next), "{next} was used before");
        let kept: Vec<SnapshotId> = world.snapshots().into_iter().map(|taken| taken.id).collect();
        assert_eq!(kept.len(), LIMIT);
        assert_eq!(kept.last(), Some(&next));
    }

    #[test]
    fn what_is_unknown_is_named_and_changes_nothing() {
        let world = world();
        world.lake.create_account("kept", Vec::new(), None);
        let gone = world.snapshot().unwrap();
        world.forget_snapshot(&gone).unwrap();
        for id in [gone, "nonsense".into()] {
            let error = world.restore(&id).unwrap_err().to_string();
            assert!(error.contains(&format!("no snapshot {id}")), "{error}");
            assert!(world.forget_snapshot(&id).is_err());
        }
        assert!(world.lake.account("kept").is_some());
    }
}
