//! Renaming and deleting.

use adls_wire::{RemotePath, Rwx};

use super::account::Edit;
use super::error::Error;
use super::node::NodeId;
use super::tree::{CHANGE_CHILDREN, ROOT};

/// How a rename or delete ended; all but the first leave everything as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was done.
    Done,
    /// There was nothing at the path.
    Missing,
    /// The target exists, and was not to be replaced or cannot be.
    TargetExists,
    /// The directory that was to hold the target does not exist.
    NoTargetDirectory,
    /// The request makes no sense: the root, or a directory into itself.
    Refused,
}

impl Edit<'_> {
    /// Renames or moves. What is moved onto an existing directory goes into it; an existing file is
    /// replaced by a file when `overwrite` says so.
    pub(crate) fn rename(
        &mut self,
        from: &RemotePath,
        to: &RemotePath,
        overwrite: bool,
    ) -> Result<Outcome, Error> {
        let source = match self.tree.find(&self.cx, from) {
            Ok(ROOT) => return Ok(Outcome::Refused),
            Err(Error::NotFound(_)) => return Ok(Outcome::Missing),
            found => found?,
        };
        let place = self.tree.descend(&self.cx, to)?;
        let (directory, name) = match place.missing.as_slice() {
            [] if place.id == source && !self.tree.node(source).is_directory() => {
                return Ok(Outcome::Done);
            }
            [] if self.tree.node(place.id).is_directory() => {
                (place.id, from.file_name().unwrap_or_default())
            }
            [] => (self.parent(place.id), to.file_name().unwrap_or_default()),
            [name] if self.tree.node(place.id).is_directory() => (place.id, *name),
            _ => return Ok(Outcome::NoTargetDirectory),
        };
        self.relink(source, directory, name, overwrite)
    }

    /// Hangs `source` below `directory` as `name`.
    fn relink(
        &mut self,
        source: NodeId,
        directory: NodeId,
        name: &str,
        overwrite: bool,
    ) -> Result<Outcome, Error> {
        if self.tree.is_within(directory, source) {
            return Ok(Outcome::Refused);
        }
        let existing = self.tree.node(directory).children().and_then(|all| all.get(name)).copied();
        if let Some(existing) = existing {
            let both_files =
                [existing, source].iter().all(|id| !self.tree.node(*id).is_directory());
            if existing == source || !overwrite || !both_files {
                return Ok(Outcome::TargetExists);
            }
        }
        self.require_removal(source)?;
        self.tree.require(&self.cx, directory, CHANGE_CHILDREN)?;
        let now = self.cx.now;
        if let Some(existing) = existing {
            self.require_removal(existing)?;
            self.tree.detach(existing, now);
            self.tree.forget(existing);
        }
        self.tree.detach(source, now);
        self.tree.attach(source, directory, name, now);
        Ok(Outcome::Done)
    }

    /// Deletes what is at a path, with everything below it if `recursive`; what was deleted can
    /// be restored for a while. With `only`, nothing but that incarnation is deleted.
    pub(crate) fn delete(
        &mut self,
        path: &RemotePath,
        recursive: bool,
        only: Option<NodeId>,
    ) -> Result<Outcome, Error> {
        let id = match self.tree.find(&self.cx, path) {
            Ok(ROOT) => return Ok(Outcome::Refused),
            Err(Error::NotFound(_)) => return Ok(Outcome::Missing),
            found => found?,
        };
        if only.is_some_and(|only| only != id) {
            return Err(Error::OtherIncarnation(path.clone()));
        }
        self.require_removal(id)?;
        let is_empty = self.tree.node(id).children().is_none_or(|all| all.is_empty());
        if !is_empty && !recursive {
            return Err(Error::NotEmpty(path.clone()));
        }
        let below = self.require_removal_of_all(id)?;
        self.tree.detach(id, self.cx.now);
        self.bury(id, &below, path);
        Ok(Outcome::Done)
    }

    /// Fails unless the caller may take the item out of its directory.
    pub(super) fn require_removal(&self, id: NodeId) -> Result<(), Error> {
        let parent = self.parent(id);
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        self.require_unstuck(parent, id)
    }

    /// Fails unless the caller may remove the item with everything below it; returns all of it,
    /// parents first. A directory that is not empty must let the caller see and change what is in it.
    pub(super) fn require_removal_of_all(&self, id: NodeId) -> Result<Vec<NodeId>, Error> {
        self.require_removal(id)?;
        let all = self.tree.subtree(id);
        for directory in &all {
            let children = self.tree.node(*directory).children();
            let Some(children) = children.filter(|children| !children.is_empty()) else { continue };
            self.tree.require(&self.cx, *directory, Rwx::ALL)?;
            for child in children.values() {
                self.require_unstuck(*directory, *child)?;
            }
        }
        Ok(all)
    }

    /// Fails if the directory is sticky and the caller owns neither it nor the child.
    fn require_unstuck(&self, directory: NodeId, child: NodeId) -> Result<(), Error> {
        let (parent, node) = (self.tree.node(directory), self.tree.node(child));
        let owns = [parent.owner, node.owner].contains(&self.cx.who.object_id);
        if parent.acl.sticky && !owns && !self.cx.super_user {
            return Err(Error::PermissionDenied(self.tree.path(child)));
        }
        Ok(())
    }

    /// The directory of a node that is not in the trash; the root is its own.
    pub(super) fn parent(&self, id: NodeId) -> NodeId {
        self.tree.node(id).parent.unwrap_or(ROOT)
    }
}
