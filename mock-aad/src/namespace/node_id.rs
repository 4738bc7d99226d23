//! What tells nodes, and their states, apart.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The number of a node; never used twice in an account, so that it also names an incarnation.
pub(crate) type NodeId = u64;

/// Tells the states of what a path names apart.
///
/// It changes when an item is made and when its content changes, and stays when the item is renamed, or
/// when rights, times or leases change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ETag {
    /// An item that is made anew has another one.
    pub(crate) incarnation: NodeId,
    pub(crate) version: u64,
}

/// A table by number. Numbers follow each other as nodes are made, and nodes that are made together are listed
/// together: so they also lie together in the table, whose place for a number is the number itself.
pub(super) type ByNodeId<V> = HashMap<NodeId, V, BuildHasherDefault<InOrder>>;

/// Leaves numbers in their order. Callers cannot choose them, so that no two crowds of them meet on purpose.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InOrder(u64);

impl Hasher for InOrder {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 << 8 | u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The table takes the place from the low bits, and from the seven highest what it compares first.
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        const HIGHEST: u64 = 0x7f << 57;
        self.0 = number & !HIGHEST | number.wrapping_mul(MIX) & HIGHEST;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
