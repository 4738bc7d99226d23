//! The content of one file: a list of extents that are shared, never copied.

use std::io;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::segments::Stored;
use super::state::AccountState;

/// The largest slice that is handed out at once.
const SLICE: u64 = 256 * 1024;
/// Neighbouring pieces up to this size become one, so that a million tiny appends do not make a
/// million extents.
const MERGE: usize = 4 * 1024;
/// What holes read as.
static ZEROS: [u8; SLICE as usize] = [0; SLICE as usize];

/// A run of bytes.
#[derive(Clone, Debug)]
enum Extent {
    /// Bytes in memory, shared with whoever received or reads them.
    Memory(Bytes),
    /// Bytes on disk.
    Stored(Stored),
    /// That many zeros, which take no memory.
    Zeros(u64),
}

/// How an extent is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExtentRecord {
    Stored { segment: u64, offset: u64, len: u64 },
    Zeros(u64),
}

impl Extent {
    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Stored(stored) => stored.len,
            Self::Zeros(len) => *len,
        }
    }

    /// The part from `from` to `to`, both relative to this extent.
    fn part(&self, from: u64, to: u64) -> Self {
        match self {
            // An extent in memory is shorter than the address space.
            Self::Memory(bytes) => Self::Memory(bytes.slice(from as usize..to as usize)),
            Self::Stored(stored) => Self::Stored(stored.part(from, to)),
            Self::Zeros(_) => Self::Zeros(to - from),
        }
    }
}

/// The content of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileBytes {
    /// Each with the offset at which it ends, ascending.
    extents: Vec<(u64, Extent)>,
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

    /// Adds bytes at the end, without copying large ones.
    pub(crate) fn append(&mut self, bytes: Bytes) {
        if let Some((end, Extent::Memory(last))) = self.extents.last_mut()
            && last.len() + bytes.len() <= MERGE
        {
            let mut merged = BytesMut::with_capacity(last.len() + bytes.len());
            merged.extend_from_slice(last);
            merged.extend_from_slice(&bytes);
            *end += bytes.len() as u64;
            *last = merged.freeze();
            return;
        }
        self.push(Extent::Memory(bytes));
    }

    /// Adds the content of another file at the end.
    pub(crate) fn append_file(&mut self, other: Self) {
        self.extents.reserve(other.extents.len());
        for (_, extent) in other.extents {
            self.push(extent);
        }
    }

    fn push(&mut self, extent: Extent) {
        if extent.len() == 0 {
            return;
        }
        if let (Some((end, Extent::Stored(last))), Extent::Stored(next)) =
            (self.extents.last_mut(), &extent)
            && last.continues_in(next)
        {
            last.len += next.len;
            *end += next.len;
            return;
        }
        self.extents.push((self.len() + extent.len(), extent));
    }

    /// Moves what is in memory to disk. What a failure leaves in memory stays there.
    pub(crate) fn store(&mut self, state: &AccountState) -> io::Result<()> {
        let in_memory = |(_, extent): &(u64, Extent)| matches!(extent, Extent::Memory(_));
        let Some(first) = self.extents.iter().position(in_memory) else { return Ok(()) };
        let mut outcome = Ok(());
        for (_, extent) in self.extents.split_off(first) {
            let extent = match extent {
                Extent::Memory(bytes) if outcome.is_ok() => {
                    match state.state.segments.write(&bytes) {
                        Ok(stored) => Extent::Stored(stored),
                        Err(error) => {
                            outcome = Err(error);
                            Extent::Memory(bytes)
                        }
                    }
                }
                extent => extent,
            };
            self.push(extent);
        }
        outcome
    }

    /// How the content is recorded; nothing of it may be in memory only.
    pub(crate) fn records(&self) -> Vec<ExtentRecord> {
        let record = |(_, extent): &(u64, Extent)| match extent {
            Extent::Memory(_) => None,
            Extent::Stored(Stored { segment, offset, len }) => {
                let segment = segment.number();
                Some(ExtentRecord::Stored { segment, offset: *offset, len: *len })
            }
            Extent::Zeros(len) => Some(ExtentRecord::Zeros(*len)),
        };
        self.extents.iter().filter_map(record).collect()
    }

    /// The content that was recorded.
    pub(crate) fn recorded(records: &[ExtentRecord], state: &AccountState) -> io::Result<Self> {
        let mut bytes = Self::default();
        for record in records {
            bytes.push(match *record {
                ExtentRecord::Zeros(len) => Extent::Zeros(len),
                ExtentRecord::Stored { segment, offset, len } => {
                    let segment = state.state.segments.find(segment)?;
                    Extent::Stored(Stored { segment, offset, len })
                }
            });
        }
        Ok(bytes)
    }

    /// The bytes from `offset` on, at most `length` of them; fewer, or none, where the file ends.
    pub(crate) fn range(&self, offset: u64, length: u64) -> Slices {
        let end = offset.saturating_add(length).min(self.len());
        let first = self.extents.partition_point(|(extent_end, _)| *extent_end <= offset);
        let mut pieces = Vec::new();
        for (extent_end, extent) in &self.extents[first..] {
            let start = extent_end - extent.len();
            if start >= end {
                break;
            }
            pieces.push(extent.part(offset.max(start) - start, end.min(*extent_end) - start));
        }
        Slices { len: end.saturating_sub(offset), pieces: pieces.into_iter(), rest: None }
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
        }
    }

    #[test]
    fn tiny_appends_become_one_extent() {
        let bytes: FileBytes = (0..1000).map(|_| Bytes::from_static(b"abc")).collect();
        assert_eq!(bytes.len(), 3000);
        assert_eq!(bytes.extents.len(), 1);
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
}
