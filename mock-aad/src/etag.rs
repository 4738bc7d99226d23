//! Entity tags of Gen2 as texts: the storage service writes and reads them, Resource Manager shows them.

use std::fmt;

use crate::namespace::ETag;

/// How many bits of the number in an entity tag tell the versions of one item apart.
pub(crate) const VERSION_BITS: u32 = 20;
/// Added to every number, so that tags look like those of the service, whose numbers are .NET ticks.
pub(crate) const BASE: u64 = 0x8D0_0000_0000_0000;

/// The number in the entity tag of a state.
pub(crate) fn number(etag: ETag) -> u64 {
    (etag.incarnation << VERSION_BITS).wrapping_add(etag.version)
}

/// A tag without quotes, to be written somewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unquoted(pub(crate) u64);

impl fmt::Display for Unquoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:015X}", BASE.wrapping_add(self.0))
    }
}

/// `0x8D0000000000001`: as lists of paths and of blobs have it.
pub(crate) fn unquoted(number: u64) -> String {
    Unquoted(number).to_string()
}

/// `"0x8D0000000000001"`: as headers and lists of containers have it.
pub(crate) fn quoted(number: u64) -> String {
    format!("\"{}\"", unquoted(number))
}
