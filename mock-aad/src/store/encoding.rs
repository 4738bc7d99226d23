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
    let (record, sum) = bytes.split_last_chunk::<4>().ok_or("it is cut short")?;
    if crc32fast::hash(record) != u32::from_le_bytes(*sum) {
        return Err("its checksum is wrong".to_owned());
    }
    postcard::from_bytes(record).map_err(|error| error.to_string())
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
}
