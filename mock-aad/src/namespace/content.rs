//! What a file holds: the bytes that everybody reads and, beside them, what was sent and is not committed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::node_id::NodeId;
use crate::store::FileBytes;

/// How long a silent writer keeps its file, in milliseconds.
const LEASE_MILLIS: i64 = 10 * 60 * 1000;
/// How long blocks wait behind the last one that was sent for their file, in milliseconds: a week.
const BLOCKS_WAIT: i64 = 7 * 24 * 60 * 60 * 1000;

/// How far a write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncMode {
    /// More is to come: nothing is committed, and the writer keeps the file.
    Unflushed,
    /// What was sent so far is committed, and the writer keeps the file.
    Flushed,
    /// What was sent so far is committed, and the writer gives up the file.
    Closed,
}

/// What a writer that keeps a file says with each write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteSession<'a> {
    pub(crate) sync: SyncMode,
    /// The writer's lease; it keeps others out as long as the file is open.
    pub(crate) lease: Option<&'a str>,
}

impl WriteSession<'_> {
    /// Committed at once; the file is not kept open.
    pub(crate) const CLOSED: Self = Self { sync: SyncMode::Closed, lease: None };
}

/// How bytes come to a file; the first ones decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Appends {
    #[default]
    Undecided,
    /// At positions.
    Ordered,
    Concurrent,
    /// In blocks that are named when they are committed.
    Blocks,
}

/// What a file holds besides its attributes.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    /// What everybody reads, and what a state directory keeps.
    pub(super) committed: FileBytes,
    pub(super) staged: Staged,
    pub(super) appends: Appends,
    /// When the file vanishes, in milliseconds since 1970; 0 for never.
    pub(super) expires: i64,
}

/// What was sent and is not committed. Each way of writing stages in its own way.
#[derive(Clone, Debug, Default)]
pub(super) enum Staged {
    #[default]
    Nothing,
    /// Of a writer that has the file open.
    Stream(Stream),
    /// Pieces that were sent for some place each, in the order in which they came.
    Positions(Vec<NodeId>),
    /// Pieces with names.
    Blocks(Blocks),
}

/// Pieces with names, by these.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    by_name: BTreeMap<Box<str>, NodeId>,
    /// When they are forgotten, in milliseconds since 1970.
    until: i64,
}

/// Bytes that were sent for a place in a file, or under a name, and are not committed. It is stored beside the
/// file, so that sending another costs no more with each that is there.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) file: NodeId,
    pub(super) position: u64,
    pub(super) bytes: FileBytes,
}

/// What a writer that has the file open has sent since it was last committed.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// They follow the committed ones.
    bytes: FileBytes,
    /// When bytes were last added; milliseconds since 1970.
    written: i64,
    /// `None` for a writer that did not ask for exclusivity.
    lease: Option<Box<str>>,
    /// When a silent writer loses the file.
    until: i64,
}

impl File {
    /// A file that begins with these bytes, committed.
    pub(super) fn new(bytes: FileBytes) -> Self {
        let appends = if bytes.len() > 0 { Appends::Ordered } else { Appends::Undecided };
        Self { committed: bytes, appends, ..Self::default() }
    }

    fn stream(&self) -> Option<&Stream> {
        match &self.staged {
            Staged::Stream(stream) => Some(stream),
            Staged::Nothing | Staged::Positions(_) | Staged::Blocks(_) => None,
        }
    }

    /// The pieces that were sent and are not committed, in the order in which they came.
    pub(super) fn pieces(&self) -> &[NodeId] {
        match &self.staged {
            Staged::Positions(pieces) => pieces,
            Staged::Nothing | Staged::Stream(_) | Staged::Blocks(_) => &[],
        }
    }

    /// The blocks that were sent and are not committed, by their names.
    pub(super) fn blocks(&self) -> Option<&BTreeMap<Box<str>, NodeId>> {
        match &self.staged {
            Staged::Blocks(blocks) => Some(&blocks.by_name),
            Staged::Nothing | Staged::Stream(_) | Staged::Positions(_) => None,
        }
    }

    /// Notes another block; returns the one that had its name before.
    pub(super) fn add_block(&mut self, name: &str, block: NodeId, sent: i64) -> Option<NodeId> {
        let mut blocks = match std::mem::take(&mut self.staged) {
            Staged::Blocks(blocks) => blocks,
            Staged::Nothing | Staged::Stream(_) | Staged::Positions(_) => Blocks::default(),
        };
        let replaced = blocks.by_name.insert(name.into(), block);
        blocks.until = blocks.until.max(sent + BLOCKS_WAIT);
        self.staged = Staged::Blocks(blocks);
        replaced
    }

    /// When the blocks are forgotten that were sent and are not committed; `None` where there are none.
    pub(super) fn blocks_until(&self) -> Option<i64> {
        match &self.staged {
            Staged::Blocks(blocks) => Some(blocks.until),
            Staged::Nothing | Staged::Stream(_) | Staged::Positions(_) => None,
        }
    }

    /// Whether blocks that were sent are not waited for any longer.
    pub(super) fn blocks_end(&self, now: i64) -> bool {
        self.blocks_until().is_some_and(|until| until <= now)
    }

    /// Takes everything that was sent in pieces and is not committed.
    pub(super) fn take_pieces(&mut self) -> Vec<NodeId> {
        match std::mem::take(&mut self.staged) {
            Staged::Positions(pieces) => pieces,
            Staged::Blocks(blocks) => blocks.by_name.into_values().collect(),
            staged => {
                self.staged = staged;
                Vec::new()
            }
        }
    }

    /// Replaces the pieces.
    pub(super) fn set_pieces(&mut self, pieces: Vec<NodeId>) {
        self.staged = if pieces.is_empty() { Staged::Nothing } else { Staged::Positions(pieces) };
    }

    /// Notes another piece.
    pub(super) fn add_piece(&mut self, piece: NodeId) {
        match &mut self.staged {
            Staged::Positions(pieces) => pieces.push(piece),
            staged => *staged = Staged::Positions(vec![piece]),
        }
    }

    /// How many bytes an open writer has sent that are not committed.
    pub(super) fn staged_len(&self) -> u64 {
        self.stream().map_or(0, |stream| stream.bytes.len())
    }

    /// Where the next byte of an open writer goes.
    pub(super) fn end(&self) -> u64 {
        self.committed.len() + self.staged_len()
    }

    /// When something happens to the file by itself, in milliseconds since 1970.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = i64> {
        let expires = (self.expires != 0).then_some(self.expires);
        let stream = self.stream().map(|stream| stream.until);
        expires.into_iter().chain(stream).chain(self.blocks_until())
    }

    /// How many bytes take room.
    pub(super) fn weight(&self) -> u64 {
        self.committed.weight() + self.stream().map_or(0, |stream| stream.bytes.weight())
    }

    /// Takes everything that was sent, committed or not.
    pub(super) fn take_bytes(&mut self) -> FileBytes {
        let mut bytes = std::mem::take(&mut self.committed);
        if let Staged::Stream(stream) = std::mem::take(&mut self.staged) {
            bytes.append_file(stream.bytes);
        }
        bytes
    }

    /// Whether a writer other than the one with this lease holds the file.
    pub(super) fn is_held_by_other(&self, lease: Option<&str>) -> bool {
        let holder = self.stream().and_then(|stream| stream.lease.as_deref());
        holder.is_some_and(|holder| Some(holder) != lease)
    }

    /// Adds bytes at the end; whether anything was committed.
    pub(super) fn write(&mut self, bytes: FileBytes, session: WriteSession<'_>, now: i64) -> bool {
        let (mut bytes, written) = match std::mem::take(&mut self.staged) {
            Staged::Nothing | Staged::Positions(_) | Staged::Blocks(_) => (bytes, now),
            Staged::Stream(stream) => {
                let written = if bytes.len() > 0 { now } else { stream.written };
                let mut all = stream.bytes;
                all.append_file(bytes);
                (all, written)
            }
        };
        let commit = session.sync != SyncMode::Unflushed && bytes.len() > 0;
        if commit {
            self.committed.append_file(std::mem::take(&mut bytes));
        }
        if session.sync != SyncMode::Closed {
            let until = now.saturating_add(LEASE_MILLIS);
            let lease = session.lease.map(Box::from);
            self.staged = Staged::Stream(Stream { bytes, written, lease, until });
        }
        commit
    }

    /// Takes the file from a writer that does not come back, and commits what it has left behind; when
    /// that was written.
    pub(super) fn end_stream(&mut self) -> Option<i64> {
        let Staged::Stream(stream) = std::mem::take(&mut self.staged) else { return None };
        let written = (stream.bytes.len() > 0).then_some(stream.written);
        self.committed.append_file(stream.bytes);
        written
    }
}
