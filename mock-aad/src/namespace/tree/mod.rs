//! The table of nodes: finding, linking and unlinking, with the permissions to pass through.

use std::collections::BTreeSet;

use adls_wire::{RemotePath, Rwx};
use uuid::Uuid;

use super::access::Access;
use super::acl::{Acl, UNSAID};
use super::blob_properties::Encryption;
use super::changes::{Changes, Made};
use super::content::{File, Piece};
use super::error::{Error, Side};
use super::file_systems::FileSystems;
use super::node::{Content, Node, NodeKind};
use super::node_id::{ByNodeId, ETag, NodeId};
use super::trash::Trash;

mod drafts;
mod walk;

use drafts::Drafts;

pub(super) use walk::Depth;

/// The root directory.
pub(super) const ROOT: NodeId = 1;

/// What is needed to create, remove or rename the children of a directory.
pub(super) const CHANGE_CHILDREN: Rwx = Rwx::from_bits(0o3);

/// What is needed to list the children of a directory.
pub(super) const LIST: Rwx = Rwx::from_bits(0o5);

/// Subject acts, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) access: Access<'a>,
    /// Milliseconds since 1970.
    pub(super) now: i64,
}

/// Files and directories of one account.
///
/// Ids that nodes, the deadlines or the trash hold are always in the table: whoever takes a node
/// out takes its id out of the other places first.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) nodes: ByNodeId<Node>,
    pub(super) next: NodeId,
    /// Files that expire, and those that silent writers or blocks that nobody commits lose, by time.
    deadlines: BTreeSet<(i64, NodeId)>,
    pub(super) trash: Trash,
    /// Those of a Gen2 account: directories of the root, with attributes of their own.
    pub(super) file_systems: FileSystems,
    /// What whoever manages the account keeps with it, in words of their own.
    pub(super) note: Box<str>,
    pub(super) changes: Changes,
    drafts: Drafts,
}

/// The path with these names, the last one first.
fn join(mut names: Vec<&str>) -> RemotePath {
    names.reverse();
    // Every name came out of a parsed path.
    names.join("/").parse().unwrap_or_else(|_| RemotePath::root())
}

/// How far a path exists.
#[derive(Debug)]
pub(super) struct Place<'p> {
    /// The deepest node on the path.
    pub(super) id: NodeId,
    /// The names below it that do not exist; empty when the whole path does.
    pub(super) missing: Vec<&'p str>,
}

impl Tree {
    /// An empty root directory.
    pub(super) fn new(owner: Uuid, group: Uuid, now: i64) -> Self {
        // A new account's root has a mask, as recorded.
        let mut acl = Acl::from_permission(UNSAID);
        acl.access.mask = Some(UNSAID.group());
        let root = Node::new("", owner, group, acl, Content::directory(), now);
        let nodes = ByNodeId::from_iter([(ROOT, root)]);
        Self::from_parts(nodes, ROOT + 1, Trash::default(), FileSystems::default())
    }

    /// A tree of nodes that are linked already.
    pub(super) fn from_parts(
        nodes: ByNodeId<Node>,
        next: NodeId,
        mut trash: Trash,
        file_systems: FileSystems,
    ) -> Self {
        trash.restore_order();
        let deadlines = file_systems.deadlines().chain(trash.deadlines()).collect();
        let changes = Changes::default();
        let note = Box::default();
        let drafts = drafts::of(nodes.iter());
        let mut tree = Self { nodes, next, deadlines, trash, file_systems, note, changes, drafts };
        tree.watch_all(ROOT);
        let drafts: Vec<NodeId> = tree.drafts.values().copied().collect();
        drafts.into_iter().for_each(|id| tree.watch(id));
        tree
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[&id]
    }

    pub(super) fn etag(&self, id: NodeId) -> ETag {
        ETag { incarnation: id, version: self.node(id).version }
    }

    /// Whether a node is still in the table.
    pub(super) fn exists(&self, id: NodeId) -> bool {
        self.nodes.contains_key(&id)
    }

    /// A node to be changed, unless it is gone.
    pub(super) fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.changes.note(id);
        self.nodes.get_mut(&id)
    }

    /// The path of a node, or, in the trash, its path below what was deleted.
    pub(super) fn path(&self, id: NodeId) -> RemotePath {
        join(self.names_up(id))
    }

    /// The path of a node below its file system.
    pub(super) fn path_in_file_system(&self, id: NodeId) -> RemotePath {
        let mut names = self.names_up(id);
        names.pop();
        join(names)
    }

    /// The names on the path of a node, its own first.
    fn names_up(&self, id: NodeId) -> Vec<&str> {
        let mut names = Vec::new();
        let mut at = self.node(id);
        while let Some(parent) = at.parent {
            names.push(&*at.name);
            at = self.node(parent);
        }
        names
    }

    /// Fails unless the caller has the rights on a node.
    pub(super) fn require(&self, cx: &Context<'_>, id: NodeId, wanted: Rwx) -> Result<(), Error> {
        self.permit(id, cx.access.allows(self.node(id), wanted))
    }

    /// Fails with the path of a node unless something is permitted there.
    pub(super) fn permit(&self, id: NodeId, permitted: bool) -> Result<(), Error> {
        if permitted { Ok(()) } else { Err(Error::PermissionDenied(self.path(id))) }
    }

    /// Follows a path as far as it exists; every directory passed through must let the caller pass.
    pub(super) fn descend<'p>(
        &self,
        cx: &Context<'_>,
        path: &'p RemotePath,
    ) -> Result<Place<'p>, Error> {
        self.descend_from(cx, ROOT, path.segments())
    }

    /// Follows names below a directory as far as they exist.
    pub(super) fn descend_from<'p>(
        &self,
        cx: &Context<'_>,
        directory: NodeId,
        mut segments: impl Iterator<Item = &'p str>,
    ) -> Result<Place<'p>, Error> {
        let mut id = directory;
        while let Some(name) = segments.next() {
            let node = self.node(id);
            let child = match node.children() {
                Some(children) => {
                    self.require(cx, id, Rwx::EXECUTE)?;
                    children.get(name).copied()
                }
                None => None,
            };
            let Some(child) = child else {
                return Ok(Place { id, missing: std::iter::once(name).chain(segments).collect() });
            };
            id = child;
        }
        Ok(Place { id, missing: Vec::new() })
    }

    /// The node at a path.
    pub(super) fn find(
        &self,
        cx: &Context<'_>,
        path: &RemotePath,
        side: Side,
    ) -> Result<NodeId, Error> {
        let place = self.descend(cx, path)?;
        let not_found = || Error::NotFound { side, path: path.clone() };
        if place.missing.is_empty() { Ok(place.id) } else { Err(not_found()) }
    }

    /// The file that an operation needs at a path.
    pub(super) fn file(&self, id: NodeId, path: &RemotePath, side: Side) -> Result<&File, Error> {
        let found = NodeKind::Directory;
        let mismatch = || Error::TypeMismatch { side, path: path.clone(), found };
        self.node(id).file().ok_or_else(mismatch)
    }

    /// Fails when the content of a file cannot be read.
    pub(super) fn require_sound(&self, id: NodeId) -> Result<(), Error> {
        match self.node(id).file().and_then(|file| file.committed.damage()) {
            Some(reason) => Err(Error::Damaged(reason.to_owned())),
            None => Ok(()),
        }
    }

    /// Whether `id` is `directory` or lies below it.
    pub(super) fn is_within(&self, id: NodeId, directory: NodeId) -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            if id == directory {
                return true;
            }
            at = self.node(id).parent;
        }
        false
    }

    /// Takes a new node into the table, below a directory that has no child of its name.
    pub(super) fn insert(&mut self, cx: &Context<'_>, parent: NodeId, node: Node) -> NodeId {
        self.insert_at(cx.now, parent, node)
    }

    /// The same at a time.
    pub(super) fn insert_at(&mut self, now: i64, parent: NodeId, node: Node) -> NodeId {
        let id = self.next;
        self.next += 1;
        let name = node.name.clone();
        self.changes.made.push(Made { id, parent, modified: self.node(parent).modified });
        self.nodes.insert(id, node);
        self.attach(id, parent, &name, now);
        id
    }

    /// Hangs a node below a directory that has no child of this name.
    pub(super) fn attach(&mut self, id: NodeId, parent: NodeId, name: &str, now: i64) {
        if let Some(directory) = self.node_mut(parent)
            && let Content::Directory(children) = &mut directory.content
        {
            children.insert(name.into(), id);
            directory.modified = now;
        }
        if let Some(node) = self.node_mut(id) {
            node.parent = Some(parent);
            node.name = name.into();
        }
    }

    /// Takes a node out of its directory; it stays in the table.
    pub(super) fn detach(&mut self, id: NodeId, now: i64) {
        let Some(node) = self.node_mut(id) else { return };
        let Some(parent) = node.parent.take() else { return };
        let name = node.name.clone();
        self.changes.taken = true;
        if let Some(directory) = self.node_mut(parent)
            && let Content::Directory(children) = &mut directory.content
        {
            children.remove(&name);
            directory.modified = now;
        }
    }

    /// Forgets a detached node and everything below it.
    pub(super) fn forget(&mut self, id: NodeId) {
        let ids: Vec<NodeId> = self.walk(id).collect();
        for id in ids {
            self.unwatch(id);
            self.forget_pieces(id);
            self.forget_drafts(id);
            self.changes.note(id);
            if let Some(node) = self.nodes.remove(&id) {
                self.changes.release(node);
            }
        }
    }

    /// Forgets what was sent for a file and is not committed.
    pub(super) fn forget_pieces(&mut self, id: NodeId) {
        let Some(file) = self.nodes.get_mut(&id).and_then(Node::file_mut) else { return };
        if let Some(until) = file.blocks_until() {
            self.deadlines.remove(&(until, id));
        }
        let pieces = file.take_pieces();
        if !pieces.is_empty() {
            self.changes.note(id);
            pieces.into_iter().for_each(|piece| self.forget_piece(piece));
        }
    }

    /// Takes a piece out of the table; the file that it was sent for must not name it any more.
    pub(super) fn forget_piece(&mut self, piece: NodeId) {
        self.changes.note(piece);
        if let Some(node) = self.nodes.remove(&piece) {
            self.changes.release(node);
        }
    }

    /// Takes a piece that was sent for a file into the table.
    pub(super) fn add_piece(&mut self, cx: &Context<'_>, piece: Piece) {
        let file = piece.file;
        let id = self.insert_apart(cx.now, "", Content::Piece(Box::new(piece)));
        // Pieces have records of their own: that of the file stays as it is.
        if let Some(file) = self.nodes.get_mut(&file).and_then(Node::file_mut) {
            file.add_piece(id);
        }
    }

    /// The same of a piece with a name, which replaces the one that has it.
    pub(super) fn add_block(
        &mut self,
        cx: &Context<'_>,
        name: &str,
        piece: Piece,
        encryption: Encryption,
    ) {
        let owner = piece.file;
        let id = self.insert_apart(cx.now, name, Content::Piece(Box::new(piece)));
        if encryption != Encryption::default()
            && let Some(node) = self.nodes.get_mut(&id)
        {
            node.blob_mut().encryption = encryption;
        }
        self.unwatch(owner);
        let file = self.nodes.get_mut(&owner).and_then(Node::file_mut);
        let replaced = file.and_then(|file| file.add_block(name, id, cx.now));
        self.watch(owner);
        if let Some(replaced) = replaced {
            self.forget_piece(replaced);
        }
    }

    /// Forgets the blocks that nobody has made a file of, and with them a file that consists of nothing else.
    fn end_blocks(&mut self, id: NodeId) {
        let draft = self.node(id).blob.as_ref().and_then(|blob| blob.draft.as_deref().cloned());
        match draft {
            Some((root, path)) => self.forget_draft(root, &path),
            None => self.forget_pieces(id),
        }
    }

    /// Takes a node into the table that lies in no directory.
    fn insert_apart(&mut self, now: i64, name: &str, content: Content) -> NodeId {
        let id = self.next;
        self.next += 1;
        let acl = Acl::from_permission(UNSAID);
        let node = Node::new(name, Uuid::nil(), Uuid::nil(), acl, content, now);
        self.nodes.insert(id, node);
        self.changes.note(id);
        id
    }

    /// Lets something come to pass with a node at a time.
    pub(super) fn remind(&mut self, at: i64, id: NodeId) {
        self.deadlines.insert((at, id));
    }

    /// Keeps what [`remind`](Self::remind) asked for from coming to pass.
    pub(super) fn forget_reminder(&mut self, at: i64, id: NodeId) {
        self.deadlines.remove(&(at, id));
    }

    /// Sets when a file vanishes, in milliseconds since 1970; 0 for never.
    pub(super) fn set_expiry(&mut self, id: NodeId, expires: i64) {
        self.unwatch(id);
        if let Some(file) = self.node_mut(id).and_then(Node::file_mut) {
            file.expires = expires;
        }
        self.watch(id);
    }

    /// Lets the times of the files at and below a node come.
    pub(super) fn watch_all(&mut self, id: NodeId) {
        let ids: Vec<NodeId> = self.walk(id).collect();
        ids.into_iter().for_each(|id| self.watch(id));
    }

    /// Lets the times of a file come.
    pub(super) fn watch(&mut self, id: NodeId) {
        let deadlines = self.nodes[&id].file().into_iter().flat_map(File::deadlines);
        self.deadlines.extend(deadlines.map(|at| (at, id)));
    }

    /// Keeps the times of a file from coming: while it is changed, as long as it lies in the trash, or
    /// when it is forgotten.
    pub(super) fn unwatch(&mut self, id: NodeId) {
        for at in self.nodes[&id].file().into_iter().flat_map(File::deadlines) {
            self.deadlines.remove(&(at, id));
        }
    }

    /// Whether the time of a file has come.
    pub(super) fn is_due(&self, now: i64) -> bool {
        self.deadlines.first().is_some_and(|(at, _)| *at <= now)
    }

    /// Removes files that have expired, blocks that nobody has committed, and takes files from writers that were
    /// silent for too long.
    pub(super) fn meet_deadlines(&mut self, now: i64) {
        while self.is_due(now) {
            let Some((_, id)) = self.deadlines.pop_first() else { return };
            if !self.exists(id) {
                continue;
            }
            if self.trash.items.get(&id).is_some_and(|deleted| deleted.retention.is_some()) {
                self.trash.remove(id);
                self.forget(id);
                continue;
            }
            if self.file_systems.is_deleted(id) {
                self.file_systems.forget_deleted(id);
                self.changes.note_account();
                self.forget(id);
                continue;
            }
            let has_expired = |file: &File| file.expires != 0 && file.expires <= now;
            if self.node(id).file().is_some_and(has_expired) {
                self.detach(id, now);
                self.forget(id);
            } else if self.node(id).file().is_some_and(|file| file.blocks_end(now)) {
                self.end_blocks(id);
            } else {
                self.end_stream(id);
            }
        }
    }

    fn end_stream(&mut self, id: NodeId) {
        self.unwatch(id);
        if let Some(node) = self.node_mut(id) {
            node.end_stream();
        }
        self.watch(id);
    }

    /// Begins an operation, which is ended by [`undo`](Self::undo) if it is refused.
    pub(super) fn begin(&mut self) {
        self.changes.made.clear();
        self.changes.taken = false;
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

    /// Forgets all deleted items.
    pub(super) fn empty_trash(&mut self) {
        self.trash.weight = 0;
        for (id, _) in std::mem::take(&mut self.trash.items) {
            self.forget(id);
        }
    }

    /// Commits what open writers have sent.
    pub(super) fn end_streams(&mut self) {
        let open = |node: &Node| node.file().is_some_and(|file| file.staged_len() > 0);
        let open = self.nodes.iter().filter(|(_, node)| open(node)).map(|(id, _)| *id);
        let ids: Vec<NodeId> = open.collect();
        ids.into_iter().for_each(|id| self.end_stream(id));
    }
}
