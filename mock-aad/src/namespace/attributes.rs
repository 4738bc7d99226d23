//! Owners, mode bits, ACLs, times, expiry.

use adls_wire::{Permission, RemotePath, Rwx};
use uuid::Uuid;

use super::account::{Edit, View};
use super::acl::{AclChange, Entry};
use super::conditions::Item;
use super::error::{Error, Side};

/// When a file is to vanish. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    Never,
    /// Since 1970.
    At(i64),
    AfterNow(i64),
    /// After the file was made.
    AfterCreation(i64),
}

impl Expiry {
    /// When that is, in milliseconds since 1970, for an item of an age; 0 for never.
    pub(super) fn at(self, now: i64, created: i64) -> i64 {
        match self {
            Self::Never => 0,
            Self::At(time) => time,
            Self::AfterNow(time) => now.saturating_add(time),
            Self::AfterCreation(time) => created.saturating_add(time),
        }
    }

    /// Fails for a time that is over already; 0 is none.
    pub(super) fn require_future(expires: i64, now: i64) -> Result<(), Error> {
        if expires != 0 && expires <= now {
            return Err(Error::Invalid(format!("the expiry time {expires} lies in the past")));
        }
        Ok(())
    }
}

/// An item's ACL and owners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AclStatus {
    pub(crate) owner: Uuid,
    pub(crate) group: Uuid,
    pub(crate) permission: Permission,
    /// Every entry, in the service's order.
    pub(crate) all: Vec<Entry>,
    /// The entries that the mode bits do not tell.
    pub(crate) extended: Vec<Entry>,
}

impl View<'_> {
    /// The ACL of the item at a path.
    pub(crate) fn acl(&self, path: &RemotePath) -> Result<AclStatus, Error> {
        let node = self.tree.node(self.tree.find(&self.cx, path, Side::Target)?);
        Ok(AclStatus {
            owner: node.owner,
            group: node.group,
            permission: node.acl.permission(),
            all: node.acl.entries(),
            extended: node.acl.extended_entries(),
        })
    }

    /// Fails unless the caller has the rights at a path.
    pub(crate) fn check_access(&self, path: &RemotePath, wanted: Rwx) -> Result<(), Error> {
        let id = self.tree.find(&self.cx, path, Side::Target)?;
        self.tree.require(&self.cx, id, wanted)
    }
}

impl Edit<'_> {
    /// Changes owner or group or both, as far as the caller may give the item away.
    pub(crate) fn set_owner<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        owner: Option<Uuid>,
        group: Option<Uuid>,
    ) -> Result<(), Error> {
        let id = self.find(&item.into(), Side::Target)?;
        self.tree.permit(id, self.cx.access.may_give(self.tree.node(id), owner, group))?;
        if let Some(node) = self.tree.node_mut(id) {
            node.owner = owner.unwrap_or(node.owner);
            node.group = group.unwrap_or(node.group);
        }
        Ok(())
    }

    /// Sets times, in milliseconds since 1970; `None` leaves one as it is.
    pub(crate) fn set_times<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        modified: Option<i64>,
        accessed: Option<i64>,
    ) -> Result<(), Error> {
        let id = self.find(&item.into(), Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        if let Some(node) = self.tree.node_mut(id) {
            node.modified = modified.unwrap_or(node.modified);
            node.accessed = accessed.unwrap_or(node.accessed);
        }
        Ok(())
    }

    /// Changes mode bits or ACL; only the owner may.
    pub(crate) fn change_acl<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        change: &AclChange<'_>,
    ) -> Result<(), Error> {
        let id = self.find(&item.into(), Side::Target)?;
        self.tree.permit(id, self.cx.access.owns(self.tree.node(id)))?;
        if let Some(node) = self.tree.node_mut(id) {
            let changed = node.acl.changed(change, node.is_directory());
            node.acl = changed.map_err(|error| Error::Invalid(error.to_string()))?;
        }
        Ok(())
    }

    /// Sets when a file vanishes.
    pub(crate) fn set_expiry<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        expiry: Expiry,
    ) -> Result<(), Error> {
        let item = item.into();
        let id = self.find(&item, Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        let node = self.tree.node(id);
        if node.is_directory() {
            let path = item.path;
            return Err(Error::Invalid(format!("{path} is a directory, and only files expire")));
        }
        let expires = expiry.at(self.cx.now, node.created);
        if expiry != Expiry::Never && expires < self.cx.now {
            return Err(Error::Invalid(format!("The expiry time {expires} lies in the past")));
        }
        self.tree.set_expiry(id, expires);
        Ok(())
    }
}
