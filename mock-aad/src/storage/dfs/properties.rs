//! Properties of paths.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `PATCH ?action=setProperties`.
pub(in crate::storage) fn set(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `HEAD /{filesystem}/{path}`, with and without an action.
pub(in crate::storage) fn get(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
