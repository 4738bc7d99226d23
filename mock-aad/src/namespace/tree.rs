//! The table of nodes: finding, linking and unlinking, with the permissions to pass through.

use std::collections::{BTreeSet, HashMap};

use adls_wire::{RemotePath, Rwx};
use uuid::Uuid;

use super::acl::{Acl, UNSAID};
use super::error::Error;
use super::journal::Changes;
use super::node::{Children, Content, Node, NodeId};
use super::principal::Principal;
use super::trash::Trash;

/// The root directory.
pub(super) const ROOT: NodeId = 1;

/// What is needed to create, remove or rename the children of a directory.
pub(super) const CHANGE_CHILDREN: Rwx = Rwx::from_bits(0o3);

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) who: Principal<'a>,
    /// Whether the caller passes every check.
    pub(super) super_user: bool,
    /// Milliseconds since 1970.
    pub(super) now: i64,
}

/// Files and directories of one account.
///
/// Ids that nodes, the expiry list or the trash hold are always in the table: whoever takes a node
/// out takes its id out of the other places first.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) nodes: HashMap<NodeId, Node>,
    pub(super) next: NodeId,
    /// Files that vanish by themselves, by time.
    expiring: BTreeSet<(i64, NodeId)>,
    pub(super) trash: Trash,
    pub(super) changes: Changes,
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
        let root = Node {
            parent: None,
            name: Box::default(),
            owner,
            group,
            acl,
            created: now,
            accessed: now,
            modified: now,
            content: Content::Directory(Children::new()),
        };
        Self::from_parts(HashMap::from([(ROOT, root)]), ROOT + 1, Trash::default())
    }

    /// A tree of nodes that are linked already.
    pub(super) fn from_parts(nodes: HashMap<NodeId, Node>, next: NodeId, mut trash: Trash) -> Self {
        trash.restore_order();
        let expiring = BTreeSet::new();
        let mut tree = Self { nodes, next, expiring, trash, changes: Changes::default() };
        for id in tree.subtree(ROOT) {
            tree.watch(id);
        }
        tree
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[&id]
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
        let mut names = Vec::new();
        let mut at = self.node(id);
        while let Some(parent) = at.parent {
            names.push(&*at.name);
            at = self.node(parent);
        }
        names.reverse();
        // Every name came out of a parsed path.
        names.join("/").parse().unwrap_or_else(|_| RemotePath::root())
    }

    /// Whether the caller has the rights on a node.
    pub(super) fn allows(&self, cx: &Context<'_>, id: NodeId, wanted: Rwx) -> bool {
        let node = self.node(id);
        cx.super_user || node.acl.grants(&cx.who, node.owner, node.group, wanted)
    }

    /// Fails unless the caller has the rights on a node.
    pub(super) fn require(&self, cx: &Context<'_>, id: NodeId, wanted: Rwx) -> Result<(), Error> {
        if self.allows(cx, id, wanted) {
            Ok(())
        } else {
            Err(Error::PermissionDenied(self.path(id)))
        }
    }

    /// Fails unless the caller owns the node.
    pub(super) fn require_owner(&self, cx: &Context<'_>, id: NodeId) -> Result<(), Error> {
        if cx.super_user || self.node(id).owner == cx.who.object_id {
            return Ok(());
        }
        Err(Error::PermissionDenied(self.path(id)))
    }

    /// Follows a path as far as it exists; every directory passed through must let the caller pass.
    pub(super) fn descend<'p>(
        &self,
        cx: &Context<'_>,
        path: &'p RemotePath,
    ) -> Result<Place<'p>, Error> {
        let mut id = ROOT;
        let mut segments = path.segments();
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
    pub(super) fn find(&self, cx: &Context<'_>, path: &RemotePath) -> Result<NodeId, Error> {
        let place = self.descend(cx, path)?;
        if place.missing.is_empty() { Ok(place.id) } else { Err(Error::NotFound(path.clone())) }
    }

    /// The file at a path.
    pub(super) fn find_file(&self, cx: &Context<'_>, path: &RemotePath) -> Result<NodeId, Error> {
        let id = self.find(cx, path)?;
        if self.node(id).is_directory() {
            return Err(Error::IsDirectory(path.clone()));
        }
        Ok(id)
    }

    /// The ids of a node and of everything below it, parents first.
    pub(super) fn subtree(&self, id: NodeId) -> Vec<NodeId> {
        let mut ids = vec![id];
        let mut next = 0;
        while let Some(&at) = ids.get(next) {
            ids.extend(self.node(at).children().into_iter().flat_map(Children::values));
            next += 1;
        }
        ids
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
        let id = self.next;
        self.next += 1;
        let name = node.name.clone();
        self.note_made(id, parent);
        self.nodes.insert(id, node);
        self.attach(id, parent, &name, cx.now);
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
        self.changes.take();
        if let Some(directory) = self.node_mut(parent)
            && let Content::Directory(children) = &mut directory.content
        {
            children.remove(&name);
            directory.modified = now;
        }
    }

    /// Forgets a detached node and everything below it.
    pub(super) fn forget(&mut self, id: NodeId) {
        for id in self.subtree(id) {
            self.unwatch(id);
            self.changes.note(id);
            if let Some(node) = self.nodes.remove(&id) {
                self.changes.release(node);
            }
        }
    }

    /// Sets when a file vanishes, in milliseconds since 1970; 0 for never.
    pub(super) fn set_expiry(&mut self, id: NodeId, expires: i64) {
        self.unwatch(id);
        if let Some(file) = self.node_mut(id).and_then(Node::file_mut) {
            file.expires = expires;
        }
        self.watch(id);
    }

    /// Lets a file vanish when its time comes.
    pub(super) fn watch(&mut self, id: NodeId) {
        if let Some(file) = self.node(id).file()
            && file.expires != 0
        {
            let entry = (file.expires, id);
            self.expiring.insert(entry);
        }
    }

    /// Keeps a file from vanishing, as long as it lies in the trash or when it is forgotten.
    pub(super) fn unwatch(&mut self, id: NodeId) {
        if let Some(file) = self.node(id).file()
            && file.expires != 0
        {
            let entry = (file.expires, id);
            self.expiring.remove(&entry);
        }
    }

    /// Whether a file's time has come.
    pub(super) fn has_expired(&self, now: i64) -> bool {
        self.expiring.first().is_some_and(|(expires, _)| *expires <= now)
    }

    /// Removes the files whose time has come.
    pub(super) fn purge(&mut self, now: i64) {
        while let Some((_, id)) = self.expiring.first().copied().filter(|(at, _)| *at <= now) {
            self.detach(id, now);
            self.forget(id);
        }
    }
}
