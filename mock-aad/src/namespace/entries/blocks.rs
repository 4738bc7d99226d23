//! Content in blocks: sent under ids of the caller's, and committed by a list of them. And blobs that grow at
//! their end.

use std::collections::HashMap;

use super::create::NewEntry;
use super::entry_ref::EntryRef;
use super::locate::EntryItem;
use crate::namespace::account::{Edit, View};
use crate::namespace::blob_properties::{BlobKind, Block, Encryption};
use crate::namespace::content::{Appends, File, Piece};
use crate::namespace::error::{Error, Side};
use crate::namespace::files::Existing;
use crate::namespace::node::{Content, NodeKind};
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::{Context, Tree};
use crate::store::FileBytes;
use adls_wire::Rwx;

/// How many blocks the content of a file has at most.
pub(crate) const MOST_BLOCKS: usize = 50_000;
/// How many may wait to be committed.
const MOST_STAGED: usize = 100_000;

/// A block on its way in.
#[derive(Debug)]
pub(crate) struct NewBlock {
    /// As it was sent.
    pub(crate) id: Box<str>,
    pub(crate) bytes: FileBytes,
    /// With what the block is encrypted.
    pub(crate) encryption: Encryption,
    /// Whether it may be sent for a file that is there.
    pub(crate) existing: Existing,
}

/// Among which blocks one is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockSource {
    Committed,
    Uncommitted,
    /// The uncommitted ones, then the committed ones.
    Latest,
}

/// A block that is to be a part of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockChoice {
    pub(crate) id: Box<str>,
    pub(crate) source: BlockSource,
}

/// The blocks of a file.
#[derive(Debug)]
pub(crate) struct BlockList<'a> {
    /// The file, unless nothing of it is committed.
    pub(crate) entry: Option<EntryRef<'a>>,
    /// In their order.
    pub(crate) committed: &'a [Block],
    /// By id.
    pub(crate) uncommitted: Vec<(&'a str, u64)>,
}

/// Bytes for the end of an append blob.
#[derive(Debug)]
pub(crate) struct BlobAppend {
    pub(crate) bytes: FileBytes,
    /// Where the blob must end for it.
    pub(crate) position: Option<u64>,
    /// How long the blob may become.
    pub(crate) most: Option<u64>,
}

impl Tree {
    /// The file that blocks of a path belong to, which may not be there yet, if the caller may write it.
    fn blocks_of(
        &self,
        cx: &Context<'_>,
        item: &EntryItem<'_>,
        existing: Existing,
    ) -> Result<Option<NodeId>, Error> {
        let place = self.place_of_new(cx, item, NodeKind::File, existing)?;
        if !place.missing.is_empty() {
            let root = self.file_system_root(item.file_system)?;
            let draft = self.draft(root, item.path);
            if let Some(draft) = draft {
                self.require_key_of_blocks(draft, item)?;
            }
            return Ok(draft);
        }
        let id = place.id;
        self.require_kind(id, item, BlobKind::Block)?;
        let file = self.file(id, item.path, Side::Target)?;
        if file.appends == Appends::Ordered || !file.pieces().is_empty() {
            return Err(Error::NotOfBlocks(item.path.clone()));
        }
        self.require_sound(id)?;
        self.require_key_of_blocks(id, item)?;
        Ok(Some(id))
    }

    fn require_kind(&self, id: NodeId, item: &EntryItem<'_>, kind: BlobKind) -> Result<(), Error> {
        match self.blob_kind(id) == kind {
            true => Ok(()),
            false => Err(Error::OtherBlobKind(item.path.clone())),
        }
    }

    fn committed_blocks(&self, id: NodeId) -> &[Block] {
        self.node(id).blob.as_ref().map_or(&[], |blob| &blob.blocks)
    }

    /// Fails unless the caller gives the key of the blocks that were sent. That of the file is another matter, as they
    /// may become all of it.
    fn require_key_of_blocks(&self, id: NodeId, item: &EntryItem<'_>) -> Result<(), Error> {
        let blocks = self.node(id).file().and_then(File::blocks);
        match blocks.and_then(|blocks| blocks.values().next()) {
            Some(block) => self.require_key(*block, item),
            None => Ok(()),
        }
    }

    /// Fails unless blocks that were sent, or the file whose blocks are taken again, are encrypted as the file is
    /// to be that is made of them.
    fn require_same_encryption(
        &self,
        from: NodeId,
        item: &EntryItem<'_>,
        new: &Encryption,
    ) -> Result<(), Error> {
        self.require_key(from, item)?;
        match self.scope(from) == new.scope.as_deref() {
            true => Ok(()),
            false => Err(Error::OtherScope(item.path.clone())),
        }
    }

    /// Fails unless another block of this id may be sent for a file.
    fn require_fitting(&self, id: NodeId, block: &str) -> Result<(), Error> {
        let staged = self.node(id).file().and_then(File::blocks);
        let known = staged.and_then(|staged| staged.keys().next());
        let known = known.or_else(|| self.committed_blocks(id).first().map(|block| &block.id));
        if known.is_some_and(|known| known.len() != block.len()) {
            return Err(Error::BlockIdLength(block.to_owned()));
        }
        let count = staged.map_or(0, |staged| staged.len());
        if count >= MOST_STAGED && staged.is_some_and(|staged| !staged.contains_key(block)) {
            return Err(Error::TooManyBlocks(count));
        }
        Ok(())
    }

    fn piece_bytes(&self, piece: NodeId) -> &FileBytes {
        static NOTHING: std::sync::LazyLock<FileBytes> =
            std::sync::LazyLock::new(FileBytes::default);
        match &self.node(piece).content {
            Content::Piece(piece) => &piece.bytes,
            Content::File(_) | Content::Directory(_) => &NOTHING,
        }
    }

    /// The content that blocks of a file amount to, and what is noted of them. Nothing is copied.
    fn assembled(
        &self,
        item: &EntryItem<'_>,
        id: Option<NodeId>,
        list: &[BlockChoice],
        encryption: &Encryption,
    ) -> Result<(FileBytes, Vec<Block>), Error> {
        let whole = id;
        let file = id.and_then(|id| self.node(id).file());
        let staged = file.and_then(File::blocks);
        let mut committed: HashMap<&str, (u64, u64)> = HashMap::new();
        if list.iter().any(|choice| choice.source != BlockSource::Uncommitted) {
            let mut start = 0;
            for block in id.map_or(&[][..], |id| self.committed_blocks(id)) {
                committed.entry(&block.id).or_insert((start, start + block.length));
                start += block.length;
            }
        }
        let mut bytes = FileBytes::default();
        let mut blocks = Vec::with_capacity(list.len());
        for BlockChoice { id, source } in list {
            let sent = || {
                staged.and_then(|staged| staged.get(id)).map(|piece| {
                    let bytes = self.piece_bytes(*piece);
                    (*piece, bytes.slice(0, bytes.len()))
                })
            };
            let kept = || {
                let (from, to) = committed.get(&**id)?;
                Some((whole?, file?.committed.slice(*from, *to)))
            };
            let found = match source {
                BlockSource::Committed => kept(),
                BlockSource::Uncommitted => sent(),
                BlockSource::Latest => sent().or_else(kept),
            };
            let (from, found) = found.ok_or_else(|| Error::NoBlock(id.to_string()))?;
            self.require_same_encryption(from, item, encryption)?;
            blocks.push(Block { id: id.clone(), length: found.len() });
            bytes.append_file(found);
        }
        match bytes.damage() {
            Some(reason) => Err(Error::Damaged(reason.to_owned())),
            None => Ok((bytes, blocks)),
        }
    }

    /// The append blob, if the caller may write to it as the conditions ask for.
    fn appendable(&self, cx: &Context<'_>, item: &EntryItem<'_>) -> Result<NodeId, Error> {
        let id = self.entry(cx, item, Side::Target)?;
        self.require_file(id, item)?;
        self.require_conditions(Some(id), item, Side::Target)?;
        self.require_lease(cx, id, item, Side::Target)?;
        self.require(cx, id, Rwx::WRITE)?;
        self.require_kind(id, item, BlobKind::Append)?;
        self.require_key(id, item)?;
        self.require_sound(id)?;
        Ok(id)
    }
}

impl View<'_> {
    /// Fails where a block cannot be sent, as far as that is known before its content is.
    pub(crate) fn check_block(
        &self,
        item: &EntryItem<'_>,
        block: &str,
        existing: Existing,
    ) -> Result<(), Error> {
        match self.tree.blocks_of(&self.cx, item, existing)? {
            Some(id) => self.tree.require_fitting(id, block),
            None => Ok(()),
        }
    }

    /// Fails where nothing can be appended to a blob, as far as that is known before it arrives.
    pub(crate) fn check_append(&self, item: &EntryItem<'_>) -> Result<(), Error> {
        self.tree.appendable(&self.cx, item).map(drop)
    }

    /// The blocks of a file, which may not be there yet.
    pub(crate) fn block_list(&self, item: &EntryItem<'_>) -> Result<BlockList<'_>, Error> {
        let place = self.tree.place_of(&self.cx, item)?;
        let (id, entry) = match place.missing.is_empty() {
            true => {
                let id = self.checked_entry(item)?;
                self.tree.require_file(id, item)?;
                self.tree.require(&self.cx, id, Rwx::READ)?;
                self.tree.require_kind(id, item, BlobKind::Block)?;
                (id, Some(EntryRef::new(&self.tree, id, self.cx.now)))
            }
            false => {
                let root = self.tree.file_system_root(item.file_system)?;
                let (side, path) = (Side::Target, item.path.clone());
                let draft = self.tree.draft(root, item.path);
                (draft.ok_or(Error::NotFound { side, path })?, None)
            }
        };
        let staged = self.tree.node(id).file().and_then(File::blocks);
        let uncommitted = staged.into_iter().flatten();
        let uncommitted =
            uncommitted.map(|(id, piece)| (&**id, self.tree.piece_bytes(*piece).len())).collect();
        Ok(BlockList { entry, committed: self.tree.committed_blocks(id), uncommitted })
    }

    /// The files of a file system that are not there yet, by path.
    pub(crate) fn uncommitted_entries(
        &self,
        file_system: &str,
    ) -> Result<Vec<(&str, EntryRef<'_>)>, Error> {
        let root = self.tree.file_system_root(file_system)?;
        let all = self.tree.drafts_in(root);
        // What came to be there otherwise, with a directory that was moved, hides them.
        let is_free = |path: &str| {
            let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
            self.tree.below(root, &names).is_none()
        };
        let shown = all.filter(|(path, _)| is_free(path));
        Ok(shown.map(|(path, id)| (path, EntryRef::new(&self.tree, id, self.cx.now))).collect())
    }
}

impl Edit<'_> {
    /// Keeps a block until it is committed, in the place of one of the same id. The file need not be there.
    pub(crate) fn stage_block(&mut self, item: &EntryItem<'_>, new: NewBlock) -> Result<(), Error> {
        let NewBlock { id: block, bytes, encryption, existing } = new;
        let file = match self.tree.blocks_of(&self.cx, item, existing)? {
            Some(id) => {
                self.tree.require_fitting(id, &block)?;
                id
            }
            None => {
                let root = self.tree.file_system_root(item.file_system)?;
                self.tree.add_draft(&self.cx, root, item.path)
            }
        };
        self.tree.add_block(&self.cx, &block, Piece { file, position: 0, bytes }, encryption);
        Ok(())
    }

    /// Makes a file of blocks. Those that are not listed are forgotten.
    pub(crate) fn commit_blocks(
        &mut self,
        item: &EntryItem<'_>,
        list: &[BlockChoice],
        mut new: NewEntry<'_>,
    ) -> Result<NodeId, Error> {
        let file = self.tree.blocks_of(&self.cx, item, new.existing)?;
        (new.bytes, new.properties.blocks) =
            self.tree.assembled(item, file, list, &new.properties.encryption)?;
        new.appends = Appends::Blocks;
        self.create_entry(item, new)
    }

    /// Adds bytes at the end of an append blob; they are committed at once. Returns where they begin.
    pub(crate) fn append_to_blob(
        &mut self,
        item: &EntryItem<'_>,
        new: BlobAppend,
    ) -> Result<(NodeId, u64), Error> {
        let id = self.tree.appendable(&self.cx, item)?;
        let end = self.committed_len(id);
        if let Some(position) = new.position.filter(|position| *position != end) {
            return Err(Error::WrongPosition { position, expected: end });
        }
        if let Some(most) = new.most.filter(|most| end.saturating_add(new.bytes.len()) > *most) {
            return Err(Error::TooLong(most));
        }
        let count = self.tree.node(id).blob.as_ref().map_or(0, |blob| blob.committed_blocks);
        if count as usize >= MOST_BLOCKS {
            return Err(Error::TooManyBlocks(MOST_BLOCKS));
        }
        self.append_block(id, new.bytes);
        Ok((id, end))
    }
}
