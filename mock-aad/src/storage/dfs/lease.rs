//! Leases of paths.

use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::leases;

/// `POST /{filesystem}/{path}` with `x-ms-lease-action`.
pub(in crate::storage) fn change(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    leases::change_path_lease(exchange)
}
