//! What was deleted and can still be restored.

use std::collections::{BTreeMap, VecDeque};

use adls_wire::RemotePath;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::node_id::NodeId;

/// How much memory deleted items may take; the oldest are forgotten first.
pub(super) const MAX_WEIGHT: u64 = 64 * 1024 * 1024;

/// Deleted items.
#[derive(Clone, Debug, Default)]
pub(super) struct Trash {
    /// By the number of the node, which tells when it was made, not when it was deleted.
    pub(super) items: BTreeMap<NodeId, Deleted>,
    pub(super) weight: u64,
    /// The items in the order in which they were deleted.
    order: VecDeque<NodeId>,
}

#[derive(Clone, Debug)]
pub(super) struct Deleted {
    pub(super) path: RemotePath,
    pub(super) by: Uuid,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    pub(super) weight: u64,
    /// For how long it can be restored, in a Gen2 account.
    pub(super) retention: Option<Retention>,
}

/// For how long a deleted item of a Gen2 account can be restored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Retention {
    /// The root of the file system where it was.
    pub(super) file_system: NodeId,
    /// Milliseconds since 1970.
    pub(super) until: i64,
}

impl Trash {
    /// Finds the order of items that were read from a state directory.
    pub(super) fn restore_order(&mut self) {
        let mut order: Vec<_> = self.items.iter().map(|(id, deleted)| (deleted.at, *id)).collect();
        order.sort_unstable();
        self.order = order.into_iter().map(|(_, id)| id).collect();
    }

    /// When items can be restored no longer.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = (i64, NodeId)> {
        let until = |(id, deleted): (&NodeId, &Deleted)| Some((deleted.retention?.until, *id));
        self.items.iter().filter_map(until)
    }

    pub(super) fn add(&mut self, id: NodeId, deleted: Deleted) {
        if self.items.is_empty() {
            self.order.clear();
        }
        self.weight += deleted.weight;
        self.order.push_back(id);
        self.items.insert(id, deleted);
    }

    pub(super) fn remove(&mut self, id: NodeId) {
        if let Some(deleted) = self.items.remove(&id) {
            self.weight -= deleted.weight;
            self.order.retain(|kept| *kept != id);
        }
    }

    /// Takes out what was deleted first, if there is too much.
    pub(super) fn pop_surplus(&mut self) -> Option<NodeId> {
        while self.weight > MAX_WEIGHT {
            let oldest = self.order.pop_front()?;
            if let Some(deleted) = self.items.remove(&oldest) {
                self.weight -= deleted.weight;
                return Some(oldest);
            }
        }
        None
    }
}
