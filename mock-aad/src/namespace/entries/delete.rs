//! Deleting, and bringing back what was deleted.

use adls_wire::RemotePath;

use super::entry_ref::EntryRef;
use super::file_systems::DAY_MILLIS;
use super::locate::EntryItem;
use crate::filetime;
use crate::namespace::account::{Edit, View};
use crate::namespace::error::{Error, Side};
use crate::namespace::lease::GuardError;
use crate::namespace::moves::Deletion;
use crate::namespace::node_id::NodeId;
use crate::namespace::trash::{Deleted, Retention};
use crate::namespace::tree::{CHANGE_CHILDREN, Depth};

/// A deleted item of a file system that can be brought back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeletedEntry<'a> {
    /// Tells deleted items of one path apart.
    pub(crate) deletion_id: u64,
    /// Where it was, below its file system.
    pub(crate) path: &'a RemotePath,
    /// Milliseconds since 1970.
    pub(crate) deleted_at: i64,
    /// When it is gone for good, in milliseconds since 1970.
    pub(crate) until: i64,
    /// Whole days until then.
    pub(crate) remaining_days: u32,
    pub(crate) entry: EntryRef<'a>,
}

impl View<'_> {
    /// What was deleted in a file system and can be brought back, by path and by time.
    pub(crate) fn deleted_entries(
        &self,
        file_system: &str,
    ) -> Result<Vec<DeletedEntry<'_>>, Error> {
        let root = self.tree.file_system_root(file_system)?;
        let now = self.cx.now;
        let mut found: Vec<DeletedEntry<'_>> = self
            .tree
            .trash
            .items
            .iter()
            .filter_map(|(id, deleted)| {
                let retention = deleted.retention.filter(|kept| kept.file_system == root)?;
                let remaining = (retention.until - now).max(0) / DAY_MILLIS;
                Some(DeletedEntry {
                    deletion_id: deletion_id(*id, deleted.at),
                    path: &deleted.path,
                    deleted_at: deleted.at,
                    until: retention.until,
                    remaining_days: u32::try_from(remaining).unwrap_or(u32::MAX),
                    entry: EntryRef::new(&self.tree, *id, now),
                })
            })
            .collect();
        found.sort_by(|one, other| {
            let by_path = one.path.as_str().cmp(other.path.as_str());
            by_path.then(one.deletion_id.cmp(&other.deletion_id))
        });
        Ok(found)
    }

    /// Looks at a part of what a recursive deletion would delete, behind `after`: whether the caller may
    /// delete all of it. Returns the last path looked at, if there is more.
    pub(crate) fn check_deletion(
        &self,
        item: &EntryItem<'_>,
        after: Option<&RemotePath>,
        limit: usize,
    ) -> Result<Option<RemotePath>, Error> {
        let id = self.checked_entry(item)?;
        if item.path.is_root() {
            return Err(Error::Root);
        }
        let mut last = None;
        if after.is_none() {
            self.tree.require_removal(&self.cx, id)?;
            self.tree.require_emptying(&self.cx, id)?;
        }
        let depth = item.path.segments().count();
        let start: Vec<&str> =
            after.into_iter().flat_map(|path| path.segments().skip(depth)).collect();
        let mut walk = self.tree.walk_from(id, &start, Depth::Everything);
        for found in walk.by_ref().take(limit) {
            self.tree.require_emptying(&self.cx, found)?;
            last = Some(found);
        }
        let more = walk.next().is_some();
        Ok(last.filter(|_| more).map(|id| self.tree.path_in_file_system(id)))
    }
}

impl Edit<'_> {
    /// Deletes an item; returns the id by which it can be brought back, where the account keeps what is
    /// deleted.
    pub(crate) fn delete_entry(
        &mut self,
        item: &EntryItem<'_>,
        deletion: Deletion,
    ) -> Result<Option<u64>, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        if item.path.is_root() {
            return Err(Error::Root);
        }
        self.tree.require_conditions(Some(id), item, Side::Target)?;
        self.tree.require_lease(&self.cx, id, item, Side::Target)?;
        self.require_removal(id)?;
        let is_empty = self.tree.node(id).children().is_none_or(|all| all.is_empty());
        if !is_empty && deletion == Deletion::Single {
            return Err(Error::NotEmpty(item.path.clone()));
        }
        let all = self.require_removal_of_all(id)?;
        self.require_unleased(id, &all, item)?;
        let root = self.tree.file_system_root(item.file_system)?;
        let now = self.cx.now;
        self.tree.detach(id, now);
        let Some(days) = self.tree.file_systems.retention_days() else {
            self.tree.forget(id);
            return Ok(None);
        };
        for gone in all {
            self.tree.unwatch(gone);
            self.tree.forget_pieces(gone);
        }
        let until = now + i64::from(days) * DAY_MILLIS;
        let by = self.cx.access.principal().object_id;
        let retention = Some(Retention { file_system: root, until });
        self.tree
            .trash
            .add(id, Deleted { path: item.path.clone(), by, at: now, weight: 0, retention });
        self.tree.remind(until, id);
        Ok(Some(deletion_id(id, now)))
    }

    /// Fails when a lease guards something below an item.
    fn require_unleased(
        &self,
        id: NodeId,
        all: &[NodeId],
        item: &EntryItem<'_>,
    ) -> Result<(), Error> {
        let now = self.cx.now;
        let is_guarded = |below: &&NodeId| {
            let blob = self.tree.node(**below).blob.as_ref();
            **below != id && blob.is_some_and(|blob| blob.lease.view(now).locked)
        };
        if all.iter().any(|below| is_guarded(&below)) {
            let (side, path) = (Side::Target, item.path.clone());
            return Err(Error::Guarded { side, path, reason: GuardError::IdMissing });
        }
        Ok(())
    }

    /// Brings a deleted item back to where it was; the directory that held it must be there.
    pub(crate) fn restore_entry(
        &mut self,
        item: &EntryItem<'_>,
        deleted_path: &RemotePath,
        deletion: u64,
    ) -> Result<NodeId, Error> {
        let root = self.tree.file_system_root(item.file_system)?;
        let found = self.tree.trash.items.iter().find(|(id, deleted)| {
            deleted.retention.is_some_and(|kept| kept.file_system == root)
                && deleted.path == *deleted_path
                && deletion_id(**id, deleted.at) == deletion
        });
        let Some((&id, deleted)) = found else {
            return Err(Error::NotDeleted(deleted_path.to_string()));
        };
        let until = deleted.retention.map(|kept| kept.until);
        let place = self.tree.place_of(&self.cx, item)?;
        let name = match place.missing.as_slice() {
            [] => {
                let found = self.tree.node(place.id).kind();
                return Err(Error::AlreadyExists { path: item.path.clone(), found });
            }
            [name] => *name,
            _ => {
                let path = item.path.parent().unwrap_or(RemotePath::root());
                return Err(Error::NotFound { side: Side::TargetParent, path });
            }
        };
        self.require_directory(place.id)?;
        self.tree.require(&self.cx, place.id, CHANGE_CHILDREN)?;
        // Nobody gets at something by having it restored elsewhere.
        let parent = deleted_path.parent().unwrap_or(RemotePath::root());
        let origin = self.tree.place_of(&self.cx, &EntryItem::new(item.file_system, &parent))?;
        self.tree.require(&self.cx, origin.id, CHANGE_CHILDREN)?;
        self.tree.trash.remove(id);
        if let Some(until) = until {
            self.tree.forget_reminder(until, id);
        }
        self.tree.attach(id, place.id, name, self.cx.now);
        self.tree.watch_all(id);
        Ok(id)
    }
}

/// The time of the deletion as Windows writes it, and a part of the node's number: two of one moment
/// differ.
fn deletion_id(id: NodeId, at: i64) -> u64 {
    filetime::ticks(at) + id % 10_000
}
