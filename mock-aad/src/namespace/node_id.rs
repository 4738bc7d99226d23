//! What tells nodes, and their states, apart.

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
