//! What was deleted and can still be restored.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use adls_wire::RemotePath;
use uuid::Uuid;

use super::account::{Edit, View};
use super::error::Error;
use super::node::NodeId;
use super::tree::{CHANGE_CHILDREN, Context};

/// How much memory deleted items may take; the oldest are forgotten first.
const MAX_WEIGHT: u64 = 64 * 1024 * 1024;
/// What an item weighs besides its bytes, its name and its ACL.
const NODE_WEIGHT: u64 = 512;
/// What an entry of an ACL weighs.
const ENTRY_WEIGHT: usize = 32;

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
}

/// An item that can be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrashItem {
    /// Names the item when it is restored or when the next page is asked for.
    pub(crate) id: NodeId,
    /// Where it was.
    pub(crate) path: RemotePath,
    pub(crate) is_directory: bool,
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

impl Trash {
    /// Finds the order of items that were read from a state directory.
    pub(super) fn restore_order(&mut self) {
        let mut order: Vec<_> = self.items.iter().map(|(id, deleted)| (deleted.at, *id)).collect();
        order.sort_unstable();
        self.order = order.into_iter().map(|(_, id)| id).collect();
    }

    fn add(&mut self, id: NodeId, deleted: Deleted) {
        if self.items.is_empty() {
            self.order.clear();
        }
        self.weight += deleted.weight;
        self.order.push_back(id);
        self.items.insert(id, deleted);
    }

    fn remove(&mut self, id: NodeId) {
        if let Some(deleted) = self.items.remove(&id) {
            self.weight -= deleted.weight;
            self.order.retain(|kept| *kept != id);
        }
    }

    /// Takes out what was deleted first, if there is too much.
    fn pop_surplus(&mut self) -> Option<NodeId> {
        while self.weight > MAX_WEIGHT {
            let oldest = self.order.pop_front()?;
            if let Some(deleted) = self.items.remove(&oldest) {
                self.weight -= deleted.weight;
                return Some(oldest);
            }
        }
        None
    }

    /// The items behind `after` whose path contains `hint` and that the caller may restore.
    fn search(
        &self,
        cx: &Context<'_>,
        hint: &str,
        after: Option<NodeId>,
    ) -> impl Iterator<Item = (NodeId, Option<&Deleted>)> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.items.range((after, Bound::Unbounded)).map(move |(id, deleted)| {
            let matches = cx.may_act_for(deleted.by) && deleted.path.as_str().contains(hint);
            (*id, matches.then_some(deleted))
        })
    }
}

impl View<'_> {
    /// The deleted items behind `after` whose path contains `hint`, at most `limit`. Super-users
    /// see all of them, others what they have deleted themselves.
    pub(crate) fn deleted(&self, hint: &str, after: Option<NodeId>, limit: usize) -> TrashPage {
        let mut page = TrashPage::default();
        for (id, found) in self.tree.trash.search(&self.cx, hint, after) {
            if page.items.len() == limit {
                page.more = true;
                break;
            }
            page.searched += 1;
            page.items.extend(found.map(|deleted| TrashItem {
                id,
                path: deleted.path.clone(),
                is_directory: self.tree.node(id).is_directory(),
                deleted_at: deleted.at,
            }));
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
            NODE_WEIGHT + texts as u64 + node.file().map_or(0, |file| file.bytes.weight())
        };
        let weight = path.as_str().len() as u64 + below.iter().map(weight_of).sum::<u64>();
        if weight > MAX_WEIGHT {
            self.tree.forget(id);
            return;
        }
        for id in below {
            self.tree.unwatch(*id);
        }
        let deleted =
            Deleted { path: path.clone(), by: self.cx.who.object_id, at: self.cx.now, weight };
        self.tree.trash.add(id, deleted);
        while let Some(oldest) = self.tree.trash.pop_surplus() {
            self.tree.forget(oldest);
        }
    }

    /// Brings a deleted item back as `to`; missing parents are made. `expect_directory` says what
    /// the caller takes it for.
    pub(crate) fn restore(
        &mut self,
        id: NodeId,
        to: &RemotePath,
        expect_directory: Option<bool>,
        on_conflict: OnConflict,
    ) -> Result<(), Error> {
        let deleted = self.tree.trash.items.get(&id);
        if !deleted.is_some_and(|deleted| self.cx.may_act_for(deleted.by)) {
            return Err(Error::NotFound(to.clone()));
        }
        if expect_directory.is_some_and(|directory| directory != self.tree.node(id).is_directory())
        {
            return Err(Error::Invalid("The deleted item is of the other type".to_owned()));
        }
        let place = self.tree.descend(&self.cx, to)?;
        let (parent, name) = match place.missing.split_last() {
            Some((name, parents)) => {
                (self.make_directories(place.id, parents, None)?, (*name).to_owned())
            }
            None => self.make_room(place.id, to, on_conflict)?,
        };
        if !self.tree.node(parent).is_directory() {
            return Err(Error::NotDirectory(self.tree.path(parent)));
        }
        self.tree.require(&self.cx, parent, CHANGE_CHILDREN)?;
        self.tree.trash.remove(id);
        self.tree.attach(id, parent, &name, self.cx.now);
        for id in self.tree.subtree(id) {
            self.tree.watch(id);
        }
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
        let Some(name) = to.file_name() else {
            return Err(Error::AlreadyExists(to.clone()));
        };
        let parent = self.parent(existing);
        match on_conflict {
            OnConflict::Fail => Err(Error::AlreadyExists(to.clone())),
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
