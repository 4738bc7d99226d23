//! Going through a tree in path order.

use std::collections::btree_map;
use std::ops::Bound;

use super::Tree;
use crate::namespace::node_id::NodeId;

/// How far below a directory a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::namespace) enum Depth {
    Children,
    Everything,
}

/// The nodes of a part of the tree in path order: each directory before what is in it, and that by name.
///
/// A step costs no more than what it passes; a start amid the tree costs one look-up for each directory
/// above it.
#[derive(Debug)]
pub(in crate::namespace) struct Walk<'t> {
    tree: &'t Tree,
    first: Option<NodeId>,
    /// What is to come of each directory that the walk is in, the innermost last.
    ahead: Vec<btree_map::Range<'t, Box<str>, NodeId>>,
    depth: Depth,
}

impl Tree {
    /// A node and everything below it.
    pub(in crate::namespace) fn walk(&self, id: NodeId) -> Walk<'_> {
        Walk { tree: self, first: Some(id), ahead: Vec::new(), depth: Depth::Everything }
    }

    /// What lies below a directory, behind the path that the names make up below it; nothing needs to be
    /// there.
    pub(in crate::namespace) fn walk_from(
        &self,
        directory: NodeId,
        start: &[&str],
        depth: Depth,
    ) -> Walk<'_> {
        let mut walk = Walk { tree: self, first: None, ahead: Vec::new(), depth };
        let mut at = Some(directory);
        for name in start {
            let Some(children) = at.and_then(|id| self.node(id).children()) else { break };
            walk.ahead.push(children.range::<str, _>((Bound::Excluded(*name), Bound::Unbounded)));
            at = children.get(*name).copied();
        }
        if let Some(id) = at.filter(|_| start.is_empty() || depth == Depth::Everything) {
            walk.enter(id);
        }
        walk
    }
}

impl Walk<'_> {
    fn enter(&mut self, id: NodeId) {
        if let Some(children) = self.tree.node(id).children() {
            self.ahead.push(children.range::<str, _>(..));
        }
    }
}

impl<'t> Walk<'t> {
    /// Each node with the number of directories between it and the one that the walk began with.
    pub(in crate::namespace) fn with_depth(
        mut self,
    ) -> impl Iterator<Item = (NodeId, usize)> + use<'t> {
        std::iter::from_fn(move || {
            let id = self.step()?;
            let depth = self.ahead.len().saturating_sub(1);
            self.leave(id);
            Some((id, depth))
        })
    }

    /// The next node, still without what is in it.
    fn step(&mut self) -> Option<NodeId> {
        let id = match self.first.take() {
            Some(id) => id,
            None => loop {
                match self.ahead.last_mut()?.next() {
                    Some((_, id)) => break *id,
                    None => drop(self.ahead.pop()),
                }
            },
        };
        Some(id)
    }

    /// Goes on behind a node, with what is in it where the walk goes that far.
    fn leave(&mut self, id: NodeId) {
        if self.depth == Depth::Everything {
            self.enter(id);
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.step()?;
        self.leave(id);
        Some(id)
    }
}
