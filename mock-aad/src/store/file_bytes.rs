//! The content of one file: a list of extents that are shared, never copied.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use super::encoding::{decode, encode};
use super::overflow::{Overflow, Spilled};
use super::segments::{Segment, Segments, Stored, Writer};

/// The largest slice that is handed out at once.
const SLICE: u64 = 256 * 1024;
/// Neighbouring pieces up to this size become one, so that a million tiny appends do not make a
/// million extents.
const MERGE: usize = 4 * 1024;
/// Bodies up to this size share segments.
pub(super) const SMALL: usize = 64 * 1024;
/// What holes read as.
static ZEROS: [u8; SLICE as usize] = [0; SLICE as usize];

/// A run of bytes.
#[derive(Clone, Debug)]
enum Extent {
    /// Bytes in memory, shared with whoever received or reads them.
    Memory(Bytes),
    /// Bytes on disk.
    Stored(Stored),
    /// Bytes on disk that memory had no room for.
    Spilled(Spilled),
    /// That many zeros, which take no memory.
    Zeros(u64),
}

/// How an extent is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum ExtentRecord {
    Stored { segment: u64, offset: u64, len: u64 },
    Zeros(u64),
}

impl Extent {
    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Stored(stored) => stored.len,
            Self::Spilled(spilled) => spilled.len,
            Self::Zeros(len) => *len,
        }
    }

    /// The part from `from` to `to`, both relative to this extent.
    fn part(&self, from: u64, to: u64) -> Self {
        match self {
            // An extent in memory is shorter than the address space.
            Self::Memory(bytes) => Self::Memory(bytes.slice(from as usize..to as usize)),
            Self::Stored(stored) => Self::Stored(stored.part(from, to)),
            Self::Spilled(spilled) => Self::Spilled(spilled.part(from, to)),
            Self::Zeros(_) => Self::Zeros(to - from),
        }
    }
}

/// The content of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileBytes {
    /// Each with the offset at which it ends, ascending.
    extents: Vec<(u64, Extent)>,
    /// How many extents are stored, and how many of these are stored as they are now.
    recorded: u32,
    clean: u32,
    /// Why the content cannot be read; then the extents only stand for its length.
    damage: Option<Arc<str>>,
}

/// What is to be stored of a file's content.
#[derive(Debug, Default)]
pub(crate) struct ExtentChanges {
    /// Records that are new or have changed, by position.
    pub(super) changed: Vec<(u32, Vec<u8>)>,
    /// Positions that are stored and go.
    pub(super) surplus: Range<u32>,
    /// Where the bytes of the changed ones are.
    pub(super) segments: Vec<Arc<Segment>>,
}

impl FileBytes {
    /// A file of `len` zeros that takes no memory.
    pub(crate) fn sparse(len: u64) -> Self {
        let mut bytes = Self::default();
        bytes.push(Extent::Zeros(len));
        bytes
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.extents.last().map_or(0, |(end, _)| *end)
    }

    /// How many of them take room, in memory or on disk.
    pub(crate) fn weight(&self) -> u64 {
        let zeros = |extent: &Extent| matches!(extent, Extent::Zeros(_));
        self.extents.iter().map(|(_, e)| if zeros(e) { 0 } else { e.len() }).sum()
    }

    /// Content whose bytes cannot be read.
    pub(crate) fn damaged(len: u64, reason: &str) -> Self {
        Self { damage: Some(reason.into()), ..Self::sparse(len) }
    }

    /// Why the content cannot be read, if that is so.
    pub(crate) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// Content that is on disk.
    pub(super) fn stored(runs: Vec<Stored>) -> Self {
        let mut bytes = Self::default();
        for run in runs {
            bytes.push(Extent::Stored(run));
        }
        bytes
    }

    /// Adds bytes at the end, without copying large ones.
    pub(crate) fn append(&mut self, bytes: Bytes) {
        self.push(Extent::Memory(bytes));
    }

    /// Adds bytes at the end, in a file.
    pub(crate) fn spill(&mut self, overflow: &Overflow, bytes: &[u8]) -> io::Result<()> {
        self.push(Extent::Spilled(overflow.write(bytes)?));
        Ok(())
    }

    /// Adds the content of another file at the end. If that cannot be read, neither can the whole.
    pub(crate) fn append_file(&mut self, other: Self) {
        self.damage = self.damage.take().or(other.damage);
        self.extents.reserve(other.extents.len());
        for (_, extent) in other.extents {
            self.push(extent);
        }
    }

    /// Adds an extent at the end; neighbours become one where that costs little.
    fn push(&mut self, extent: Extent) {
        if extent.len() == 0 {
            return;
        }
        let added = extent.len();
        let rest = match (self.extents.last_mut(), extent) {
            (Some((_, Extent::Memory(last))), Extent::Memory(next))
                if last.len() + next.len() <= MERGE =>
            {
                let mut merged = BytesMut::with_capacity(last.len() + next.len());
                merged.extend_from_slice(last);
                merged.extend_from_slice(&next);
                *last = merged.freeze();
                None
            }
            (Some((_, Extent::Stored(last))), Extent::Stored(next)) => {
                last.join(next).err().map(Extent::Stored)
            }
            (Some((_, Extent::Spilled(last))), Extent::Spilled(next)) => {
                last.join(next).err().map(Extent::Spilled)
            }
            (_, extent) => Some(extent),
        };
        match rest {
            Some(extent) => self.extents.push((self.len() + added, extent)),
            None => {
                if let Some((end, _)) = self.extents.last_mut() {
                    *end += added;
                }
                self.clean = self.clean.min(self.count().saturating_sub(1));
            }
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.extents.len()).unwrap_or(u32::MAX)
    }

    /// Moves what is in memory to disk. What a failure leaves in memory stays there.
    pub(super) fn store(&mut self, segments: &Arc<Segments>) -> io::Result<()> {
        let in_memory = |(_, extent): &(u64, Extent)| matches!(extent, Extent::Memory(_));
        let Some(first) = self.extents.iter().position(in_memory) else { return Ok(()) };
        let mut outcome = Ok(());
        for (_, extent) in self.extents.split_off(first) {
            match extent {
                Extent::Memory(bytes) if outcome.is_ok() => match write(segments, &bytes) {
                    Ok(stored) => {
                        stored.into_iter().for_each(|stored| self.push(Extent::Stored(stored)));
                    }
                    Err(error) => {
                        outcome = Err(error);
                        self.push(Extent::Memory(bytes));
                    }
                },
                extent => self.push(extent),
            }
        }
        outcome
    }

    /// What is to be stored since the last call; nothing of the content may be in memory only.
    pub(super) fn take_changes(&mut self) -> io::Result<ExtentChanges> {
        if self.damage.is_some() {
            return Ok(ExtentChanges::default());
        }
        let count = self.count();
        let mut changes = ExtentChanges { surplus: count..self.recorded, ..Default::default() };
        for position in self.clean..count {
            let record = match &self.extents[position as usize].1 {
                Extent::Memory(_) | Extent::Spilled(_) => {
                    return Err(io::Error::other("bytes are not in the state directory"));
                }
                Extent::Zeros(len) => ExtentRecord::Zeros(*len),
                Extent::Stored(stored) => {
                    changes.segments.push(stored.segment().clone());
                    let (segment, offset) = (stored.number(), stored.offset());
                    ExtentRecord::Stored { segment, offset, len: stored.len }
                }
            };
            changes.changed.push((position, encode(&record)?));
        }
        (self.recorded, self.clean) = (count, count);
        Ok(changes)
    }

    /// Takes nothing for stored.
    pub(crate) fn forget_stored(&mut self) {
        (self.recorded, self.clean) = (0, 0);
    }

    /// The content of a file that was stored with this length. What is wrong with it is told when
    /// it is read.
    pub(super) fn recorded(records: &[Vec<u8>], len: u64, segments: &Arc<Segments>) -> Self {
        match Self::adopted(records, segments) {
            Ok(bytes) if bytes.len() == len => bytes,
            Ok(_) => Self::damaged(len, "the records of its content are not complete"),
            Err(reason) => Self::damaged(len, &reason),
        }
    }

    fn adopted(records: &[Vec<u8>], segments: &Arc<Segments>) -> Result<Self, String> {
        let mut bytes = Self::default();
        for record in records {
            let extent = match decode(record) {
                Ok(ExtentRecord::Zeros(len)) => Extent::Zeros(len),
                Ok(ExtentRecord::Stored { segment, offset, len }) => {
                    Extent::Stored(segments.adopt(segment, offset, len)?)
                }
                Err(reason) => return Err(format!("a record of its content is damaged: {reason}")),
            };
            let end = bytes.len().saturating_add(extent.len());
            bytes.extents.push((end, extent));
        }
        (bytes.recorded, bytes.clean) = (bytes.count(), bytes.count());
        Ok(bytes)
    }

    /// The bytes from `offset` on, at most `length` of them; fewer, or none, where the file ends.
    pub(crate) fn range(&self, offset: u64, length: u64) -> Slices {
        let end = offset.saturating_add(length).min(self.len());
        let pieces: Vec<Extent> = self.parts(offset, end).collect();
        Slices { len: end.saturating_sub(offset), pieces: pieces.into_iter(), rest: None }
    }

    /// The content from `from` to `to`, or to the end if that comes first. It shares the bytes, and
    /// nothing of it is taken for stored: the records of this content are not its own.
    pub(crate) fn slice(&self, from: u64, to: u64) -> Self {
        let mut slice = Self { damage: self.damage.clone(), ..Self::default() };
        // Not by `push`, which copies where it makes one of two small neighbours.
        for part in self.parts(from, to.min(self.len())) {
            let end = slice.len() + part.len();
            slice.extents.push((end, part));
        }
        slice
    }

    /// The extents from `from` to `to`, cut at both ends.
    fn parts(&self, from: u64, to: u64) -> impl Iterator<Item = Extent> {
        let first = self.extents.partition_point(|(end, _)| *end <= from);
        let starting = self.extents[first..].iter().map(|(end, e)| (end - e.len(), *end, e));
        starting.take_while(move |(start, ..)| from < to && *start < to).map(
            move |(start, end, extent)| extent.part(from.max(start) - start, to.min(end) - start),
        )
    }
}

/// Writes bytes behind other small ones, or into segments of their own.
pub(super) fn write(segments: &Arc<Segments>, bytes: &[u8]) -> io::Result<Vec<Stored>> {
    if bytes.len() <= SMALL {
        return Ok(vec![segments.write_small(bytes)?]);
    }
    let mut writer = Writer::new(segments.clone(), false);
    writer.write(bytes)?;
    Ok(writer.finish())
}

/// Notes the segments that records of a file refer to, without asking for them.
pub(super) fn skip(records: &[Vec<u8>], segments: &Segments) {
    for record in records {
        if let Ok(ExtentRecord::Stored { segment, .. }) = decode(record) {
            segments.skip(segment);
        }
    }
}

impl FromIterator<Bytes> for FileBytes {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Self {
        let mut bytes = Self::default();
        for piece in pieces {
            bytes.append(piece);
        }
        bytes
    }
}

/// A range of a file as slices of at most 256 KiB, which share the file's memory.
#[derive(Debug)]
pub(crate) struct Slices {
    len: u64,
    pieces: std::vec::IntoIter<Extent>,
    rest: Option<Extent>,
}

impl Slices {
    /// How many bytes the whole range has.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether any of them is on disk.
    pub(crate) fn is_on_disk(&self) -> bool {
        let stored = |extent: &Extent| matches!(extent, Extent::Stored(_) | Extent::Spilled(_));
        self.rest.iter().any(stored) || self.pieces.as_slice().iter().any(stored)
    }

    /// A stream of the slices that keeps the threads of tasks from waiting for the disk.
    pub(crate) fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        if !self.is_on_disk() {
            return stream::iter(self).left_stream();
        }
        stream::unfold(self, |mut slices| async move {
            let read = tokio::task::spawn_blocking(move || (slices.next(), slices)).await;
            match read {
                Ok((slice, slices)) => slice.map(|slice| (slice, slices)),
                Err(_) => None,
            }
        })
        .right_stream()
    }
}

impl Iterator for Slices {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<io::Result<Bytes>> {
        let piece = self.rest.take().or_else(|| self.pieces.next())?;
        let cut = piece.len().min(SLICE);
        if cut < piece.len() {
            self.rest = Some(piece.part(cut, piece.len()));
        }
        Some(match piece.part(0, cut) {
            Extent::Memory(bytes) => Ok(bytes),
            Extent::Stored(stored) => stored.read(),
            Extent::Spilled(spilled) => spilled.read(),
            Extent::Zeros(len) => Ok(Bytes::from_static(&ZEROS[..len as usize])),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &FileBytes, offset: u64, length: u64) -> Vec<u8> {
        let slices = bytes.range(offset, length);
        let len = slices.len();
        let read: Vec<u8> = slices.flat_map(Result::unwrap).collect();
        assert_eq!(read.len() as u64, len);
        read
    }

    proptest! {
        #[test]
        fn reads_what_was_appended(
            pieces in prop::collection::vec(0usize..6000, 0..12),
            offset in 0u64..40_000,
            length in 0u64..40_000,
        ) {
            let mut all = Vec::new();
            let mut bytes = FileBytes::default();
            for (number, len) in pieces.into_iter().enumerate() {
                let piece = vec![number as u8 + 1; len];
                all.extend_from_slice(&piece);
                bytes.append(piece.into());
            }
            prop_assert_eq!(bytes.len(), all.len() as u64);
            prop_assert_eq!(bytes.weight(), all.len() as u64);
            let start = (offset as usize).min(all.len());
            let end = (start + length as usize).min(all.len());
            let expected = if offset as usize > all.len() { &[] } else { &all[start..end] };
            prop_assert_eq!(read(&bytes, offset, length), expected);
            let slice = bytes.slice(offset, offset + length);
            prop_assert_eq!(slice.len(), expected.len() as u64);
            prop_assert_eq!(read(&slice, 0, u64::MAX), expected);
            let (from, to) = (length / 2, length / 2 + 9);
            prop_assert_eq!(read(&slice, from, 9), read(&slice.slice(from, to), 0, 9));
        }
    }

    #[test]
    fn tiny_appends_become_one_extent() {
        let bytes: FileBytes = (0..1000).map(|_| Bytes::from_static(b"abc")).collect();
        assert_eq!(bytes.len(), 3000);
        assert_eq!(bytes.extents.len(), 1);
    }

    #[test]
    fn tiny_appends_become_one_extent_on_the_way_that_requests_take() {
        let mut bytes = FileBytes::default();
        for _ in 0..1000 {
            bytes.append_file([Bytes::from_static(b"abc")].into_iter().collect());
        }
        assert_eq!(bytes.len(), 3000);
        assert_eq!(bytes.extents.len(), 1);
        assert_eq!(read(&bytes, 2997, 9), b"abc");
    }

    #[test]
    fn large_pieces_are_shared_and_cut() {
        let piece = Bytes::from(vec![7; 600 * 1024]);
        let bytes: FileBytes = [piece.clone()].into_iter().collect();
        let slices: Vec<Bytes> = bytes.range(0, u64::MAX).map(Result::unwrap).collect();
        assert_eq!(slices.iter().map(Bytes::len).collect::<Vec<_>>(), [262_144, 262_144, 90_112]);
        assert_eq!(slices[0].as_ptr(), piece.as_ptr());
    }

    #[test]
    fn holes_take_no_memory() {
        let mut bytes = FileBytes::sparse(10 << 30);
        bytes.append(Bytes::from_static(b"end"));
        assert_eq!(bytes.len(), (10 << 30) + 3);
        assert_eq!(bytes.weight(), 3);
        assert_eq!(read(&bytes, (10 << 30) - 2, 9), b"\0\0end");
        assert_eq!(bytes.range(0, 10 << 30).count(), 40_960);
    }

    #[test]
    fn joined_files() {
        let mut bytes: FileBytes = [Bytes::from_static(b"ab")].into_iter().collect();
        bytes.append_file([Bytes::from_static(b"cd")].into_iter().collect());
        bytes.append_file(FileBytes::default());
        assert_eq!(read(&bytes, 1, 2), b"bc");
    }

    #[test]
    fn a_slice_shares_the_bytes() {
        let piece = Bytes::from(vec![7; 10_000]);
        let mut bytes: FileBytes = [piece.clone()].into_iter().collect();
        bytes.append_file(FileBytes::sparse(1 << 40));
        let slice = bytes.slice(9_990, 10_010);
        assert_eq!(read(&slice, 0, u64::MAX), [&[7; 10][..], &[0; 10]].concat());
        let first = slice.range(0, 10).next().unwrap().unwrap();
        assert_eq!(first.as_ptr(), piece[9_990..].as_ptr());
        assert_eq!(bytes.len(), 10_000 + (1 << 40));
    }

    #[test]
    fn a_slice_that_ends_before_it_starts_is_empty() {
        let bytes = FileBytes::sparse(9);
        for (from, to) in [(5, 5), (6, 5), (9, 20), (20, 30)] {
            assert_eq!(bytes.slice(from, to).extents.len(), 0, "{from} {to}");
        }
    }

    #[test]
    fn small_neighbours_are_not_copied_into_a_slice() {
        let pieces = [Bytes::from(vec![1; MERGE]), Bytes::from(vec![2; MERGE])];
        let bytes: FileBytes = pieces.clone().into_iter().collect();
        let slice = bytes.slice(MERGE as u64 - 1, MERGE as u64 + 1);
        let read: Vec<Bytes> = slice.range(0, 2).map(Result::unwrap).collect();
        assert_eq!(read, [&[1][..], &[2]]);
        assert_eq!(read[0].as_ptr(), pieces[0][MERGE - 1..].as_ptr());
        assert_eq!(read[1].as_ptr(), pieces[1].as_ptr());
    }

    #[test]
    fn a_slice_of_stored_bytes_is_stored_anew() {
        let bytes = FileBytes { recorded: 1, clean: 1, ..FileBytes::sparse(9) };
        let changes = bytes.slice(3, 5).take_changes().unwrap();
        assert_eq!(changes.changed, [(0, encode(&ExtentRecord::Zeros(2)).unwrap())]);
        assert!(changes.surplus.is_empty());
    }

    #[test]
    fn what_has_a_damaged_part_is_damaged() {
        let mut bytes = FileBytes::sparse(1);
        bytes.append_file(FileBytes::damaged(9, "lost"));
        bytes.append_file(FileBytes::damaged(9, "gone"));
        assert_eq!((bytes.len(), bytes.damage()), (19, Some("lost")));
    }

    #[test]
    fn a_slice_of_damaged_bytes_is_damaged() {
        let slice = FileBytes::damaged(9, "lost").slice(3, 5);
        assert_eq!((slice.len(), slice.damage()), (2, Some("lost")));
    }
}
