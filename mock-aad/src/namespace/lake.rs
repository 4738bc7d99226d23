//! All accounts of the emulator.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::account::Account;
use crate::clock::Clock;

type Accounts = BTreeMap<String, Arc<Account>>;

/// All Data Lake accounts of the emulator, by name; names are unique in the whole emulator.
#[derive(Debug)]
pub(crate) struct Lake {
    clock: Clock,
    accounts: RwLock<Accounts>,
}

/// All accounts as they were at some moment.
#[derive(Debug)]
pub(crate) struct Snapshot(Accounts);

impl Snapshot {
    /// Of what is not shared with anybody, so that nothing changes it.
    fn of(accounts: &Accounts) -> Self {
        let copy =
            |(name, account): (&String, &Arc<Account>)| (name.clone(), account.copy().into());
        Self(accounts.iter().map(copy).collect())
    }
}

impl Lake {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, accounts: RwLock::default() }
    }

    /// The account `name`, in any case.
    pub(crate) fn account(&self, name: &str) -> Option<Arc<Account>> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&name.to_ascii_lowercase()).cloned()
    }

    /// The names of all accounts, ascending.
    pub(crate) fn names(&self) -> Vec<String> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.keys().cloned().collect()
    }

    /// Makes the account with an empty root that belongs to the first owner; all `owners` pass
    /// every permission check. An existing account is returned as it is.
    pub(crate) fn create_account(
        &self,
        name: &str,
        owners: Vec<Uuid>,
        default_group: Option<Uuid>,
    ) -> Arc<Account> {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Account::new(self.clock.clone(), owners, default_group));
        accounts.entry(name.to_ascii_lowercase()).or_insert_with(make).clone()
    }

    /// Removes the account with all its data; whether it was there.
    pub(crate) fn delete_account(&self, name: &str) -> bool {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        accounts.remove(&name.to_ascii_lowercase()).is_some()
    }

    /// All accounts as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.accounts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Back to the accounts of a snapshot, which can be restored again. Operations that are under way
    /// end on the accounts that were there before.
    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        let Snapshot(accounts) = Snapshot::of(&snapshot.0);
        *self.accounts.write().unwrap_or_else(PoisonError::into_inner) = accounts;
    }

    /// Removes every account.
    pub(crate) fn clear(&self) {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
