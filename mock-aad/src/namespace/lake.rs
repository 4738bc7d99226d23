//! All accounts of the emulator.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;

use super::account::{Account, EMULATOR, Edit, Room};
use super::account_key::AccountKey;
use super::administration::filled;
use super::error::Error as EditError;
use super::initial_account::InitialAccount;
use crate::clock::Clock;
use crate::error::Error;
use crate::store::{AccountState, State, StoreError, Ticket};

type Accounts = BTreeMap<AccountKey, Arc<Account>>;

/// All Data Lake accounts of the emulator; the names of one generation are unique in the whole emulator.
#[derive(Debug)]
pub(crate) struct Lake {
    clock: Clock,
    accounts: Arc<RwLock<Accounts>>,
    /// Where accounts are stored; `None` when they live as long as the process.
    state: Option<Arc<State>>,
    /// Of accounts that were made or deleted and are perhaps not stored yet.
    pending: Mutex<Vec<Ticket>>,
}

/// All accounts as they were at some moment, shared with nobody, so that nothing changes them.
#[derive(Debug)]
pub(crate) struct Snapshot(Accounts);

/// Accounts that are to take the place of all others.
#[derive(Debug)]
pub(crate) struct Replacement {
    accounts: Accounts,
    /// The stored accounts that they replace.
    replaced: Vec<AccountState>,
    /// Ready when they are stored, and the others are not any more.
    pub(crate) ticket: Ticket,
}

impl Lake {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, accounts: Arc::default(), state: None, pending: Mutex::default() }
    }

    /// With the accounts of a state directory, where every change is stored from now on; and what of
    /// it cannot be used.
    pub(crate) fn open(
        clock: Clock,
        directory: &Path,
        relaxed: bool,
    ) -> Result<(Self, Vec<String>), Error> {
        let unusable = |error: std::io::Error| Error::unusable_state(directory, &error);
        let state = State::open(directory, relaxed).map_err(unusable)?;
        Self::on(clock, state).map_err(unusable)
    }

    /// With the accounts of a state.
    pub(crate) fn on(clock: Clock, state: Arc<State>) -> std::io::Result<(Self, Vec<String>)> {
        let mut accounts = BTreeMap::new();
        let mut damages = Vec::new();
        for (stored, part) in state.accounts()? {
            let key = AccountKey::parse(&stored);
            let account = Account::stored(clock.clone(), part);
            if let Some(reason) = account.damage() {
                damages.push(format!("the account {key} is set aside: {reason}"));
            }
            for (path, reason) in account.damaged_files() {
                let what = format!("the content of {path} in the account {key}");
                damages.push(format!("{what} is set aside: {reason}"));
            }
            accounts.insert(key, Arc::new(account));
        }
        state.loaded(damages.is_empty())?;
        let (accounts, pending) = (Arc::new(RwLock::new(accounts)), Mutex::default());
        let all = Arc::downgrade(&accounts);
        state.on_full(move || all.upgrade().is_some_and(|accounts| empty_trash(&accounts)));
        Ok((Self { clock, accounts, state: Some(state), pending }, damages))
    }

    fn read(&self) -> RwLockReadGuard<'_, Accounts> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Accounts> {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names and owners of all accounts.
    pub(crate) fn owners(&self) -> Vec<(AccountKey, Vec<Uuid>)> {
        let accounts = self.read();
        accounts.iter().map(|(key, account)| (key.clone(), account.owners().to_vec())).collect()
    }

    /// Gives an account that nobody uses yet more super-users.
    pub(crate) fn add_owners(&self, key: impl Into<AccountKey>, owners: &[Uuid]) {
        if let Some(account) = self.write().get_mut(&key.into()).and_then(Arc::get_mut) {
            account.add_owners(owners);
        }
    }

    /// The account of a name, in any case.
    pub(crate) fn account(&self, key: impl Into<AccountKey>) -> Option<Arc<Account>> {
        let account = self.read().get(&key.into()).cloned();
        account.filter(|account| !account.is_gone())
    }

    /// The names of all accounts, ascending.
    pub(crate) fn keys(&self) -> Vec<AccountKey> {
        self.read().keys().cloned().collect()
    }

    /// Makes the account with an empty root that belongs to the first owner; all `owners` pass
    /// every permission check. An existing account is returned as it is. Nobody may be told of it
    /// before [`settled`](Self::settled) is ready.
    pub(crate) fn create_account(
        &self,
        key: impl Into<AccountKey>,
        owners: Vec<Uuid>,
        default_group: Option<Uuid>,
    ) -> Arc<Account> {
        self.create(&InitialAccount { default_group, ..InitialAccount::new(key, owners) })
    }

    /// Makes an account as [`create_account`](Self::create_account) does, with what is to be in it.
    pub(crate) fn create(&self, initial: &InitialAccount) -> Arc<Account> {
        let mut accounts = self.write();
        let key = &initial.key;
        if let Some(account) = accounts.get(key).filter(|account| !account.is_gone()) {
            return account.clone();
        }
        let account = Arc::new(self.make(initial, self.clock.unix_millis()));
        match self.store(&[], [(key, &account)], Vec::new()) {
            Ok(ticket) => {
                self.note(ticket);
                accounts.insert(key.clone(), account.clone());
            }
            Err(error) => account.give_up(&error),
        }
        account
    }

    fn make(&self, initial: &InitialAccount, now: i64) -> Account {
        let state = self.state.as_ref().map(|state| state.new_account(&initial.key.to_stored()));
        let (account, filled) = filled(self.clock.clone(), initial, state, now);
        if let Err(reason) = filled {
            tracing::error!(account = %initial.key, reason, "something is not in a new account");
        }
        account
    }

    /// Removes the account with all its data; whether it was there. Nobody may be told of it before
    /// [`settled`](Self::settled) is ready.
    pub(crate) fn delete_account(&self, key: impl Into<AccountKey>) -> bool {
        let mut accounts = self.write();
        let Some(account) = accounts.remove(&key.into()) else { return false };
        let stored: Vec<AccountState> = account.state().cloned().into_iter().collect();
        match self.store(&stored, [], vec![account]) {
            Ok(ticket) => self.note(ticket),
            Err(error) => tracing::error!(%error, "a deleted account is still stored"),
        }
        true
    }

    /// Queues that accounts go and others come, all at once.
    fn store<'a>(
        &self,
        remove: &[AccountState],
        put: impl IntoIterator<Item = (&'a AccountKey, &'a Arc<Account>)>,
        kept: Vec<Arc<Account>>,
    ) -> Result<Ticket, StoreError> {
        let Some(state) = &self.state else { return Ok(Ticket::DONE) };
        let mut new = Vec::new();
        for (key, account) in put {
            if let Some(account) = account.to_store() {
                new.push((key.to_stored(), account?));
            }
        }
        let kept = kept.into_iter().map(|account| account as Arc<dyn Any + Send + Sync>).collect();
        state.replace(remove, new, kept)
    }

    /// Keeps a text with an account. Nobody may be told of it before [`settled`](Self::settled) is ready.
    pub(crate) fn set_note(&self, key: impl Into<AccountKey>, note: &str) {
        let Some(account) = self.account(key) else { return };
        let set = |edit: &mut Edit<'_>| {
            edit.tree.note = note.into();
            edit.tree.changes.note_account();
            Ok(())
        };
        if let Err(error) = self.administer(&account, Room::Frees, set) {
            tracing::error!(%error, "what is said of an account is not stored");
        }
    }

    /// Does a change of an account as whoever runs the emulator. Nobody may be told of it before
    /// [`settled`](Self::settled) is ready.
    ///
    /// # Errors
    /// That of the change, or that it cannot be stored.
    pub(crate) fn administer<R>(
        &self,
        account: &Account,
        room: Room,
        change: impl FnOnce(&mut Edit<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let (done, ticket) = account.begin_change_as(EMULATOR, room, change)?;
        self.note(ticket);
        Ok(done)
    }

    fn note(&self, ticket: Ticket) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|ticket| !ticket.is_kept());
        pending.push(ticket);
    }

    /// Becomes ready when the accounts that were made or deleted so far are stored.
    pub(crate) async fn settled(&self) -> Result<(), StoreError> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ticket in pending {
            let stored = ticket.clone().await;
            if stored.is_err() {
                let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
                pending.retain(|other| !other.is(&ticket));
                return stored;
            }
        }
        Ok(())
    }

    /// All accounts as they are now. Those that cannot be used are not among them.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let accounts = self.read();
        let usable = accounts.iter().filter(|(_, account)| account.damage().is_none());
        Snapshot(usable.map(|(key, a)| (key.clone(), Arc::new(a.copy(None)))).collect())
    }

    /// Begins to go back to the accounts of a snapshot, which can be restored again.
    pub(crate) fn begin_restore(&self, snapshot: &Snapshot) -> Result<Replacement, StoreError> {
        let copy = |(key, account): (&AccountKey, &Arc<Account>)| {
            let state = self.state.as_ref().map(|state| state.new_account(&key.to_stored()));
            (key.clone(), Arc::new(account.copy(state)))
        };
        self.begin_replace(snapshot.0.iter().map(copy).collect())
    }

    /// Begins to replace all accounts by new ones that were made at a time.
    pub(crate) fn begin_reset(
        &self,
        initial: &[InitialAccount],
        now: i64,
    ) -> Result<Replacement, StoreError> {
        let make =
            |initial: &InitialAccount| (initial.key.clone(), Arc::new(self.make(initial, now)));
        self.begin_replace(initial.iter().map(make).collect())
    }

    fn begin_replace(&self, accounts: Accounts) -> Result<Replacement, StoreError> {
        let present: Vec<Arc<Account>> = self.read().values().cloned().collect();
        let replaced: Vec<AccountState> =
            present.iter().filter_map(|account| account.state().cloned()).collect();
        let ticket = self.store(&replaced, &accounts, present)?;
        Ok(Replacement { accounts, replaced, ticket })
    }

    /// Shows accounts instead of all others, once they are stored. Operations that are under way end on
    /// the accounts that were there before.
    pub(crate) fn finish(&self, replacement: Replacement) {
        let Replacement { accounts, replaced, .. } = replacement;
        let before = std::mem::replace(&mut *self.write(), accounts);
        // What came into being in between goes too.
        let known = |account: &Arc<Account>| {
            let id = account.state().map(AccountState::id);
            replaced.iter().any(|state| Some(state.id()) == id)
        };
        let late: Vec<Arc<Account>> =
            before.into_values().filter(|account| !known(account)).collect();
        let states: Vec<AccountState> =
            late.iter().filter_map(|account| account.state().cloned()).collect();
        if states.is_empty() {
            return;
        }
        match self.store(&states, [], late) {
            Ok(ticket) => self.note(ticket),
            Err(error) => tracing::error!(%error, "a deleted account is still stored"),
        }
    }

    /// Stores everything, what writers have not flushed too, and takes on nothing more.
    pub(crate) fn close(&self) {
        let Some(state) = &self.state else { return };
        for account in self.read().values() {
            account.flush();
        }
        state.close();
    }
}

/// Forgets what was deleted, in all accounts, and waits until that has made room; whether there was
/// anything.
fn empty_trash(accounts: &RwLock<Accounts>) -> bool {
    let accounts: Vec<Arc<Account>> = {
        let accounts = accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.values().cloned().collect()
    };
    let emptied: Vec<Ticket> =
        accounts.iter().filter_map(|account| account.empty_trash()).collect();
    emptied.iter().filter(|ticket| ticket.wait().is_ok()).count() > 0
}

impl Drop for Lake {
    /// The trees go now, and not what they refer to: it is stored.
    fn drop(&mut self) {
        if let Some(state) = &self.state {
            state.freeze();
        }
    }
}
