//! What became of work on many items.

use super::Error;
use crate::FileKind;

/// One file or directory of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferItem {
    /// A number that no other item of the transfer has.
    pub id: u64,
    /// Where it comes from: a local path or a remote one, for display.
    pub source: String,
    /// Where it goes to, for display.
    pub target: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes; 0 for a directory.
    pub length: u64,
}

/// What a transfer did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct TransferReport {
    /// Files that are now at their targets.
    pub files: u64,
    /// Directories that are now at their targets.
    pub directories: u64,
    /// Bytes in these files.
    pub bytes: u64,
    /// Those among the bytes that earlier runs of the transfer had brought there.
    pub resumed: u64,
    /// Items that were not transferred and did not fail.
    pub skipped: u64,
    /// Those among them that the target lacks now: symbolic links to directories, pipes, devices, and
    /// temporary files of transfers. The others were at their targets already. Each is told as
    /// [`TransferEvent::Skipped`](crate::transfer::TransferEvent::Skipped) with the reason.
    pub left_out: u64,
    /// Items that were deleted from the target of a sync, directories counted once with all in them.
    pub deleted: u64,
    /// Copies that lack something that their source has, since the account has no place for it; each is told
    /// as [`TransferEvent::NotKept`](crate::transfer::TransferEvent::NotKept).
    pub incomplete_copies: u64,
    /// Items that could not be transferred.
    pub failures: Vec<TransferFailure>,
}

impl TransferReport {
    /// Whether there was nothing to do anything about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let all = self.files + self.directories + self.skipped + self.deleted;
        all == 0 && self.failures.is_empty()
    }

    /// Adds what another transfer did.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.directories += other.directories;
        self.bytes += other.bytes;
        self.resumed += other.resumed;
        self.skipped += other.skipped;
        self.left_out += other.left_out;
        self.deleted += other.deleted;
        self.incomplete_copies += other.incomplete_copies;
        self.failures.extend(other.failures);
    }

    pub(crate) fn count(&mut self, item: &TransferItem) {
        match item.kind {
            FileKind::Directory => self.directories += 1,
            FileKind::File => {
                self.files += 1;
                self.bytes += item.length;
            }
        }
    }
}

/// An item that could not be transferred.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransferFailure {
    /// Which one.
    pub item: TransferItem,
    /// Why.
    pub error: Error,
}

/// What a change of a tree did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct TreeChangeReport {
    /// Files changed.
    pub files: u64,
    /// Directories changed.
    pub directories: u64,
    /// What failed; each error names its path.
    pub failures: Vec<Error>,
}
