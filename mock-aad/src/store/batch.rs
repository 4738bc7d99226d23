//! What is stored together.

use std::any::Any;
use std::sync::Arc;

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
