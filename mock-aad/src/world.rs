//! Everything that the services share: the clock, the directory, the accounts.

use std::sync::Arc;

use crate::aad::{Aad, Caller};
use crate::arm::Arm;
use crate::clock::Clock;
use crate::namespace::{Account, Lake};
use crate::seed::Seed;

/// The state of one emulator.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) aad: Aad,
    pub(crate) arm: Arm,
    pub(crate) lake: Lake,
}

/// How strict the emulator is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// A Gen1 account that is named and does not exist comes into being.
    pub(crate) auto_create_accounts: bool,
    /// `user.name=` stands for a token.
    pub(crate) allow_pseudo_auth: bool,
}

impl World {
    /// The seed state.
    pub(crate) fn new(seed: Seed, clock: Clock, options: Options) -> Self {
        let world = Self {
            aad: Aad::new(&seed, clock.clone()),
            arm: Arm::new(&seed, clock.clone()),
            lake: Lake::new(clock.clone()),
            seed,
            clock,
            options,
        };
        world.plant();
        world
    }

    /// Back to the seed state; tokens that are out stay valid, as their keys do not change.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.aad.reset(&self.seed);
        self.arm.reset(&self.seed);
        self.lake.clear();
        self.plant();
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
