//! What is changed of the access control lists of a tree in one call of the service, and what came of it.

use adls_wire::{AclSpec, RemotePath};

use crate::FileKind;
use crate::options::options;

/// A change of access control lists that the service makes to every item of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AclTreeChange {
    /// The whole list, with entries for the owner, the group and everybody else. Default entries are left out
    /// for files; directories lose theirs when there are none among these.
    Set(AclSpec),
    /// Entries to add or replace; default ones only for directories.
    Modify(AclSpec),
    /// Entries to remove, without rights; named ones only.
    Remove(AclSpec),
}

impl AclTreeChange {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &AclSpec {
        match self {
            Self::Set(acl) | Self::Modify(acl) | Self::Remove(acl) => acl,
        }
    }
}

/// The most items that the service changes in one call.
pub(crate) const LARGEST_BATCH: u32 = 2000;

options! {
    /// Options of [`change_acl_tree_with`](crate::FileSystemClient::change_acl_tree_with).
    pub struct TreeAclOptions {
        /// The most items of one batch, 1 to 2,000; 2,000 by default.
        pub batch_size: u32,
        /// Where to begin: the [continuation](AclBatch::continuation) of an earlier batch of the same change. What
        /// was begun by one call after the other goes on so, whatever the concurrency.
        pub continuation: Option<String>,
        /// Whether it goes on after an item that cannot be changed. Without it the batch with the first
        /// failure is the last.
        pub continue_on_failure: bool,
        /// How many calls there are at once; 1 by default. With more, each directory directly below the top is
        /// changed by calls of its own, and so is each file, which is worth it for large trees. Batches then
        /// come in any order.
        pub concurrency: usize,
    }
}

impl Default for TreeAclOptions {
    fn default() -> Self {
        Self {
            batch_size: LARGEST_BATCH,
            continuation: None,
            continue_on_failure: false,
            concurrency: 1,
        }
    }
}

/// What one call has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AclBatch {
    /// Directories that were changed.
    pub directories: u64,
    /// Files that were changed.
    pub files: u64,
    /// Items that could not be changed.
    pub failures: Vec<AclFailure>,
    /// Where the change goes on, if anything is left: see [`TreeAclOptions::continuation`].
    pub continuation: Option<String>,
}

impl AclBatch {
    /// Adds what another call has changed, and goes on where that goes on.
    pub fn add(&mut self, other: Self) {
        self.directories += other.directories;
        self.files += other.files;
        self.failures.extend(other.failures);
        self.continuation = other.continuation;
    }
}

/// An item whose access control list could not be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AclFailure {
    /// Where it is.
    pub path: RemotePath,
    /// What it is.
    pub kind: FileKind,
    /// Why not, in the service's words.
    pub message: String,
}

/// What is to be changed in one call.
#[derive(Clone, Debug)]
pub(crate) struct AclPage {
    pub(crate) batch_size: u32,
    pub(crate) continue_on_failure: bool,
    pub(crate) continuation: Option<String>,
}
