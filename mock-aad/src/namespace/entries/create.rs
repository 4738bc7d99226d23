//! Making files and directories.

use adls_wire::{Permission, Rwx};
use uuid::Uuid;

use super::attributes::AclUpdate;
use super::locate::EntryItem;
use crate::namespace::account::{Edit, View};
use crate::namespace::acl::{Acl, AclChange, Entry};
use crate::namespace::attributes::Expiry;
use crate::namespace::blob_properties::BlobProperties;
use crate::namespace::content::{Appends, File};
use crate::namespace::error::{Error, Side};
use crate::namespace::files::Existing;
use crate::namespace::lease::{Lease, LeaseDuration};
use crate::namespace::node::{Content, Node, NodeKind};
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::{CHANGE_CHILDREN, Context, Place, ROOT, Tree};
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
    /// How bytes are to come to the file.
    pub(crate) appends: Appends,
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
            appends: Appends::Undecided,
            expiry: None,
            lease: None,
        }
    }

    /// The lease of the item, which had another one before; one that has ended is over when something is made
    /// in its place.
    fn lease(&self, mut held: Lease, now: i64) -> Result<Lease, Error> {
        held.written(now);
        if let Some((id, duration)) = self.lease {
            held.acquire(id, duration, now)?;
        }
        Ok(held)
    }

    /// When the item vanishes that was made at a time, in milliseconds since 1970; 0 for never.
    fn expires(&self, created: i64, now: i64) -> Result<i64, Error> {
        let expires = self.expiry.map_or(0, |expiry| expiry.at(now, created));
        Expiry::require_future(expires, now)?;
        Ok(expires)
    }

    /// Whether the item belongs to whom it would belong anyway.
    fn gives_nothing(&self) -> bool {
        self.owner.is_none() && self.group.is_none()
    }

    fn is_directory(&self) -> bool {
        self.kind == NodeKind::Directory
    }
}

impl Tree {
    /// How far the path of a new item exists, if such an item may be made there.
    pub(super) fn place_of_new<'p>(
        &self,
        cx: &Context<'_>,
        item: &EntryItem<'p>,
        kind: NodeKind,
        existing: Existing,
    ) -> Result<Place<'p>, Error> {
        let place = self.place_of(cx, item)?;
        let id = place.id;
        let found = self.node(id).kind();
        if !place.missing.is_empty() {
            self.require_conditions(None, item, Side::Target)?;
            if found == NodeKind::File {
                let (side, path) = (Side::TargetParent, self.path(id));
                return Err(Error::TypeMismatch { side, path, found });
            }
            self.require(cx, id, CHANGE_CHILDREN)?;
            return Ok(place);
        }
        let stays = match existing {
            Existing::Refuse => true,
            Existing::Replace => false,
            Existing::ReplaceHeld => !self.is_held(cx, id, item),
        };
        if stays {
            return Err(Error::AlreadyExists { path: item.path.clone(), found });
        }
        self.require_conditions(Some(id), item, Side::Target)?;
        if found != kind {
            return Err(Error::TypeMismatch { side: Side::Target, path: item.path.clone(), found });
        }
        self.require_lease(cx, id, item, Side::Target)?;
        if found == NodeKind::File {
            self.require(cx, id, Rwx::WRITE)?;
        }
        Ok(place)
    }
}

impl View<'_> {
    /// Fails where an item cannot be made, as far as that is known before its content is.
    pub(crate) fn check_creation(
        &self,
        item: &EntryItem<'_>,
        kind: NodeKind,
        existing: Existing,
    ) -> Result<(), Error> {
        self.tree.place_of_new(&self.cx, item, kind, existing).map(drop)
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
        let place = self.tree.place_of_new(&self.cx, item, new.kind, new.existing)?;
        if new.is_directory() && new.expiry.is_some() {
            return Err(Error::DirectoryExpiry(item.path.clone()));
        }
        let now = self.cx.now;
        let root = self.tree.file_system_root(item.file_system)?;
        let Some((name, parents)) = place.missing.split_last() else {
            return match new.kind {
                NodeKind::Directory => self.keep_directory(place.id, new),
                NodeKind::File => self.replace_file(place.id, new),
            };
        };
        let (lease, expires) = (new.lease(Lease::default(), now)?, new.expires(now, now)?);
        let mut parent = place.id;
        for name in parents {
            let directory = NewEntry::new(NodeKind::Directory);
            self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
            let mut node = self.new_node(parent, name, &directory)?;
            node.blob_mut();
            parent = self.tree.insert(&self.cx, parent, node);
        }
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        let node = self.new_node(parent, name, &new)?;
        let id = self.tree.insert(&self.cx, parent, node);
        self.finish_new(id, lease, expires, new);
        // Blocks for what is not there yet are for nothing else.
        self.tree.forget_draft(root, item.path);
        Ok(id)
    }

    fn replace_file(&mut self, id: NodeId, new: NewEntry<'_>) -> Result<NodeId, Error> {
        self.require_removal(id)?;
        let now = self.cx.now;
        let replaced = self.tree.node(id);
        let lease = new.lease(self.tree.lease(id), now)?;
        let expires = new.expires(now, now)?;
        let parent = self.parent(id);
        let node = self.new_node(parent, &replaced.name, &new)?;
        self.tree.detach(id, now);
        self.tree.forget(id);
        let id = self.tree.insert(&self.cx, parent, node);
        self.finish_new(id, lease, expires, new);
        Ok(id)
    }

    /// Gives a directory that is there what the caller says of it, and leaves the rest.
    fn keep_directory(&mut self, id: NodeId, new: NewEntry<'_>) -> Result<NodeId, Error> {
        let parent = self.parent(id);
        if parent != ROOT {
            self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        }
        let node = self.tree.node(id);
        self.tree.permit(
            id,
            self.cx.access.may_give(node, new.owner, new.group) || new.gives_nothing(),
        )?;
        let lease = new.lease(self.tree.lease(id), self.cx.now)?;
        let acl = match new.permission.is_some() || new.acl.is_some() {
            true => {
                self.tree.permit(id, self.cx.access.owns(node))?;
                self.acl_of_new(parent, &new)?
            }
            false => node.acl.clone(),
        };
        self.touch(id);
        if let Some(node) = self.tree.node_mut(id) {
            node.acl = acl;
            node.owner = new.owner.unwrap_or(node.owner);
            node.group = new.group.unwrap_or(node.group);
        }
        self.finish_new(id, lease, 0, new);
        Ok(id)
    }

    /// Gives a new item what does not depend on where it is.
    fn finish_new(&mut self, id: NodeId, lease: Lease, expires: i64, new: NewEntry<'_>) {
        self.tree.unwatch(id);
        if let Some(node) = self.tree.node_mut(id) {
            *node.blob_mut() = BlobProperties { lease, ..new.properties };
            if let Some(file) = node.file_mut() {
                file.committed = new.bytes;
                file.appends = new.appends;
                file.expires = expires;
            }
        }
        self.tree.watch(id);
    }

    /// An item that is to be added to a directory.
    fn new_node(&self, parent: NodeId, name: &str, new: &NewEntry<'_>) -> Result<Node, Error> {
        let acl = self.acl_of_new(parent, new)?;
        let content = match new.kind {
            NodeKind::Directory => Content::directory(),
            NodeKind::File => Content::File(Box::new(File::new(FileBytes::default()))),
        };
        let owner = self.cx.access.principal().object_id;
        let group = self.tree.node(parent).group;
        let mut node = Node::new(name, owner, group, acl, content, self.cx.now);
        if !new.gives_nothing() {
            let may_give = self.cx.access.may_give(&node, new.owner, new.group);
            self.tree.permit(parent, may_give)?;
            node.owner = new.owner.unwrap_or(owner);
            node.group = new.group.unwrap_or(group);
        }
        Ok(node)
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
