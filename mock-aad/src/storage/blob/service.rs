//! The account and its settings.

use axum::body::Body;

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `GET /?comp=list`.
pub(in crate::storage) fn list_containers(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `GET /?restype=service&comp=properties`.
pub(in crate::storage) fn properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /?restype=service&comp=properties`.
pub(in crate::storage) async fn set_properties(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let _ = (exchange, body);
    Err(ErrorCode::NotImplemented.into())
}

/// `GET /?restype=service&comp=stats`.
pub(in crate::storage) fn stats(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `GET` or `HEAD` `?restype=account&comp=properties`, on any path.
pub(in crate::storage) fn account_information(
    exchange: &Exchange<'_>,
) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `POST /?restype=service&comp=userdelegationkey`.
pub(in crate::storage) async fn user_delegation_key(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let _ = (exchange, body);
    Err(ErrorCode::NotImplemented.into())
}
