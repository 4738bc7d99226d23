//! CRC-64/NVME, with which both protocols check content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};

const ALGORITHM: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

/// A checksum while the content arrives.
#[derive(Clone, Debug)]
pub(crate) struct Crc64(Digest);

impl Crc64 {
    /// Of nothing yet.
    pub(crate) fn new() -> Self {
        Self(Digest::new(ALGORITHM))
    }

    /// Takes the next bytes in.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of what was taken in.
    pub(crate) fn value(&self) -> u64 {
        self.0.finalize()
    }
}

/// The checksum of a content whose first part has the checksum `first`, and whose rest of `length` bytes has
/// the checksum `second`.
pub(crate) fn combine(first: u64, second: u64, length: u64) -> u64 {
    checksum_combine(ALGORITHM, first, second, length)
}

/// As headers spell it: base64 of the eight bytes, the lowest first.
pub(crate) fn to_base64(value: u64) -> String {
    STANDARD.encode(value.to_le_bytes())
}

/// Reads the value of `x-ms-content-crc64`.
pub(crate) fn from_base64(text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc(bytes: &[u8]) -> u64 {
        let mut crc = Crc64::new();
        crc.update(bytes);
        crc.value()
    }

    #[test]
    fn the_check_value_and_that_of_nothing() {
        assert_eq!(to_base64(crc(b"123456789")), "iJh5CoYUi64=");
        // The header that is recorded for an empty file.
        assert_eq!(to_base64(crc(b"")), "AAAAAAAAAAA=");
        assert_eq!(from_base64(" iJh5CoYUi64= "), Some(crc(b"123456789")));
    }

    #[test]
    fn parts_make_up_the_whole() {
        let mut parts = Crc64::new();
        for part in [&b"12"[..], b"", b"3456", b"789"] {
            parts.update(part);
        }
        assert_eq!(parts.value(), crc(b"123456789"));
        assert_eq!(combine(crc(b"1234"), crc(b"56789"), 5), crc(b"123456789"));
        assert_eq!(combine(crc(b""), crc(b"123456789"), 9), crc(b"123456789"));
        assert_eq!(combine(crc(b"123456789"), crc(b""), 0), crc(b"123456789"));
    }

    #[test]
    fn what_is_no_checksum() {
        for text in ["", "iJh5CoYUi64", "iJh5CoYUi6", "AAAA", "AAAAAAAAAAAA", "*"] {
            assert_eq!(from_base64(text), None, "{text:?}");
        }
    }
}
