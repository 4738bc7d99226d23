//! Making files and directories.

use adls_wire::{Permission, Rwx};
use uuid::Uuid;

use super::attributes::AclUpdate;
use super::locate::EntryItem;
use crate::namespace::account::Edit;
use crate::namespace::acl::{Acl, AclChange, Entry};
use crate::namespace::attributes::Expiry;
use crate::namespace::blob_properties::BlobProperties;
use crate::namespace::content::File;
use crate::namespace::error::{Error, Side};
use crate::namespace::files::Existing;
use crate::namespace::lease::{Lease, LeaseDuration};
use crate::namespace::node::{Content, Node, NodeKind};
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::{CHANGE_CHILDREN, ROOT};
use crate::store::FileBytes;

/// What a new item loses where the caller says nothing else.
const UMASK: u16 = 0o027;
/// The mode bits of new items of which the caller says nothing, before the umask.
const DIRECTORY_MODE: u16 = 0o777;
const FILE_MODE: u16 = 0o666;

/// A file or directory as it is to be made.
#[derive(Debug)]
pub(crate) struct NewEntry<'a> {
    pub(crate) kind: NodeKind,
    /// Whether something that is there makes way or, if it is a directory, is kept.
    pub(crate) existing: Existing,
    pub(crate) permission: Option<Permission>,
    /// The mode bits that are taken away, where the directory has no default ACL.
    pub(crate) umask: Option<u16>,
    /// The whole ACL; then no umask counts.
    pub(crate) acl: Option<&'a [Entry]>,
    pub(crate) owner: Option<Uuid>,
    pub(crate) group: Option<Uuid>,
    pub(crate) properties: BlobProperties,
    /// What a file holds from the start.
    pub(crate) bytes: FileBytes,
    pub(crate) expiry: Option<Expiry>,
    /// A lease that is acquired with the item.
    pub(crate) lease: Option<(Uuid, LeaseDuration)>,
}

impl NewEntry<'_> {
    /// An item that replaces what is there, with nothing said about it.
    pub(crate) fn new(kind: NodeKind) -> Self {
        Self {
            kind,
            existing: Existing::Replace,
            permission: None,
            umask: None,
            acl: None,
            owner: None,
            group: None,
            properties: BlobProperties::default(),
            bytes: FileBytes::default(),
            expiry: None,
            lease: None,
        }
    }

    /// The lease of the item, which had another one before.
    fn lease(&self, mut held: Lease, now: i64) -> Result<Lease, Error> {
        if let Some((id, duration)) = self.lease {
            held.acquire(id, duration, now)?;
        }
        Ok(held)
    }

    fn is_directory(&self) -> bool {
        self.kind == NodeKind::Directory
    }
}

impl Edit<'_> {
    /// Makes a file or a directory, with the directories above it. A file replaces a file; a directory
    /// that is there is kept with what is in it.
    pub(crate) fn create_entry(
        &mut self,
        item: &EntryItem<'_>,
        new: NewEntry<'_>,
    ) -> Result<NodeId, Error> {
        let place = self.tree.place_of(&self.cx, item)?;
        let Some((name, parents)) = place.missing.split_last() else {
            return self.replace_entry(place.id, item, new);
        };
        self.tree.require_conditions(None, item, Side::Target)?;
        self.check_new(item, &new)?;
        let mut parent = place.id;
        for name in parents {
            let properties = Box::new(BlobProperties::default());
            parent = self.add_entry(parent, name, None, &NewEntry::new(NodeKind::Directory))?;
            if let Some(node) = self.tree.node_mut(parent) {
                node.blob = Some(properties);
            }
        }
        let lease = new.lease(Lease::default(), self.cx.now)?;
        let id = self.add_entry(parent, name, Some(&new), &new)?;
        self.finish_new(id, lease, new);
        Ok(id)
    }

    /// Fails when what is asked for cannot be had by any item of this kind.
    fn check_new(&self, item: &EntryItem<'_>, new: &NewEntry<'_>) -> Result<(), Error> {
        if new.is_directory() && new.expiry.is_some() {
            return Err(Error::DirectoryExpiry(item.path.clone()));
        }
        Ok(())
    }

    fn replace_entry(
        &mut self,
        id: NodeId,
        item: &EntryItem<'_>,
        new: NewEntry<'_>,
    ) -> Result<NodeId, Error> {
        let found = self.tree.node(id).kind();
        if new.existing == Existing::Refuse {
            return Err(Error::AlreadyExists { path: item.path.clone(), found });
        }
        self.tree.require_conditions(Some(id), item, Side::Target)?;
        if found != new.kind {
            return Err(self.mismatch(id, item, Side::Target));
        }
        self.check_new(item, &new)?;
        self.tree.require_lease(&self.cx, id, item, Side::Target)?;
        let held = self.tree.node(id).blob.as_ref().map(|blob| blob.lease.clone());
        let lease = new.lease(held.unwrap_or_default(), self.cx.now)?;
        if new.is_directory() {
            return self.keep_directory(id, lease, new);
        }
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        self.require_removal(id)?;
        let node = self.tree.node(id);
        let (name, parent) = (node.name.clone(), self.parent(id));
        let acl = self.acl_of_new(parent, &new)?;
        let content = Content::File(Box::new(File::new(FileBytes::default())));
        let node = self.new_node(parent, &name, acl, content);
        self.tree.detach(id, self.cx.now);
        self.tree.forget(id);
        let id = self.tree.insert(&self.cx, parent, node);
        self.finish_new(id, lease, new);
        Ok(id)
    }

    /// Gives a directory that is there what the caller says of it, and leaves the rest.
    fn keep_directory(
        &mut self,
        id: NodeId,
        lease: Lease,
        new: NewEntry<'_>,
    ) -> Result<NodeId, Error> {
        if self.tree.node(id).parent != Some(ROOT) {
            self.tree.require(&self.cx, self.parent(id), CHANGE_CHILDREN)?;
        }
        if new.permission.is_some() || new.acl.is_some() {
            let acl = self.acl_of_new(self.parent(id), &new)?;
            if let Some(node) = self.tree.node_mut(id) {
                node.acl = acl;
            }
        }
        self.touch(id);
        self.finish_new(id, lease, new);
        Ok(id)
    }

    /// Gives a new item what does not depend on where it is.
    fn finish_new(&mut self, id: NodeId, lease: Lease, new: NewEntry<'_>) {
        let now = self.cx.now;
        if let Some(expiry) = new.expiry {
            let created = self.tree.node(id).created;
            self.tree.set_expiry(id, expiry.at(now, created));
        }
        self.tree.unwatch(id);
        if let Some(node) = self.tree.node_mut(id) {
            node.owner = new.owner.unwrap_or(node.owner);
            node.group = new.group.unwrap_or(node.group);
            *node.blob_mut() = BlobProperties { lease, ..new.properties };
            if let Some(file) = node.file_mut() {
                file.committed = new.bytes;
            }
        }
        self.tree.watch(id);
    }

    /// Adds an item to a directory, if the caller may.
    fn add_entry(
        &mut self,
        parent: NodeId,
        name: &str,
        said: Option<&NewEntry<'_>>,
        new: &NewEntry<'_>,
    ) -> Result<NodeId, Error> {
        self.require_directory(parent)?;
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        let acl = match said {
            Some(said) => self.acl_of_new(parent, said)?,
            None => self.acl_of_new(parent, new)?,
        };
        let content = match new.kind {
            NodeKind::Directory => Content::directory(),
            NodeKind::File => Content::File(Box::new(File::new(FileBytes::default()))),
        };
        let node = self.new_node(parent, name, acl, content);
        Ok(self.tree.insert(&self.cx, parent, node))
    }

    fn new_node(&self, parent: NodeId, name: &str, acl: Acl, content: Content) -> Node {
        let owner = self.cx.access.principal().object_id;
        let group = self.tree.node(parent).group;
        Node::new(name, owner, group, acl, content, self.cx.now)
    }

    /// The ACL of a new item: what the caller says, else what the directory hands down, else the default
    /// mode bits without those of the umask.
    fn acl_of_new(&self, parent: NodeId, new: &NewEntry<'_>) -> Result<Acl, Error> {
        let directory = new.is_directory();
        let mode = if directory { DIRECTORY_MODE } else { FILE_MODE };
        let umask = new.umask.unwrap_or(UMASK);
        let unsaid = Permission::from_mode(mode & !umask);
        let said = new.permission.map(|said| Permission::from_mode(said.mode() & !umask));
        let inherited =
            self.tree.node(parent).acl.inherited(directory, new.permission, said.unwrap_or(unsaid));
        match new.acl {
            None => Ok(inherited),
            Some(entries) => AclUpdate::replaced(&inherited, entries, directory),
        }
    }

    /// What an ACL becomes by a change that is refused where it makes none.
    pub(super) fn changed_acl(&self, id: NodeId, change: &AclChange<'_>) -> Result<Acl, Error> {
        let node = self.tree.node(id);
        let changed = node.acl.changed(change, node.is_directory());
        changed.map_err(|error| Error::InvalidAcl(error.to_string()))
    }
}
