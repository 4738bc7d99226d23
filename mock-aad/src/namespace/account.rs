//! One account: a tree, its super-users, and the lock around it.

use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;

use super::access::Access;
use super::account_key::Generation;
use super::error::Error;
use super::initial_account::InitialAccount;
use super::principal::Principal;
use super::tree::{Context, ROOT, Tree};
use crate::clock::Clock;
use crate::store::{AccountState, NewAccount, StoreError, Ticket};

/// Whoever runs the emulator, who passes every permission check.
pub(super) const EMULATOR: Access<'static> =
    Access::SuperUser(Principal { object_id: Uuid::nil(), groups: &[] });

/// One account: a file tree and its super-users.
#[derive(Debug)]
pub(crate) struct Account {
    clock: Clock,
    owners: Vec<Uuid>,
    tree: RwLock<Tree>,
    /// Where changes are stored; `None` when they live as long as the process.
    state: Option<AccountState>,
    damage: OnceLock<Damage>,
}

/// Why an account cannot be used.
#[derive(Clone, Debug)]
struct Damage {
    reason: String,
    /// Whether there is nothing stored of it.
    gone: bool,
}

/// What an operation does to the room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Takes,
    /// It is done also when the disk is full, and what it deletes goes at once then.
    Frees,
}

/// A look at the tree on behalf of somebody; others may look at the same time.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(super) tree: RwLockReadGuard<'a, Tree>,
    pub(super) cx: Context<'a>,
}

/// A change of the tree on behalf of somebody.
#[derive(Debug)]
pub(crate) struct Edit<'a> {
    pub(super) tree: RwLockWriteGuard<'a, Tree>,
    pub(super) cx: Context<'a>,
    /// Whether the change may wait for the next one to be stored: a writer has more to come.
    pub(super) deferred: bool,
}

impl Account {
    /// An account made at a time.
    pub(super) fn new(
        clock: Clock,
        initial: &InitialAccount,
        state: Option<AccountState>,
        now: i64,
    ) -> Self {
        let owners = initial.owners.clone();
        let owner = owners.first().copied().unwrap_or_default();
        // An account without an owning group shows the zero id.
        let group = initial.default_group.unwrap_or_default();
        let tree = match initial.key.generation {
            Generation::Gen1 => Tree::new(owner, group, now),
            Generation::Gen2 => Tree::with_file_systems(initial, owner, now),
        };
        Self::with_tree(clock, owners, tree, state)
    }

    /// The account with what was put into it, by another clock and stored in its own way.
    pub(super) fn finish(self, clock: Clock, state: Option<AccountState>) -> Self {
        let tree = self.tree.into_inner().unwrap_or_else(PoisonError::into_inner);
        Self::with_tree(clock, self.owners, tree, state)
    }

    /// An account with a tree of which nothing is stored yet.
    fn with_tree(
        clock: Clock,
        owners: Vec<Uuid>,
        mut tree: Tree,
        state: Option<AccountState>,
    ) -> Self {
        if state.is_some() {
            tree.forget_stored();
        }
        Self { clock, owners, tree: RwLock::new(tree), state, damage: OnceLock::new() }
    }

    /// The account that is stored. One that cannot be read is there all the same, and says so.
    pub(super) fn stored(clock: Clock, state: AccountState) -> Self {
        let stored = state.load().map_err(|error| error.to_string()).and_then(|stored| {
            let stored = stored.ok_or("it is not there any more")?;
            Tree::stored(&state, &stored).inspect_err(|_| state.skip(&stored))
        });
        let (tree, owners, damage) = match stored {
            Ok((tree, owners)) => (tree, owners, OnceLock::new()),
            Err(reason) => {
                let tree = Tree::new(Uuid::nil(), Uuid::nil(), clock.unix_millis());
                (tree, Vec::new(), OnceLock::from(Damage { reason, gone: false }))
            }
        };
        Self { clock, owners, tree: RwLock::new(tree), state: Some(state), damage }
    }

    /// Adds to those that pass every permission check; stored with the next change.
    pub(super) fn add_owners(&mut self, owners: &[Uuid]) {
        for owner in owners {
            if !self.owners.contains(owner) {
                self.owners.push(*owner);
            }
        }
        let tree = self.tree.get_mut().unwrap_or_else(PoisonError::into_inner);
        tree.changes.note_account();
    }

    /// Object ids of those that pass every permission check.
    pub(crate) fn owners(&self) -> &[Uuid] {
        &self.owners
    }

    /// Where the account is stored.
    pub(crate) fn state(&self) -> Option<&AccountState> {
        self.state.as_ref()
    }

    /// Why the account cannot be used, if that is so.
    pub(crate) fn damage(&self) -> Option<&str> {
        if self.is_lost() {
            drop(self.write());
        }
        self.damage.get().map(|damage| damage.reason.as_str())
    }

    /// Whether there is no such account after all: it could not be stored.
    pub(super) fn is_gone(&self) -> bool {
        self.damage().is_some() && self.damage.get().is_some_and(|damage| damage.gone)
    }

    /// Gives an account up that could not be stored.
    pub(super) fn give_up(&self, error: &StoreError) {
        let _ = self.damage.set(Damage { reason: error.to_string(), gone: true });
    }

    /// The paths of files whose content cannot be read, with the reasons.
    pub(super) fn damaged_files(&self) -> Vec<(String, String)> {
        let tree = self.read();
        let named = |(id, reason)| (tree.path(id).to_string(), reason);
        tree.damages().into_iter().map(named).collect()
    }

    /// Everything of an account that is not stored yet.
    pub(super) fn to_store(&self) -> Option<Result<NewAccount, StoreError>> {
        let state = self.state.as_ref()?;
        let batch = self.write().take_changes(&self.owners, state);
        let new = |batch| NewAccount { state: state.clone(), batch };
        Some(batch.map(new).map_err(|error| StoreError::of(&error)))
    }

    /// An account that equals this one, changes on its own and is stored in its own way; the bytes of
    /// files are shared.
    pub(super) fn copy(&self, state: Option<AccountState>) -> Self {
        let tree = self.read().clone();
        Self::with_tree(self.clock.clone(), self.owners.clone(), tree, state)
    }

    /// Whether the caller passes every permission check.
    pub(crate) fn is_super_user(&self, who: &Principal<'_>) -> bool {
        self.owners.iter().any(|owner| who.is(*owner))
    }

    fn access<'a>(&self, who: Principal<'a>) -> Access<'a> {
        if self.is_super_user(&who) { Access::SuperUser(who) } else { Access::Acl(who) }
    }

    fn is_lost(&self) -> bool {
        self.state.as_ref().is_some_and(AccountState::is_lost)
    }

    fn read(&self) -> RwLockReadGuard<'_, Tree> {
        loop {
            let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner);
            if !self.is_lost() {
                return tree;
            }
            drop(tree);
            drop(self.write());
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tree> {
        let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        if self.is_lost() {
            self.reload(&mut tree);
        }
        tree
    }

    /// Back to what is stored, after changes that are in memory could not be.
    fn reload(&self, tree: &mut Tree) {
        let Some(state) = &self.state else { return };
        let stored = state.reload().map_err(|error| error.to_string());
        let reason = match stored {
            Ok(Some(stored)) => match Tree::stored(state, &stored) {
                Ok((stored, _)) => {
                    *tree = stored;
                    return;
                }
                Err(reason) => Damage { reason, gone: false },
            },
            Ok(None) => Damage { reason: "it could not be stored".to_owned(), gone: true },
            Err(reason) => Damage { reason, gone: false },
        };
        *tree = Tree::new(Uuid::nil(), Uuid::nil(), self.clock.unix_millis());
        let _ = self.damage.set(reason);
    }

    /// What whoever manages the account keeps with it; empty where nothing was said.
    pub(crate) fn note(&self) -> Box<str> {
        self.read().note.clone()
    }

    /// When the account was made, in milliseconds since 1970.
    pub(crate) fn created(&self) -> i64 {
        self.read().node(ROOT).created
    }

    /// Begins an operation that changes nothing.
    pub(crate) fn view<'a>(&'a self, who: Principal<'a>) -> View<'a> {
        self.view_as(self.access(who))
    }

    /// A look that passes every permission check, for whoever runs the emulator.
    pub(crate) fn inspect(&self) -> View<'_> {
        self.view_as(EMULATOR)
    }

    /// The same for a caller whose rights are known.
    pub(crate) fn view_as<'a>(&'a self, access: Access<'a>) -> View<'a> {
        let look = || {
            let tree = self.read();
            let cx = Context { access, now: self.clock.unix_millis() };
            View { tree, cx }
        };
        let view = look();
        if !view.tree.is_due(view.cx.now) {
            return view;
        }
        drop(view);
        // Nobody waits until it is stored: what is due is found again after a restart.
        if let Err(error) = self.begin_change_as(access, Room::Frees, |_| Ok(())) {
            tracing::error!(%error, "the end of expired files and silent writers cannot be stored");
        }
        look()
    }

    /// Does an operation that changes the tree, and waits until what it changed is stored: when this
    /// returns, a crash does not lose it, unless more of the same write is to come.
    #[cfg(test)]
    pub(crate) fn change<R>(
        &self,
        who: Principal<'_>,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (done, ticket) = self.begin_change(who, Room::Takes, operation)?;
        ticket.wait()?;
        Ok(done)
    }

    /// Does an operation that changes the tree. Nobody may be told of it before the ticket is ready.
    pub(crate) fn begin_change<R>(
        &self,
        who: Principal<'_>,
        room: Room,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<(R, Ticket), Error> {
        self.begin_change_as(self.access(who), room, operation)
    }

    /// The same for a caller whose rights are known.
    pub(crate) fn begin_change_as<R>(
        &self,
        access: Access<'_>,
        room: Room,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<(R, Ticket), Error> {
        let frees = room == Room::Frees;
        let admitted = self.state.as_ref().map_or(Ok(()), |state| state.admit(frees));
        if let Err(error @ StoreError::Failed(_)) = admitted {
            return Err(error.into());
        }
        let mut tree = self.write();
        if let Some(damage) = self.damage.get() {
            return Err(Error::Damaged(damage.reason.clone()));
        }
        // Read under the lock, so that the times of operations have their order.
        let cx = Context { access, now: self.clock.unix_millis() };
        tree.meet_deadlines(cx.now);
        if let Err(full) = admitted {
            // What was deleted earlier makes way.
            if tree.trash.items.is_empty() {
                return Err(full.into());
            }
            tree.empty_trash();
        }
        tree.begin();
        let mut edit = Edit { tree, cx, deferred: false };
        let outcome = operation(&mut edit);
        let Edit { mut tree, deferred, .. } = edit;
        let done = outcome.inspect_err(|_| tree.undo())?;
        let Some(state) = &self.state else { return Ok((done, Ticket::DONE)) };
        if deferred {
            return Ok((done, Ticket::DONE));
        }
        if frees && state.is_short() {
            tree.empty_trash();
        }
        Ok((done, self.submit(&mut tree, state)?))
    }

    /// Queues everything that has changed. What cannot even be queued is not in the tree either.
    fn submit(&self, tree: &mut Tree, state: &AccountState) -> Result<Ticket, StoreError> {
        if !tree.has_changes() {
            // What was found in place may be another request's, and not yet stored.
            return state.flushed();
        }
        let batch = tree.take_changes(&self.owners, state);
        let batch = batch.map_err(|error| StoreError::of(&error));
        batch.and_then(|batch| state.commit(batch)).inspect_err(|_| self.reload(tree))
    }

    /// Forgets what was deleted, if there is anything.
    pub(super) fn empty_trash(&self) -> Option<Ticket> {
        if self.read().trash.items.is_empty() {
            return None;
        }
        let emptied = self.begin_change_as(EMULATOR, Room::Frees, |edit| {
            edit.tree.empty_trash();
            Ok(())
        });
        emptied.ok().map(|((), ticket)| ticket)
    }

    /// Commits and queues what writers have sent and not flushed.
    pub(super) fn flush(&self) {
        let Some(state) = &self.state else { return };
        let mut tree = self.write();
        tree.end_streams();
        if tree.has_changes()
            && let Err(error) = self.submit(&mut tree, state)
        {
            tracing::error!(%error, "what was not flushed cannot be stored");
        }
    }
}
