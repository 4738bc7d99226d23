//! Changing the ACLs of everything below a directory, a page at a time.

use adls_wire::{AclScope, RemotePath};

use super::list::ListStart;
use super::locate::EntryItem;
use crate::namespace::account::Edit;
use crate::namespace::acl::{AclChange, Entry, Subject};
use crate::namespace::error::{Error, Side};
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::{Depth, LIST};

use super::attributes::AclUpdate;

/// A change of many ACLs. Default entries are for directories only, and files are spared them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RecursiveAclChange<'a> {
    Set(&'a [Entry]),
    Modify(&'a [Entry]),
    Remove(&'a [(AclScope, Subject)]),
}

/// An item whose ACL could not be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AclFailure {
    pub(crate) path: RemotePath,
    pub(crate) is_directory: bool,
    pub(crate) error: Error,
}

/// What has become of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecursiveAclPage {
    pub(crate) directories: u64,
    pub(crate) files: u64,
    pub(crate) failures: Vec<AclFailure>,
    /// The last path that was looked at, if there is more behind it.
    pub(crate) last: Option<RemotePath>,
}

impl Edit<'_> {
    /// Changes the ACLs of an item and of what lies below it, at most `limit` of them, from `start` on.
    /// Unless it goes on after failures, a page with one is the last.
    pub(crate) fn change_acls(
        &mut self,
        item: &EntryItem<'_>,
        change: &RecursiveAclChange<'_>,
        start: ListStart<'_>,
        limit: usize,
        goes_on: bool,
    ) -> Result<RecursiveAclPage, Error> {
        let top = self.tree.entry(&self.cx, item, Side::Target)?;
        self.tree.require_lease(&self.cx, top, item, Side::Target)?;
        let above = item.path.segments().count();
        let (first, start): (Option<NodeId>, Vec<&str>) = match start {
            ListStart::Beginning => (Some(top), Vec::new()),
            ListStart::After(path) | ListStart::At(path) => {
                (None, path.segments().skip(above).collect())
            }
        };
        let seen = |id: &NodeId| self.may_list_above(*id, top);
        let mut walk = self.tree.walk_from(top, &start, Depth::Everything).filter(seen);
        let room = limit - usize::from(first.is_some());
        let ids: Vec<NodeId> = first.into_iter().chain(walk.by_ref().take(room)).collect();
        let more = walk.next().is_some();
        let mut page = RecursiveAclPage::default();
        for id in &ids {
            self.change_one(*id, change, &mut page);
        }
        // As recorded, what else the page holds is changed even so.
        let more = more && (goes_on || page.failures.is_empty());
        page.last = ids.last().filter(|_| more).map(|id| self.tree.path_in_file_system(*id));
        Ok(page)
    }

    /// Whether the caller may list the directories between an item and the top, which is one of them. Else
    /// failures would tell what is in there.
    fn may_list_above(&self, id: NodeId, top: NodeId) -> bool {
        if self.cx.access.is_super_user() {
            return true;
        }
        let mut at = id;
        while let Some(parent) = self.tree.node(at).parent.filter(|_| at != top) {
            if !self.cx.access.allows(self.tree.node(parent), LIST) {
                return false;
            }
            at = parent;
        }
        true
    }

    fn change_one(
        &mut self,
        id: NodeId,
        change: &RecursiveAclChange<'_>,
        page: &mut RecursiveAclPage,
    ) {
        let node = self.tree.node(id);
        let is_directory = node.is_directory();
        let permitted = self.tree.permit(id, self.cx.access.owns(node));
        let changed = permitted.and_then(|()| match *change {
            RecursiveAclChange::Set(entries) => {
                AclUpdate::replaced(&node.acl, &fitting(entries, is_directory), is_directory)
            }
            RecursiveAclChange::Modify(entries) => {
                self.changed_acl(id, &AclChange::Modify(&fitting(entries, is_directory)))
            }
            RecursiveAclChange::Remove(entries) => {
                self.changed_acl(id, &AclChange::Remove(entries))
            }
        });
        match changed {
            Ok(acl) => {
                if let Some(node) = self.tree.node_mut(id) {
                    node.acl = acl;
                }
                let count = if is_directory { &mut page.directories } else { &mut page.files };
                *count += 1;
            }
            Err(error) => {
                let path = self.tree.path_in_file_system(id);
                page.failures.push(AclFailure { path, is_directory, error });
            }
        }
    }
}

/// The entries that an item can have.
fn fitting(entries: &[Entry], is_directory: bool) -> Vec<Entry> {
    let fits = |entry: &&Entry| is_directory || entry.scope == AclScope::Access;
    entries.iter().filter(fits).copied().collect()
}
