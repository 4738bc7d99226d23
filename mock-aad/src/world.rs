//! Everything that the services share: the clock, the directory, the accounts.

use std::sync::Arc;

use uuid::Uuid;

use crate::aad::{Aad, Caller};
use crate::arm::Arm;
use crate::clock::Clock;
use crate::error::Error;
use crate::namespace::{Account, Lake};
use crate::seed::Seed;
use crate::webhdfs::{Known, Strangers};

mod snapshots;

pub use snapshots::SnapshotId;
pub(crate) use snapshots::TakenSnapshot;
use snapshots::{Snapshot, Snapshots};

/// The state of one emulator.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) aad: Aad,
    pub(crate) arm: Arm,
    pub(crate) lake: Lake,
    pub(crate) strangers: Strangers,
    snapshots: Snapshots,
}

/// How strict the emulator is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// A Gen1 account that is named and does not exist comes into being.
    pub(crate) auto_create_accounts: bool,
    /// `user.name=` stands for a token, and every name is somebody.
    pub(crate) allow_pseudo_auth: bool,
}

impl World {
    /// The seed state.
    #[cfg(test)]
    pub(crate) fn new(seed: Seed, clock: Clock, options: Options) -> Self {
        let lake = Lake::new(clock.clone());
        Self::with_lake(seed, clock, options, lake)
    }

    /// The seed state, and the accounts of a lake that may have been there before.
    pub(crate) fn with_lake(seed: Seed, clock: Clock, options: Options, lake: Lake) -> Self {
        let world = Self {
            aad: Aad::new(&seed, clock.clone()),
            arm: Arm::new(&seed, clock.clone()),
            lake,
            strangers: Strangers::default(),
            snapshots: Snapshots::default(),
            seed,
            clock,
            options,
        };
        world.plant();
        // The account may be older than the seed.
        world.lake.add_owners(&world.seed.default_account, &world.seed.account_owners());
        world.adopt_accounts();
        world
    }

    /// Makes the accounts of the lake known to Resource Manager, which remembers nothing.
    fn adopt_accounts(&self) {
        for (name, owners) in self.lake.owners() {
            let owner = Caller {
                object_id: owners.first().copied().unwrap_or_default(),
                tenant_id: self.seed.tenant_id,
                groups: Vec::new(),
                client_id: Uuid::nil(),
                username: None,
            };
            self.arm.adopt_account(&name, &owner);
        }
    }

    /// Back to the seed state; tokens that are out stay valid, as their keys do not change, and
    /// snapshots stay. With a state directory it blocks until the seed state is stored.
    ///
    /// # Errors
    /// When it cannot be stored; then nothing has changed.
    pub(crate) fn reset(&self) -> Result<(), Error> {
        let _not_amid_a_restore = self.snapshots.lock();
        let name = &self.seed.default_account;
        // The account is as old as the time that will be.
        let now = Clock::default().unix_millis();
        let accounts = self.lake.begin_reset(name, self.seed.account_owners(), now)?;
        accounts.ticket.wait()?;
        self.clock.reset();
        self.aad.reset(&self.seed);
        self.arm.reset(&self.seed, || {
            self.lake.finish(accounts);
            self.strangers.restore(Known::default());
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
            let strangers = self.strangers.snapshot();
            Snapshot {
                clock: self.clock.snapshot(),
                aad: self.aad.snapshot(),
                arm,
                lake,
                strangers,
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
            self.strangers.restore(snapshot.strangers.clone());
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

    fn plant(&self) {
        let owners = self.seed.account_owners();
        self.lake.create_account(&self.seed.default_account, owners, None);
    }

    /// The Gen1 account `name`, made on the spot if the emulator runs with `--auto-create-accounts`;
    /// the caller is then its super-user.
    pub(crate) fn open_account(&self, name: &str, caller: &Caller) -> Option<Arc<Account>> {
        self.arm.settle(&self.lake);
        if let Some(account) = self.lake.account(name) {
            return Some(account);
        }
        if !self.options.auto_create_accounts {
            return None;
        }
        let adopted = self.arm.adopt_account(name, caller);
        adopted.then(|| self.lake.create_account(name, vec![caller.object_id], None))
    }
}
