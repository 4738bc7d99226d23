//! Accounts and their file trees: names, bytes, permissions, leases, expiry. No HTTP here.
//!
//! An operation begins with [`Account::view`] or [`Account::begin_change`], which take the account's lock
//! for as long as the operation lasts; bytes are received before and sent after it.

mod access;
mod account;
mod account_key;
mod acl;
mod attributes;
mod changes;
mod concat;
mod conditions;
mod content;
mod deleted;
mod directories;
mod error;
mod files;
mod journal;
mod lake;
mod lease;
mod moves;
mod node;
mod positions;
mod principal;
mod record;
#[cfg(test)]
mod tests;
mod trash;
mod tree;

pub(crate) use account::{Account, Edit, Room};
pub(crate) use account_key::{AccountKey, Generation};
pub(crate) use acl::{AclChange, Entry, Subject};
pub(crate) use attributes::Expiry;
pub(crate) use concat::Leftovers;
pub(crate) use conditions::{Conditions, Item};
pub(crate) use content::{SyncMode, WriteSession};
pub(crate) use deleted::{OnConflict, TrashItem};
pub(crate) use directories::{Page, Status};
pub(crate) use error::{Error, Side};
pub(crate) use files::{Append, Create, Existing, Missing};
pub(crate) use lake::{InitialAccount, Lake, Snapshot};
pub(crate) use moves::{Deletion, Rename};
#[cfg(test)]
use node::ETag;
pub(crate) use node::{NodeId, NodeKind};
pub(crate) use principal::Principal;
