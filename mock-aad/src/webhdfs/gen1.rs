//! The service as a value: all that it needs of the emulator.

use std::sync::Arc;

use super::pseudo_names::PseudoNames;
use crate::aad::{Aad, Caller};
use crate::arm::Arm;
use crate::clock::Clock;
use crate::namespace::{Account, Lake};
use crate::seed::Seed;

/// The file system of the Gen1 accounts.
#[derive(Debug)]
pub(crate) struct Gen1 {
    pub(crate) seed: Arc<Seed>,
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    /// Verifies tokens.
    pub(crate) aad: Arc<Aad>,
    /// Knows which accounts there are, and whom their firewalls let in.
    pub(crate) arm: Arc<Arm>,
    pub(crate) lake: Arc<Lake>,
    pub(crate) pseudo_names: PseudoNames,
}

/// How strict the service is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// An account that is named and does not exist comes into being.
    pub(crate) auto_create_accounts: bool,
    /// `user.name=` stands for a token, and every name is somebody.
    pub(crate) allow_pseudo_auth: bool,
}

impl Gen1 {
    /// The account `name`, made on the spot if the emulator runs with `--auto-create-accounts`; the
    /// caller is then its super-user.
    pub(crate) fn open_account(&self, name: &str, caller: &Caller) -> Option<Arc<Account>> {
        self.arm.settle();
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
