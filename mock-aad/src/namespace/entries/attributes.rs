//! Changing what is said of an item: its headers and metadata, owners, rights and end.

use adls_wire::{AclScope, Permission, Rwx};
use uuid::Uuid;

use super::entry_ref::EntryRef;
use super::locate::EntryItem;
use crate::namespace::account::Edit;
use crate::namespace::acl::{Acl, AclChange, Entry};
use crate::namespace::attributes::Expiry;
use crate::namespace::blob_properties::{
    BlobKind, ContentHeaders, Metadata, RehydratePriority, Rehydration, Tags, Tier,
};
use crate::namespace::conditions::Conditions;
use crate::namespace::error::{Error, Side};
use crate::namespace::node_id::NodeId;

/// What is replaced of an item's properties; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttributeChange {
    pub(crate) headers: Option<HeaderChange>,
    pub(crate) metadata: Option<Metadata>,
    /// The encryption scope that the item must have, if it has one.
    pub(crate) scope: Option<Option<Box<str>>>,
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

/// The tier of what has to be brought back before it can be in another one.
pub(crate) const ARCHIVE: &str = "Archive";

/// The result of asking for another tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TierChange {
    Done,
    Pending,
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
        if let (Some(scope), Some(own)) = (&change.scope, self.tree.scope(id))
            && scope.as_deref() != Some(own)
        {
            return Err(Error::OtherScope(item.path.clone()));
        }
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

    /// Gives a file a tier; that makes no other version of it. Out of the archive it is on its way for a while.
    pub(crate) fn set_entry_tier(
        &mut self,
        item: &EntryItem<'_>,
        name: Box<str>,
        priority: Option<RehydratePriority>,
    ) -> Result<TierChange, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        // Of the conditions only those on tags are for tiers.
        let item = &EntryItem { conditions: Conditions::default(), ..*item };
        self.tree.require_conditions(Some(id), item, Side::Target)?;
        self.tree.require_named_lease(&self.cx, id, item)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        self.tree.require_file(id, item)?;
        if self.tree.blob_kind(id) == BlobKind::Append {
            return Err(Error::OtherBlobKind(item.path.clone()));
        }
        let now = self.cx.now;
        let before = EntryRef::new(&self.tree, id, now).tier();
        let from_archive = before.is_some_and(|tier| tier.name == ARCHIVE) && *name != *ARCHIVE;
        let pending = before.and_then(|tier| tier.pending).cloned();
        if pending.as_ref().is_some_and(|pending| pending.to != name) {
            return Err(Error::Rehydrating(item.path.clone()));
        }
        let Some(node) = self.tree.node_mut(id) else { return Ok(TierChange::Done) };
        let blob = node.blob_mut();
        if !from_archive {
            blob.tier = Some(Tier { name, changed: Some(now) });
            blob.rehydration = None;
            return Ok(TierChange::Done);
        }
        let asked = priority.unwrap_or(RehydratePriority::Standard);
        blob.rehydration = Some(match pending {
            Some(pending) if asked == RehydratePriority::Standard => pending,
            _ => Rehydration { to: name, priority: asked, since: now },
        });
        Ok(TierChange::Pending)
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
