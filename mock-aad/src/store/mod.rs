//! Where the bytes of files are kept, and, with a state folder, what survives a restart.

mod file_bytes;
mod metadata;
mod segments;
mod state;

pub(crate) use file_bytes::{ExtentRecord, FileBytes, Slices};
pub(crate) use metadata::{Batch, StoredAccount};
pub(crate) use state::{AccountState, State};
