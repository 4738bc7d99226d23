//! What an account is made of.

use adls_wire::{Permission, RemotePath};
use bytes::Bytes;
use uuid::Uuid;

use super::account_key::AccountKey;
use super::acl::Entry;

/// An account as it is made.
#[derive(Clone, Debug)]
pub(crate) struct InitialAccount {
    pub(crate) key: AccountKey,
    /// They pass every permission check; what is in the account belongs to the first.
    pub(crate) owners: Vec<Uuid>,
    /// The owning group of a Gen1 account's root.
    pub(crate) default_group: Option<Uuid>,
    /// The file systems of a Gen2 account.
    pub(crate) file_systems: Vec<String>,
    /// Directories in these, each behind the one that it is in.
    pub(crate) directories: Vec<InitialDirectory>,
    /// Files and directories, in the order in which they are made.
    pub(crate) items: Vec<InitialItem>,
    /// For how many days a Gen2 account keeps what is deleted, blobs and containers.
    pub(crate) retention_days: Option<u32>,
}

/// A directory of a Gen2 account as it is made.
#[derive(Clone, Debug)]
pub(crate) struct InitialDirectory {
    pub(crate) file_system: String,
    /// The segments of its path.
    pub(crate) path: Vec<String>,
}

/// A file or directory as it is made.
#[derive(Clone, Debug)]
pub(crate) struct InitialItem {
    /// In a Gen2 account behind the name of the file system.
    pub(crate) path: RemotePath,
    /// What a file holds; `None` for a directory.
    pub(crate) content: Option<Bytes>,
    pub(crate) owner: Option<Uuid>,
    pub(crate) group: Option<Uuid>,
    pub(crate) permission: Option<Permission>,
    /// The whole ACL.
    pub(crate) acl: Option<Vec<Entry>>,
}

impl InitialAccount {
    /// An empty account.
    pub(crate) fn new(key: impl Into<AccountKey>, owners: Vec<Uuid>) -> Self {
        Self {
            key: key.into(),
            owners,
            default_group: None,
            file_systems: Vec::new(),
            directories: Vec::new(),
            items: Vec::new(),
            retention_days: None,
        }
    }
}
