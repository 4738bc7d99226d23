//! What a transfer tells about its way.

use std::fmt;

use super::Attribute;
use crate::Error;
use crate::error::TransferItem;

/// Somebody who wants to know how a transfer goes on.
///
/// Called from the tasks that do the work: return quickly. Every closure that takes
/// `&TransferEvent<'_>` is one.
pub trait Progress: Send + Sync {
    /// Takes note of an event.
    fn event(&self, event: &TransferEvent<'_>);
}

impl<F: Fn(&TransferEvent<'_>) + Send + Sync> Progress for F {
    fn event(&self, event: &TransferEvent<'_>) {
        self(event);
    }
}

/// A step of a transfer. Every item found ends in exactly one of finished, skipped, deleted, planned
/// and failed, unless the transfer itself ends early.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TransferEvent<'a> {
    /// An item was found. Totals grow while the listing goes on.
    Found(&'a TransferItem),
    /// So many files and bytes are there to be transferred, as far as they were counted; only with
    /// [`TransferOptions::count_ahead`](super::TransferOptions::count_ahead).
    Counted {
        /// Files so far.
        files: u64,
        /// The bytes in them.
        bytes: u64,
        /// Whether this is all.
        complete: bool,
    },
    /// The listing is at its end: no more items are found, but for those that a sync deletes.
    Listed,
    /// Bytes of the item were there already, from an earlier run of this transfer.
    Resumed {
        /// The item.
        item: &'a TransferItem,
        /// How many.
        bytes: u64,
    },
    /// Bytes of the item arrived, in pieces of [`part_size`](super::TransferOptions::part_size).
    Moved {
        /// The item.
        item: &'a TransferItem,
        /// How many more bytes are there now.
        bytes: u64,
    },
    /// The content of a file was read again and is what was sent; only with
    /// [`TransferOptions::verify`](super::TransferOptions::verify).
    Verified {
        /// The item.
        item: &'a TransferItem,
        /// The CRC-32 of its content, as `gzip` and `crc32` compute it.
        checksum: u32,
    },
    /// The item is at its target, complete.
    Finished(&'a TransferItem),
    /// The item was left out.
    Skipped {
        /// The item.
        item: &'a TransferItem,
        /// Why.
        reason: SkipReason,
    },
    /// The item was deleted from the target of a [sync](crate::FileSystemClient::sync_up), because
    /// the source does not have it.
    Deleted(&'a TransferItem),
    /// A [dry run](super::SyncOptions::dry_run) would do this.
    Planned {
        /// The item.
        item: &'a TransferItem,
        /// What would be done.
        step: SyncStep,
    },
    /// A copy lacks something that its source has, since the account has no place for it.
    NotKept {
        /// The item.
        item: &'a TransferItem,
        /// What it lacks.
        attribute: Attribute,
    },
    /// Something that the user should know, and that does not keep the transfer from going on.
    Warning(&'a str),
    /// The item could not be transferred; others go on.
    Failed {
        /// The item.
        item: &'a TransferItem,
        /// Why.
        error: &'a Error,
    },
}

/// What a [sync](crate::FileSystemClient::sync_up) does about an item that is not the same on both
/// sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyncStep {
    /// It is brought to the target.
    Transfer,
    /// It is deleted from the target.
    Delete,
}

/// Why an item was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// The target is as good as the source, by [`Overwrite`](super::Overwrite).
    UpToDate,
    /// An earlier run of this transfer has done it, by its
    /// [`journal`](super::TransferOptions::journal).
    DoneBefore,
    /// It is a symbolic link to a directory, which could lead anywhere.
    SymbolicLink,
    /// It is neither a file nor a directory.
    SpecialFile,
    /// It is what a transfer that is under way or was interrupted keeps for itself.
    Temporary,
}

impl SkipReason {
    /// Whether the target lacks something that the source has.
    #[must_use]
    pub fn is_loss(self) -> bool {
        !matches!(self, Self::UpToDate | Self::DoneBefore)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UpToDate => "up to date",
            Self::DoneBefore => "done by an earlier run",
            Self::SymbolicLink => "a symbolic link to a directory",
            Self::SpecialFile => "neither a file nor a directory",
            Self::Temporary => "a temporary file of a transfer",
        })
    }
}
