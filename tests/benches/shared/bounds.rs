//! How much is under way at once: as much as the client has, so that everybody has the same.

use adls_fs::transfer::TransferOptions;

/// The bounds of a transfer by the client's defaults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The bytes of one request for data.
    pub(crate) part: usize,
    /// How many parts are in memory.
    pub(crate) parts: usize,
    /// How many requests run at once.
    pub(crate) requests: usize,
}

impl Bounds {
    pub(crate) fn of_client() -> Self {
        let options = TransferOptions::default();
        Self {
            part: options.part_size,
            parts: (options.bytes_in_flight / options.part_size).max(1),
            requests: options.concurrency,
        }
    }
}
