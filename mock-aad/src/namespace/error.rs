//! Why an operation on the tree was refused.

use adls_wire::RemotePath;

use crate::store::StoreError;

/// Why an operation on the tree was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// No such file or directory.
    #[error("{0} does not exist")]
    NotFound(RemotePath),
    /// Something is there already.
    #[error("{0} already exists")]
    AlreadyExists(RemotePath),
    /// The directory still has children.
    #[error("{0} is not empty")]
    NotEmpty(RemotePath),
    /// A file was expected.
    #[error("{0} is a directory, not a file")]
    IsDirectory(RemotePath),
    /// A directory was expected.
    #[error("{0} is a file, not a directory")]
    NotDirectory(RemotePath),
    /// Permission bits or the ACL forbid it.
    #[error("the caller may not do this at {0}")]
    PermissionDenied(RemotePath),
    /// An append at another place than the end.
    #[error("offset {offset} is not the end of the file, {length}")]
    BadOffset {
        /// Where the append was to go.
        offset: u64,
        /// How long the file is, unpublished bytes included.
        length: u64,
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
    #[error("another writer holds {0}")]
    LeaseConflict(RemotePath),
    /// Appends with an offset and concurrent appends do not mix.
    #[error("{path} takes {} appends only", if *concurrent { "concurrent" } else { "ordered" })]
    WrongAppendKind {
        /// The file.
        path: RemotePath,
        /// Whether the file is one of concurrent appends.
        concurrent: bool,
    },
    /// The file at the path is not the incarnation that was meant.
    #[error("{0} has been created anew since")]
    OtherIncarnation(RemotePath),
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
