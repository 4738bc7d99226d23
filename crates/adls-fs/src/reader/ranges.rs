//! Several ranges of one file at once.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::Reader;
use crate::Result;

/// Up to how many bytes between two ranges are read along: less than a request costs.
const GAP: u64 = 64 * 1024;
/// The most bytes of one request.
const MOST: u64 = 8 << 20;
/// The most requests at once.
const SIDE_BY_SIDE: usize = 8;

impl Reader {
    /// The bytes of several ranges, in the order of the ranges: for formats that keep an index of
    /// their own. Ranges close to each other share a request, requests go side by side, and little
    /// else is read.
    ///
    /// # Errors
    /// As for [`read_at`](Self::read_at).
    pub async fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let merged = merge(ranges);
        let pieces = stream::iter(merged.iter().cloned()).map(|range| self.read_at(range));
        let pieces: Vec<Bytes> = pieces.buffered(SIDE_BY_SIDE).try_collect().await?;
        let cut = |range: &Range<u64>| {
            let index = merged.partition_point(|piece| piece.start <= range.start);
            let Some(index) = index.checked_sub(1) else { return Bytes::new() };
            let (piece, start) = (&pieces[index], merged[index].start);
            let at = |position: u64| {
                usize::try_from(position.saturating_sub(start))
                    .map_or(piece.len(), |at| at.min(piece.len()))
            };
            if range.is_empty() {
                Bytes::new()
            } else {
                piece.slice(at(range.start)..at(range.end))
            }
        };
        Ok(ranges.iter().map(cut).collect())
    }
}

/// The ranges to ask for: ascending, apart from each other, and covering all of `ranges`.
fn merge(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted: Vec<_> = ranges.iter().filter(|range| !range.is_empty()).cloned().collect();
    sorted.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match merged.last_mut() {
            // What overlaps is never cut: each range lies in one piece.
            Some(last)
                if range.start < last.end
                    || (range.start <= last.end + GAP
                        && range.end.saturating_sub(last.start) <= MOST) =>
            {
                last.end = last.end.max(range.end);
            }
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn close_ranges_share_a_request() {
        assert_eq!(merge(&[0..10, 20..30, 200_000..200_001]), [0..30, 200_000..200_001]);
        assert_eq!(merge(&[5..6, 0..100, 3..3, 900_000..900_001]), [0..100, 900_000..900_001]);
        assert_eq!(merge(&[0..MOST, MOST..MOST + 1]), [0..MOST, MOST..MOST + 1]);
        assert_eq!(merge(&[0..MOST, MOST - 1..MOST + 1])[0].end, MOST + 1);
    }

    proptest! {
        #[test]
        fn every_range_lies_in_one_piece(
            starts in prop::collection::vec((0..30_000_000_u64, 1..200_000_u64), 0..40),
        ) {
            let ranges: Vec<_> = starts.iter().map(|(start, length)| *start..start + length).collect();
            let merged = merge(&ranges);
            prop_assert!(merged.windows(2).all(|pair| pair[0].end <= pair[1].start));
            for range in ranges {
                let index = merged.partition_point(|piece| piece.start <= range.start) - 1;
                prop_assert!(merged[index].end >= range.end);
            }
        }
    }
}
