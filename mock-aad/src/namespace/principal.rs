//! Subject asks.

use uuid::Uuid;

/// On whose behalf an operation is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Principal<'a> {
    /// The object id of a user or application.
    pub(crate) object_id: Uuid,
    /// The object ids of the groups it belongs to.
    pub(crate) groups: &'a [Uuid],
}

impl Principal<'_> {
    /// Whether `id` is the caller itself or one of its groups.
    pub(crate) fn is(&self, id: Uuid) -> bool {
        self.object_id == id || self.belongs_to(id)
    }

    /// Whether the caller belongs to the group.
    pub(crate) fn belongs_to(&self, group: Uuid) -> bool {
        self.groups.contains(&group)
    }
}
