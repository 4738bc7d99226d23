//! Sending content, and committing it.

use axum::body::Body;

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `PATCH ?action=append`.
pub(in crate::storage) async fn append(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let _ = (exchange, body);
    Err(ErrorCode::NotImplemented.into())
}

/// `PATCH ?action=concurrentAppend`.
pub(in crate::storage) async fn append_concurrently(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let _ = (exchange, body);
    Err(ErrorCode::NotImplemented.into())
}

/// `PATCH ?action=flush`.
pub(in crate::storage) fn flush(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
