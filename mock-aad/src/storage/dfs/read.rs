//! Reading files.

use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::read;

/// `GET /{filesystem}/{path}`.
pub(in crate::storage) async fn read(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    read::content(exchange).await
}
