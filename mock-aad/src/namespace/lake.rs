//! All accounts of the emulator.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::account::Account;
use crate::clock::Clock;

/// All Data Lake accounts of the emulator, by name; names are unique in the whole emulator.
#[derive(Debug)]
pub(crate) struct Lake {
    clock: Clock,
    accounts: RwLock<BTreeMap<String, Arc<Account>>>,
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

    /// Removes every account.
    pub(crate) fn clear(&self) {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
