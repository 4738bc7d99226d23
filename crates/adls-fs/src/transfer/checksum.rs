//! Checksums of what was moved, part by part, and of whole files made from them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use crc32fast::Hasher;

use crate::Result;
use crate::reader::RangeReader;

/// The CRC-32 (IEEE 802.3, as `gzip` and `crc32` use it) of frames, one behind the other.
pub(super) fn crc32<'a>(frames: impl IntoIterator<Item = &'a Bytes>) -> u32 {
    let mut hasher = Hasher::new();
    frames.into_iter().for_each(|frame| hasher.update(frame));
    hasher.finalize()
}

/// The CRC-32 of a range, of which one frame at a time is in memory.
pub(super) async fn crc32_of(mut range: RangeReader) -> Result<u32> {
    let mut hasher = Hasher::new();
    while let Some(frame) = range.next().await? {
        hasher.update(&frame);
    }
    Ok(hasher.finalize())
}

/// The checksums of a file's parts.
#[derive(Debug, Default)]
pub(super) struct Checksums(Mutex<BTreeMap<u64, (u64, u32)>>);

impl Checksums {
    pub(super) fn note(&self, part: &Range<u64>, checksum: u32) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(part.start, (part.end - part.start, checksum));
    }

    pub(super) fn of(&self, part: &Range<u64>) -> Option<u32> {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (length, checksum) = parts.get(&part.start)?;
        (*length == part.end - part.start).then_some(*checksum)
    }

    /// The checksum of all parts together.
    pub(super) fn whole(&self) -> u32 {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = Hasher::new();
        for (length, checksum) in parts.values() {
            whole.combine(&Hasher::new_with_initial_len(*checksum, *length));
        }
        whole.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_any_order_give_the_whole() {
        let content = Bytes::from_static(b"123456789");
        let checksums = Checksums::default();
        for part in [4..9, 0..4] {
            checksums.note(&(part.start as u64..part.end as u64), crc32([&content.slice(part)]));
        }
        assert_eq!(checksums.whole(), 0xCBF4_3926);
        assert_eq!(crc32([&content.slice(..2), &content.slice(2..)]), checksums.whole());
        assert_eq!(checksums.of(&(0..5)), None);
        assert_eq!(Checksums::default().whole(), 0);
    }
}
