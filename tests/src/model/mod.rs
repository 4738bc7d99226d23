//! The reference model of a file system: what it should answer, written down independently of every
//! client and of the emulator, over a plain map in memory; and the same operations over a client.

mod acl;
mod person;
mod rights;
mod target;
mod tree;

use adls_fs::{ErrorKind, RemotePath};

pub use acl::{Rights, Who};
pub use person::Person;
pub use rights::Verdict;
pub use target::perform;
pub use tree::Model;

/// One thing to do.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named like the methods of the client")]
pub enum Action {
    Mkdirs(RemotePath),
    Write { path: RemotePath, content: Vec<u8>, overwrite: bool },
    Append(RemotePath, Vec<u8>),
    ConcurrentAppend { path: RemotePath, content: Vec<u8>, create: bool },
    Concat(RemotePath, Vec<RemotePath>),
    Rename { from: RemotePath, to: RemotePath, overwrite: bool },
    Delete(RemotePath, bool),
    Read(RemotePath, std::ops::Range<u64>),
    List(RemotePath),
    Summary(RemotePath),
    SetPermission(RemotePath, u16),
    SetAcl(RemotePath, Vec<Rights>),
    ModifyAcl(RemotePath, Vec<Rights>),
    RemoveAclEntries(RemotePath, Vec<Rights>),
    RemoveAcl(RemotePath),
    RemoveDefaultAcl(RemotePath),
    Acl(RemotePath),
    SetOwner { path: RemotePath, owner: &'static str, group: &'static str },
}

impl Action {
    /// Everything that it names.
    fn paths(&self) -> Vec<&RemotePath> {
        match self {
            Self::Mkdirs(path)
            | Self::Write { path, .. }
            | Self::Append(path, _)
            | Self::ConcurrentAppend { path, .. }
            | Self::Delete(path, _)
            | Self::Read(path, _)
            | Self::List(path)
            | Self::Summary(path)
            | Self::SetPermission(path, _)
            | Self::SetAcl(path, _)
            | Self::ModifyAcl(path, _)
            | Self::RemoveAclEntries(path, _)
            | Self::RemoveAcl(path)
            | Self::RemoveDefaultAcl(path)
            | Self::Acl(path)
            | Self::SetOwner { path, .. } => vec![path],
            Self::Concat(target, sources) => sources.iter().chain([target]).collect(),
            Self::Rename { from, to, .. } => vec![from, to],
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// Whether anything was there to delete.
    Deleted(bool),
    /// Bytes of a file.
    Content(Vec<u8>),
    /// What is in a directory, ascending by name; a file lists itself.
    Entries(Vec<Entry>),
    /// Directories, files and bytes.
    Summary(u64, u64, u64),
    /// All entries of an ACL, in the order of the service.
    Acl(Vec<String>),
    /// It was refused.
    Refused(ErrorKind),
}

impl Outcome {
    /// Whether a right was missing.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        *self == Self::Refused(ErrorKind::PermissionDenied)
    }

    fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// What a listing says of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Bytes of a file; 0 for a directory.
    pub length: u64,
    /// Mode bits.
    pub mode: u16,
    /// Whether the ACL holds more than the mode bits say.
    pub has_acl: bool,
}
