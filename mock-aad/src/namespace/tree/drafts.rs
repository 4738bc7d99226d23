//! Files that are not there yet: blocks were sent for them, and none is committed.
//!
//! A draft is a file in no directory. It knows its file system and the path that it is to have, so that it is
//! found again after a restart.

use std::collections::BTreeMap;

use adls_wire::RemotePath;

use super::{Context, Tree};
use crate::namespace::node::{Content, Node};
use crate::namespace::node_id::NodeId;

/// All drafts, by the root of their file system and their path.
pub(super) type Drafts = BTreeMap<(NodeId, String), NodeId>;

/// The drafts among nodes.
pub(super) fn of<'n>(nodes: impl Iterator<Item = (&'n NodeId, &'n Node)>) -> Drafts {
    let place = |(id, node): (&NodeId, &Node)| {
        let (root, path) = node.blob.as_ref()?.draft.as_deref()?;
        Some(((*root, path.as_str().to_owned()), *id))
    };
    nodes.filter_map(place).collect()
}

impl Tree {
    /// The draft of a path.
    pub(in crate::namespace) fn draft(&self, root: NodeId, path: &RemotePath) -> Option<NodeId> {
        if self.drafts.is_empty() {
            return None;
        }
        self.drafts.get(&(root, path.as_str().to_owned())).copied()
    }

    /// The drafts of a file system, by path.
    pub(in crate::namespace) fn drafts_in(
        &self,
        root: NodeId,
    ) -> impl Iterator<Item = (&str, NodeId)> {
        let all = self.drafts.range((root, String::new())..=(root, last()));
        all.map(|((_, path), id)| (path.as_str(), *id))
    }

    /// Makes the draft of a path that has none.
    pub(in crate::namespace) fn add_draft(
        &mut self,
        cx: &Context<'_>,
        root: NodeId,
        path: &RemotePath,
    ) -> NodeId {
        let id = self.insert_apart(cx.now, "", Content::File(Box::default()));
        if let Some(node) = self.nodes.get_mut(&id) {
            node.blob_mut().draft = Some(Box::new((root, path.clone())));
        }
        self.drafts.insert((root, path.as_str().to_owned()), id);
        id
    }

    /// Forgets the draft of a path, if there is one: it has become a file, or another file is there.
    pub(in crate::namespace) fn forget_draft(&mut self, root: NodeId, path: &RemotePath) {
        if let Some(id) = self.draft(root, path) {
            self.drafts.remove(&(root, path.as_str().to_owned()));
            self.forget_pieces(id);
            // Like a piece, it lies in no directory.
            self.forget_piece(id);
        }
    }

    /// Forgets the drafts of a file system that is gone.
    pub(super) fn forget_drafts(&mut self, root: NodeId) {
        if self.drafts.is_empty() {
            return;
        }
        let paths: Vec<RemotePath> =
            self.drafts_in(root).filter_map(|(path, _)| path.parse().ok()).collect();
        for path in paths {
            self.forget_draft(root, &path);
        }
    }
}

/// Behind every path.
fn last() -> String {
    char::MAX.to_string()
}
