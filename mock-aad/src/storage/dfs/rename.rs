//! Renaming.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `PUT /{filesystem}/{path}` with `x-ms-rename-source`.
pub(in crate::storage) fn rename(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
