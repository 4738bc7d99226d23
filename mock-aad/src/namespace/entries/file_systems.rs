//! Making, deleting and changing the file systems of an account.

use std::ops::Bound;

use adls_wire::{Permission, RemotePath};
use uuid::Uuid;

use super::leases::{LeaseChange, LeaseOutcome};
use crate::namespace::account::{Edit, View};
use crate::namespace::acl::Acl;
use crate::namespace::blob_properties::{BlobProperties, Metadata};
use crate::namespace::conditions::Conditions;
use crate::namespace::error::{Error, FileSystemState, Side};
use crate::namespace::file_systems::{
    DeletedFileSystem, FileSystem, NewFileSystem, PublicAccess, StoredPolicy,
};
use crate::namespace::initial_account::{InitialAccount, InitialDirectory};
use crate::namespace::lease::{BreakByDefault, Lease, LeaseView};
use crate::namespace::node::{Content, Node};
use crate::namespace::node_id::NodeId;
use crate::namespace::service_properties::ServiceProperties;
use crate::namespace::tree::{ROOT, Tree};

/// What the root of a new file system may be used for: by its owner for everything, by its group for
/// reading.
const ROOT_PERMISSION: Permission = Permission::from_mode(0o750);
/// Milliseconds of a day.
pub(super) const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// For how long the name of a deleted file system stays taken, in milliseconds.
const RESERVED_MILLIS: i64 = 30_000;

/// A file system that an operation is about, and what must hold of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileSystemItem<'a> {
    pub(crate) name: &'a str,
    pub(crate) conditions: Conditions,
    pub(crate) lease: Option<Uuid>,
}

impl<'a> From<&'a str> for FileSystemItem<'a> {
    fn from(name: &'a str) -> Self {
        Self { name, conditions: Conditions::default(), lease: None }
    }
}

impl Tree {
    /// The root directory of a file system.
    pub(in crate::namespace) fn file_system_root(&self, name: &str) -> Result<NodeId, Error> {
        let live = self.file_systems.live.get(name);
        live.map(|found| found.root).ok_or_else(|| Error::NoFileSystem(name.to_owned()))
    }

    /// The tree of a new Gen2 account. Everybody may pass through its root, below which the file systems
    /// are; each has a root of its own that says who may do what.
    pub(in crate::namespace) fn with_file_systems(
        initial: &InitialAccount,
        owner: Uuid,
        now: i64,
    ) -> Self {
        let mut tree = Self::new(owner, Uuid::nil(), now);
        let service = &mut tree.file_systems.service;
        service.retention_days = initial.retention_days;
        service.container_retention_days = initial.retention_days;
        for name in &initial.file_systems {
            tree.make_file_system(name, NewFileSystem::default(), owner, now);
        }
        for directory in &initial.directories {
            tree.make_initial_directory(directory, owner, now);
        }
        tree
    }

    /// Makes a directory, and those that are missing on the way to it.
    fn make_initial_directory(&mut self, directory: &InitialDirectory, owner: Uuid, now: i64) {
        let Ok(mut parent) = self.file_system_root(&directory.file_system) else { return };
        for name in &directory.path {
            let children = self.node(parent).children();
            let there = children.and_then(|children| children.get(name.as_str()).copied());
            parent = there.unwrap_or_else(|| {
                let acl = Acl::from_permission(ROOT_PERMISSION);
                let mut made = Node::new(name, owner, owner, acl, Content::directory(), now);
                made.blob = Some(Box::new(BlobProperties::default()));
                self.insert_at(now, parent, made)
            });
        }
    }

    /// Makes a file system, whose name is free.
    pub(in crate::namespace) fn make_file_system(
        &mut self,
        name: &str,
        new: NewFileSystem,
        owner: Uuid,
        now: i64,
    ) -> NodeId {
        let acl = Acl::from_permission(ROOT_PERMISSION);
        // Whoever makes a file system is its root's owner and, as recorded, its group too.
        let mut root = Node::new(name, owner, owner, acl, Content::directory(), now);
        root.blob = Some(Box::new(BlobProperties::default()));
        let root = self.insert_at(now, ROOT, root);
        // Its own number, so that the file system's ETag is another than its root's.
        let incarnation = self.next;
        self.next += 1;
        let file_system = FileSystem::new(root, incarnation, new, now);
        self.file_systems.live.insert(name.into(), file_system);
        self.changes.note_account();
        root
    }
}

impl View<'_> {
    /// A file system and its attributes.
    pub(crate) fn file_system(&self, name: &str) -> Result<&FileSystem, Error> {
        let live = self.tree.file_systems.live.get(name);
        live.ok_or_else(|| Error::NoFileSystem(name.to_owned()))
    }

    /// The same, if the conditions and the lease of the caller hold.
    pub(crate) fn file_system_if(&self, item: &FileSystemItem<'_>) -> Result<&FileSystem, Error> {
        let found = self.file_system(item.name)?;
        found.require(item)?;
        found.guard_named(item.lease, self.cx.now)?;
        Ok(found)
    }

    /// The live file systems whose names begin with `prefix`, from `start` on, ascending by name.
    pub(crate) fn file_systems<'v>(
        &'v self,
        prefix: &'v str,
        start: &str,
    ) -> impl Iterator<Item = (&'v str, &'v FileSystem)> {
        let from = if start > prefix { start } else { prefix };
        let range =
            self.tree.file_systems.live.range::<str, _>((Bound::Included(from), Bound::Unbounded));
        range
            .map(|(name, found)| (&**name, found))
            .take_while(move |(name, _)| name.starts_with(prefix))
    }

    /// Whether there are file systems whose deletion can be undone, and which.
    pub(crate) fn deleted_file_systems(&self) -> impl Iterator<Item = &DeletedFileSystem> {
        self.tree.file_systems.deleted.iter().filter(|deleted| deleted.purged_at.is_some())
    }

    /// The state of a file system's lease.
    pub(crate) fn lease_of_file_system(&self, file_system: &FileSystem) -> LeaseView {
        file_system.lease.view(self.cx.now)
    }

    /// What the account's services are set to.
    pub(crate) fn service_properties(&self) -> &ServiceProperties {
        &self.tree.file_systems.service
    }

    /// The time of the operation, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.cx.now
    }
}

impl Edit<'_> {
    /// Makes a file system.
    pub(crate) fn create_file_system(
        &mut self,
        name: &str,
        new: NewFileSystem,
    ) -> Result<&FileSystem, Error> {
        if let Some(state) = self.tree.file_systems.state(name, self.cx.now) {
            return Err(Error::FileSystemTaken { name: name.to_owned(), state });
        }
        let owner = self.cx.access.principal().object_id;
        let now = self.cx.now;
        self.tree.make_file_system(name, new, owner, now);
        self.tree.file_systems.get(name)
    }

    /// Deletes a file system with everything in it. Where the account keeps deleted ones, it can be undone
    /// for a while.
    pub(crate) fn delete_file_system(&mut self, item: &FileSystemItem<'_>) -> Result<(), Error> {
        let now = self.cx.now;
        let found = self.tree.file_systems.get(item.name)?;
        found.require(item)?;
        found.guard_deletion(item.lease, now)?;
        let root = found.root;
        let Some(mut file_system) = self.tree.file_systems.live.remove(item.name) else {
            return Ok(());
        };
        // What is brought back is nobody's.
        file_system.lease = Lease::default();
        self.tree.detach(root, now);
        let days = self.tree.file_systems.service.container_retention_days;
        let purged_at = days.map(|days| now + i64::from(days) * DAY_MILLIS);
        let reserved_until = now + RESERVED_MILLIS;
        let deleted =
            DeletedFileSystem::new(item.name, file_system, now, reserved_until, purged_at);
        match purged_at {
            Some(at) => self.tree.remind(at, root),
            None => self.tree.forget(root),
        }
        self.tree.file_systems.note_deleted(deleted, now);
        self.tree.changes.note_account();
        Ok(())
    }

    /// Brings a deleted file system back, as `name`.
    pub(crate) fn restore_file_system(
        &mut self,
        name: &str,
        deleted_name: &str,
        version: &str,
    ) -> Result<&FileSystem, Error> {
        if self.tree.file_systems.live.contains_key(name) {
            let state = FileSystemState::Live;
            return Err(Error::FileSystemTaken { name: name.to_owned(), state });
        }
        let Some(deleted) = self.tree.file_systems.take_deleted(deleted_name, version) else {
            return Err(Error::NotDeleted(deleted_name.to_owned()));
        };
        let root = deleted.file_system.root;
        if let Some(at) = deleted.purged_at {
            self.tree.forget_reminder(at, root);
        }
        let now = self.cx.now;
        self.tree.attach(root, ROOT, name, now);
        self.tree.file_systems.live.insert(name.into(), deleted.file_system);
        self.tree.changes.note_account();
        self.tree.file_systems.get(name)
    }

    /// Replaces the metadata of a file system.
    pub(crate) fn set_file_system_metadata(
        &mut self,
        item: &FileSystemItem<'_>,
        metadata: Metadata,
    ) -> Result<&FileSystem, Error> {
        let now = self.cx.now;
        let found = self.changed_file_system(item)?;
        found.metadata = metadata;
        found.touch(now);
        Ok(found)
    }

    /// Replaces who may read a file system without signing in, and its stored access policies.
    pub(crate) fn set_file_system_policies(
        &mut self,
        item: &FileSystemItem<'_>,
        public_access: Option<PublicAccess>,
        policies: Vec<StoredPolicy>,
    ) -> Result<&FileSystem, Error> {
        let now = self.cx.now;
        let found = self.changed_file_system(item)?;
        found.public_access = public_access;
        found.policies = policies;
        found.touch(now);
        Ok(found)
    }

    /// A file system that is to be changed, if conditions and lease hold.
    fn changed_file_system(&mut self, item: &FileSystemItem<'_>) -> Result<&mut FileSystem, Error> {
        let now = self.cx.now;
        let found = self.tree.file_systems.get(item.name)?;
        found.require(item)?;
        found.guard_named(item.lease, now)?;
        self.tree.changes.note_account();
        self.tree.file_systems.get_mut(item.name)
    }

    /// Changes what the account's services are set to.
    pub(crate) fn change_service_properties(
        &mut self,
        change: impl FnOnce(&mut ServiceProperties),
    ) {
        change(&mut self.tree.file_systems.service);
        self.tree.changes.note_account();
    }

    /// Changes the lease of a file system. `conditions` are those of the item; its lease id is not asked
    /// for.
    pub(crate) fn change_file_system_lease(
        &mut self,
        item: &FileSystemItem<'_>,
        change: &LeaseChange,
    ) -> Result<(&FileSystem, LeaseOutcome), Error> {
        let now = self.cx.now;
        self.tree.file_systems.get(item.name)?.require(item)?;
        self.tree.changes.note_account();
        let found = self.tree.file_systems.get_mut(item.name)?;
        let outcome = change.apply(&mut found.lease, BreakByDefault::RestOfLease, now)?;
        Ok((found, outcome))
    }
}

impl FileSystem {
    /// Fails unless the conditions hold.
    fn require(&self, item: &FileSystemItem<'_>) -> Result<(), Error> {
        match item.conditions.failed(self.etag(), self.changed) {
            None => Ok(()),
            Some(failed) => {
                let path = RemotePath::root();
                Err(Error::ConditionNotMet { side: Side::Target, path, failed })
            }
        }
    }

    /// Fails when the caller names a lease that is not there.
    fn guard_named(&self, lease: Option<Uuid>, now: i64) -> Result<(), Error> {
        if lease.is_some() { self.guard_deletion(lease, now) } else { Ok(()) }
    }

    /// Fails while a lease that the caller does not hold guards it.
    fn guard_deletion(&self, lease: Option<Uuid>, now: i64) -> Result<(), Error> {
        self.lease.guard(lease, now).map_err(|reason| {
            let path = RemotePath::root();
            Error::Guarded { side: Side::Target, path, reason }
        })
    }
}
