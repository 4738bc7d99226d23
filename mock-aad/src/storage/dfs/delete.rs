//! Deleting paths.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `DELETE /{filesystem}/{path}`.
pub(in crate::storage) fn delete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
