//! Sending the content of files: pieces for some place, and the flush that commits them.

use adls_wire::Rwx;

use super::create::NewEntry;
use super::leases::LeaseAction;
use super::locate::EntryItem;
use crate::namespace::account::Edit;
use crate::namespace::blob_properties::{BlobKind, ContentHeaders};
use crate::namespace::conditions::ETagCondition;
use crate::namespace::content::{Appends, Piece};
use crate::namespace::error::{Error, Side};
use crate::namespace::files::Missing;
use crate::namespace::node::{Content, NodeKind};
use crate::namespace::node_id::NodeId;
use crate::namespace::positions;
use crate::store::FileBytes;

/// A piece of a file's content on its way in.
#[derive(Debug)]
pub(crate) struct Staging {
    pub(crate) position: u64,
    pub(crate) bytes: FileBytes,
    pub(crate) lease_action: Option<LeaseAction>,
}

/// How what was sent is committed.
#[derive(Clone, Debug)]
pub(crate) struct Flush {
    /// How long the file is then.
    pub(crate) position: u64,
    /// Whether what was sent for places behind is kept for a later flush.
    pub(crate) retain: bool,
    pub(crate) headers: ContentHeaders,
    pub(crate) lease_action: Option<LeaseAction>,
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

impl Edit<'_> {
    /// Keeps a piece of a file's content until it is flushed; whether a lease was renewed for it.
    pub(crate) fn stage(&mut self, item: &EntryItem<'_>, new: Staging) -> Result<bool, Error> {
        let id = self.writable_entry(item, new.lease_action)?;
        if self.tree.blob_kind(id) == BlobKind::Append {
            return self.append_in_order(id, new);
        }
        let renewed = self.begin_lease_action(id, new.lease_action)?;
        let piece = Piece { file: id, position: new.position, bytes: new.bytes };
        self.tree.add_piece(&self.cx, piece);
        Ok(renewed)
    }

    /// A piece for the end of an append file, which is committed at once.
    fn append_in_order(&mut self, id: NodeId, new: Staging) -> Result<bool, Error> {
        let expected = self.committed_len(id);
        if new.position != expected {
            return Err(Error::WrongPosition { position: new.position, expected });
        }
        self.append_block(id, new.bytes);
        Ok(false)
    }

    /// Commits what was sent, up to a position.
    pub(crate) fn flush_entry(&mut self, item: &EntryItem<'_>, flush: Flush) -> Result<(), Error> {
        let mut relaxed = *item;
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        self.tree.require_file(id, item)?;
        // "Only if nothing is there" asks for what is committed: the file itself has to be made before.
        let is_new = self.committed_len(id) == 0;
        if is_new && item.conditions.if_none_match == Some(ETagCondition::Any) {
            relaxed.conditions.if_none_match = None;
        }
        self.tree.require_conditions(Some(id), &relaxed, Side::Target)?;
        let id = self.writable_entry(&relaxed, flush.lease_action)?;
        let committed = self.committed_len(id);
        let bytes = match self.tree.blob_kind(id) {
            BlobKind::Append if flush.position == committed => FileBytes::default(),
            _ => self.staged_up_to(id, flush.position)?,
        };
        self.begin_lease_action(id, flush.lease_action)?;
        self.commit(id, bytes, &flush);
        self.end_lease_action(id, item, flush.lease_action)
    }

    /// The bytes between what is committed and a position.
    fn staged_up_to(&self, id: NodeId, position: u64) -> Result<FileBytes, Error> {
        let committed = self.committed_len(id);
        let pieces = || {
            let pieces = self.tree.node(id).file().map_or(&[][..], |file| file.pieces());
            pieces.iter().filter_map(|piece| match &self.tree.node(*piece).content {
                Content::Piece(piece) => Some(&**piece),
                _ => None,
            })
        };
        let staged = pieces().map(|piece| (piece.position, &piece.bytes));
        if position >= committed
            && let Some(bytes) = positions::overlay(staged, committed, position)
        {
            return match bytes.damage() {
                Some(reason) => Err(Error::Damaged(reason.to_owned())),
                None => Ok(bytes),
            };
        }
        let lengths = pieces().map(|piece| (piece.position, piece.bytes.len()));
        let staged = positions::end_of_contiguous(lengths, committed);
        Err(Error::FlushPosition { position, committed, staged })
    }

    fn commit(&mut self, id: NodeId, bytes: FileBytes, flush: &Flush) {
        let now = self.cx.now;
        if flush.retain {
            self.forget_pieces_before(id, flush.position);
        } else {
            self.tree.forget_pieces(id);
        }
        if let Some(node) = self.tree.node_mut(id) {
            node.touch(now);
            let blob = node.blob_mut();
            blob.headers = flush.headers.clone();
            blob.lease.written(now);
            if let Some(file) = node.file_mut() {
                file.committed.append_file(bytes);
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
                (self.writable_entry(item, None)?, false)
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
    fn append_block(&mut self, id: NodeId, bytes: FileBytes) -> u32 {
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

    fn committed_len(&self, id: NodeId) -> u64 {
        self.tree.node(id).file().map_or(0, |file| file.committed.len())
    }

    /// The file, if the caller may write to it. A lease that the call acquires need not be held yet.
    fn writable_entry(
        &self,
        item: &EntryItem<'_>,
        action: Option<LeaseAction>,
    ) -> Result<NodeId, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        self.tree.require_file(id, item)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        if !action.is_some_and(LeaseAction::acquires) {
            self.tree.require_lease(&self.cx, id, item, Side::Target)?;
        }
        self.tree.require_key(id, item)?;
        self.tree.require_sound(id)?;
        Ok(id)
    }
}
