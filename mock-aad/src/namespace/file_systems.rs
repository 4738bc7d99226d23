//! What the file systems of a Gen2 account are, besides their trees.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::blob_properties::Metadata;
use super::error::{Error, FileSystemState};
use super::lease::Lease;
use super::node_id::{ETag, NodeId};
use super::service_properties::ServiceProperties;

/// What a new file system is to have.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewFileSystem {
    pub(crate) metadata: Metadata,
    pub(crate) public_access: Option<PublicAccess>,
    pub(crate) encryption_scope: Option<Box<str>>,
    pub(crate) denies_other_scopes: bool,
}

/// How much of a file system everybody may read without signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PublicAccess {
    /// Lists, too.
    Container,
    Blob,
}

/// A stored access policy, which signatures may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPolicy {
    pub(crate) id: String,
    /// As the caller wrote it; empty for none.
    pub(crate) start: String,
    pub(crate) expiry: String,
    pub(crate) permission: String,
}

/// One file system besides its tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FileSystem {
    pub(super) root: NodeId,
    pub(super) incarnation: NodeId,
    pub(super) version: u64,
    /// Milliseconds since 1970.
    pub(crate) changed: i64,
    pub(crate) metadata: Metadata,
    pub(crate) public_access: Option<PublicAccess>,
    pub(crate) policies: Vec<StoredPolicy>,
    pub(super) lease: Lease,
    /// What new files are encrypted with.
    pub(crate) encryption_scope: Option<Box<str>>,
    pub(crate) denies_other_scopes: bool,
}

/// All file systems of an account, and what its services are set to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FileSystems {
    pub(super) live: BTreeMap<Box<str>, FileSystem>,
    pub(super) deleted: Vec<DeletedFileSystem>,
    pub(super) service: ServiceProperties,
}

impl FileSystem {
    pub(super) fn new(root: NodeId, incarnation: NodeId, new: NewFileSystem, now: i64) -> Self {
        let NewFileSystem { metadata, public_access, encryption_scope, denies_other_scopes } = new;
        Self {
            root,
            incarnation,
            version: 0,
            changed: now,
            metadata,
            public_access,
            policies: Vec::new(),
            lease: Lease::default(),
            encryption_scope,
            denies_other_scopes,
        }
    }

    /// Tells its states apart; not the one of its root directory.
    pub(crate) fn etag(&self) -> ETag {
        ETag { incarnation: self.incarnation, version: self.version }
    }

    /// Begins the next version.
    pub(super) fn touch(&mut self, now: i64) {
        self.version += 1;
        self.changed = now;
    }
}

impl FileSystems {
    /// Whether and how a name is taken.
    pub(super) fn state(&self, name: &str, now: i64) -> Option<FileSystemState> {
        if self.live.contains_key(name) {
            return Some(FileSystemState::Live);
        }
        let taken = self.deleted.iter().any(|gone| gone.name == name && gone.reserved_until > now);
        taken.then_some(FileSystemState::Deleting)
    }

    pub(super) fn get(&self, name: &str) -> Result<&FileSystem, Error> {
        self.live.get(name).ok_or_else(|| Error::NoFileSystem(name.to_owned()))
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Result<&mut FileSystem, Error> {
        self.live.get_mut(name).ok_or_else(|| Error::NoFileSystem(name.to_owned()))
    }

    /// For how many days deleted items can be restored.
    pub(super) fn retention_days(&self) -> Option<u32> {
        self.service.retention_days
    }

    /// When deleted file systems can be restored no longer.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = (i64, NodeId)> {
        self.deleted.iter().filter_map(|gone| Some((gone.purged_at?, gone.file_system.root)))
    }

    /// Whether a node is the root of a deleted file system.
    pub(super) fn is_deleted(&self, root: NodeId) -> bool {
        self.deleted.iter().any(|gone| gone.purged_at.is_some() && gone.file_system.root == root)
    }

    /// Forgets a deleted file system whose time is over.
    pub(super) fn forget_deleted(&mut self, root: NodeId) {
        self.deleted.retain(|gone| gone.file_system.root != root);
    }

    /// Notes a deleted file system, and forgets those whose names are free again.
    pub(super) fn note_deleted(&mut self, deleted: DeletedFileSystem, now: i64) {
        self.deleted.retain(|gone| gone.purged_at.is_some() || gone.reserved_until > now);
        self.deleted.push(deleted);
    }

    /// Takes a deleted file system out.
    pub(super) fn take_deleted(&mut self, name: &str, version: &str) -> Option<DeletedFileSystem> {
        let found = self.deleted.iter().position(|gone| {
            gone.purged_at.is_some() && gone.name == name && gone.version == version
        })?;
        Some(self.deleted.remove(found))
    }
}

/// A file system that was deleted, as long as its name is taken or it can be restored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeletedFileSystem {
    pub(crate) name: String,
    /// Tells the deleted file systems of one name apart.
    pub(crate) version: String,
    pub(crate) file_system: FileSystem,
    /// Milliseconds since 1970.
    pub(crate) deleted_at: i64,
    /// Until when no other may have its name; milliseconds since 1970.
    pub(super) reserved_until: i64,
    /// When it cannot be restored any more; `None` where it never could.
    pub(crate) purged_at: Option<i64>,
}

impl DeletedFileSystem {
    pub(super) fn new(
        name: &str,
        file_system: FileSystem,
        deleted_at: i64,
        reserved_until: i64,
        purged_at: Option<i64>,
    ) -> Self {
        let (name, version) = (name.to_owned(), format!("01D{:013X}", file_system.incarnation));
        Self { name, version, file_system, deleted_at, reserved_until, purged_at }
    }
}
