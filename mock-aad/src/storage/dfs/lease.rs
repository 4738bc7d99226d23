//! Leases of paths.

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `POST /{filesystem}/{path}` with `x-ms-lease-action`.
pub(in crate::storage) fn change(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
