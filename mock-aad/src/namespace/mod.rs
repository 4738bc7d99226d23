//! Accounts and their file trees: names, bytes, permissions, leases, expiry. No HTTP here.
//!
//! An operation begins with [`Account::view`] or [`Account::edit`], which take the account's lock
//! for as long as the operation lasts; bytes are received before and sent after it.

mod account;
mod acl;
mod attributes;
mod concat;
mod directories;
mod error;
mod files;
mod journal;
mod lake;
mod moves;
mod node;
mod principal;
mod record;
#[cfg(test)]
mod tests;
mod trash;
mod tree;

pub(crate) use account::{Account, Edit};
pub(crate) use acl::{Entry, Who};
pub(crate) use directories::{Page, Status};
pub(crate) use error::Error;
pub(crate) use files::{Create, Written};
pub(crate) use lake::{Lake, Snapshot};
pub(crate) use moves::Outcome;
pub(crate) use node::NodeId;
pub(crate) use principal::Principal;
pub(crate) use trash::{OnConflict, TrashItem};
