//! What must hold of an item before an operation changes it.

use adls_wire::RemotePath;

use super::account::Edit;
use super::error::{Condition, Error, Side};
use super::node_id::{ETag, NodeId};
use super::tree::Tree;

/// A state of an item that a condition names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ETagCondition {
    /// Whatever is there.
    Any,
    Only(ETag),
    /// None that there ever was here.
    Unknown,
}

impl ETagCondition {
    fn names(self, etag: ETag) -> bool {
        match self {
            Self::Any => true,
            Self::Only(only) => only == etag,
            Self::Unknown => false,
        }
    }
}

impl From<ETag> for ETagCondition {
    fn from(etag: ETag) -> Self {
        Self::Only(etag)
    }
}

/// What must hold of an item. Each is asked for by itself, and all of them under the account's lock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions {
    /// It is this incarnation, whatever its content.
    pub(crate) incarnation: Option<NodeId>,
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    /// Milliseconds since 1970.
    pub(crate) if_modified_since: Option<i64>,
    /// Milliseconds since 1970.
    pub(crate) if_unmodified_since: Option<i64>,
    /// Since when its tier must have changed, in milliseconds since 1970.
    pub(crate) if_tier_modified_since: Option<i64>,
    /// Since when its tier must not have changed, in milliseconds since 1970.
    pub(crate) if_tier_unmodified_since: Option<i64>,
}

/// What an operation is about: a path, and what must hold of the item there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    pub(crate) path: &'a RemotePath,
    pub(crate) conditions: Conditions,
}

impl<'a> From<&'a RemotePath> for Item<'a> {
    fn from(path: &'a RemotePath) -> Self {
        Self { path, conditions: Conditions::default() }
    }
}

impl Conditions {
    /// The first that does not hold of an item that became what it is at a time.
    pub(super) fn failed(&self, etag: ETag, changed: i64) -> Option<Condition> {
        let is_other = |only: ETagCondition| !only.names(etag);
        if self.incarnation.is_some_and(|only| only != etag.incarnation) {
            Some(Condition::Incarnation)
        } else if self.if_match.is_some_and(is_other) {
            Some(Condition::IfMatch)
        } else if self.if_none_match.is_some_and(|not| not.names(etag)) {
            Some(Condition::IfNoneMatch)
        } else if self.if_modified_since.is_some_and(|time| changed <= time) {
            Some(Condition::IfModifiedSince)
        } else if self.if_unmodified_since.is_some_and(|time| changed > time) {
            Some(Condition::IfUnmodifiedSince)
        } else {
            None
        }
    }

    /// The one that does not hold of a tier that was given at a time.
    fn failed_of_tier(&self, changed: i64) -> Option<Condition> {
        let is_old = self.if_tier_modified_since.is_some_and(|time| changed <= time);
        let is_new = self.if_tier_unmodified_since.is_some_and(|time| changed > time);
        (is_old || is_new).then_some(Condition::Tier)
    }

    /// The first that does not hold of nothing: those that name a state.
    pub(super) fn failed_of_nothing(&self) -> Option<Condition> {
        let incarnation = self.incarnation.map(|_| Condition::Incarnation);
        incarnation.or(self.if_match.map(|_| Condition::IfMatch))
    }
}

impl Tree {
    /// Fails unless the conditions hold of what is at a path; of nothing, those that name a state do not.
    pub(super) fn check_conditions(
        &self,
        conditions: &Conditions,
        existing: Option<NodeId>,
        path: &RemotePath,
        side: Side,
    ) -> Result<(), Error> {
        let failed = match existing {
            Some(id) => conditions
                .failed(self.etag(id), self.node(id).changed)
                .or_else(|| conditions.failed_of_tier(self.tier_changed(id))),
            None => conditions.failed_of_nothing(),
        };
        match failed {
            None => Ok(()),
            Some(failed) => Err(Error::ConditionNotMet { side, path: path.clone(), failed }),
        }
    }

    /// When an item was given its tier, in milliseconds since 1970: when it was made, if nobody gave it one since.
    fn tier_changed(&self, id: NodeId) -> i64 {
        let node = self.node(id);
        let tier = node.blob.as_ref().and_then(|blob| blob.tier.as_ref());
        tier.and_then(|tier| tier.changed).unwrap_or(node.created)
    }
}

impl Edit<'_> {
    /// Fails unless the conditions hold of what is there.
    pub(super) fn guard(
        &self,
        existing: Option<NodeId>,
        item: &Item<'_>,
        side: Side,
    ) -> Result<(), Error> {
        self.tree.check_conditions(&item.conditions, existing, item.path, side)
    }

    /// The item, which must be there as the conditions ask for.
    pub(super) fn find(&self, item: &Item<'_>, side: Side) -> Result<NodeId, Error> {
        let id = self.tree.find(&self.cx, item.path, side)?;
        self.guard(Some(id), item, side)?;
        Ok(id)
    }
}
