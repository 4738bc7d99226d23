//! The state of one emulator: it composes the services, and resets and restores them together.

use std::sync::Arc;

use uuid::Uuid;

use crate::aad::{Aad, Caller};
use crate::arm::Arm;
use crate::clock::Clock;
use crate::error::Error;
use crate::namespace::{Generation, Lake};
use crate::seed::Seed;
use crate::storage::{Secret, Storage};
use crate::webhdfs::{Gen1, KnownNames, Options, PseudoNames};

mod id;
mod initial_accounts;
mod snapshots;

pub use id::SnapshotId;
pub(crate) use initial_accounts::check_initial_accounts;
use initial_accounts::initial_accounts;
pub(crate) use snapshots::TakenSnapshot;
use snapshots::{Snapshot, Snapshots};

/// The state of one emulator.
#[derive(Debug)]
pub(crate) struct EmulatorState {
    pub(crate) seed: Arc<Seed>,
    pub(crate) clock: Clock,
    pub(crate) aad: Arc<Aad>,
    pub(crate) arm: Arc<Arm>,
    pub(crate) gen1: Gen1,
    pub(crate) storage: Storage,
    pub(crate) lake: Arc<Lake>,
    snapshots: Snapshots,
}

impl EmulatorState {
    /// The seed state.
    #[cfg(test)]
    pub(crate) fn new(seed: Seed, clock: Clock, options: Options) -> Self {
        let lake = Lake::new(clock.clone());
        Self::with_lake(seed, clock, options, lake)
    }

    /// The seed state, and the accounts of a lake that may have been there before.
    pub(crate) fn with_lake(seed: Seed, clock: Clock, options: Options, lake: Lake) -> Self {
        let (seed, lake) = (Arc::new(seed), Arc::new(lake));
        let aad = Arc::new(Aad::new(&seed, clock.clone()));
        let arm = Arc::new(Arm::new(seed.clone(), clock.clone(), aad.clone(), lake.clone()));
        let gen1 = Gen1 {
            seed: seed.clone(),
            options,
            clock: clock.clone(),
            aad: aad.clone(),
            arm: arm.clone(),
            lake: lake.clone(),
            pseudo_names: PseudoNames::default(),
        };
        let storage = Storage {
            seed: seed.clone(),
            auto_create_accounts: options.auto_create_accounts,
            clock: clock.clone(),
            aad: aad.clone(),
            lake: lake.clone(),
            arm: arm.clone(),
            secret: Secret::random(),
        };
        for initial in initial_accounts(&seed) {
            lake.create(&initial);
        }
        // The account may be older than the seed.
        lake.add_owners(&seed.default_account, &seed.account_owners());
        let snapshots = Snapshots::default();
        let state = Self { seed, clock, aad, arm, gen1, storage, lake, snapshots };
        state.adopt_accounts();
        state
    }

    /// Makes the accounts of the lake known to Resource Manager, which remembers nothing but what it keeps
    /// with storage accounts.
    fn adopt_accounts(&self) {
        self.arm.adopt_storage_accounts();
        let all = self.lake.owners().into_iter();
        for (key, owners) in all.filter(|(key, _)| key.generation == Generation::Gen1) {
            let owner = Caller {
                object_id: owners.first().copied().unwrap_or_default(),
                tenant_id: self.seed.tenant_id,
                groups: Vec::new(),
                client_id: Uuid::nil(),
                username: None,
            };
            self.arm.adopt_account(&key.name, &owner);
        }
    }

    /// Back to the seed state; tokens that are out stay valid, as their keys do not change, and
    /// snapshots stay. With a state directory it blocks until the seed state is stored.
    ///
    /// # Errors
    /// When it cannot be stored; then nothing has changed.
    pub(crate) fn reset(&self) -> Result<(), Error> {
        let _not_amid_a_restore = self.snapshots.lock();
        // The accounts are as old as the time that will be.
        let now = Clock::default().unix_millis();
        let accounts = self.lake.begin_reset(&initial_accounts(&self.seed), now)?;
        accounts.ticket.wait()?;
        self.clock.reset();
        self.aad.reset(&self.seed);
        self.arm.reset(|| {
            self.lake.finish(accounts);
            self.gen1.pseudo_names.restore(KnownNames::default());
        });
        Ok(())
    }

    /// Keeps the state as it is now. What a request does that is under way may be in it in part.
    ///
    /// # Errors
    /// [`Error::TooManySnapshots`].
    pub(crate) fn snapshot(&self) -> Result<SnapshotId, Error> {
        self.snapshots.lock().add(self.clock.now(), || {
            let (arm, lake) = self.arm.snapshot(|| self.lake.snapshot());
            let pseudo_names = self.gen1.pseudo_names.snapshot();
            Snapshot {
                clock: self.clock.snapshot(),
                aad: self.aad.snapshot(),
                arm,
                lake,
                pseudo_names,
            }
        })
    }

    /// Back to a snapshot, which stays. Tokens that are out stay valid, as at a reset. With a state
    /// directory it blocks until the accounts are stored.
    ///
    /// # Errors
    /// [`Error::UnknownSnapshot`], or when the accounts cannot be stored; then nothing has changed.
    pub(crate) fn restore(&self, id: &SnapshotId) -> Result<(), Error> {
        let snapshots = self.snapshots.lock();
        let snapshot = snapshots.get(id)?;
        let accounts = self.lake.begin_restore(&snapshot.lake)?;
        accounts.ticket.wait()?;
        // The time goes first: operations that end by the later time must not see the earlier state.
        self.clock.restore(snapshot.clock);
        self.aad.restore(&snapshot.aad);
        self.arm.restore(&snapshot.arm, || {
            self.lake.finish(accounts);
            self.gen1.pseudo_names.restore(snapshot.pseudo_names.clone());
        });
        Ok(())
    }

    /// The snapshots, oldest first.
    pub(crate) fn snapshots(&self) -> Vec<TakenSnapshot> {
        self.snapshots.lock().list()
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// [`Error::UnknownSnapshot`].
    pub(crate) fn forget_snapshot(&self, id: &SnapshotId) -> Result<(), Error> {
        self.snapshots.lock().remove(id)
    }
}
