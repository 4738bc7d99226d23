//! Renaming and deleting.

use adls_wire::{RemotePath, Rwx};

use super::account::Edit;
use super::conditions::Item;
use super::error::{Error, Side};
use super::files::Existing;
use super::node::NodeKind;
use super::node_id::NodeId;
use super::tree::{CHANGE_CHILDREN, Context, ROOT, Tree};

/// A rename or move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rename<'a> {
    pub(crate) source: Item<'a>,
    pub(crate) target: Item<'a>,
    /// What becomes of a file at the target.
    pub(crate) existing: Existing,
}

/// How much a deletion may delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deletion {
    /// A file or an empty directory.
    Single,
    /// Everything below a directory, too.
    Recursive,
}

impl Edit<'_> {
    /// Renames or moves. What is moved onto an existing directory goes into it, as Gen1 has it.
    pub(crate) fn rename(&mut self, rename: &Rename<'_>) -> Result<(), Error> {
        let Rename { source: from, target: to, existing } = rename;
        let source = self.removable(from, Side::Source)?;
        let place = self.tree.descend(&self.cx, to.path)?;
        let found = place.missing.is_empty().then_some(place.id);
        self.guard(found, to, Side::Target)?;
        let is_directory = self.tree.node(place.id).is_directory();
        let (directory, name) = match place.missing.as_slice() {
            [] if place.id == source && !is_directory => return Ok(()),
            [] if is_directory => (place.id, from.path.file_name().unwrap_or_default()),
            [] => (self.parent(place.id), to.path.file_name().unwrap_or_default()),
            [name] => {
                self.require_directory(place.id)?;
                (place.id, *name)
            }
            _ => {
                let path = to.path.parent().unwrap_or(RemotePath::root());
                return Err(Error::NotFound { side: Side::TargetParent, path });
            }
        };
        self.relink(source, directory, name, *existing)
    }

    /// Hangs `source` below `directory` as `name`.
    fn relink(
        &mut self,
        source: NodeId,
        directory: NodeId,
        name: &str,
        existing: Existing,
    ) -> Result<(), Error> {
        if self.tree.is_within(directory, source) {
            return Err(Error::IntoItself(self.tree.path(source)));
        }
        let replaced = self.tree.node(directory).children().and_then(|all| all.get(name)).copied();
        if let Some(replaced) = replaced {
            let (path, found) = (self.tree.path(replaced), self.tree.node(replaced).kind());
            if replaced == source || existing == Existing::Refuse {
                return Err(Error::AlreadyExists { path, found });
            }
            if self.tree.node(source).is_directory() || found == NodeKind::Directory {
                return Err(Error::TypeMismatch { side: Side::Target, path, found });
            }
        }
        self.require_removal(source)?;
        self.tree.require(&self.cx, directory, CHANGE_CHILDREN)?;
        let now = self.cx.now;
        if let Some(replaced) = replaced {
            self.require_removal(replaced)?;
            self.tree.detach(replaced, now);
            self.tree.forget(replaced);
        }
        self.tree.detach(source, now);
        self.tree.attach(source, directory, name, now);
        Ok(())
    }

    /// Deletes what is at a path; what was deleted can be restored for a while.
    pub(crate) fn delete<'p>(
        &mut self,
        item: impl Into<Item<'p>>,
        deletion: Deletion,
    ) -> Result<(), Error> {
        let item = item.into();
        let id = self.removable(&item, Side::Target)?;
        self.require_removal(id)?;
        let is_empty = self.tree.node(id).children().is_none_or(|all| all.is_empty());
        if !is_empty && deletion == Deletion::Single {
            return Err(Error::NotEmpty(item.path.clone()));
        }
        let below = self.require_removal_of_all(id)?;
        self.tree.detach(id, self.cx.now);
        self.bury(id, &below, item.path);
        Ok(())
    }

    /// The item, which must not be the root.
    fn removable(&self, item: &Item<'_>, side: Side) -> Result<NodeId, Error> {
        if item.path.is_root() {
            return Err(Error::Root);
        }
        self.find(item, side)
    }

    /// Fails unless the caller may take the item out of its directory.
    pub(super) fn require_removal(&self, id: NodeId) -> Result<(), Error> {
        self.tree.require_removal(&self.cx, id)
    }

    /// Fails unless the caller may remove the item with everything below it; returns all of it,
    /// parents first. A directory that is not empty must let the caller see and change what is in it.
    pub(super) fn require_removal_of_all(&self, id: NodeId) -> Result<Vec<NodeId>, Error> {
        self.require_removal(id)?;
        let all: Vec<NodeId> = self.tree.walk(id).collect();
        for item in &all {
            self.tree.require_emptying(&self.cx, *item)?;
        }
        Ok(all)
    }

    /// The directory of a node that is not in the trash; the root is its own.
    pub(super) fn parent(&self, id: NodeId) -> NodeId {
        self.tree.node(id).parent.unwrap_or(ROOT)
    }
}

impl Tree {
    /// Fails unless the caller may take the item out of its directory.
    pub(super) fn require_removal(&self, cx: &Context<'_>, id: NodeId) -> Result<(), Error> {
        let parent = self.node(id).parent.unwrap_or(ROOT);
        self.require(cx, parent, CHANGE_CHILDREN)?;
        self.require_unstuck(cx, parent, id)
    }

    /// Fails unless the caller may remove all that is in an item. Nothing is needed where nothing is.
    pub(super) fn require_emptying(&self, cx: &Context<'_>, id: NodeId) -> Result<(), Error> {
        let children = self.node(id).children().filter(|children| !children.is_empty());
        let Some(children) = children else { return Ok(()) };
        self.require(cx, id, Rwx::ALL)?;
        children.values().try_for_each(|child| self.require_unstuck(cx, id, *child))
    }

    /// Fails if the directory is sticky and the caller owns neither it nor the child.
    fn require_unstuck(
        &self,
        cx: &Context<'_>,
        directory: NodeId,
        child: NodeId,
    ) -> Result<(), Error> {
        self.permit(child, cx.access.may_unlink(self.node(directory), self.node(child)))
    }
}
