//! What is stored together, and how a record is written.

use std::any::Any;
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::file_bytes::{ExtentChanges, FileBytes};
use super::segments::Segment;

/// Names an account in the store. An account that is deleted and made again gets another number.
pub(crate) type AccountId = u64;

/// What changes in one account together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) account: AccountId,
    /// The account's own record, if it has changed.
    pub(crate) record: Option<Vec<u8>>,
    pub(crate) nodes: Vec<NodeChange>,
    /// Records of deleted items, or `None` where they go.
    pub(crate) trash: Vec<(u64, Option<Vec<u8>>)>,
    /// Segments that must be on disk before the records.
    pub(super) segments: Vec<Arc<Segment>>,
    /// What the stored records refer to no longer. It must not go before they do.
    pub(crate) freed: Vec<FileBytes>,
}

/// What changes of a node.
#[derive(Debug, Default)]
pub(crate) struct NodeChange {
    pub(crate) id: u64,
    /// `None` where it goes, with all its extents.
    pub(crate) record: Option<Vec<u8>>,
    /// What changes of its content, if it stays.
    pub(crate) extents: ExtentChanges,
}

/// What is stored in one go.
#[derive(Debug)]
pub(super) enum Change {
    /// Waits for what was before it.
    Nothing,
    Batch(Batch),
    /// Accounts that go, and others that come whole.
    Accounts {
        remove: Vec<AccountId>,
        put: Vec<(String, Batch)>,
        /// Refers to the bytes of what goes, until it has.
        _kept: Vec<Arc<dyn Any + Send + Sync>>,
    },
}

impl Change {
    pub(super) fn batches(&self) -> impl Iterator<Item = &Batch> {
        let (one, many): (Option<&Batch>, &[(String, Batch)]) = match self {
            Self::Nothing => (None, &[]),
            Self::Batch(batch) => (Some(batch), &[]),
            Self::Accounts { put, .. } => (None, put),
        };
        one.into_iter().chain(many.iter().map(|(_, batch)| batch))
    }
}

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
