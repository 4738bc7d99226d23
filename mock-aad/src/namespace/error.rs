//! Why an operation on the tree was refused.

use std::fmt;

use adls_wire::RemotePath;

use super::content::Appends;
use super::lease::{GuardError, LeaseError};
use super::node::NodeKind;
use crate::store::StoreError;

/// Which of its paths an operation was refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What is moved or joined.
    Source,
    /// What the operation is about, or where something is to be.
    Target,
    /// The directory that is to hold the target.
    TargetParent,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "the source ",
            Self::Target => "",
            Self::TargetParent => "the directory ",
        })
    }
}

/// Which condition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Incarnation,
    IfMatch,
    IfNoneMatch,
    IfModifiedSince,
    IfUnmodifiedSince,
    Tags,
    Tier,
}

/// Whether a name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileSystemState {
    Live,
    /// It was deleted a moment ago.
    Deleting,
}

/// Why an operation on the tree was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// No such file or directory.
    #[error("{side}{path} does not exist")]
    NotFound { side: Side, path: RemotePath },
    /// Something is there already.
    #[error("{path} exists already and is a {found}")]
    AlreadyExists { path: RemotePath, found: NodeKind },
    /// A file is where a directory is needed, or the other way round.
    #[error("{path} is a {found}, not a {}", match found {
        NodeKind::File => NodeKind::Directory,
        NodeKind::Directory => NodeKind::File,
    })]
    TypeMismatch { side: Side, path: RemotePath, found: NodeKind },
    /// The root, which stays where it is.
    #[error("the root cannot be moved or deleted")]
    Root,
    /// A directory into itself.
    #[error("{0} cannot be moved into itself")]
    IntoItself(RemotePath),
    /// The directory still has children.
    #[error("{0} is not empty")]
    NotEmpty(RemotePath),
    /// Permission bits or the ACL forbid it.
    #[error("the caller may not do this at {0}")]
    PermissionDenied(RemotePath),
    /// What is there is not what the caller takes it for.
    #[error("{side}{path} has changed since")]
    ConditionNotMet { side: Side, path: RemotePath, failed: Condition },
    /// An append at another place than the end.
    #[error("position {position} is not the end of the file, {expected}")]
    WrongPosition {
        /// Where the append was to go.
        position: u64,
        /// How long the file is, staged bytes included.
        expected: u64,
    },
    /// A read that starts behind the end.
    #[error("offset {offset} is out of the range [0, {length})")]
    BeyondEnd {
        /// Where the read was to start.
        offset: u64,
        /// How long the file is.
        length: u64,
    },
    /// Another writer holds the file.
    #[error("another writer holds {side}{path}")]
    LeaseConflict { side: Side, path: RemotePath },
    /// There is no such file system.
    #[error("the file system {0} does not exist")]
    NoFileSystem(String),
    /// There is, or was a moment ago, a file system of this name.
    #[error("the file system {name} {}", match state {
        FileSystemState::Live => "exists already",
        FileSystemState::Deleting => "is being deleted",
    })]
    FileSystemTaken { name: String, state: FileSystemState },
    /// A lease guards the item, or the one that the caller names does not.
    #[error("{side}{path}: {reason}")]
    Guarded { side: Side, path: RemotePath, reason: GuardError },
    /// A lease is not in the state for what is to be done with it.
    #[error("{0}")]
    Lease(#[from] LeaseError),
    /// A flush to a place that there are no bytes up to, or that is committed already.
    #[error("position {position} is none that can be flushed to, between {committed} and {staged}")]
    FlushPosition {
        position: u64,
        /// How many bytes are committed.
        committed: u64,
        /// Up to where there are bytes without a gap.
        staged: u64,
    },
    /// The content was written with another key of the caller's, or with none.
    #[error("{0} is encrypted with another key")]
    OtherKey(RemotePath),
    /// The file is on its way out of the archive, to another tier.
    #[error("{0} is on its way out of the archive")]
    Rehydrating(RemotePath),
    /// The content was written with another encryption scope.
    #[error("{0} is encrypted with another scope")]
    OtherScope(RemotePath),
    /// The content was written without a key of the caller's.
    #[error("{0} is not encrypted with a key of the caller's")]
    NoKey(RemotePath),
    /// Directories do not expire.
    #[error("{0} is a directory, and only files expire")]
    DirectoryExpiry(RemotePath),
    /// There is no deleted item of this name and id.
    #[error("nothing that was deleted as {0} can be restored")]
    NotDeleted(String),
    /// An ACL that is not one; the text says why.
    #[error("{0}")]
    InvalidAcl(String),
    /// Appends with an offset and concurrent appends do not mix.
    #[error("{path} takes {} appends only", match takes {
        Appends::Concurrent => "concurrent",
        Appends::Blocks => "no",
        Appends::Ordered | Appends::Undecided => "ordered",
    })]
    WrongAppendKind { path: RemotePath, takes: Appends },
    /// What is written at positions is not written in blocks.
    #[error("the content of {0} is not made of blocks")]
    NotOfBlocks(RemotePath),
    /// What is written in blocks is not written at positions.
    #[error("the content of {0} is made of blocks")]
    OfBlocks(RemotePath),
    /// An append blob is not written as others are, nor they as it.
    #[error("{0} is a blob of another kind")]
    OtherBlobKind(RemotePath),
    /// A list names a block that is not there.
    #[error("there is no block {0}")]
    NoBlock(String),
    /// The ids of the blocks of one file are of one length.
    #[error("the id {0} is not as long as those of the blocks that are there")]
    BlockIdLength(String),
    /// A file has no more blocks than that.
    #[error("there are {0} blocks already")]
    TooManyBlocks(usize),
    /// The file would be longer than the caller lets it become.
    #[error("the file would have more than {0} bytes")]
    TooLong(u64),
    /// The change could not be stored.
    #[error("the change cannot be stored: {0}")]
    NotStored(#[from] StoreError),
    /// What is stored of the file or the account cannot be read; the text says why.
    #[error("what is stored of it cannot be used: {0}")]
    Damaged(String),
    /// The request contradicts itself or the rules; the text says how.
    #[error("{0}")]
    Invalid(String),
}
