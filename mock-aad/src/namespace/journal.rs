//! Which nodes have changed since they were last stored, storing them, and undoing what was made.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use uuid::Uuid;

use super::node::{Content, Node, NodeId};
use super::record::{AccountRecord, DeletedRecord, NodeRecord};
use super::trash::Trash;
use super::tree::{ROOT, Tree};
use crate::store::{AccountState, Batch, FileBytes, NodeChange, StoredAccount, decode, encode};

/// What has changed since the last commit, and what the present operation has made.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Whether there is a state directory; without one nothing is noted for it.
    stored: bool,
    nodes: BTreeSet<NodeId>,
    /// What stored records still refer to and the tree no longer does.
    freed: Vec<FileBytes>,
    /// The account's next number as it is stored.
    next: NodeId,
    /// What the present operation has made.
    made: Vec<Made>,
    /// Whether the present operation has taken something away.
    taken: bool,
}

/// A node that was made, and what its directory was before.
#[derive(Debug)]
struct Made {
    id: NodeId,
    parent: NodeId,
    modified: i64,
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
        self.next = 0;
    }

    /// Keeps the bytes of a node that is gone until its stored record is gone too.
    pub(super) fn release(&mut self, node: Node) {
        self.taken = true;
        if let (true, Content::File(file)) = (self.stored, node.content) {
            self.freed.push(file.bytes);
        }
    }

    /// Notes that a node was taken out of its directory.
    pub(super) fn take(&mut self) {
        self.taken = true;
    }
}

impl Tree {
    /// Begins an operation, which is ended by [`undo`](Self::undo) if it is refused.
    pub(super) fn begin(&mut self) {
        self.changes.made.clear();
        self.changes.taken = false;
    }

    /// Notes that a node is being made.
    pub(super) fn note_made(&mut self, id: NodeId, parent: NodeId) {
        let modified = self.node(parent).modified;
        self.changes.made.push(Made { id, parent, modified });
    }

    /// Removes what a refused operation has made on its way. An operation checks everything before it
    /// takes something away or changes what was there, so that there is nothing else to undo.
    pub(super) fn undo(&mut self) {
        debug_assert!(!self.changes.taken, "a refused operation has taken something away");
        while let Some(Made { id, parent, modified }) = self.changes.made.pop() {
            self.unwatch(id);
            let Some(node) = self.nodes.remove(&id) else { continue };
            if let Some(directory) = self.nodes.get_mut(&parent) {
                directory.modified = modified;
                if let Some(children) = directory.children_mut() {
                    children.remove(&node.name);
                }
            }
        }
    }

    /// Whether there is anything to store.
    pub(super) fn has_changes(&self) -> bool {
        !self.changes.nodes.is_empty()
    }

    /// Takes nothing of the tree for stored, and everything for changed.
    pub(super) fn forget_stored(&mut self) {
        let nodes = self.nodes.keys().copied().collect();
        self.changes = Changes { stored: true, nodes, ..Changes::default() };
        for file in self.nodes.values_mut().filter_map(Node::file_mut) {
            file.bytes.forget_stored();
        }
    }

    /// Takes everything that has changed since the last call, to be stored.
    pub(super) fn take_changes(
        &mut self,
        owners: &[Uuid],
        state: &AccountState,
    ) -> io::Result<Batch> {
        let mut batch = state.batch();
        if self.changes.next != self.next {
            let record = AccountRecord { owners: owners.to_vec(), next: self.next };
            batch.record = Some(encode(&record)?);
            self.changes.next = self.next;
        }
        for id in std::mem::take(&mut self.changes.nodes) {
            let mut change = NodeChange { id, ..NodeChange::default() };
            if let Some(node) = self.nodes.get_mut(&id) {
                if let Some(file) = node.file_mut() {
                    change.extents = state.put_bytes(&mut batch, &mut file.bytes)?;
                }
                change.record = Some(encode(&NodeRecord::of(node))?);
            }
            batch.nodes.push(change);
            let deleted = self.trash.items.get(&id).map(|item| encode(&DeletedRecord::of(item)));
            batch.trash.push((id, deleted.transpose()?));
        }
        batch.freed = std::mem::take(&mut self.changes.freed);
        Ok(batch)
    }

    /// The tree that was stored, and the owners of its account.
    ///
    /// # Errors
    /// What makes the account unusable. A file whose content is damaged does not: it says so when it
    /// is read.
    pub(super) fn stored(
        state: &AccountState,
        stored: &StoredAccount,
    ) -> Result<(Self, Vec<Uuid>), String> {
        let account: AccountRecord =
            decode(&stored.record).map_err(|reason| format!("its record is damaged: {reason}"))?;
        let damaged = |id: &NodeId, reason| format!("the record of node {id} is damaged: {reason}");
        let mut nodes = BTreeMap::new();
        for (id, record) in &stored.nodes {
            let record: NodeRecord = decode(record).map_err(|reason| damaged(id, reason))?;
            let extents = stored.extents.get(id).map_or(&[][..], Vec::as_slice);
            let node = record.into_node(extents, state).map_err(|reason| damaged(id, reason))?;
            nodes.insert(*id, node);
        }
        let mut trash = Trash::default();
        for (id, record) in &stored.trash {
            let record: DeletedRecord = decode(record).map_err(|reason| damaged(id, reason))?;
            let deleted = record.into_deleted();
            trash.weight += deleted.weight;
            trash.items.insert(*id, deleted);
        }
        if !nodes.contains_key(&ROOT) || trash.items.keys().any(|id| !nodes.contains_key(id)) {
            return Err("the record of a directory is missing".to_owned());
        }
        link(&mut nodes)?;
        let mut tree = Self::from_parts(nodes.into_iter().collect(), account.next, trash);
        tree.changes = Changes { stored: true, next: account.next, ..Changes::default() };
        Ok((tree, account.owners))
    }

    /// The files whose content cannot be read, with the reasons.
    pub(super) fn damages(&self) -> Vec<(NodeId, String)> {
        let damage = |(id, node): (&NodeId, &Node)| {
            node.file().and_then(|file| file.bytes.damage()).map(|reason| (*id, reason.to_owned()))
        };
        self.nodes.iter().filter_map(damage).collect()
    }

    /// Forgets all deleted items.
    pub(super) fn empty_trash(&mut self) {
        self.trash.weight = 0;
        for (id, _) in std::mem::take(&mut self.trash.items) {
            self.forget(id);
        }
    }
}

/// Enters every node into the directory that holds it.
fn link(nodes: &mut BTreeMap<NodeId, Node>) -> Result<(), String> {
    let children: Vec<(NodeId, NodeId, Box<str>)> = nodes
        .iter()
        .filter_map(|(id, node)| Some((*id, node.parent?, node.name.clone())))
        .collect();
    for (id, parent, name) in children {
        let directory = nodes.get_mut(&parent).and_then(Node::children_mut);
        directory
            .ok_or_else(|| "the record of a directory is missing".to_owned())?
            .insert(name, id);
    }
    Ok(())
}
