//! Reading files.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `GET /{filesystem}/{path}`.
pub(in crate::storage) fn read(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
