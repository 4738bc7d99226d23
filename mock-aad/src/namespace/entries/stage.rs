//! Sending the content of files: pieces for some place, and the flush that commits them.

use adls_wire::Rwx;

use super::create::NewEntry;
use super::leases::LeaseAction;
use super::locate::EntryItem;
use crate::namespace::account::{Edit, View};
use crate::namespace::blob_properties::{BlobKind, ContentHeaders};
use crate::namespace::conditions::ETagCondition;
use crate::namespace::content::{Appends, Piece};
use crate::namespace::error::{Error, Side};
use crate::namespace::files::Missing;
use crate::namespace::node::{Content, NodeKind};
use crate::namespace::node_id::NodeId;
use crate::namespace::positions;
use crate::namespace::tree::{Context, Tree};
use crate::store::FileBytes;

/// A piece of a file's content on its way in.
#[derive(Debug)]
pub(crate) struct Staging {
    pub(crate) position: u64,
    pub(crate) bytes: FileBytes,
    /// With it the file ends behind the piece, at once.
    pub(crate) commit: Option<Commit>,
    pub(crate) lease_action: Option<LeaseAction>,
}

/// How what was sent is committed.
#[derive(Clone, Debug)]
pub(crate) struct Flush {
    /// How long the file is then.
    pub(crate) position: u64,
    pub(crate) commit: Commit,
    pub(crate) lease_action: Option<LeaseAction>,
}

/// What is said of bytes that are committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commit {
    /// Whether what was sent for places behind is kept for a later flush.
    pub(crate) retain: bool,
    pub(crate) headers: ContentHeaders,
}

/// What has become of a file that was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) id: NodeId,
    /// Whether its lease began anew.
    pub(crate) lease_renewed: bool,
}

/// Bytes for the end of a file of many writers.
#[derive(Debug)]
pub(crate) struct ConcurrentAppend {
    pub(crate) bytes: FileBytes,
    pub(crate) missing: Missing,
    /// Where the file must end for it.
    pub(crate) position: Option<u64>,
}

/// Where the bytes of a concurrent append went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    pub(crate) offset: u64,
    pub(crate) blocks: u32,
    /// Whether the file was made for it.
    pub(crate) created: bool,
}

impl Tree {
    /// The file, if the caller may write to it. A lease that the call acquires need not be held yet.
    fn writable_entry(
        &self,
        cx: &Context<'_>,
        item: &EntryItem<'_>,
        action: Option<LeaseAction>,
    ) -> Result<NodeId, Error> {
        let id = self.entry(cx, item, Side::Target)?;
        self.require_file(id, item)?;
        self.require(cx, id, Rwx::WRITE)?;
        if !action.is_some_and(LeaseAction::acquires) {
            self.require_lease(cx, id, item, Side::Target)?;
        }
        self.require_key(id, item)?;
        self.require_sound(id)?;
        let file = self.node(id).file();
        if file.is_some_and(|file| file.appends == Appends::Blocks || file.blocks().is_some()) {
            return Err(Error::OfBlocks(item.path.clone()));
        }
        Ok(id)
    }

    /// Fails unless the conditions hold of what is committed. "Only if nothing is there" holds of a file
    /// without content: the file itself has to be made before it can be written to.
    fn require_flushable(&self, id: NodeId, item: &EntryItem<'_>) -> Result<(), Error> {
        let mut relaxed = *item;
        let is_new = self.node(id).file().is_some_and(|file| file.committed.len() == 0);
        if is_new && item.conditions.if_none_match == Some(ETagCondition::Any) {
            relaxed.conditions.if_none_match = None;
        }
        self.require_conditions(Some(id), &relaxed, Side::Target)
    }
}

impl View<'_> {
    /// How the file is written, if the caller may; asked before its content arrives.
    pub(crate) fn check_writing(
        &self,
        item: &EntryItem<'_>,
        action: Option<LeaseAction>,
    ) -> Result<BlobKind, Error> {
        let id = self.tree.writable_entry(&self.cx, item, action)?;
        Ok(self.tree.blob_kind(id))
    }
}

impl Edit<'_> {
    /// Keeps a piece of a file's content until it is flushed, or commits it with all that precedes it.
    pub(crate) fn stage(&mut self, item: &EntryItem<'_>, new: Staging) -> Result<Written, Error> {
        let Staging { position, bytes, commit, lease_action } = new;
        let id = self.tree.writable_entry(&self.cx, item, lease_action)?;
        if commit.is_some() {
            self.tree.require_flushable(id, item)?;
        }
        let (lease, lease_renewed) = self.lease_after(id, item, lease_action, commit.is_some())?;
        let end = position.saturating_add(bytes.len());
        let in_order = self.tree.blob_kind(id) == BlobKind::Append;
        if in_order && position != self.committed_len(id) {
            let expected = self.committed_len(id);
            return Err(Error::WrongPosition { position, expected });
        }
        // Everything is checked before anything changes.
        let committed = match commit {
            Some(_) if !in_order => self.staged_up_to(id, end, Some((position, &bytes)))?,
            _ => FileBytes::default(),
        };
        // Most appends leave the lease alone, and the record of the file with it.
        if lease_action.is_some() {
            self.set_lease(id, lease);
        }
        if in_order {
            self.append_block(id, bytes);
        } else if commit.is_none() {
            self.tree.add_piece(&self.cx, Piece { file: id, position, bytes });
        }
        if let Some(commit) = &commit {
            self.commit(id, end, committed, commit);
        }
        Ok(Written { id, lease_renewed })
    }

    /// Commits what was sent, up to a position.
    pub(crate) fn flush_entry(
        &mut self,
        item: &EntryItem<'_>,
        flush: &Flush,
    ) -> Result<Written, Error> {
        let id = self.tree.writable_entry(&self.cx, item, flush.lease_action)?;
        self.tree.require_flushable(id, item)?;
        let (lease, lease_renewed) = self.lease_after(id, item, flush.lease_action, true)?;
        let position = flush.position;
        let bytes = match self.tree.blob_kind(id) {
            BlobKind::Append if position == self.committed_len(id) => FileBytes::default(),
            _ => self.staged_up_to(id, position, None)?,
        };
        self.set_lease(id, lease);
        self.commit(id, position, bytes, &flush.commit);
        Ok(Written { id, lease_renewed })
    }

    /// The bytes between what is committed and a position, when another piece has come.
    fn staged_up_to(
        &self,
        id: NodeId,
        position: u64,
        last: Option<(u64, &FileBytes)>,
    ) -> Result<FileBytes, Error> {
        let committed = self.committed_len(id);
        let pieces = || {
            let pieces = self.tree.node(id).file().map_or(&[][..], |file| file.pieces());
            pieces.iter().filter_map(|piece| match &self.tree.node(*piece).content {
                Content::Piece(piece) => Some(&**piece),
                _ => None,
            })
        };
        let staged = pieces().map(|piece| (piece.position, &piece.bytes)).chain(last);
        if position >= committed
            && let Some(bytes) = positions::overlay(staged, committed, position)
        {
            return match bytes.damage() {
                Some(reason) => Err(Error::Damaged(reason.to_owned())),
                None => Ok(bytes),
            };
        }
        let last = last.map(|(position, bytes)| (position, bytes.len()));
        let lengths = pieces().map(|piece| (piece.position, piece.bytes.len())).chain(last);
        let staged = positions::end_of_contiguous(lengths, committed);
        Err(Error::FlushPosition { position, committed, staged })
    }

    fn commit(&mut self, id: NodeId, position: u64, bytes: FileBytes, commit: &Commit) {
        let now = self.cx.now;
        if commit.retain {
            self.forget_pieces_before(id, position);
        } else {
            self.tree.forget_pieces(id);
        }
        if let Some(node) = self.tree.node_mut(id) {
            node.touch(now);
            let blob = node.blob_mut();
            blob.headers.commit(commit.headers.clone());
            blob.copied = None;
            if let Some(file) = node.file_mut() {
                file.committed.append_file(bytes);
                file.appends = Appends::Ordered;
            }
        }
    }

    /// Forgets the pieces of which everything is committed.
    fn forget_pieces_before(&mut self, id: NodeId, position: u64) {
        let pieces = self.tree.node(id).file().map_or(&[][..], |file| file.pieces()).to_vec();
        let reaches_behind = |piece: &NodeId| match &self.tree.node(*piece).content {
            Content::Piece(piece) => piece.position.saturating_add(piece.bytes.len()) > position,
            _ => false,
        };
        let (kept, gone): (Vec<_>, Vec<_>) = pieces.into_iter().partition(reaches_behind);
        if let Some(file) = self.tree.node_mut(id).and_then(|node| node.file_mut()) {
            file.set_pieces(kept);
        }
        gone.into_iter().for_each(|piece| self.tree.forget_piece(piece));
    }

    /// Adds bytes at the end of a file of many writers; they are committed at once.
    pub(crate) fn append_concurrently(
        &mut self,
        item: &EntryItem<'_>,
        new: ConcurrentAppend,
    ) -> Result<Appended, Error> {
        let found = self.tree.entry(&self.cx, item, Side::Target);
        let (id, created) = match found {
            Err(Error::NotFound { .. }) if new.missing == Missing::Create => {
                let mut entry = NewEntry::new(NodeKind::File);
                entry.properties.kind = BlobKind::Append;
                (self.create_entry(item, entry)?, true)
            }
            found => {
                found?;
                (self.tree.writable_entry(&self.cx, item, None)?, false)
            }
        };
        if self.tree.blob_kind(id) != BlobKind::Append {
            let takes = Appends::Ordered;
            return Err(Error::WrongAppendKind { path: item.path.clone(), takes });
        }
        let offset = self.committed_len(id);
        if let Some(position) = new.position.filter(|position| *position != offset) {
            return Err(Error::WrongPosition { position, expected: offset });
        }
        let blocks = self.append_block(id, new.bytes);
        Ok(Appended { offset, blocks, created })
    }

    /// Commits bytes at the end of an append file; how many blocks it has then.
    pub(super) fn append_block(&mut self, id: NodeId, bytes: FileBytes) -> u32 {
        let now = self.cx.now;
        let Some(node) = self.tree.node_mut(id) else { return 0 };
        node.touch(now);
        if let Some(file) = node.file_mut() {
            file.committed.append_file(bytes);
        }
        let blob = node.blob_mut();
        blob.committed_blocks = blob.committed_blocks.saturating_add(1);
        blob.committed_blocks
    }

    pub(super) fn committed_len(&self, id: NodeId) -> u64 {
        self.tree.node(id).file().map_or(0, |file| file.committed.len())
    }
}
