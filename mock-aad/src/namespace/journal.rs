//! Storing what has changed of a tree, and reading what is stored.

use std::collections::BTreeMap;
use std::io;

use uuid::Uuid;

use super::changes::Changes;
use super::node::{Content, Node};
use super::node_id::NodeId;
use super::record::{
    AccountRecord, account_of, deleted_of, node_of, record_of, record_of_account, record_of_deleted,
};
use super::trash::Trash;
use super::tree::{ROOT, Tree};
use crate::store::{AccountState, Batch, NodeChange, StoredAccount};

impl Tree {
    /// Whether there is anything to store.
    pub(super) fn has_changes(&self) -> bool {
        !self.changes.nodes.is_empty() || self.changes.account
    }

    /// Takes nothing of the tree for stored, and everything for changed.
    pub(super) fn forget_stored(&mut self) {
        let nodes = self.nodes.keys().copied().collect();
        self.changes = Changes { stored: true, nodes, account: true, ..Changes::default() };
        for bytes in self.nodes.values_mut().filter_map(Node::stored_bytes_mut) {
            bytes.forget_stored();
        }
    }

    /// Takes everything that has changed since the last call, to be stored.
    pub(super) fn take_changes(
        &mut self,
        owners: &[Uuid],
        state: &AccountState,
    ) -> io::Result<Batch> {
        let mut batch = state.batch();
        if self.changes.next != self.next || self.changes.account {
            let record = AccountRecord { owners: owners.to_vec(), next: self.next };
            batch.record = Some(record_of_account(&record, &self.file_systems, &self.note)?);
            (self.changes.next, self.changes.account) = (self.next, false);
        }
        for id in std::mem::take(&mut self.changes.nodes) {
            let mut change = NodeChange { id, ..NodeChange::default() };
            if let Some(node) = self.nodes.get_mut(&id) {
                if let Some(bytes) = node.stored_bytes_mut() {
                    change.extents = state.put_bytes(&mut batch, bytes)?;
                }
                change.record = Some(record_of(node)?);
            }
            batch.nodes.push(change);
            let deleted = self.trash.items.get(&id).map(record_of_deleted);
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
        let (account, file_systems, note) = account_of(&stored.record)
            .map_err(|reason| format!("its record is damaged: {reason}"))?;
        let damaged = |id: &NodeId, reason| format!("the record of node {id} is damaged: {reason}");
        let mut nodes = BTreeMap::new();
        for (id, record) in &stored.nodes {
            let extents = stored.extents.get(id).map_or(&[][..], Vec::as_slice);
            let node = node_of(record, extents, state).map_err(|reason| damaged(id, reason))?;
            nodes.insert(*id, node);
        }
        let mut trash = Trash::default();
        for (id, record) in &stored.trash {
            let deleted = deleted_of(record).map_err(|reason| damaged(id, reason))?;
            trash.weight += deleted.weight;
            trash.items.insert(*id, deleted);
        }
        if !nodes.contains_key(&ROOT) || trash.items.keys().any(|id| !nodes.contains_key(id)) {
            return Err("the record of a directory is missing".to_owned());
        }
        link(&mut nodes)?;
        link_pieces(&mut nodes);
        let nodes = nodes.into_iter().collect();
        let mut tree = Self::from_parts(nodes, account.next, trash, file_systems);
        tree.note = note;
        tree.changes = Changes { stored: true, next: account.next, ..Changes::default() };
        Ok((tree, account.owners))
    }

    /// The files whose content cannot be read, with the reasons.
    pub(super) fn damages(&self) -> Vec<(NodeId, String)> {
        let damage = |(id, node): (&NodeId, &Node)| {
            node.file()
                .and_then(|file| file.committed.damage())
                .map(|reason| (*id, reason.to_owned()))
        };
        self.nodes.iter().filter_map(damage).collect()
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

/// Gives every file the pieces that were sent for it, in the order in which they came.
fn link_pieces(nodes: &mut BTreeMap<NodeId, Node>) {
    let pieces: Vec<(NodeId, NodeId, Box<str>, i64)> = nodes
        .iter()
        .filter_map(|(id, node)| match &node.content {
            Content::Piece(piece) => Some((*id, piece.file, node.name.clone(), node.created)),
            _ => None,
        })
        .collect();
    for (piece, file, name, sent) in pieces {
        match nodes.get_mut(&file).and_then(Node::file_mut) {
            Some(file) if name.is_empty() => file.add_piece(piece),
            Some(file) => drop(file.add_block(&name, piece, sent)),
            None => {}
        }
    }
}
