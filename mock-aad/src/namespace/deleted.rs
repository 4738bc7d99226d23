//! Deleting into the trash, and restoring from it.

use std::ops::Bound;

use adls_wire::RemotePath;

use super::account::{Edit, View};
use super::error::{Error, Side};
use super::node::NodeKind;
use super::node_id::NodeId;
use super::trash::{Deleted, MAX_WEIGHT};
use super::tree::CHANGE_CHILDREN;

/// What an item weighs besides its bytes, its name and its ACL.
const NODE_WEIGHT: u64 = 512;
/// What an entry of an ACL weighs.
const ENTRY_WEIGHT: usize = 32;

/// An item that can be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrashItem {
    /// Names the item when it is restored or when the next page is asked for.
    pub(crate) id: NodeId,
    /// Where it was.
    pub(crate) path: RemotePath,
    pub(crate) kind: NodeKind,
    /// When it was deleted; milliseconds since 1970.
    pub(crate) deleted_at: i64,
}

/// A page of deleted items.
#[derive(Debug, Default)]
pub(crate) struct TrashPage {
    pub(crate) items: Vec<TrashItem>,
    /// How many were looked at.
    pub(crate) searched: u64,
    /// Whether there are more behind the last one.
    pub(crate) more: bool,
}

/// What to do when something is where an item is to be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnConflict {
    Fail,
    /// Replace it.
    Overwrite,
    /// Keep both, under another name.
    Copy,
}

impl View<'_> {
    /// The deleted items behind `after` whose path contains `hint`, at most `limit`. Super-users
    /// see all of them, others what they have deleted themselves.
    pub(crate) fn deleted(&self, hint: &str, after: Option<NodeId>, limit: usize) -> TrashPage {
        let mut page = TrashPage::default();
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        for (id, deleted) in self.tree.trash.items.range((after, Bound::Unbounded)) {
            if page.items.len() == limit {
                page.more = true;
                break;
            }
            page.searched += 1;
            if self.cx.access.may_act_for(deleted.by) && deleted.path.as_str().contains(hint) {
                page.items.push(TrashItem {
                    id: *id,
                    path: deleted.path.clone(),
                    kind: self.tree.node(*id).kind(),
                    deleted_at: deleted.at,
                });
            }
        }
        page
    }
}

impl Edit<'_> {
    /// Puts a detached node, with everything `below` it, into the trash.
    pub(super) fn bury(&mut self, id: NodeId, below: &[NodeId], path: &RemotePath) {
        let weight_of = |id: &NodeId| {
            let node = self.tree.node(*id);
            let texts = node.name.len() + node.acl.entries().len() * ENTRY_WEIGHT;
            NODE_WEIGHT + texts as u64 + node.file().map_or(0, |file| file.weight())
        };
        let weight = path.as_str().len() as u64 + below.iter().map(weight_of).sum::<u64>();
        if weight > MAX_WEIGHT {
            self.tree.forget(id);
            return;
        }
        for id in below {
            self.tree.unwatch(*id);
        }
        let by = self.cx.access.principal().object_id;
        let deleted = Deleted { path: path.clone(), by, at: self.cx.now, weight, retention: None };
        self.tree.trash.add(id, deleted);
        while let Some(oldest) = self.tree.trash.pop_surplus() {
            self.tree.forget(oldest);
        }
    }

    /// Brings a deleted item back as `to`; missing parents are made. `expected` says what the caller
    /// takes it for.
    pub(crate) fn restore(
        &mut self,
        id: NodeId,
        to: &RemotePath,
        expected: Option<NodeKind>,
        on_conflict: OnConflict,
    ) -> Result<(), Error> {
        let deleted = self.tree.trash.items.get(&id);
        if !deleted.is_some_and(|deleted| self.cx.access.may_act_for(deleted.by)) {
            return Err(Error::NotFound { side: Side::Source, path: to.clone() });
        }
        if expected.is_some_and(|kind| kind != self.tree.node(id).kind()) {
            return Err(Error::Invalid("The deleted item is of the other type".to_owned()));
        }
        let place = self.tree.descend(&self.cx, to)?;
        let (parent, name) = match place.missing.split_last() {
            Some((name, parents)) => {
                (self.make_directories(place.id, parents, None)?, (*name).to_owned())
            }
            None => self.make_room(place.id, to, on_conflict)?,
        };
        self.require_directory(parent)?;
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        self.tree.trash.remove(id);
        self.tree.attach(id, parent, &name, self.cx.now);
        self.tree.watch_all(id);
        Ok(())
    }

    /// Decides what becomes of an item where another one is to be restored; returns directory and
    /// name for the latter.
    fn make_room(
        &mut self,
        existing: NodeId,
        to: &RemotePath,
        on_conflict: OnConflict,
    ) -> Result<(NodeId, String), Error> {
        let exists = || {
            let found = self.tree.node(existing).kind();
            Error::AlreadyExists { path: to.clone(), found }
        };
        let name = to.file_name().ok_or_else(exists)?;
        let parent = self.parent(existing);
        match on_conflict {
            OnConflict::Fail => Err(exists()),
            OnConflict::Overwrite => {
                self.require_removal_of_all(existing)?;
                self.tree.detach(existing, self.cx.now);
                self.tree.forget(existing);
                Ok((parent, name.to_owned()))
            }
            OnConflict::Copy => {
                let children = self.tree.node(parent).children();
                let taken = |name: &str| children.is_some_and(|all| all.contains_key(name));
                let mut names = (1u64..).map(|number| format!("{name} ({number})"));
                let free = names.find(|name| !taken(name)).unwrap_or_default();
                Ok((parent, free))
            }
        }
    }
}
