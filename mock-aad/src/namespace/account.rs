//! One account: a tree, its super-users, and the lock around it.

use std::io;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;

use super::error::Error;
use super::journal::Changes;
use super::principal::Principal;
use super::tree::{Context, Tree};
use crate::clock::Clock;
use crate::store::{AccountState, StoredAccount};

/// One account: a file tree and its super-users.
#[derive(Debug)]
pub(crate) struct Account {
    clock: Clock,
    owners: Vec<Uuid>,
    tree: RwLock<Tree>,
    /// Where changes are stored; `None` when they live as long as the process.
    state: Option<AccountState>,
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
    /// An account with an empty root, which belongs to the first owner.
    pub(super) fn new(
        clock: Clock,
        owners: Vec<Uuid>,
        default_group: Option<Uuid>,
        state: Option<AccountState>,
    ) -> Self {
        let owner = owners.first().copied().unwrap_or_default();
        // An account without an owning group shows the zero id.
        let group = default_group.unwrap_or_default();
        let tree = Tree::new(owner, group, clock.unix_millis());
        Self::new_stored(clock, owners, tree, state)
    }

    /// An account with a tree of which nothing is stored yet.
    fn new_stored(
        clock: Clock,
        owners: Vec<Uuid>,
        mut tree: Tree,
        state: Option<AccountState>,
    ) -> Self {
        if let Some(state) = &state {
            tree.changes = Changes::of_all(&tree);
            if let Err(error) = tree.commit(&owners, state) {
                tracing::error!(%error, "an account cannot be stored");
            }
        }
        Self { clock, owners, tree: RwLock::new(tree), state }
    }

    /// The account that was stored.
    pub(super) fn stored(
        clock: Clock,
        state: AccountState,
        stored: &StoredAccount,
    ) -> io::Result<Self> {
        let (mut tree, owners) = Tree::stored(&state, stored)?;
        tree.changes = Changes::enabled();
        Ok(Self { clock, owners, tree: RwLock::new(tree), state: Some(state) })
    }

    /// Adds to those that pass every permission check; stored with the next change.
    pub(super) fn add_owners(&mut self, owners: &[Uuid]) {
        for owner in owners {
            if !self.owners.contains(owner) {
                self.owners.push(*owner);
            }
        }
    }

    /// Object ids of those that pass every permission check.
    pub(crate) fn owners(&self) -> &[Uuid] {
        &self.owners
    }

    /// Forgets what is stored.
    pub(super) fn forget(&self) {
        if let Some(Err(error)) = self.state.as_ref().map(AccountState::remove) {
            tracing::error!(%error, "a deleted account is still stored");
        }
    }

    /// An account that equals this one, changes on its own and is stored in its own way; the bytes of
    /// files are shared.
    pub(super) fn copy(&self, state: Option<AccountState>) -> Self {
        let mut tree = self.tree.read().unwrap_or_else(PoisonError::into_inner).clone();
        tree.changes = Changes::default();
        Self::new_stored(self.clock.clone(), self.owners.clone(), tree, state)
    }

    /// Whether the caller passes every permission check.
    pub(crate) fn is_super_user(&self, who: &Principal<'_>) -> bool {
        self.owners.iter().any(|owner| who.is(*owner))
    }

    fn context<'a>(&self, who: Principal<'a>) -> Context<'a> {
        Context { super_user: self.is_super_user(&who), who, now: self.clock.unix_millis() }
    }

    /// Begins an operation that changes nothing.
    pub(crate) fn view<'a>(&'a self, who: Principal<'a>) -> View<'a> {
        self.view_as(self.context(who))
    }

    /// A look that passes every permission check, for whoever runs the emulator.
    pub(crate) fn inspect(&self) -> View<'_> {
        let nobody = Principal { object_id: Uuid::nil(), groups: &[] };
        self.view_as(Context { super_user: true, ..self.context(nobody) })
    }

    fn view_as<'a>(&'a self, cx: Context<'a>) -> View<'a> {
        let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner);
        if !tree.has_expired(cx.now) {
            return View { tree, cx };
        }
        drop(tree);
        if let Err(error) = self.change(cx.who, |_| Ok(())) {
            tracing::error!(%error, "the removal of expired files cannot be stored");
        }
        View { tree: self.tree.read().unwrap_or_else(PoisonError::into_inner), cx }
    }

    /// Does an operation that changes the tree, and stores what it changed: when this returns, a
    /// crash does not lose it, unless more of the same write is to come.
    pub(crate) fn change<R>(
        &self,
        who: Principal<'_>,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let cx = self.context(who);
        let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        tree.purge(cx.now);
        let mut edit = Edit { tree, cx, deferred: false };
        let outcome = operation(&mut edit);
        let stored = self.state.as_ref().map_or(Ok(()), |state| match edit.deferred {
            true => edit.tree.store_bytes(state),
            false => edit.tree.commit(&self.owners, state),
        });
        stored.map_err(|error| Error::NotStored(error.to_string())).and(outcome)
    }
}
