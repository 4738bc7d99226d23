//! What a tree is made of: files and directories.

use std::collections::BTreeMap;
use std::fmt;

use uuid::Uuid;

use super::acl::Acl;
use super::blob_properties::BlobProperties;
use super::content::{Appends, File, Piece, WriteSession};
use super::node_id::NodeId;
use crate::store::FileBytes;

/// The children of a directory, ascending by code point, which is the order of UTF-8 bytes.
pub(super) type Children = BTreeMap<Box<str>, NodeId>;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    File,
    Directory,
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Directory => "directory",
        })
    }
}

/// A file or directory.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The directory that holds it; `None` for the root and for what lies in the trash.
    pub(super) parent: Option<NodeId>,
    pub(super) name: Box<str>,
    pub(super) owner: Uuid,
    pub(super) group: Uuid,
    pub(super) acl: Acl,
    /// How often its content has changed since it was made. Times do not tell two states apart: many
    /// changes fit into a millisecond, and callers may set times.
    pub(super) version: u64,
    /// Milliseconds since 1970: when it became what it is in this version; nothing else moves it.
    pub(super) changed: i64,
    /// Milliseconds since 1970: when it was made; nothing moves it.
    pub(super) created: i64,
    /// Milliseconds since 1970: when it was made, unless set otherwise; reading does not move it.
    pub(super) accessed: i64,
    /// Milliseconds since 1970: of a file, when what is committed was committed, unless set otherwise.
    pub(super) modified: i64,
    pub(super) content: Content,
    /// What only items of Gen2 accounts have.
    pub(super) blob: Option<Box<BlobProperties>>,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Directory(Children),
    File(Box<File>),
    /// Of no directory: what was sent for a file and is not committed.
    Piece(Box<Piece>),
}

impl Content {
    pub(super) fn directory() -> Self {
        Self::Directory(Children::new())
    }
}

impl Node {
    /// A node that is made now and lies nowhere yet.
    pub(super) fn new(
        name: &str,
        owner: Uuid,
        group: Uuid,
        acl: Acl,
        content: Content,
        now: i64,
    ) -> Self {
        Self {
            parent: None,
            name: name.into(),
            owner,
            group,
            acl,
            version: 0,
            changed: now,
            created: now,
            accessed: now,
            modified: now,
            content,
            blob: None,
        }
    }

    /// The file, unless it is a directory.
    pub(super) fn file(&self) -> Option<&File> {
        match &self.content {
            Content::File(file) => Some(file),
            Content::Directory(_) | Content::Piece(_) => None,
        }
    }

    pub(super) fn file_mut(&mut self) -> Option<&mut File> {
        match &mut self.content {
            Content::File(file) => Some(file),
            Content::Directory(_) | Content::Piece(_) => None,
        }
    }

    /// The bytes that are stored with it.
    pub(super) fn stored_bytes_mut(&mut self) -> Option<&mut FileBytes> {
        match &mut self.content {
            Content::File(file) => Some(&mut file.committed),
            Content::Piece(piece) => Some(&mut piece.bytes),
            Content::Directory(_) => None,
        }
    }

    /// What only items of Gen2 accounts have; made where it is not there yet.
    pub(super) fn blob_mut(&mut self) -> &mut BlobProperties {
        self.blob.get_or_insert_default()
    }

    /// The children, unless it is a file.
    pub(super) fn children(&self) -> Option<&Children> {
        match &self.content {
            Content::Directory(children) => Some(children),
            Content::File(_) | Content::Piece(_) => None,
        }
    }

    pub(super) fn children_mut(&mut self) -> Option<&mut Children> {
        match &mut self.content {
            Content::Directory(children) => Some(children),
            Content::File(_) | Content::Piece(_) => None,
        }
    }

    pub(super) fn kind(&self) -> NodeKind {
        match &self.content {
            Content::Directory(_) => NodeKind::Directory,
            Content::File(_) | Content::Piece(_) => NodeKind::File,
        }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.kind() == NodeKind::Directory
    }

    /// Begins the next version: what it holds has changed, so that nobody takes up a lease that has ended.
    pub(super) fn touch(&mut self, at: i64) {
        self.version += 1;
        self.changed = at;
        self.modified = at;
        if let Some(blob) = &mut self.blob {
            blob.lease.written(at);
        }
    }

    /// Adds bytes at the end of a file.
    pub(super) fn write(
        &mut self,
        bytes: FileBytes,
        appends: Appends,
        session: WriteSession<'_>,
        now: i64,
    ) {
        let Content::File(file) = &mut self.content else { return };
        if bytes.len() > 0 {
            file.appends = appends;
        }
        if file.write(bytes, session, now) {
            self.touch(now);
        }
    }

    /// Takes a file from a writer that does not come back.
    pub(super) fn end_stream(&mut self) {
        if let Some(at) = self.file_mut().and_then(File::end_stream) {
            self.touch(at);
        }
    }
}
