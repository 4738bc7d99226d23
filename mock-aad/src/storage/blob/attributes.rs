//! Changing what is said of blobs.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::leases;

/// `PUT /{container}/{blob}?comp=metadata`.
pub(in crate::storage) fn set_metadata(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}/{blob}?comp=properties`.
pub(in crate::storage) fn set_properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}/{blob}?comp=expiry`.
pub(in crate::storage) fn set_expiry(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}/{blob}?comp=lease`.
pub(in crate::storage) fn change_lease(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    leases::change_path_lease(exchange)
}
