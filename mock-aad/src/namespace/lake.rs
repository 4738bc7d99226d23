//! All accounts of the emulator.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::account::Account;
use crate::clock::Clock;
use crate::error::Error;
use crate::store::State;

type Accounts = BTreeMap<String, Arc<Account>>;

/// All Data Lake accounts of the emulator, by name; names are unique in the whole emulator.
#[derive(Debug)]
pub(crate) struct Lake {
    clock: Clock,
    accounts: RwLock<Accounts>,
    /// Where accounts are stored; `None` when they live as long as the process.
    state: Option<Arc<State>>,
}

/// All accounts as they were at some moment, shared with nobody, so that nothing changes them.
#[derive(Debug)]
pub(crate) struct Snapshot(Accounts);

impl Lake {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, accounts: RwLock::default(), state: None }
    }

    /// With the accounts of a state folder, where every change is stored from now on.
    pub(crate) fn open(clock: Clock, folder: &Path) -> Result<Self, Error> {
        let state = State::open(folder)?;
        let unusable = |error: &dyn std::fmt::Display| Error::State {
            path: folder.to_owned(),
            reason: error.to_string(),
        };
        let mut accounts = BTreeMap::new();
        for (part, stored) in state.accounts().map_err(|error| unusable(&error))? {
            let account = Account::stored(clock.clone(), part, &stored);
            let account = account.map_err(|error| unusable(&error))?;
            accounts.insert(stored.name, Arc::new(account));
        }
        state.sweep().map_err(|error| unusable(&error))?;
        Ok(Self { clock, accounts: RwLock::new(accounts), state: Some(state) })
    }

    /// Names and owners of all accounts.
    pub(crate) fn owners(&self) -> Vec<(String, Vec<Uuid>)> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.iter().map(|(name, account)| (name.clone(), account.owners().to_vec())).collect()
    }

    /// Gives an account that nobody uses yet more super-users.
    pub(crate) fn add_owners(&self, name: &str, owners: &[Uuid]) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get_mut(name).and_then(Arc::get_mut) {
            account.add_owners(owners);
        }
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
        let name = name.to_ascii_lowercase();
        let state = self.state.as_ref().map(|state| state.account(&name));
        let make = || Arc::new(Account::new(self.clock.clone(), owners, default_group, state));
        accounts.entry(name).or_insert_with(make).clone()
    }

    /// Removes the account with all its data; whether it was there.
    pub(crate) fn delete_account(&self, name: &str) -> bool {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let removed = accounts.remove(&name.to_ascii_lowercase());
        removed.inspect(|account| account.forget()).is_some()
    }

    /// All accounts as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let copy = |(name, account): (&String, &Arc<Account>)| {
            (name.clone(), Arc::new(account.copy(None)))
        };
        Snapshot(accounts.iter().map(copy).collect())
    }

    /// Back to the accounts of a snapshot, which can be restored again. Operations that are under way
    /// end on the accounts that were there before.
    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        forget(&mut accounts);
        for (name, account) in &snapshot.0 {
            let state = self.state.as_ref().map(|state| state.account(name));
            accounts.insert(name.clone(), Arc::new(account.copy(state)));
        }
    }

    /// Removes every account.
    pub(crate) fn clear(&self) {
        forget(&mut self.accounts.write().unwrap_or_else(PoisonError::into_inner));
    }
}

fn forget(accounts: &mut Accounts) {
    for (_, account) in std::mem::take(accounts) {
        account.forget();
    }
}
