//! An item as it is looked at.

use adls_wire::{Permission, Rwx};
use uuid::Uuid;

use super::locate::EntryItem;
use crate::namespace::account::View;
use crate::namespace::acl::Entry;
use crate::namespace::blob_properties::{BlobProperties, NO_PROPERTIES, Rehydration};
use crate::namespace::error::{Error, Side};
use crate::namespace::lease::LeaseView;
use crate::namespace::node::{Node, NodeKind};
use crate::namespace::node_id::{ETag, NodeId};
use crate::namespace::tree::Tree;
use crate::store::FileBytes;

/// An item as it is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryRef<'a> {
    node: &'a Node,
    etag: ETag,
    now: i64,
}

/// The tier of a file, as it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TierView<'a> {
    pub(crate) name: &'a str,
    /// When it was given to a file that was there already, in milliseconds since 1970.
    pub(crate) changed: Option<i64>,
    /// On its way to another one.
    pub(crate) pending: Option<&'a Rehydration>,
}

impl<'a> EntryRef<'a> {
    pub(super) fn new(tree: &'a Tree, id: NodeId, now: i64) -> Self {
        let node = tree.node(id);
        Self { node, etag: ETag { incarnation: id, version: node.version }, now }
    }

    pub(crate) fn kind(&self) -> NodeKind {
        self.node.kind()
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.node.is_directory()
    }

    /// Bytes; 0 for a directory.
    pub(crate) fn length(&self) -> u64 {
        self.node.file().map_or(0, |file| file.committed.len())
    }

    pub(crate) fn etag(&self) -> ETag {
        self.etag
    }

    /// When it became what it is, in milliseconds since 1970.
    pub(crate) fn last_modified(&self) -> i64 {
        self.node.changed
    }

    /// Milliseconds since 1970.
    pub(crate) fn created(&self) -> i64 {
        self.node.created
    }

    /// Milliseconds since 1970; `None` for never.
    pub(crate) fn expires(&self) -> Option<i64> {
        self.node.file().map(|file| file.expires).filter(|expires| *expires != 0)
    }

    pub(crate) fn owner(&self) -> Uuid {
        self.node.owner
    }

    pub(crate) fn group(&self) -> Uuid {
        self.node.group
    }

    pub(crate) fn permission(&self) -> Permission {
        self.node.acl.permission()
    }

    /// Whether the ACL holds more than user, group and other.
    pub(crate) fn has_extended_acl(&self) -> bool {
        self.node.acl.is_extended()
    }

    /// Every entry of the ACL, in the service's order.
    pub(crate) fn acl(&self) -> Vec<Entry> {
        self.node.acl.entries()
    }

    /// What only items of Gen2 accounts have.
    pub(crate) fn properties(&self) -> &'a BlobProperties {
        self.node.blob.as_deref().unwrap_or(&NO_PROPERTIES)
    }

    /// The tier that it was given, if any.
    pub(crate) fn tier(&self) -> Option<TierView<'a>> {
        let BlobProperties { tier, rehydration, .. } = self.properties();
        let tier = tier.as_ref()?;
        Some(match rehydration {
            Some(done) if done.ends() <= self.now => {
                TierView { name: &done.to, changed: Some(done.ends()), pending: None }
            }
            pending => {
                TierView { name: &tier.name, changed: tier.changed, pending: pending.as_ref() }
            }
        })
    }

    /// The state of its lease.
    pub(crate) fn lease(&self) -> LeaseView {
        self.properties().lease.view(self.now)
    }

    /// What was committed of a file; `None` for a directory.
    pub(crate) fn content(&self) -> Option<&'a FileBytes> {
        self.node.file().map(|file| &file.committed)
    }
}

impl View<'_> {
    /// The item, if the caller's conditions and lease hold of it; needs no rights but to get there.
    pub(crate) fn entry(&self, item: &EntryItem<'_>) -> Result<EntryRef<'_>, Error> {
        let id = self.checked_entry(item)?;
        Ok(EntryRef::new(&self.tree, id, self.cx.now))
    }

    /// The item, if the caller may read it, and gives the key that it is encrypted with.
    pub(crate) fn readable_entry(&self, item: &EntryItem<'_>) -> Result<EntryRef<'_>, Error> {
        let id = self.checked_entry(item)?;
        self.tree.require(&self.cx, id, Rwx::READ)?;
        self.tree.require_key(id, item)?;
        self.tree.require_sound(id)?;
        Ok(EntryRef::new(&self.tree, id, self.cx.now))
    }

    /// Fails unless the caller has the rights on an item.
    pub(crate) fn check_entry_access(
        &self,
        item: &EntryItem<'_>,
        wanted: Rwx,
    ) -> Result<EntryRef<'_>, Error> {
        let id = self.checked_entry(item)?;
        self.tree.require(&self.cx, id, wanted)?;
        Ok(EntryRef::new(&self.tree, id, self.cx.now))
    }
}

impl crate::namespace::account::Edit<'_> {
    /// An item after it was changed.
    pub(crate) fn changed_entry(&self, id: NodeId) -> EntryRef<'_> {
        EntryRef::new(&self.tree, id, self.cx.now)
    }

    /// The item at a path, whatever the caller's conditions are.
    pub(crate) fn present_entry(&self, item: &EntryItem<'_>) -> Result<EntryRef<'_>, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        Ok(EntryRef::new(&self.tree, id, self.cx.now))
    }
}
