//! Creating, appending to and reading files.

use adls_wire::{Permission, RemotePath, Rwx};

use super::account::{Edit, View};
use super::acl::UNSAID;
use super::conditions::Item;
use super::content::{Appends, File, SyncMode, WriteSession};
use super::error::{Error, Side};
use super::node::{Content, Node, NodeKind};
use super::node_id::NodeId;
use super::tree::CHANGE_CHILDREN;
use crate::store::{FileBytes, Slices};

/// What becomes of an item that is where a new one is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and the operation is refused.
    Refuse,
    /// A file makes way for a file.
    Replace,
    /// A file makes way for whoever names the lease that holds it, and for nobody else.
    ReplaceHeld,
}

/// What becomes of an operation when there is nothing where it needs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Refuse,
    Create,
}

/// How a file is to be created.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Create<'a> {
    /// A file that is replaced is another incarnation afterwards.
    pub(crate) existing: Existing,
    /// The mode bits; `None` for what the parent's default ACL or the umask give.
    pub(crate) permission: Option<Permission>,
    pub(crate) missing_parents: Missing,
    pub(crate) session: WriteSession<'a>,
}

impl Create<'_> {
    /// A new file, its parents too, which nobody holds afterwards.
    pub(crate) const NEW: Self = Self {
        existing: Existing::Refuse,
        permission: None,
        missing_parents: Missing::Create,
        session: WriteSession::CLOSED,
    };
}

/// How bytes are to be appended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Append<'a> {
    /// Where they are to go, which must be the end; `None` for wherever that is.
    pub(crate) position: Option<u64>,
    pub(crate) session: WriteSession<'a>,
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
        let id = self.tree.find(&self.cx, path, Side::Target)?;
        let file = self.tree.file(id, path, Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::READ)?;
        self.tree.require_sound(id)?;
        let visible = file.committed.len();
        let at_end = offset == visible && offset > 0 && length != Some(0);
        if offset > visible || at_end {
            return Err(Error::BeyondEnd { offset, length: visible });
        }
        Ok(file.committed.range(offset, length.unwrap_or(u64::MAX).min(visible - offset)))
    }
}

impl Edit<'_> {
    /// Creates a file with its first bytes.
    pub(crate) fn create<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        bytes: FileBytes,
        how: &Create<'_>,
    ) -> Result<NodeId, Error> {
        let item = item.into();
        let path = item.path;
        let place = self.tree.descend(&self.cx, path)?;
        let existing = place.missing.is_empty().then_some(place.id);
        self.guard(existing, &item, Side::Target)?;
        let parent = match place.missing.split_last() {
            None => self.clear_for(place.id, path, how)?,
            Some((_, [])) => place.id,
            Some(_) if how.missing_parents == Missing::Create => place.id,
            Some(_) => {
                let path = path.parent().unwrap_or(RemotePath::root());
                return Err(Error::NotFound { side: Side::TargetParent, path });
            }
        };
        let parents = place.missing.split_last().map_or(&[][..], |(_, parents)| parents);
        let implicit = self.permission_of_implicit(parent);
        let parent = self.make_directories(parent, parents, implicit)?;
        let name = path.file_name().unwrap_or_default();
        // What comes with the creation is there at once, however far the session goes, as recorded.
        let file = Content::File(Box::new(File::new(bytes)));
        let id = self.add(parent, name, how.permission, file)?;
        self.write(id, FileBytes::default(), Appends::Undecided, how.session);
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
        let replace = how.existing == Existing::Replace;
        let (Some(_), Some(parent), true) = (node.file(), node.parent, replace) else {
            return Err(Error::AlreadyExists { path: path.clone(), found: node.kind() });
        };
        self.require_not_held(id, path, Side::Target, how.session.lease)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        // The new incarnation belongs to the caller, so that the old one is removed.
        self.require_removal(id)?;
        self.tree.detach(id, self.cx.now);
        self.tree.forget(id);
        Ok(parent)
    }

    /// Appends at the end.
    pub(crate) fn append<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        bytes: FileBytes,
        how: &Append<'_>,
    ) -> Result<(), Error> {
        let id = self.writable(&item.into(), Appends::Ordered, how.session.lease)?;
        let expected = self.tree.node(id).file().map_or(0, File::end);
        if let Some(position) = how.position.filter(|position| *position != expected) {
            return Err(Error::WrongPosition { position, expected });
        }
        self.deferred = how.session.sync == SyncMode::Unflushed;
        self.write(id, bytes, Appends::Ordered, how.session);
        Ok(())
    }

    /// Appends to a file of many writers; committed at once.
    pub(crate) fn concurrent_append<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        bytes: FileBytes,
        missing: Missing,
    ) -> Result<(), Error> {
        let item = item.into();
        let id = match self.writable(&item, Appends::Concurrent, None) {
            Err(Error::NotFound { .. }) if missing == Missing::Create => {
                self.create(item, FileBytes::default(), &Create::NEW)?
            }
            found => found?,
        };
        self.write(id, bytes, Appends::Concurrent, WriteSession::CLOSED);
        Ok(())
    }

    /// The file at a path, if the caller may write to it in this way and nobody else holds it.
    pub(super) fn writable(
        &self,
        item: &Item<'_>,
        appends: Appends,
        lease: Option<&str>,
    ) -> Result<NodeId, Error> {
        let path = item.path;
        let id = self.find(item, Side::Target)?;
        self.tree.file(id, path, Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        self.require_not_held(id, path, Side::Target, lease)?;
        self.tree.require_sound(id)?;
        let takes = self.tree.node(id).file().map_or(appends, |file| file.appends);
        if takes != Appends::Undecided && takes != appends {
            return Err(Error::WrongAppendKind { path: path.clone(), takes });
        }
        Ok(id)
    }

    /// Fails while another writer than the one with a lease holds the file.
    pub(super) fn require_not_held(
        &self,
        id: NodeId,
        path: &RemotePath,
        side: Side,
        lease: Option<&str>,
    ) -> Result<(), Error> {
        let file = self.tree.node(id).file();
        if file.is_some_and(|file| file.is_held_by_other(lease)) {
            return Err(Error::LeaseConflict { side, path: path.clone() });
        }
        Ok(())
    }

    /// Adds bytes at the end of a file.
    pub(super) fn write(
        &mut self,
        id: NodeId,
        bytes: FileBytes,
        appends: Appends,
        session: WriteSession<'_>,
    ) {
        let now = self.cx.now;
        self.tree.unwatch(id);
        if let Some(node) = self.tree.node_mut(id) {
            node.write(bytes, appends, session, now);
        }
        self.tree.watch(id);
    }

    /// Fails unless a node is a directory.
    pub(super) fn require_directory(&self, id: NodeId) -> Result<(), Error> {
        if self.tree.node(id).is_directory() {
            return Ok(());
        }
        let (side, path) = (Side::TargetParent, self.tree.path(id));
        Err(Error::TypeMismatch { side, path, found: NodeKind::File })
    }

    /// Adds a child to a directory, if the caller may, with the rights that it inherits.
    pub(super) fn add(
        &mut self,
        parent: NodeId,
        name: &str,
        permission: Option<Permission>,
        content: Content,
    ) -> Result<NodeId, Error> {
        self.require_directory(parent)?;
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        let directory = self.tree.node(parent);
        let acl = directory.acl.for_child(matches!(content, Content::Directory(_)), permission);
        let owner = self.cx.access.principal().object_id;
        let node = Node::new(name, owner, directory.group, acl, content, self.cx.now);
        Ok(self.tree.insert(&self.cx, parent, node))
    }
}
