//! Owners, permissions and access control lists.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `PATCH ?action=setAccessControl`.
pub(in crate::storage) fn set(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PATCH ?action=setAccessControlRecursive`.
pub(in crate::storage) fn set_recursively(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
