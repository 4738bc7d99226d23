//! How a record is written.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a record, with a checksum behind it.
pub(crate) fn encode<T: Serialize>(record: &T) -> io::Result<Vec<u8>> {
    let mut bytes = postcard::to_allocvec(record).map_err(io::Error::other)?;
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    Ok(bytes)
}

/// Reads a record.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    Parts::of(bytes)?.take()
}

/// What is still to be read of a record that has parts, one behind the other: later releases write more of them.
/// A tuple is written as its parts.
#[derive(Debug)]
pub(crate) struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    /// The parts of a record whose checksum is right.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, String> {
        let (record, sum) = bytes.split_last_chunk::<4>().ok_or("it is cut short")?;
        if crc32fast::hash(record) != u32::from_le_bytes(*sum) {
            return Err("its checksum is wrong".to_owned());
        }
        Ok(Self(record))
    }

    /// Reads the next part.
    pub(crate) fn take<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        let (part, rest) = postcard::take_from_bytes(self.0).map_err(|error| error.to_string())?;
        self.0 = rest;
        Ok(part)
    }

    /// Reads the next part, if there is another.
    pub(crate) fn take_more<T: DeserializeOwned>(&mut self) -> Result<Option<T>, String> {
        if self.0.is_empty() { Ok(None) } else { self.take().map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_bit_is_noticed_wherever_it_is() {
        let record = encode(&(7u64, "name", Some(-3i64))).unwrap();
        assert_eq!(decode::<(u64, String, Option<i64>)>(&record).unwrap().1, "name");
        for bit in 0..record.len() * 8 {
            let mut changed = record.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(decode::<(u64, String, Option<i64>)>(&changed).is_err(), "bit {bit}");
        }
        assert!(decode::<u64>(&[]).is_err());
    }

    #[test]
    fn a_tuple_is_read_part_by_part() {
        let record = encode(&(7u64, "name")).unwrap();
        let mut parts = Parts::of(&record).unwrap();
        assert_eq!(parts.take(), Ok(7u64));
        assert_eq!(parts.take_more(), Ok(Some("name".to_owned())));
        assert_eq!(parts.take_more::<u64>(), Ok(None));
        assert!(parts.take::<u64>().is_err());
    }
}
