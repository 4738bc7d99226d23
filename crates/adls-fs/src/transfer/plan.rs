//! How a file is cut into parts.

use std::ops::Range;

use super::TransferOptions;
use crate::Capabilities;

/// The smallest segment worth a file of its own, in parts.
const MIN_PARTS_PER_SEGMENT: u64 = 8;
/// The most segments: the service bounds the sources of one join, at an unpublished number.
const MAX_SEGMENTS: u64 = 16;

/// The consecutive ranges of `part_size` bytes, the last one shorter, that make up `range`.
pub(super) fn parts(range: Range<u64>, part_size: u64) -> impl Iterator<Item = Range<u64>> {
    let part_size = part_size.max(1);
    let count = (range.end.saturating_sub(range.start)).div_ceil(part_size);
    (0..count).map(move |index| {
        let start = range.start + index * part_size;
        start..(start + part_size).min(range.end)
    })
}

/// How a file is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UploadPlan {
    /// In the request that makes it.
    Whole,
    /// One append after the other.
    Stream,
    /// The parts side by side, into one file.
    Parallel,
    /// These ranges side by side, each one append after the other, joined in the end.
    Segments(Vec<Range<u64>>),
}

/// Chooses by what the account can and by size: where appends to one file cannot overlap, joins of small
/// pieces do not pay.
pub(super) fn upload_plan(
    length: u64,
    part_size: u64,
    can: Capabilities,
    options: &TransferOptions,
) -> UploadPlan {
    if length <= part_size {
        return UploadPlan::Whole;
    }
    if can.parallel_write {
        return UploadPlan::Parallel;
    }
    let large = options.segment_threshold.is_some_and(|threshold| length >= threshold);
    let wanted = (options.concurrency as u64)
        .min((options.bytes_in_flight as u64) / part_size)
        .min(MAX_SEGMENTS)
        .min(length / (part_size * MIN_PARTS_PER_SEGMENT));
    if !large || !can.concat || wanted < 2 {
        return UploadPlan::Stream;
    }
    let segment = length.div_ceil(wanted).next_multiple_of(part_size);
    UploadPlan::Segments(parts(0..length, segment).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn by_size() {
        let options = TransferOptions::default();
        let plan = |length, concat| {
            let can = Capabilities { concat, ..Capabilities::default() };
            upload_plan(length, options.part_size as u64, can, &options)
        };
        assert_eq!(plan(0, true), UploadPlan::Whole);
        assert_eq!(plan(4 * MIB, true), UploadPlan::Whole);
        assert_eq!(plan(4 * MIB + 1, true), UploadPlan::Stream);
        assert_eq!(plan(1024 * MIB, false), UploadPlan::Stream);
        let can = Capabilities { parallel_write: true, ..Capabilities::default() };
        let parallel = |length| upload_plan(length, options.part_size as u64, can, &options);
        assert_eq!(parallel(4 * MIB), UploadPlan::Whole);
        assert_eq!(parallel(4 * MIB + 1), UploadPlan::Parallel);
        let UploadPlan::Segments(segments) = plan(1024 * MIB, true) else {
            panic!("not cut");
        };
        assert_eq!(segments.len(), 8);
        assert_eq!(segments[1], 128 * MIB..256 * MIB);
    }

    proptest! {
        #[test]
        fn parts_cover_the_range_without_gap(start in 0..1000_u64, length in 0..5000_u64, size in 0..700_u64) {
            let range = start..start + length;
            let mut reached = range.start;
            for part in parts(range.clone(), size) {
                prop_assert_eq!(part.start, reached);
                prop_assert!(part.end > part.start && part.end - part.start <= size.max(1));
                reached = part.end;
            }
            prop_assert_eq!(reached, range.end);
        }

        #[test]
        fn segments_cover_the_file(length in 1..1_u64 << 40, concurrency in 1..64_usize) {
            let options = TransferOptions::default().concurrency(concurrency);
            let can = Capabilities { concat: true, ..Capabilities::default() };
            if let UploadPlan::Segments(segments) = upload_plan(length, options.part_size as u64, can, &options) {
                prop_assert!(segments.len() <= 16);
                prop_assert_eq!(segments.first().unwrap().start, 0);
                prop_assert_eq!(segments.last().unwrap().end, length);
                prop_assert!(segments.windows(2).all(|pair| pair[0].end == pair[1].start));
            }
        }
    }
}
