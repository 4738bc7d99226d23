//! Creating, appending to and reading files.

use adls_wire::webhdfs::SyncFlag;
use adls_wire::{Permission, RemotePath, Rwx};

use super::account::{Edit, View};
use super::acl::UNSAID;
use super::error::Error;
use super::node::{Appends, Content, File, Node, NodeId};
use super::tree::CHANGE_CHILDREN;
use crate::store::{FileBytes, Slices};

/// How a file is to be created.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Create<'a> {
    /// Replace a file that is there, with a new incarnation of it.
    pub(crate) overwrite: bool,
    /// The mode bits; `None` for what the parent's default ACL or the umask give.
    pub(crate) permission: Option<Permission>,
    /// Make missing parents; else they are an error.
    pub(crate) create_parent: bool,
    /// How far the write is published.
    pub(crate) written: Written<'a>,
}

/// How far a write is published, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'a> {
    /// Whether length and time are published and the file stays open.
    pub(crate) sync: SyncFlag,
    /// The lease of the writer; it keeps others out as long as the file is open.
    pub(crate) lease: Option<&'a str>,
}

impl Written<'_> {
    /// Published at once; the file is not kept open.
    pub(crate) const CLOSED: Self = Self { sync: SyncFlag::Close, lease: None };
}

impl View<'_> {
    /// The bytes from `offset` on, at most `length`.
    ///
    /// A range that starts behind the end is an error, and so is one at the end of a file that is
    /// not empty: a client that asks for more must not take silence for a short read.
    pub(crate) fn open(
        &self,
        path: &RemotePath,
        offset: u64,
        length: Option<u64>,
    ) -> Result<Slices, Error> {
        let id = self.tree.find_file(&self.cx, path)?;
        self.tree.require(&self.cx, id, Rwx::READ)?;
        let Some(file) = self.tree.node(id).file() else {
            return Err(Error::IsDirectory(path.clone()));
        };
        if let Some(reason) = file.bytes.damage() {
            return Err(Error::Damaged(reason.to_owned()));
        }
        let visible = file.visible_len(self.cx.now);
        let at_end = offset == visible && offset > 0 && length != Some(0);
        if offset > visible || at_end {
            return Err(Error::BeyondEnd { offset, length: visible });
        }
        Ok(file.bytes.range(offset, length.unwrap_or(u64::MAX).min(visible - offset)))
    }
}

impl Edit<'_> {
    /// Creates a file with its first bytes.
    pub(crate) fn create(
        &mut self,
        path: &RemotePath,
        bytes: FileBytes,
        how: &Create<'_>,
    ) -> Result<NodeId, Error> {
        let place = self.tree.descend(&self.cx, path)?;
        let parent = match place.missing.split_last() {
            None => self.clear_for(place.id, path, how)?,
            Some((_, [])) => place.id,
            Some(_) if how.create_parent => place.id,
            Some(_) => return Err(Error::NotFound(path.parent().unwrap_or(RemotePath::root()))),
        };
        let parents = place.missing.split_last().map_or(&[][..], |(_, parents)| parents);
        let implicit = self.permission_of_implicit(parent);
        let parent = self.make_directories(parent, parents, implicit)?;
        let name = path.file_name().unwrap_or_default();
        let mut file = File::default();
        file.write(bytes, Appends::Ordered, self.cx.now);
        let id = self.add(parent, name, how.permission, Content::File(Box::new(file)))?;
        // What comes with the creation is there at once, whatever the flag says, as recorded.
        self.sync(id, Written { sync: SyncFlag::Metadata, ..how.written });
        self.sync(id, how.written);
        Ok(id)
    }

    /// The mode bits of directories that a new file brings into being: those of the directory above, as
    /// in HDFS, and at least those that the service is known to give. A default ACL rules alone.
    fn permission_of_implicit(&self, above: NodeId) -> Option<Permission> {
        let acl = &self.tree.node(above).acl;
        let mode = acl.permission().mode() & 0o777 | UNSAID.mode();
        acl.default.is_none().then(|| Permission::from_mode(mode))
    }

    /// Makes way for a new incarnation of an existing file; returns its directory.
    fn clear_for(
        &mut self,
        id: NodeId,
        path: &RemotePath,
        how: &Create<'_>,
    ) -> Result<NodeId, Error> {
        let node = self.tree.node(id);
        let (Some(file), Some(parent), true) = (node.file(), node.parent, how.overwrite) else {
            return Err(Error::AlreadyExists(path.clone()));
        };
        if file.held_by_other(how.written.lease, self.cx.now) {
            return Err(Error::LeaseConflict(path.clone()));
        }
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        // The new incarnation belongs to the caller, so that the old one is removed.
        self.require_removal(id)?;
        self.tree.detach(id, self.cx.now);
        self.tree.forget(id);
        Ok(parent)
    }

    /// Appends at the end; a given `offset` must be the end.
    pub(crate) fn append(
        &mut self,
        path: &RemotePath,
        offset: Option<u64>,
        bytes: FileBytes,
        written: Written<'_>,
    ) -> Result<(), Error> {
        let id = self.writable(path, written.lease)?;
        let now = self.cx.now;
        let Some(file) = self.tree.node_mut(id).and_then(Node::file_mut) else { return Ok(()) };
        if file.appends == Appends::Concurrent {
            return Err(Error::WrongAppendKind { path: path.clone(), concurrent: true });
        }
        let length = file.bytes.len();
        if let Some(offset) = offset.filter(|offset| *offset != length) {
            return Err(Error::BadOffset { offset, length });
        }
        file.write(bytes, Appends::Ordered, now);
        self.deferred = written.sync == SyncFlag::Data;
        self.sync(id, written);
        Ok(())
    }

    /// Appends to a file of many writers; published at once.
    pub(crate) fn concurrent_append(
        &mut self,
        path: &RemotePath,
        bytes: FileBytes,
        auto_create: bool,
    ) -> Result<(), Error> {
        let id = match self.writable(path, None) {
            Err(Error::NotFound(_)) if auto_create => {
                let how = Create {
                    overwrite: false,
                    permission: None,
                    create_parent: true,
                    written: Written::CLOSED,
                };
                self.create(path, FileBytes::default(), &how)?
            }
            found => found?,
        };
        let now = self.cx.now;
        let Some(file) = self.tree.node_mut(id).and_then(Node::file_mut) else { return Ok(()) };
        if file.appends == Appends::Ordered {
            return Err(Error::WrongAppendKind { path: path.clone(), concurrent: false });
        }
        file.write(bytes, Appends::Concurrent, now);
        self.sync(id, Written::CLOSED);
        Ok(())
    }

    /// The file at a path, if the caller may write to it and nobody else holds it.
    pub(super) fn writable(
        &mut self,
        path: &RemotePath,
        lease: Option<&str>,
    ) -> Result<NodeId, Error> {
        let id = self.tree.find_file(&self.cx, path)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        let now = self.cx.now;
        if let Some(node) = self.tree.node_mut(id) {
            node.settle(now);
        }
        let file = self.tree.node(id).file();
        if file.is_some_and(|file| file.held_by_other(lease, now)) {
            return Err(Error::LeaseConflict(path.clone()));
        }
        if let Some(reason) = file.and_then(|file| file.bytes.damage()) {
            return Err(Error::Damaged(reason.to_owned()));
        }
        Ok(id)
    }

    /// Publishes what was written, as far as asked.
    pub(super) fn sync(&mut self, id: NodeId, written: Written<'_>) {
        let now = self.cx.now;
        if let Some(node) = self.tree.node_mut(id) {
            node.sync(written.sync, written.lease, now);
        }
    }

    /// Adds a child to a directory, if the caller may, with the rights that it inherits.
    pub(super) fn add(
        &mut self,
        parent: NodeId,
        name: &str,
        permission: Option<Permission>,
        content: Content,
    ) -> Result<NodeId, Error> {
        let directory = self.tree.node(parent);
        if !directory.is_directory() {
            return Err(Error::NotDirectory(self.tree.path(parent)));
        }
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        let node = Node {
            parent: None,
            name: name.into(),
            owner: self.cx.who.object_id,
            group: directory.group,
            acl: directory.acl.for_child(matches!(content, Content::Directory(_)), permission),
            created: self.cx.now,
            accessed: self.cx.now,
            modified: self.cx.now,
            content,
        };
        Ok(self.tree.insert(&self.cx, parent, node))
    }
}
