//! How much is under way at once: as much as the client has, so that everybody has the same.

use adls_fs::transfer::TransferOptions;

/// The most segments of an upload, and the fewest parts of one, as the client cuts files.
const MAX_SEGMENTS: u64 = 16;
const MIN_PARTS_PER_SEGMENT: u64 = 8;

/// The bounds of a transfer by the client's defaults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The bytes of one request for data.
    pub(crate) part: usize,
    /// How many parts are in memory.
    pub(crate) parts: usize,
    /// How many requests run at once.
    pub(crate) requests: usize,
    /// From which size on a file goes up in segments.
    segment_threshold: Option<u64>,
}

impl Bounds {
    pub(crate) fn of_client() -> Self {
        let options = TransferOptions::default();
        Self {
            part: options.part_size,
            parts: (options.bytes_in_flight / options.part_size).max(1),
            requests: options.concurrency,
            segment_threshold: options.segment_threshold,
        }
    }

    /// How many bytes of a large file go up in one segment; all of them when it is not cut.
    pub(crate) fn segment(&self, length: u64) -> u64 {
        let part = self.part as u64;
        let segments = (self.requests.min(self.parts) as u64)
            .min(MAX_SEGMENTS)
            .min(length / (part * MIN_PARTS_PER_SEGMENT));
        match self.segment_threshold {
            Some(threshold) if length >= threshold && segments > 1 => {
                length.div_ceil(segments).next_multiple_of(part)
            }
            _ => length,
        }
    }
}
