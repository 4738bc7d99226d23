//! Listing what is in a file system, in the order of DFS and in that of Blob.

use std::collections::btree_map;
use std::ops::Bound;

use adls_wire::RemotePath;

use super::entry_ref::EntryRef;
use super::locate::EntryItem;
use crate::namespace::account::View;
use crate::namespace::error::{Error, Side};
use crate::namespace::node::Children;
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::{Depth, LIST, Tree};

/// Where a page of a list begins. Paths are those below the file system.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListStart<'a> {
    Beginning,
    /// Behind this path, which need not be there any more.
    After(&'a RemotePath),
    /// With this path or, if it is not there, with what comes behind it.
    At(&'a RemotePath),
}

/// Which items of a file system are listed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathList<'a> {
    pub(crate) recursive: bool,
    pub(crate) start: ListStart<'a>,
    pub(crate) limit: usize,
}

impl View<'_> {
    /// Goes through what lies below a directory in path order: each directory before what is in it, and
    /// that by name. A file lists itself. `each` gets path and item. Returns the last path, if there is
    /// more behind it.
    pub(crate) fn list_entries(
        &self,
        directory: &EntryItem<'_>,
        list: &PathList<'_>,
        mut each: impl FnMut(&str, EntryRef<'_>),
    ) -> Result<Option<RemotePath>, Error> {
        let top = self.tree.entry(&self.cx, directory, Side::Target)?;
        let now = self.cx.now;
        if !self.tree.node(top).is_directory() {
            each(relative(directory.path), EntryRef::new(&self.tree, top, now));
            return Ok(None);
        }
        self.tree.require(&self.cx, top, LIST)?;
        let depth = if list.recursive { Depth::Everything } else { Depth::Children };
        let above = directory.path.segments().count();
        let mut path = PathText::new(relative(directory.path));
        let mut given = 0;
        let mut last = None;
        let mut emit = |id: NodeId, path: &str| -> Result<bool, Error> {
            if given == list.limit {
                return Ok(false);
            }
            if list.recursive && self.tree.node(id).is_directory() {
                self.tree.require(&self.cx, id, LIST)?;
            }
            each(path, EntryRef::new(&self.tree, id, now));
            given += 1;
            last = Some(id);
            Ok(true)
        };
        let start: Vec<&str> = match list.start {
            ListStart::Beginning => Vec::new(),
            ListStart::After(path) | ListStart::At(path) => path.segments().skip(above).collect(),
        };
        if let ListStart::At(at) = list.start
            && !start.is_empty()
            && let Some(id) = self.tree.below(top, &start)
            && !emit(id, relative(at))?
        {
            return Ok(None);
        }
        path.enter(&start);
        for (id, depth) in self.tree.walk_from(top, &start, depth).with_depth() {
            path.set(depth, &self.tree.node(id).name);
            if !emit(id, &path.text)? {
                return Ok(last.map(|id| self.tree.path_in_file_system(id)));
            }
        }
        Ok(None)
    }

    /// Goes through what lies in a file system in the order of whole names by their bytes, from `start` on
    /// and as long as names begin with `prefix`. With `grouped`, what lies below a directory whose name
    /// goes on behind the prefix is left out. `each` gets name and item, and says whether it goes on.
    pub(crate) fn list_blobs<'v>(
        &'v self,
        file_system: &str,
        prefix: &str,
        start: &str,
        grouped: bool,
        mut each: impl FnMut(&str, EntryRef<'v>) -> bool,
    ) -> Result<(), Error> {
        let root = self.tree.file_system_root(file_system)?;
        let (directory, above) = match prefix.rsplit_once('/') {
            Some((above, _)) => {
                let names: Vec<&str> = above.split('/').collect();
                match self.tree.descend_from(&self.cx, root, names.into_iter()) {
                    Ok(place) if place.missing.is_empty() => (place.id, above),
                    Ok(_) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
            None => (root, ""),
        };
        let Some(children) = self.tree.node(directory).children() else { return Ok(()) };
        self.tree.require(&self.cx, directory, LIST)?;
        let from = if start > prefix { start } else { prefix };
        let skipped = if above.is_empty() { 0 } else { above.len() + 1 };
        let mut order = BlobOrder::new(&self.tree, above, grouped);
        order.enter(children, from.get(skipped..).unwrap_or_default());
        while let Some(id) = order.next() {
            if !order.path.starts_with(prefix) {
                break;
            }
            let node = self.tree.node(id);
            if !grouped && node.is_directory() {
                self.tree.require(&self.cx, id, LIST)?;
            }
            if !each(&order.path, EntryRef::new(&self.tree, id, self.cx.now)) {
                break;
            }
        }
        Ok(())
    }
}

impl Tree {
    /// The node that names lead to below a directory.
    pub(super) fn below(&self, directory: NodeId, names: &[&str]) -> Option<NodeId> {
        names.iter().try_fold(directory, |id, name| {
            self.node(id).children().and_then(|children| children.get(*name)).copied()
        })
    }
}

/// A path without the slash at its beginning.
fn relative(path: &RemotePath) -> &str {
    path.as_str().trim_start_matches('/')
}

/// The path of the present item of a walk.
struct PathText {
    text: String,
    /// Where the names of the items end that the walk is in, from the directory that is listed on.
    ends: Vec<usize>,
}

impl PathText {
    fn new(directory: &str) -> Self {
        Self { text: directory.to_owned(), ends: vec![directory.len()] }
    }

    /// Begins amid the tree.
    fn enter(&mut self, names: &[&str]) {
        for (depth, name) in names.iter().enumerate() {
            self.set(depth, name);
        }
    }

    /// Makes it the path of an item so many directories below the one that is listed.
    fn set(&mut self, depth: usize, name: &str) {
        self.ends.truncate(depth + 1);
        let end = self.ends.last().copied().unwrap_or_default();
        self.text.truncate(end);
        if end > 0 {
            self.text.push('/');
        }
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }
}

/// Items in the order of whole names by their bytes. It differs from path order where a name goes on with a
/// character before the slash: `a`, `a.b`, `a/b`.
struct BlobOrder<'t> {
    tree: &'t Tree,
    /// The name of the item that was returned last.
    path: String,
    grouped: bool,
    levels: Vec<Level<'t>>,
}

/// One directory that the walk is in.
struct Level<'t> {
    /// The length of the directory's name with the slash behind it.
    prefix: usize,
    children: std::iter::Peekable<btree_map::Range<'t, Box<str>, NodeId>>,
    /// Directories that were returned, and whose content comes behind names that begin like theirs. The next
    /// is the last.
    waiting: Vec<(&'t str, NodeId)>,
    /// Where in what is waiting the walk begins, for the one directory that the start lies in.
    start: Option<(NodeId, String)>,
}

impl<'t> BlobOrder<'t> {
    fn new(tree: &'t Tree, above: &str, grouped: bool) -> Self {
        let mut path = above.to_owned();
        if !path.is_empty() {
            path.push('/');
        }
        Self { tree, path, grouped, levels: Vec::new() }
    }

    /// Goes into a directory, from `start` on; the path names it, with the slash.
    fn enter(&mut self, children: &'t Children, start: &str) {
        let mut waiting = Vec::new();
        let mut start_below = None;
        // Directories whose own names come before the start, and part of whose content does not.
        let ends = start.char_indices().map(|(end, _)| end).skip(1).chain([start.len()]);
        for end in ends {
            let Some((name, id)) = children.get_key_value(&start[..end]) else { continue };
            let next = start[end..].chars().next();
            let is_directory = self.tree.node(*id).is_directory();
            if !is_directory || next.is_none_or(|next| next > '/') {
                continue;
            }
            waiting.push((&**name, *id));
            if next == Some('/') {
                start_below = Some((*id, start[end + 1..].to_owned()));
                break;
            }
        }
        let from = (Bound::Included(start), Bound::Unbounded);
        self.levels.push(Level {
            prefix: self.path.len(),
            children: children.range::<str, _>(from).peekable(),
            waiting,
            start: start_below,
        });
    }

    fn next(&mut self) -> Option<NodeId> {
        loop {
            let level = self.levels.last_mut()?;
            self.path.truncate(level.prefix);
            let next = level.children.peek().map(|(name, id)| (&***name, **id));
            // What is waiting comes when no other name begins like it and goes on before a slash.
            let is_due =
                |name: &str| next.is_none_or(|(next, _)| !goes_on_before_slash(name, next));
            if let Some((name, id)) = level.waiting.last().copied().filter(|(name, _)| is_due(name))
            {
                level.waiting.pop();
                if self.grouped {
                    self.path.push_str(name);
                    return Some(id);
                }
                let start = level.start.take_if(|(at, _)| *at == id).map(|(_, start)| start);
                self.path.push_str(name);
                self.path.push('/');
                if let Some(children) = self.tree.node(id).children() {
                    self.enter(children, start.as_deref().unwrap_or_default());
                }
                continue;
            }
            let Some((name, id)) = next else {
                self.levels.pop();
                continue;
            };
            level.children.next();
            if self.tree.node(id).is_directory() {
                level.waiting.push((name, id));
                // A group is named with the slash, and comes where that puts it.
                if self.grouped {
                    continue;
                }
            }
            self.path.push_str(name);
            return Some(id);
        }
    }
}

/// Whether `next` is `name` and more, which comes before a slash.
fn goes_on_before_slash(name: &str, next: &str) -> bool {
    next.strip_prefix(name).and_then(|rest| rest.chars().next()).is_some_and(|first| first < '/')
}
