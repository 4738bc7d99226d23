//! Making blobs in one call.

use axum::body::Body;

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `PUT /{container}/{blob}` with `x-ms-blob-type`.
pub(in crate::storage) async fn put(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let _ = (exchange, body);
    Err(ErrorCode::NotImplemented.into())
}
