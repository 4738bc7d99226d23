//! Accounts and their file trees: names, bytes, permissions, leases, expiry. No HTTP here.
//!
//! An operation begins with [`Account::view`] or [`Account::begin_change`], which take the account's lock
//! for as long as the operation lasts; bytes are received before and sent after it.

mod access;
mod account;
mod account_key;
mod acl;
mod administration;
mod attributes;
mod blob_properties;
mod changes;
mod concat;
mod conditions;
mod content;
mod content_type;
mod deleted;
mod directories;
mod entries;
mod error;
mod file_systems;
mod files;
mod initial_account;
mod journal;
mod lake;
mod lease;
mod moves;
mod node;
mod node_id;
mod positions;
mod principal;
mod record;
mod service_properties;
mod tag_condition;
#[cfg(test)]
mod tests;
mod trash;
mod tree;

pub(crate) use access::{Access, DataRole};
pub(crate) use account::{Account, Edit, Room, View};
pub(crate) use account_key::{AccountKey, Generation};
pub(crate) use acl::{AclChange, Entry, MAX_ENTRIES, Subject};
pub(crate) use attributes::{AclStatus, Expiry};
pub(crate) use blob_properties::{
    BlobKind, BlobProperties, ContentHeaders, Copied, Encryption, Metadata, RehydratePriority,
    Rehydration, Tags, Tier,
};
pub(crate) use concat::Leftovers;
pub(crate) use conditions::{Conditions, ETagCondition, Item};
pub(crate) use content::{Appends, SyncMode, WriteSession};
pub(crate) use deleted::{OnConflict, TrashItem};
pub(crate) use directories::{Page, Status, Summary};
pub(crate) use entries::{
    ARCHIVE, AclFailure, AclUpdate, AttributeChange, BlobAppend, BlockChoice, BlockSource, Commit,
    ConcurrentAppend, DeletedEntry, EntryItem, EntryRef, EntryRename, FileSystemItem, Flush,
    HeaderChange, LeaseAction, LeaseChange, LeaseOutcome, ListStart, MOST_BLOCKS, NewBlock,
    NewEntry, PathList, RecursiveAclChange, RecursiveAclPage, RenameMode, Staging, TierChange,
};
pub(crate) use error::{Condition, Error, FileSystemState, Side};
pub(crate) use file_systems::{
    DeletedFileSystem, FileSystem, NewFileSystem, PublicAccess, StoredPolicy,
};
pub(crate) use files::{Append, Create, Existing, Missing};
pub(crate) use initial_account::{InitialAccount, InitialDirectory, InitialItem};
pub(crate) use lake::{Lake, Snapshot};
pub(crate) use lease::{GuardError, LeaseDuration, LeaseError, LeaseState};
pub(crate) use moves::{Deletion, Rename};
pub(crate) use node::NodeKind;
pub(crate) use node_id::{ETag, NodeId};
pub(crate) use principal::Principal;
pub(crate) use service_properties::{CorsRule, Logging, Metrics, ServiceProperties, Website};
pub(crate) use tag_condition::TagCondition;
