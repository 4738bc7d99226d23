//! Containers.

use axum::body::Body;

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};

/// `PUT /{container}?restype=container`.
pub(in crate::storage) fn create(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `GET` or `HEAD` `/{container}?restype=container`.
pub(in crate::storage) fn properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `DELETE /{container}?restype=container`.
pub(in crate::storage) fn delete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}?restype=container&comp=metadata`.
pub(in crate::storage) fn set_metadata(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `GET` or `HEAD` `/{container}?restype=container&comp=acl`.
pub(in crate::storage) fn access_policies(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}?restype=container&comp=acl`.
pub(in crate::storage) async fn set_access_policies(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let _ = (exchange, body);
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}?restype=container&comp=lease`.
pub(in crate::storage) fn change_lease(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}

/// `PUT /{container}?restype=container&comp=undelete`.
pub(in crate::storage) fn undelete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
