//! Finding an item, and what must hold of it before anything is done with it.

use adls_wire::RemotePath;
use uuid::Uuid;

use crate::namespace::account::{Edit, View};
use crate::namespace::blob_properties::{BlobKind, NO_PROPERTIES};
use crate::namespace::conditions::Conditions;
use crate::namespace::error::{Condition, Error, Side};
use crate::namespace::lease::GuardError;
use crate::namespace::node_id::NodeId;
use crate::namespace::tag_condition::TagCondition;
use crate::namespace::tree::{Context, Place, Tree};

/// An item that an operation is about, and what must hold of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryItem<'a> {
    pub(crate) file_system: &'a str,
    pub(crate) path: &'a RemotePath,
    pub(crate) conditions: Conditions,
    /// The lease that the caller holds.
    pub(crate) lease: Option<Uuid>,
    /// The SHA-256 of the key that the caller gives, in base64.
    pub(crate) key_sha256: Option<&'a str>,
    /// What must hold of its tags.
    pub(crate) tags: Option<&'a TagCondition>,
}

impl<'a> EntryItem<'a> {
    /// An item of which nothing needs to hold.
    pub(crate) fn new(file_system: &'a str, path: &'a RemotePath) -> Self {
        let conditions = Conditions::default();
        Self { file_system, path, conditions, lease: None, key_sha256: None, tags: None }
    }
}

impl Tree {
    /// How far the path of an item exists.
    pub(super) fn place_of<'p>(
        &self,
        cx: &Context<'_>,
        item: &EntryItem<'p>,
    ) -> Result<Place<'p>, Error> {
        let root = self.file_system_root(item.file_system)?;
        self.descend_from(cx, root, item.path.segments())
    }

    /// The item, which must be there.
    pub(super) fn entry(
        &self,
        cx: &Context<'_>,
        item: &EntryItem<'_>,
        side: Side,
    ) -> Result<NodeId, Error> {
        let place = self.place_of(cx, item)?;
        let not_found = || Error::NotFound { side, path: item.path.clone() };
        if place.missing.is_empty() { Ok(place.id) } else { Err(not_found()) }
    }

    /// Fails unless the conditions hold of what is there, or of nothing.
    pub(super) fn require_conditions(
        &self,
        existing: Option<NodeId>,
        item: &EntryItem<'_>,
        side: Side,
    ) -> Result<(), Error> {
        self.check_conditions(&item.conditions, existing, item.path, side)?;
        let Some(condition) = item.tags else { return Ok(()) };
        let tags = existing.map(|id| self.node(id).blob.as_deref().unwrap_or(&NO_PROPERTIES));
        match tags.is_some_and(|blob| condition.holds(item.file_system, &blob.tags)) {
            true => Ok(()),
            false => {
                let (path, failed) = (item.path.clone(), Condition::Tags);
                Err(Error::ConditionNotMet { side, path, failed })
            }
        }
    }

    /// Fails while a lease that the caller does not hold guards an item, and when the caller names one
    /// that is not there.
    pub(super) fn require_lease(
        &self,
        cx: &Context<'_>,
        id: NodeId,
        item: &EntryItem<'_>,
        side: Side,
    ) -> Result<(), Error> {
        let guarded = match &self.node(id).blob {
            Some(blob) => blob.lease.guard(item.lease, cx.now),
            None if item.lease.is_some() => Err(GuardError::NotPresent),
            None => Ok(()),
        };
        guarded.map_err(|reason| Error::Guarded { side, path: item.path.clone(), reason })
    }

    /// Whether a lease that the caller names holds an item.
    pub(super) fn is_held(&self, cx: &Context<'_>, id: NodeId, item: &EntryItem<'_>) -> bool {
        item.lease.is_some() && self.require_lease(cx, id, item, Side::Target).is_ok()
    }

    /// Fails when a reader names a lease that is not there.
    pub(super) fn require_named_lease(
        &self,
        cx: &Context<'_>,
        id: NodeId,
        item: &EntryItem<'_>,
    ) -> Result<(), Error> {
        match item.lease {
            Some(_) => self.require_lease(cx, id, item, Side::Target),
            None => Ok(()),
        }
    }

    /// Fails unless the caller gives the key that the content is encrypted with.
    pub(super) fn require_key(&self, id: NodeId, item: &EntryItem<'_>) -> Result<(), Error> {
        let key =
            self.node(id).blob.as_ref().and_then(|blob| blob.encryption.key_sha256.as_deref());
        match (key, item.key_sha256) {
            (None, Some(_)) => Err(Error::NoKey(item.path.clone())),
            (Some(key), given) if given != Some(key) => Err(Error::OtherKey(item.path.clone())),
            _ => Ok(()),
        }
    }

    /// The encryption scope of an item, if it has one of its own.
    pub(super) fn scope(&self, id: NodeId) -> Option<&str> {
        self.node(id).blob.as_ref().and_then(|blob| blob.encryption.scope.as_deref())
    }

    /// Fails unless the item is a file.
    pub(super) fn require_file(&self, id: NodeId, item: &EntryItem<'_>) -> Result<(), Error> {
        self.file(id, item.path, Side::Target).map(drop)
    }

    pub(super) fn blob_kind(&self, id: NodeId) -> BlobKind {
        self.node(id).blob.as_ref().map_or(BlobKind::Block, |blob| blob.kind)
    }
}

impl View<'_> {
    /// The item, if the caller's conditions and lease hold of it.
    pub(super) fn checked_entry(&self, item: &EntryItem<'_>) -> Result<NodeId, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        self.tree.require_conditions(Some(id), item, Side::Target)?;
        self.tree.require_named_lease(&self.cx, id, item)?;
        Ok(id)
    }
}

impl Edit<'_> {
    /// The item that is to be changed, if the caller's conditions and lease hold of it.
    pub(super) fn guarded_entry(&self, item: &EntryItem<'_>, side: Side) -> Result<NodeId, Error> {
        let id = self.tree.entry(&self.cx, item, side)?;
        self.tree.require_conditions(Some(id), item, side)?;
        self.tree.require_lease(&self.cx, id, item, side)?;
        Ok(id)
    }

    /// Begins the next version of an item.
    pub(super) fn touch(&mut self, id: NodeId) {
        let now = self.cx.now;
        if let Some(node) = self.tree.node_mut(id) {
            node.touch(now);
        }
    }
}
