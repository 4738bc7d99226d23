//! Joining files.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use adls_wire::{RemotePath, Rwx};

use super::account::Edit;
use super::conditions::Item;
use super::content::{Appends, File, WriteSession};
use super::error::{Error, Side};
use super::files::Create;
use super::node::Node;
use super::node_id::NodeId;
use super::tree::ROOT;
use crate::store::FileBytes;

/// What becomes of whatever else the directory of the sources holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftovers {
    Keep,
    /// It vanishes with the directory.
    Delete,
}

impl Edit<'_> {
    /// Appends the bytes of `sources`, in their order, to `target`, which is made if it is not
    /// there. The sources vanish, and so do their directories if nothing is left in them, as recorded.
    pub(crate) fn concat<'p>(
        &mut self,
        target: impl Into<Item<'p>>,
        sources: &[RemotePath],
        leftovers: Leftovers,
    ) -> Result<(), Error> {
        let target = target.into();
        let sources = self.consumable(sources)?;
        let doomed = match leftovers {
            Leftovers::Keep => None,
            Leftovers::Delete => Some(self.common_directory(&sources)?),
        };
        self.require_countable(target.path, &sources)?;
        let target = self.concat_target(target, &sources, doomed)?;

        let now = self.cx.now;
        let mut joined = FileBytes::default();
        let mut emptied = BTreeSet::new();
        for id in &sources {
            self.tree.unwatch(*id);
            if let Some(file) = self.tree.node_mut(*id).and_then(Node::file_mut) {
                joined.append_file(file.take_bytes());
            }
            let directory = self.parent(*id);
            self.tree.detach(*id, now);
            self.tree.forget(*id);
            emptied.insert(directory);
        }
        // Inner directories go first, so that their own directory may be empty then.
        let mut emptied: Vec<_> = emptied.into_iter().collect();
        emptied.sort_by_key(|directory| Reverse(self.tree.path(*directory).segments().count()));
        for directory in emptied {
            self.remove_if_empty(directory);
        }
        if let Some(directory) = doomed.filter(|directory| self.tree.exists(*directory)) {
            self.tree.detach(directory, now);
            self.tree.forget(directory);
        }
        self.write(target, joined, Appends::Ordered, WriteSession::CLOSED);
        Ok(())
    }

    /// A directory that the caller may not remove stays, empty.
    fn remove_if_empty(&mut self, directory: NodeId) {
        let is_empty = self.tree.node(directory).children().is_some_and(|all| all.is_empty());
        if is_empty && directory != ROOT && self.require_removal(directory).is_ok() {
            self.tree.detach(directory, self.cx.now);
            self.tree.forget(directory);
        }
    }

    /// The sources, if the caller may read and remove all of them.
    fn consumable(&self, sources: &[RemotePath]) -> Result<Vec<NodeId>, Error> {
        if sources.is_empty() {
            return Err(Error::Invalid("The list of sources is empty".to_owned()));
        }
        let mut seen = HashSet::new();
        let mut ids = Vec::with_capacity(sources.len());
        for path in sources {
            let id = self.tree.find(&self.cx, path, Side::Source)?;
            self.tree.file(id, path, Side::Source)?;
            if !seen.insert(id) {
                return Err(Error::Invalid(format!("The source {path} is listed twice")));
            }
            self.tree.require(&self.cx, id, Rwx::READ)?;
            self.require_removal(id)?;
            self.require_not_held(id, path, Side::Source, None)?;
            self.tree.require_sound(id)?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// The one directory that holds all sources, if the caller may remove it.
    fn common_directory(&self, sources: &[NodeId]) -> Result<NodeId, Error> {
        let directory = self.parent(sources[0]);
        if directory == ROOT || sources.iter().any(|id| self.parent(*id) != directory) {
            let text =
                "deleteSourceDirectory needs all sources in one directory other than the root";
            return Err(Error::Invalid(text.to_owned()));
        }
        self.require_removal_of_all(directory)?;
        Ok(directory)
    }

    /// Fails when the joined file would be longer than clients can count.
    fn require_countable(&self, target: &RemotePath, sources: &[NodeId]) -> Result<(), Error> {
        let existing = self.tree.find(&self.cx, target, Side::Target).ok();
        let lengths = existing.iter().chain(sources).filter_map(|id| self.tree.node(*id).file());
        let total = lengths.map(File::end).try_fold(0_u64, u64::checked_add);
        if total.is_some_and(|total| i64::try_from(total).is_ok()) {
            return Ok(());
        }
        Err(Error::Invalid(format!("{target} would be longer than 2^63 - 1 bytes")))
    }

    /// The target, made if needed.
    fn concat_target(
        &mut self,
        item: Item<'_>,
        sources: &[NodeId],
        doomed: Option<NodeId>,
    ) -> Result<NodeId, Error> {
        let path = item.path;
        let place = self.tree.descend(&self.cx, path)?;
        if doomed.is_some_and(|directory| self.tree.is_within(place.id, directory)) {
            let text = format!("The target {path} is in the directory that is to be deleted");
            return Err(Error::Invalid(text));
        }
        if !place.missing.is_empty() {
            return self.create(item, FileBytes::default(), &Create::NEW);
        }
        if sources.contains(&place.id) {
            return Err(Error::Invalid(format!("The target {path} is one of the sources")));
        }
        self.writable(&item, Appends::Ordered, None)
    }
}
