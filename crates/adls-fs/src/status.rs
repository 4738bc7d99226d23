//! What a file system says about its items.

use std::fmt;
use std::time::SystemTime;

use adls_wire::{AclEntry, Permission, RemotePath};

use crate::ETag;

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
    /// When it was made, where that is told: on Gen1 to the millisecond, on Gen2 to the second or better.
    pub created: Option<SystemTime>,
    /// When the file will be removed; `None` for never, and for directories.
    pub expires: Option<SystemTime>,
    /// Mode bits, where the caller may know them. With an extended ACL the middle digit is the mask.
    pub permission: Option<Permission>,
    /// Object id, or principal name when that was asked for; where the caller may know it.
    pub owner: Option<String>,
    /// Object id, or principal name when that was asked for; where the caller may know it.
    pub group: Option<String>,
    /// Whether the ACL holds more than the mode bits say.
    pub has_acl: bool,
    /// The version of its content, where the service has one: see
    /// [`Capabilities::etag`](crate::Capabilities::etag).
    pub etag: Option<ETag>,
    /// Opaque: two statuses with the same one are of the same item. It changes when the item is made
    /// anew; on Gen1 not when it is written to, on Gen2, where it is the version, then as well. Gen1 tells it only when
    /// [asked for](crate::StatOptions::incarnation).
    pub incarnation: Option<String>,
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

/// What a write has made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteResult {
    /// The bytes that the file has now.
    pub length: u64,
    /// Its version now, where the service has one and tells.
    pub etag: Option<ETag>,
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
