//! Which nodes have changed since the state folder was last written, and writing them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;
use uuid::Uuid;

use super::node::{Node, NodeId};
use super::record::{AccountRecord, DeletedRecord, NodeRecord, invalid};
use super::trash::Trash;
use super::tree::{ROOT, Tree};
use crate::store::{AccountState, Batch, StoredAccount};

/// What has changed since the last commit; empty for ever when there is no state folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    enabled: bool,
    nodes: BTreeSet<NodeId>,
}

impl Changes {
    pub(super) fn enabled() -> Self {
        Self { enabled: true, nodes: BTreeSet::new() }
    }

    /// Everything is new.
    pub(super) fn of_all(tree: &Tree) -> Self {
        Self { enabled: true, nodes: tree.nodes.keys().copied().collect() }
    }

    /// Notes that a node, or its being in the trash, may have changed.
    pub(super) fn note(&mut self, id: NodeId) {
        if self.enabled {
            self.nodes.insert(id);
        }
    }
}

impl Tree {
    /// Moves the bytes of changed files to disk.
    pub(super) fn store_bytes(&mut self, state: &AccountState) -> io::Result<()> {
        for id in &self.changes.nodes {
            if let Some(file) = self.nodes.get_mut(id).and_then(Node::file_mut) {
                file.bytes.store(state)?;
            }
        }
        Ok(())
    }

    /// Stores everything that has changed since the last commit. After a failure it is still noted
    /// as changed, and goes with the next commit.
    pub(super) fn commit(&mut self, owners: &[Uuid], state: &AccountState) -> io::Result<()> {
        self.store_bytes(state)?;
        if self.changes.nodes.is_empty() {
            return Ok(());
        }
        let mut batch = Batch {
            account: encode(&AccountRecord { owners: owners.to_vec(), next: self.next })?,
            ..Batch::default()
        };
        for id in &self.changes.nodes {
            let node = self.nodes.get(id).map(|node| encode(&NodeRecord::of(node)));
            batch.nodes.push((*id, node.transpose()?));
            let deleted = self.trash.items.get(id).map(|item| encode(&DeletedRecord::of(item)));
            batch.trash.push((*id, deleted.transpose()?));
        }
        state.commit(&batch)?;
        self.changes.nodes.clear();
        Ok(())
    }

    /// The tree that was stored, and the owners of its account.
    pub(super) fn stored(
        state: &AccountState,
        stored: &StoredAccount,
    ) -> io::Result<(Self, Vec<Uuid>)> {
        let account: AccountRecord = decode(&stored.account)?;
        let mut nodes = BTreeMap::new();
        for (id, record) in &stored.nodes {
            nodes.insert(*id, decode::<NodeRecord>(record)?.into_node(state)?);
        }
        let mut trash = Trash::default();
        for (id, record) in &stored.trash {
            let deleted = decode::<DeletedRecord>(record)?.into_deleted();
            trash.weight += deleted.weight;
            trash.items.insert(*id, deleted);
        }
        if !nodes.contains_key(&ROOT) || trash.items.keys().any(|id| !nodes.contains_key(id)) {
            return Err(invalid("a recorded folder is missing"));
        }
        link(&mut nodes)?;
        let tree = Self::from_parts(nodes.into_iter().collect(), account.next, trash);
        Ok((tree, account.owners))
    }
}

/// Enters every node into the folder that holds it.
fn link(nodes: &mut BTreeMap<NodeId, Node>) -> io::Result<()> {
    let children: Vec<(NodeId, NodeId, Box<str>)> = nodes
        .iter()
        .filter_map(|(id, node)| Some((*id, node.parent?, node.name.clone())))
        .collect();
    for (id, parent, name) in children {
        let folder = nodes.get_mut(&parent).and_then(Node::children_mut);
        folder.ok_or_else(|| invalid("a recorded folder is missing"))?.insert(name, id);
    }
    Ok(())
}

fn encode<T: Serialize>(record: &T) -> io::Result<Vec<u8>> {
    serde_json::to_vec(record).map_err(invalid)
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    serde_json::from_slice(bytes).map_err(invalid)
}
