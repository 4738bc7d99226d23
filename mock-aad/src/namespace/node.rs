//! What a tree is made of: files and directories.

use std::collections::BTreeMap;

use adls_wire::webhdfs::SyncFlag;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::acl::Acl;
use crate::store::FileBytes;

/// The number of a node; never used twice in an account, so that it also names an incarnation.
pub(crate) type NodeId = u64;

/// The children of a directory, ascending by code point, which is the order of UTF-8 bytes.
pub(super) type Children = BTreeMap<Box<str>, NodeId>;

/// How long a silent writer keeps its file, in milliseconds.
pub(super) const LEASE_MILLIS: i64 = 10 * 60 * 1000;

/// A file or directory.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The directory that holds it; `None` for the root and for what lies in the trash.
    pub(super) parent: Option<NodeId>,
    pub(super) name: Box<str>,
    pub(super) owner: Uuid,
    pub(super) group: Uuid,
    pub(super) acl: Acl,
    /// Milliseconds since 1970: when it was made; nothing moves it.
    pub(super) created: i64,
    /// Milliseconds since 1970: when it was made, unless set otherwise; reading does not move it.
    pub(super) accessed: i64,
    /// Milliseconds since 1970: of a file, when what is published was published.
    pub(super) modified: i64,
    pub(super) content: Content,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Directory(Children),
    File(Box<File>),
}

/// What a file holds besides its attributes.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) bytes: FileBytes,
    /// How many of the bytes others may see while a writer is at work.
    pub(super) published: u64,
    /// When bytes were last added; milliseconds since 1970.
    pub(super) written: i64,
    pub(super) writer: Option<Writer>,
    pub(super) appends: Appends,
    /// When the file vanishes, in milliseconds since 1970; 0 for never.
    pub(super) expires: i64,
}

/// Which kind of append a file takes; the first one with bytes decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Appends {
    #[default]
    Undecided,
    Ordered,
    Concurrent,
}

/// Somebody who has the file open for writing.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    /// `None` for a writer that did not ask for exclusivity.
    lease: Option<Box<str>>,
    /// When a silent writer loses the file.
    until: i64,
}

impl Node {
    /// The file, unless it is a directory.
    pub(super) fn file(&self) -> Option<&File> {
        match &self.content {
            Content::File(file) => Some(file),
            Content::Directory(_) => None,
        }
    }

    pub(super) fn file_mut(&mut self) -> Option<&mut File> {
        match &mut self.content {
            Content::File(file) => Some(file),
            Content::Directory(_) => None,
        }
    }

    /// The children, unless it is a file.
    pub(super) fn children(&self) -> Option<&Children> {
        match &self.content {
            Content::Directory(children) => Some(children),
            Content::File(_) => None,
        }
    }

    pub(super) fn children_mut(&mut self) -> Option<&mut Children> {
        match &mut self.content {
            Content::Directory(children) => Some(children),
            Content::File(_) => None,
        }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.children().is_some()
    }

    /// When the content that others see changed.
    pub(super) fn modified_at(&self, now: i64) -> i64 {
        match self.file() {
            Some(file) if file.lapsed(now) => file.written,
            _ => self.modified,
        }
    }

    /// Records that bytes were added or the file was opened, and publishes as far as asked.
    pub(super) fn sync(&mut self, flag: SyncFlag, lease: Option<&str>, now: i64) {
        let Content::File(file) = &mut self.content else { return };
        if flag != SyncFlag::Data && file.published != file.bytes.len() {
            file.published = file.bytes.len();
            self.modified = now;
        }
        file.writer = match flag {
            SyncFlag::Close => None,
            SyncFlag::Data | SyncFlag::Metadata => Some(Writer {
                lease: lease.map(Box::from),
                until: now.saturating_add(LEASE_MILLIS),
            }),
        };
    }

    /// Publishes what a writer left behind that has been silent for too long.
    pub(super) fn settle(&mut self, now: i64) {
        let Content::File(file) = &mut self.content else { return };
        if file.lapsed(now) {
            self.modified = file.written;
            file.published = file.bytes.len();
        }
        if file.holder(now).is_none() {
            file.writer = None;
        }
    }
}

impl File {
    /// The writer whose time is not over.
    fn holder(&self, now: i64) -> Option<&Writer> {
        self.writer.as_ref().filter(|writer| now < writer.until)
    }

    /// Whether a writer's time is over and its last bytes have come out that way.
    fn lapsed(&self, now: i64) -> bool {
        self.holder(now).is_none() && self.published != self.bytes.len()
    }

    /// Whether a writer other than the one with this lease holds the file.
    pub(super) fn held_by_other(&self, lease: Option<&str>, now: i64) -> bool {
        let holder = self.holder(now).and_then(|writer| writer.lease.as_deref());
        holder.is_some_and(|holder| Some(holder) != lease)
    }

    /// How many bytes readers see: what an open writer has not published is left out.
    pub(super) fn visible_len(&self, now: i64) -> u64 {
        if self.holder(now).is_some() { self.published } else { self.bytes.len() }
    }

    /// Adds bytes at the end, not yet published.
    pub(super) fn write(&mut self, bytes: FileBytes, appends: Appends, now: i64) {
        if bytes.len() > 0 {
            self.appends = appends;
            self.written = now;
        }
        self.bytes.append_file(bytes);
    }
}
