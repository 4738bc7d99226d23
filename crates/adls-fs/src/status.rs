//! What a file system says about its items.

use std::fmt;
use std::time::SystemTime;

use adls_wire::{AclEntry, Permission, RemotePath};

/// File or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Directory => "directory",
        })
    }
}

/// One file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStatus {
    /// Where it is.
    pub path: RemotePath,
    /// What it is.
    pub kind: FileKind,
    /// Bytes; 0 for a directory.
    pub length: u64,
    /// When its content last changed, to the millisecond.
    pub modified: SystemTime,
    /// When it was last accessed, to the millisecond. Gen1 sets it at creation and never moves it.
    pub accessed: Option<SystemTime>,
    /// When the file will be removed; `None` for never, and for directories.
    pub expires: Option<SystemTime>,
    /// Mode bits. With an extended ACL the middle digit is the mask.
    pub permission: Permission,
    /// Object id, or principal name when that was asked for.
    pub owner: String,
    /// Object id, or principal name when that was asked for.
    pub group: String,
    /// Whether the ACL holds more than the mode bits say.
    pub has_acl: bool,
    /// The size of a storage block in bytes, where the service tells it.
    pub block_size: Option<u64>,
    /// The number of copies, where the service tells it.
    pub replication: Option<u32>,
    /// Opaque: two statuses with the same one are of the same item. On Gen1 it changes when the item
    /// is made anew, not when it is written to, and is told only by
    /// [`stat_with`](crate::FileSystemClient::stat_with) when [asked for](crate::StatOptions::etag).
    pub etag: Option<String>,
}

impl FileStatus {
    /// The last part of the path; empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.file_name().unwrap_or_default()
    }

    /// Whether it is a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == FileKind::File
    }

    /// Whether it is a directory.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.kind == FileKind::Directory
    }
}

/// What lies at and below a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentSummary {
    /// Directories, the one asked for included.
    pub directories: u64,
    /// Files.
    pub files: u64,
    /// Bytes in all files.
    pub length: u64,
}

/// Something that was deleted and can be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeletedItem {
    /// Where it was.
    pub path: RemotePath,
    /// What it is.
    pub kind: FileKind,
    /// When it was deleted, to the millisecond.
    pub deleted: SystemTime,
    /// What the service knows it by.
    pub token: String,
}

/// The access control list of an item, with its owners.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acl {
    /// All entries, those for the owner, the group and everybody else included, default ones last.
    pub entries: Vec<AclEntry>,
    /// Object id, or principal name when that was asked for.
    pub owner: String,
    /// Object id, or principal name when that was asked for.
    pub group: String,
    /// The same as mode bits; with an extended ACL the middle digit is the mask.
    pub permission: Permission,
}
