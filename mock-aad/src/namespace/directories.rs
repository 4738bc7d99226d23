//! Status, listing, counting; making directories.

use adls_wire::{Permission, RemotePath};
use uuid::Uuid;

use super::account::{Edit, View};
use super::conditions::Item;
use super::content::File;
use super::error::{Error, Side};
use super::node::{Content, NodeKind};
use super::node_id::{ETag, NodeId};
use super::tree::{Depth, LIST};

/// The attributes of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) etag: ETag,
    /// The name in its directory; empty for the root.
    pub(crate) name: Box<str>,
    pub(crate) is_directory: bool,
    /// Bytes; 0 for a directory.
    pub(crate) length: u64,
    /// How many more bytes an open writer has sent.
    pub(crate) staged: u64,
    /// Milliseconds since 1970.
    pub(crate) accessed: i64,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
    pub(crate) permission: Permission,
    pub(crate) owner: Uuid,
    pub(crate) group: Uuid,
    /// Milliseconds since 1970, 0 for never.
    pub(crate) expires: i64,
    /// Whether the ACL holds more than user, group and other.
    pub(crate) extended_acl: bool,
}

/// Which part of a directory is listed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page<'a> {
    /// Only names behind this one, which need not exist.
    pub(crate) after: Option<&'a str>,
    /// Only names before this one, which need not exist.
    pub(crate) before: Option<&'a str>,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

/// One page of a directory.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Ascending by name, in code-point order.
    pub(crate) items: Vec<Status>,
    /// Whether there are more behind the last one.
    pub(crate) more: bool,
    /// Whether a file was listed, which lists itself.
    pub(crate) of_file: bool,
}

/// What lies at and below a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) directories: u64,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl View<'_> {
    /// The attributes of the item at a path.
    pub(crate) fn status(&self, path: &RemotePath) -> Result<Status, Error> {
        Ok(self.status_of(self.tree.find(&self.cx, path, Side::Target)?))
    }

    fn status_of(&self, id: NodeId) -> Status {
        let node = self.tree.node(id);
        let file = node.file();
        Status {
            etag: self.tree.etag(id),
            name: node.name.clone(),
            is_directory: node.is_directory(),
            length: file.map_or(0, |file| file.committed.len()),
            staged: file.map_or(0, File::staged_len),
            accessed: node.accessed,
            modified: node.modified,
            permission: node.acl.permission(),
            owner: node.owner,
            group: node.group,
            expires: file.map_or(0, |file| file.expires),
            extended_acl: node.acl.is_extended(),
        }
    }

    /// A page of a directory; a file lists itself.
    pub(crate) fn list(&self, path: &RemotePath, page: &Page<'_>) -> Result<Listing, Error> {
        let id = self.tree.find(&self.cx, path, Side::Target)?;
        if !self.tree.node(id).is_directory() {
            return Ok(Listing { items: vec![self.status_of(id)], more: false, of_file: true });
        }
        self.tree.require(&self.cx, id, LIST)?;
        let is_before = |name: &str| page.before.is_none_or(|before| name < before);
        let start: &[&str] = page.after.as_slice();
        let listed = self.tree.walk_from(id, start, Depth::Children);
        let mut rest = listed.take_while(|child| is_before(&self.tree.node(*child).name));
        let limit = page.limit.unwrap_or(usize::MAX);
        let items = rest.by_ref().take(limit).map(|child| self.status_of(child)).collect();
        Ok(Listing { items, more: rest.next().is_some(), of_file: false })
    }

    /// Counts what lies at and below a path; every directory must let the caller list it.
    pub(crate) fn summary(&self, path: &RemotePath) -> Result<Summary, Error> {
        let mut summary = Summary::default();
        for id in self.tree.walk(self.tree.find(&self.cx, path, Side::Target)?) {
            let node = self.tree.node(id);
            match node.file() {
                Some(file) => {
                    summary.files += 1;
                    summary.bytes = summary.add(file.committed.len());
                }
                None => {
                    self.tree.require(&self.cx, id, LIST)?;
                    summary.directories += 1;
                }
            }
        }
        Ok(summary)
    }
}

impl Summary {
    /// The largest sum that is told: sparse files cost nothing, and clients read signed numbers.
    const MAX_BYTES: u64 = i64::MAX as u64;

    fn add(&self, bytes: u64) -> u64 {
        self.bytes.saturating_add(bytes).min(Self::MAX_BYTES)
    }
}

impl Edit<'_> {
    /// Makes a directory and its parents; one that is there stays as it is.
    pub(crate) fn mkdirs<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        permission: Option<Permission>,
    ) -> Result<(), Error> {
        let item = item.into();
        let path = item.path;
        let place = self.tree.descend(&self.cx, path)?;
        let existing = place.missing.is_empty().then_some(place.id);
        self.guard(existing, &item, Side::Target)?;
        let Some((name, parents)) = place.missing.split_last() else {
            let found = self.tree.node(place.id).kind();
            let exists = || Error::AlreadyExists { path: path.clone(), found };
            return if found == NodeKind::Directory { Ok(()) } else { Err(exists()) };
        };
        let parent = self.make_directories(place.id, parents, None)?;
        self.make_directories(parent, &[name], permission)?;
        Ok(())
    }

    /// Makes directories one below the other; returns the last one.
    pub(super) fn make_directories(
        &mut self,
        top: NodeId,
        names: &[&str],
        permission: Option<Permission>,
    ) -> Result<NodeId, Error> {
        names
            .iter()
            .try_fold(top, |parent, name| self.add(parent, name, permission, Content::directory()))
    }
}
