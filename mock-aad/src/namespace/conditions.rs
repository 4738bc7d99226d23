//! What must hold of an item before an operation changes it.

use adls_wire::RemotePath;

use super::account::Edit;
use super::error::{Error, Side};
use super::node::{ETag, NodeId};

/// What must hold of an item. Each is asked for by itself, and all of them under the account's lock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions {
    /// It is this incarnation, whatever its content.
    pub(crate) incarnation: Option<NodeId>,
    pub(crate) if_match: Option<ETag>,
    pub(crate) if_none_match: Option<ETag>,
    /// Milliseconds since 1970.
    pub(crate) if_modified_since: Option<i64>,
    /// Milliseconds since 1970.
    pub(crate) if_unmodified_since: Option<i64>,
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
    /// Whether they hold of an item that became what it is at a time.
    fn hold(&self, etag: ETag, changed: i64) -> bool {
        self.incarnation.is_none_or(|only| only == etag.incarnation)
            && self.if_match.is_none_or(|only| only == etag)
            && self.if_none_match.is_none_or(|not| not != etag)
            && self.if_modified_since.is_none_or(|time| changed > time)
            && self.if_unmodified_since.is_none_or(|time| changed <= time)
    }
}

impl Edit<'_> {
    /// Fails unless the conditions hold of what is there; of nothing, those that name a state do not.
    pub(super) fn guard(
        &self,
        existing: Option<NodeId>,
        item: &Item<'_>,
        side: Side,
    ) -> Result<(), Error> {
        let conditions = &item.conditions;
        let hold = match existing {
            Some(id) => conditions.hold(self.tree.etag(id), self.tree.node(id).changed),
            None => conditions.incarnation.is_none() && conditions.if_match.is_none(),
        };
        let path = || item.path.clone();
        if hold { Ok(()) } else { Err(Error::ConditionNotMet { side, path: path() }) }
    }

    /// The item, which must be there as the conditions ask for.
    pub(super) fn find(&self, item: &Item<'_>, side: Side) -> Result<NodeId, Error> {
        let id = self.tree.find(&self.cx, item.path, side)?;
        self.guard(Some(id), item, side)?;
        Ok(id)
    }
}
