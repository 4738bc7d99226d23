//! Where the bytes of files are kept, and, with a state directory, what survives a restart.
//!
//! Bytes go to segments before the account that they belong to is locked. Under the lock an operation
//! changes the tree and puts a [`Batch`] of records on a queue. One thread, the committer, takes what is
//! in the queue, syncs the segments that it refers to, and stores all of it in one transaction. Only then
//! does it give back what the records referred to before, and lets those go on who wait with a
//! [`Ticket`].

mod batch;
mod committer;
mod disk;
mod encoding;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod file_bytes;
mod handles;
mod metadata;
mod overflow;
mod positioned;
mod segments;
mod space;
mod state;
mod ticket;

pub(crate) use batch::{Batch, NodeChange};
pub(crate) use encoding::{Parts, decode, encode};
pub(crate) use error::StoreError;
pub(crate) use file_bytes::{FileBytes, Slices};
pub(crate) use metadata::StoredAccount;
pub(crate) use overflow::Overflow;
pub(crate) use segments::Writer;
pub(crate) use state::{AccountState, NewAccount, State};
pub(crate) use ticket::Ticket;
