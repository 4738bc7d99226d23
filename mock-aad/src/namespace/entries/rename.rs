//! Renaming: one step, whatever lies below what is renamed.

use super::locate::EntryItem;
use crate::namespace::access::Access;
use crate::namespace::account::Edit;
use crate::namespace::blob_properties::Metadata;
use crate::namespace::error::{Error, Side};
use crate::namespace::files::Existing;
use crate::namespace::lease::Lease;
use crate::namespace::node::NodeKind;
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::{CHANGE_CHILDREN, Context, ROOT};
use adls_wire::RemotePath;

/// What a directory at the target means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenameMode {
    /// The source goes into it.
    Posix,
    /// It makes way, if it is empty.
    Legacy,
}

/// A rename, perhaps from one file system to another.
#[derive(Debug)]
pub(crate) struct EntryRename<'a> {
    pub(crate) source: EntryItem<'a>,
    pub(crate) target: EntryItem<'a>,
    pub(crate) mode: RenameMode,
    /// Whether something at the target makes way.
    pub(crate) existing: Existing,
    /// Replaces the metadata.
    pub(crate) metadata: Option<Metadata>,
    /// The client's own name of the request.
    pub(crate) transaction_id: Option<Box<str>>,
    /// Whose rights count at the source, if they are not those of the edit: who signs for the target
    /// need not be who signs for the source.
    pub(crate) source_access: Option<Access<'a>>,
}

/// Where something is to be hung.
struct Destination {
    directory: NodeId,
    name: Box<str>,
    /// What is there and makes way.
    replaced: Option<NodeId>,
}

impl Edit<'_> {
    /// Renames or moves an item with everything below it. It stays the same version of the same item. As
    /// recorded, a live lease goes along, and without one that of what makes way stays where it is.
    pub(crate) fn rename_entry(&mut self, rename: EntryRename<'_>) -> Result<NodeId, Error> {
        let access = rename.source_access.unwrap_or(self.cx.access);
        let at_source = Context { access, now: self.cx.now };
        let source = self.tree.entry(&at_source, &rename.source, Side::Source)?;
        if rename.source.path.is_root() {
            return Err(Error::Root);
        }
        let item = &rename.source;
        self.tree.require_conditions(Some(source), item, Side::Source)?;
        self.tree.require_lease(&at_source, source, item, Side::Source)?;
        let destination = self.destination(source, &rename)?;
        let root = self.tree.file_system_root(rename.target.file_system)?;
        self.tree.require_removal(&at_source, source)?;
        self.tree.require(&self.cx, destination.directory, CHANGE_CHILDREN)?;
        if let Some(replaced) = destination.replaced {
            self.require_removal(replaced)?;
        }
        let now = self.cx.now;
        let mut held = self.tree.lease(source);
        if let Some(replaced) = destination.replaced {
            if !held.view(now).locked {
                held = self.tree.lease(replaced);
            }
            self.tree.detach(replaced, now);
            self.tree.forget(replaced);
        }
        self.tree.detach(source, now);
        self.tree.attach(source, destination.directory, &destination.name, now);
        self.tree.forget_draft(root, rename.target.path);
        if let Some(node) = self.tree.node_mut(source) {
            let blob = node.blob_mut();
            blob.lease = if held.view(now).locked { held } else { Lease::default() };
            blob.transaction_id = rename.transaction_id;
            if let Some(metadata) = rename.metadata {
                blob.metadata = metadata;
            }
        }
        Ok(source)
    }

    /// Where the source goes, if it may go there.
    fn destination(&self, source: NodeId, rename: &EntryRename<'_>) -> Result<Destination, Error> {
        let target = &rename.target;
        let place = self.tree.place_of(&self.cx, target)?;
        let existing = place.missing.is_empty().then_some(place.id);
        if self.tree.is_within(place.id, source) {
            return Err(Error::IntoItself(rename.source.path.clone()));
        }
        let refuse = rename.existing == Existing::Refuse;
        if let Some(existing) = existing.filter(|_| refuse) {
            let (path, found) = (target.path.clone(), self.tree.node(existing).kind());
            return Err(Error::AlreadyExists { path, found });
        }
        self.tree.require_conditions(existing, target, Side::Target)?;
        if let Some(existing) = existing {
            self.tree.require_lease(&self.cx, existing, target, Side::Target)?;
        }
        match (existing, place.missing.as_slice()) {
            (Some(existing), _) => self.onto(source, existing, rename),
            (None, [name]) => {
                self.require_directory(place.id)?;
                Ok(Destination { directory: place.id, name: (*name).into(), replaced: None })
            }
            (None, _) => {
                let path = target.path.parent().unwrap_or(RemotePath::root());
                Err(Error::NotFound { side: Side::TargetParent, path })
            }
        }
    }

    /// Where the source goes when there is something at the target.
    fn onto(
        &self,
        source: NodeId,
        existing: NodeId,
        rename: &EntryRename<'_>,
    ) -> Result<Destination, Error> {
        let (moved, found) = (self.tree.node(source), self.tree.node(existing));
        let path = || rename.target.path.clone();
        let directory = self.parent(existing);
        let name = found.name.clone();
        match (moved.kind(), found.kind()) {
            (NodeKind::File, NodeKind::File) => {
                Ok(Destination { directory, name, replaced: Some(existing) })
            }
            (NodeKind::Directory, NodeKind::Directory) => match rename.mode {
                RenameMode::Posix => self.below_directory(source, existing, rename),
                _ if found.children().is_some_and(|children| !children.is_empty())
                    || found.parent == Some(ROOT) =>
                {
                    Err(Error::NotEmpty(path()))
                }
                RenameMode::Legacy => Ok(Destination { directory, name, replaced: Some(existing) }),
            },
            (_, found) => Err(Error::TypeMismatch { side: Side::Target, path: path(), found }),
        }
    }

    /// The source goes into a directory under its own name, if that is free there.
    fn below_directory(
        &self,
        source: NodeId,
        directory: NodeId,
        rename: &EntryRename<'_>,
    ) -> Result<Destination, Error> {
        let name = self.tree.node(source).name.clone();
        let taken = self.tree.node(directory).children().and_then(|all| all.get(&name)).copied();
        match taken {
            None => Ok(Destination { directory, name, replaced: None }),
            Some(taken) => {
                let found = self.tree.node(taken).kind();
                Err(Error::AlreadyExists { path: rename.target.path.clone(), found })
            }
        }
    }
}
