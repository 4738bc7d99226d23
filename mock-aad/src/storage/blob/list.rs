//! Listing blobs.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `GET /{container}?restype=container&comp=list`.
pub(in crate::storage) fn list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
