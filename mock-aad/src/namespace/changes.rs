//! Which nodes have changed since they were last stored, and what the present operation has made.

use std::collections::BTreeSet;

use super::node::{Content, Node};
use super::node_id::NodeId;
use crate::store::FileBytes;

/// What has changed since the last commit, and what the present operation has made.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Whether there is a state directory; without one nothing is noted for it.
    pub(super) stored: bool,
    pub(super) nodes: BTreeSet<NodeId>,
    /// What stored records still refer to and the tree no longer does.
    pub(super) freed: Vec<FileBytes>,
    /// The account's next number as it is stored.
    pub(super) next: NodeId,
    /// Whether the account's own record has changed.
    pub(super) account: bool,
    /// What the present operation has made.
    pub(super) made: Vec<Made>,
    /// Whether the present operation has taken something away.
    pub(super) taken: bool,
}

/// A node that was made, and what its directory was before.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) id: NodeId,
    pub(super) parent: NodeId,
    pub(super) modified: i64,
}

/// A copy of a tree is another tree, of which nothing is stored.
impl Clone for Changes {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Changes {
    /// Notes that a node, or its being in the trash, may have changed.
    pub(super) fn note(&mut self, id: NodeId) {
        if self.stored {
            self.nodes.insert(id);
        }
    }

    /// Notes that the account's own record has changed.
    pub(super) fn note_account(&mut self) {
        self.account = true;
    }

    /// Keeps the bytes of a node that is gone until its stored record is gone too.
    pub(super) fn release(&mut self, node: Node) {
        self.taken = true;
        if !self.stored {
            return;
        }
        match node.content {
            Content::File(file) => self.freed.push(file.committed),
            Content::Piece(piece) => self.freed.push(piece.bytes),
            Content::Directory(_) => {}
        }
    }
}
