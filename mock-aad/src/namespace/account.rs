//! One account: a tree, its super-users, and the lock around it.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use uuid::Uuid;

use super::principal::Principal;
use super::tree::{Context, Tree};
use crate::clock::Clock;

/// One account: a file tree and its super-users.
#[derive(Debug)]
pub(crate) struct Account {
    clock: Clock,
    owners: Vec<Uuid>,
    tree: RwLock<Tree>,
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
}

impl Account {
    /// An account with an empty root, which belongs to the first owner.
    pub(super) fn new(clock: Clock, owners: Vec<Uuid>, default_group: Option<Uuid>) -> Self {
        let owner = owners.first().copied().unwrap_or_default();
        // An account without an owning group shows the zero id.
        let group = default_group.unwrap_or_default();
        let tree = Tree::new(owner, group, clock.unix_millis());
        Self { clock, owners, tree: RwLock::new(tree) }
    }

    /// An account that equals this one and changes on its own; the bytes of files are shared.
    pub(super) fn copy(&self) -> Self {
        let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner).clone();
        Self { clock: self.clock.clone(), owners: self.owners.clone(), tree: RwLock::new(tree) }
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
        drop(self.edit(cx.who));
        View { tree: self.tree.read().unwrap_or_else(PoisonError::into_inner), cx }
    }

    /// Begins an operation that changes the tree.
    pub(crate) fn edit<'a>(&'a self, who: Principal<'a>) -> Edit<'a> {
        let cx = self.context(who);
        let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        tree.purge(cx.now);
        Edit { tree, cx }
    }
}
