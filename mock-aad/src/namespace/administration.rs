//! What whoever runs the emulator does to files, the same for both generations: the paths of a Gen2 account
//! begin with the file system.

use adls_wire::{AclScope, RemotePath};

use super::access::Access;
use super::account::{Account, Edit, Room, View};
use super::account_key::Generation;
use super::acl::AclChange;
use super::content::Appends;
use super::entries::{AclUpdate, EntryItem, NewEntry};
use super::error::{Error, Side};
use super::file_systems::NewFileSystem;
use super::files::{Create, Existing};
use super::initial_account::{InitialAccount, InitialItem};
use super::moves::Deletion;
use super::node::{Node, NodeKind};
use super::node_id::NodeId;
use super::principal::Principal;
use super::tree::ROOT;
use crate::clock::Clock;
use crate::store::{AccountState, FileBytes};

/// The place of an item in a Gen2 account.
struct Place<'a> {
    file_system: &'a str,
    path: RemotePath,
}

impl<'a> Place<'a> {
    fn of(path: &'a RemotePath) -> Result<Self, Error> {
        let mut segments = path.segments();
        let file_system = segments.next().ok_or(Error::Root)?;
        let root = RemotePath::root();
        let below = root.descendant(segments).map_err(|error| Error::Invalid(error.to_string()))?;
        Ok(Self { file_system, path: below })
    }

    fn item(&self) -> EntryItem<'_> {
        EntryItem::new(self.file_system, &self.path)
    }
}

/// An account with files in it. What cannot be made is told with its path; the rest is there.
pub(super) fn filled(
    clock: Clock,
    initial: &InitialAccount,
    state: Option<AccountState>,
    now: i64,
) -> (Account, Result<(), String>) {
    if initial.items.is_empty() {
        return (Account::new(clock, initial, state, now), Ok(()));
    }
    // What is made has the time of the account, also when the clock is about to be set back.
    let draft = Account::new(Clock::default(), initial, None, now);
    let mut outcome = Ok(());
    for item in &initial.items {
        let made = make_initial(&draft, initial, item);
        outcome = outcome.and(made.map_err(|error| format!("{}: {error}", item.path)));
    }
    (draft.finish(clock, state), outcome)
}

fn make_initial(
    account: &Account,
    initial: &InitialAccount,
    item: &InitialItem,
) -> Result<(), Error> {
    let generation = initial.key.generation;
    let rights = AclUpdate {
        owner: item.owner,
        group: item.group,
        permission: item.permission,
        acl: item.acl.as_deref(),
    };
    account.operate(Room::Takes, |edit| {
        let content = item.content.clone().map(|bytes| [bytes].into_iter().collect());
        edit.put_item(generation, &item.path, content)?;
        edit.set_rights(generation, &item.path, &rights)
    })
}

impl Account {
    /// Does a change as whoever runs the emulator, and waits until it is stored. What is made belongs to the
    /// first owner of the account.
    pub(crate) fn operate<R>(
        &self,
        room: Room,
        change: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let object_id = self.owners().first().copied().unwrap_or_default();
        let owner = Access::SuperUser(Principal { object_id, groups: &[] });
        let (done, ticket) = self.begin_change_as(owner, room, change)?;
        ticket.wait()?;
        Ok(done)
    }
}

impl View<'_> {
    /// Paths of files, directories and file systems that somebody holds by a lease, at most so many.
    pub(crate) fn held(&self, limit: usize) -> Vec<RemotePath> {
        let now = self.cx.now;
        let file_systems = self.tree.file_systems.live.values();
        let held = file_systems.filter(|found| found.lease.is_locked(now)).map(|found| found.root);
        let by_writer = |node: &Node| node.file().is_some_and(|file| file.is_held_by_other(None));
        let by_lease = |node: &Node| node.blob.as_ref().is_some_and(|b| b.lease.is_locked(now));
        let nodes = self.tree.nodes.iter();
        let nodes = nodes.filter(|(_, node)| by_writer(node) || by_lease(node)).map(|(id, _)| *id);
        let mut ids: Vec<NodeId> =
            held.chain(nodes).filter(|id| self.tree.is_within(*id, ROOT)).collect();
        ids.sort_unstable();
        ids.into_iter().take(limit).map(|id| self.tree.path(id)).collect()
    }
}

impl InitialAccount {
    /// Fails when something cannot be made that is to be in the account; the text names it.
    pub(crate) fn check(&self) -> Result<(), String> {
        filled(Clock::default(), self, None, 0).1
    }
}

impl Edit<'_> {
    /// Makes a file with this content, in place of one that is there, or a directory if there is none;
    /// with what is missing on the way, the file system too.
    pub(crate) fn put_item(
        &mut self,
        generation: Generation,
        path: &RemotePath,
        content: Option<FileBytes>,
    ) -> Result<(), Error> {
        match (generation, content) {
            (Generation::Gen1, Some(bytes)) => {
                let how = Create { existing: Existing::Replace, ..Create::NEW };
                self.create(path, bytes, &how).map(drop)
            }
            (Generation::Gen1, None) => self.mkdirs(path, None),
            (Generation::Gen2, content) => self.put_entry(path, content),
        }
    }

    fn put_entry(&mut self, path: &RemotePath, content: Option<FileBytes>) -> Result<(), Error> {
        let place = Place::of(path)?;
        if !self.tree.file_systems.live.contains_key(place.file_system) {
            self.create_file_system(place.file_system, NewFileSystem::default())?;
        }
        if place.path.is_root() {
            let found = NodeKind::Directory;
            let (side, path) = (Side::Target, path.clone());
            let refuse = || Err(Error::TypeMismatch { side, path, found });
            return if content.is_some() { refuse() } else { Ok(()) };
        }
        let new = match content {
            Some(bytes) => {
                NewEntry { bytes, appends: Appends::Ordered, ..NewEntry::new(NodeKind::File) }
            }
            None => NewEntry::new(NodeKind::Directory),
        };
        self.create_entry(&place.item(), new).map(drop)
    }

    /// Deletes an item with everything in it.
    pub(crate) fn remove_item(
        &mut self,
        generation: Generation,
        path: &RemotePath,
    ) -> Result<(), Error> {
        if generation == Generation::Gen1 {
            return self.delete(path, Deletion::Recursive);
        }
        let place = Place::of(path)?;
        match place.path.is_root() {
            true => self.delete_file_system(&place.file_system.into()),
            false => self.delete_entry(&place.item(), Deletion::Recursive).map(drop),
        }
    }

    /// Sets owners and rights of an item.
    pub(crate) fn set_rights(
        &mut self,
        generation: Generation,
        path: &RemotePath,
        rights: &AclUpdate<'_>,
    ) -> Result<(), Error> {
        if generation == Generation::Gen2 {
            return self.update_acl(&Place::of(path)?.item(), rights).map(drop);
        }
        self.set_owner(path, rights.owner, rights.group)?;
        if let Some(permission) = rights.permission {
            self.change_acl(path, &AclChange::SetPermission(permission))?;
        }
        let Some(entries) = rights.acl else { return Ok(()) };
        if !entries.iter().any(|entry| entry.scope == AclScope::Default) {
            self.change_acl(path, &AclChange::RemoveDefault)?;
        }
        self.change_acl(path, &AclChange::Set(entries))
    }
}
