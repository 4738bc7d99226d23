//! The items of Gen2 accounts: what DFS and Blob do with files and directories below a file system.

mod attributes;
mod blocks;
mod create;
mod delete;
mod entry_ref;
mod file_systems;
mod leases;
mod list;
mod locate;
mod recursive_acl;
mod rename;
mod stage;

pub(crate) use attributes::{ARCHIVE, AclUpdate, AttributeChange, HeaderChange, TierChange};
pub(crate) use blocks::{BlobAppend, BlockChoice, BlockSource, MOST_BLOCKS, NewBlock};
pub(crate) use create::NewEntry;
pub(crate) use delete::DeletedEntry;
pub(crate) use entry_ref::EntryRef;
pub(crate) use file_systems::FileSystemItem;
pub(crate) use leases::{LeaseAction, LeaseChange, LeaseOutcome};
pub(crate) use list::{ListStart, PathList};
pub(crate) use locate::EntryItem;
pub(crate) use recursive_acl::{AclFailure, RecursiveAclChange, RecursiveAclPage};
pub(crate) use rename::{EntryRename, RenameMode};
pub(crate) use stage::{Commit, ConcurrentAppend, Flush, Staging};
