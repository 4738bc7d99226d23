//! Owners, mode bits, ACLs, times, expiry.

use adls_wire::webhdfs::ExpiryOption;
use adls_wire::{AclScope, Permission, RemotePath, Rwx};
use uuid::Uuid;

use super::account::{Edit, View};
use super::acl::{Acl, Entry, InvalidAcl, Who};
use super::error::Error;

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
        let node = self.tree.node(self.tree.find(&self.cx, path)?);
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
        let id = self.tree.find(&self.cx, path)?;
        self.tree.require(&self.cx, id, wanted)
    }
}

impl Edit<'_> {
    /// Changes owner or group or both. Super-users may do all of it; an owner may give the item
    /// to a group that he belongs to.
    pub(crate) fn set_owner(
        &mut self,
        path: &RemotePath,
        owner: Option<Uuid>,
        group: Option<Uuid>,
    ) -> Result<(), Error> {
        let id = self.tree.find(&self.cx, path)?;
        let owns = self.tree.node(id).owner == self.cx.who.object_id;
        let own_group = group.is_none_or(|group| self.cx.who.belongs_to(group));
        if !self.cx.super_user && (owner.is_some() || !owns || !own_group) {
            return Err(Error::PermissionDenied(path.clone()));
        }
        if let Some(node) = self.tree.node_mut(id) {
            node.owner = owner.unwrap_or(node.owner);
            node.group = group.unwrap_or(node.group);
        }
        Ok(())
    }

    /// Changes the mode bits; only the owner may.
    pub(crate) fn set_permission(
        &mut self,
        path: &RemotePath,
        permission: Permission,
    ) -> Result<(), Error> {
        self.change_acl(path, |acl, _| {
            let mut acl = acl.clone();
            acl.set_permission(permission);
            Ok(acl)
        })
    }

    /// Sets times, in milliseconds since 1970; `None` leaves one as it is.
    pub(crate) fn set_times(
        &mut self,
        path: &RemotePath,
        modified: Option<i64>,
        accessed: Option<i64>,
    ) -> Result<(), Error> {
        let id = self.tree.find(&self.cx, path)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        let now = self.cx.now;
        if let Some(node) = self.tree.node_mut(id) {
            node.settle(now);
            node.modified = modified.unwrap_or(node.modified);
            node.accessed = accessed.unwrap_or(node.accessed);
        }
        Ok(())
    }

    /// Replaces the access ACL, and the default ACL if `entries` hold any of it.
    pub(crate) fn set_acl(&mut self, path: &RemotePath, entries: &[Entry]) -> Result<(), Error> {
        self.change_acl(path, |acl, directory| acl.replaced(entries, directory))
    }

    /// Adds or changes entries.
    pub(crate) fn modify_acl(&mut self, path: &RemotePath, entries: &[Entry]) -> Result<(), Error> {
        self.change_acl(path, |acl, directory| acl.modified(entries, directory))
    }

    /// Removes entries.
    pub(crate) fn remove_acl_entries(
        &mut self,
        path: &RemotePath,
        entries: &[(AclScope, Who)],
    ) -> Result<(), Error> {
        self.change_acl(path, |acl, directory| acl.removed(entries, directory))
    }

    /// Leaves nothing but user, group and other.
    pub(crate) fn remove_acl(&mut self, path: &RemotePath) -> Result<(), Error> {
        self.change_acl(path, |acl, _| Ok(acl.without_extension()))
    }

    /// Removes the default ACL; without one, nothing happens.
    pub(crate) fn remove_default_acl(&mut self, path: &RemotePath) -> Result<(), Error> {
        self.change_acl(path, |acl, _| Ok(acl.without_default()))
    }

    fn change_acl(
        &mut self,
        path: &RemotePath,
        change: impl FnOnce(&Acl, bool) -> Result<Acl, InvalidAcl>,
    ) -> Result<(), Error> {
        let id = self.tree.find(&self.cx, path)?;
        self.tree.require_owner(&self.cx, id)?;
        if let Some(node) = self.tree.node_mut(id) {
            let changed = change(&node.acl, node.is_directory());
            node.acl = changed.map_err(|error| Error::Invalid(error.to_string()))?;
        }
        Ok(())
    }

    /// Sets when a file vanishes; `time` is in milliseconds, relative or since 1970.
    pub(crate) fn set_expiry(
        &mut self,
        path: &RemotePath,
        option: ExpiryOption,
        time: Option<i64>,
    ) -> Result<(), Error> {
        let id = self.tree.find(&self.cx, path)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        let node = self.tree.node(id);
        if node.is_directory() {
            return Err(Error::Invalid(format!("{path} is a directory, and only files expire")));
        }
        let time = || {
            time.filter(|time| *time >= 0).ok_or_else(|| {
                let name = option.name();
                Error::Invalid(format!("The expiry option {name} needs an expireTime of 0 or more"))
            })
        };
        let expires = match option {
            ExpiryOption::NeverExpire => 0,
            ExpiryOption::Absolute => time()?,
            ExpiryOption::RelativeToNow => self.cx.now.saturating_add(time()?),
            ExpiryOption::RelativeToCreationDate => node.created.saturating_add(time()?),
        };
        if option != ExpiryOption::NeverExpire && expires < self.cx.now {
            return Err(Error::Invalid(format!("The expiry time {expires} lies in the past")));
        }
        self.tree.set_expiry(id, expires);
        Ok(())
    }
}
