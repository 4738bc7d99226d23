//! Changing what is said of an item: its headers and metadata, owners, rights and end.

use adls_wire::{AclScope, Permission, Rwx};
use uuid::Uuid;

use super::locate::EntryItem;
use crate::namespace::account::Edit;
use crate::namespace::acl::{Acl, AclChange, Entry};
use crate::namespace::attributes::Expiry;
use crate::namespace::blob_properties::{BlobKind, ContentHeaders, Metadata, Tags, Tier};
use crate::namespace::error::{Error, Side};
use crate::namespace::node_id::NodeId;

/// What is replaced of an item's properties; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttributeChange {
    pub(crate) headers: Option<HeaderChange>,
    pub(crate) metadata: Option<Metadata>,
}

/// What becomes of an item's content headers.
#[derive(Clone, Debug)]
pub(crate) enum HeaderChange {
    /// They are these and no others.
    Replace(ContentHeaders),
    /// Those that are there are replaced, and the others stay.
    Add(ContentHeaders),
}

/// What is changed of an item's owners and rights; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AclUpdate<'a> {
    pub(crate) owner: Option<Uuid>,
    pub(crate) group: Option<Uuid>,
    pub(crate) permission: Option<Permission>,
    /// The whole ACL, both scopes.
    pub(crate) acl: Option<&'a [Entry]>,
}

impl AclUpdate<'_> {
    /// The ACL that consists of these entries; what is said of nothing but rights stays as it was.
    pub(super) fn replaced(before: &Acl, entries: &[Entry], directory: bool) -> Result<Acl, Error> {
        let has_default = entries.iter().any(|entry| entry.scope == AclScope::Default);
        let mut bare = before.clone();
        if !has_default {
            bare.default = None;
        }
        let replaced = bare.changed(&AclChange::Set(entries), directory);
        replaced.map_err(|error| Error::InvalidAcl(error.to_string()))
    }
}

impl Edit<'_> {
    /// Replaces headers or metadata of an item.
    pub(crate) fn set_entry_properties(
        &mut self,
        item: &EntryItem<'_>,
        change: AttributeChange,
    ) -> Result<NodeId, Error> {
        let id = self.guarded_entry(item, Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        self.tree.require_key(id, item)?;
        self.touch(id);
        if let Some(node) = self.tree.node_mut(id) {
            let blob = node.blob_mut();
            if change.headers.is_some() {
                blob.copied = None;
            }
            match change.headers {
                Some(HeaderChange::Replace(headers)) => blob.headers = headers,
                Some(HeaderChange::Add(headers)) => blob.headers.add(headers),
                None => {}
            }
            if let Some(metadata) = change.metadata {
                blob.metadata = metadata;
            }
        }
        Ok(id)
    }

    /// Replaces the tags of a file; that makes no other version of it.
    pub(crate) fn set_entry_tags(
        &mut self,
        item: &EntryItem<'_>,
        tags: Tags,
    ) -> Result<NodeId, Error> {
        let id = self.guarded_entry(item, Side::Target)?;
        self.tree.require_file(id, item)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        if let Some(node) = self.tree.node_mut(id) {
            node.blob_mut().tags = tags;
        }
        Ok(id)
    }

    /// Gives a file a tier; that makes no other version of it.
    pub(crate) fn set_entry_tier(
        &mut self,
        item: &EntryItem<'_>,
        name: Box<str>,
    ) -> Result<NodeId, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        self.tree.require_named_lease(&self.cx, id, item)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        self.tree.require_file(id, item)?;
        if self.tree.blob_kind(id) == BlobKind::Append {
            return Err(Error::OtherBlobKind(item.path.clone()));
        }
        let changed = Some(self.cx.now);
        if let Some(node) = self.tree.node_mut(id) {
            node.blob_mut().tier = Some(Tier { name, changed });
        }
        Ok(id)
    }

    /// Changes owners and rights; nothing of it makes another version of the item.
    pub(crate) fn update_acl(
        &mut self,
        item: &EntryItem<'_>,
        update: &AclUpdate<'_>,
    ) -> Result<NodeId, Error> {
        let id = self.guarded_entry(item, Side::Target)?;
        let node = self.tree.node(id);
        self.tree.permit(id, self.cx.access.owns(node))?;
        self.tree.permit(id, self.cx.access.may_give(node, update.owner, update.group))?;
        let acl = match (update.acl, update.permission) {
            (Some(entries), _) => AclUpdate::replaced(&node.acl, entries, node.is_directory())?,
            (None, Some(permission)) => {
                self.changed_acl(id, &AclChange::SetPermission(permission))?
            }
            (None, None) => node.acl.clone(),
        };
        if let Some(node) = self.tree.node_mut(id) {
            node.owner = update.owner.unwrap_or(node.owner);
            node.group = update.group.unwrap_or(node.group);
            node.acl = acl;
        }
        Ok(id)
    }

    /// Sets when a file vanishes; that makes no other version of it.
    pub(crate) fn set_entry_expiry(
        &mut self,
        item: &EntryItem<'_>,
        expiry: Expiry,
    ) -> Result<NodeId, Error> {
        let id = self.guarded_entry(item, Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        let node = self.tree.node(id);
        if node.is_directory() {
            return Err(Error::DirectoryExpiry(item.path.clone()));
        }
        let expires = expiry.at(self.cx.now, node.created);
        Expiry::require_future(expires, self.cx.now)?;
        self.tree.set_expiry(id, expires);
        Ok(id)
    }
}
