//! Reading blobs and their properties.

use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::item_headers::{self, Told};
use crate::storage::needs::{Needs, Resource};
use crate::storage::read;

/// `GET /{container}/{blob}`.
pub(in crate::storage) async fn get(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    require_current(exchange)?;
    read::content(exchange).await
}

/// `HEAD /{container}/{blob}`.
pub(in crate::storage) fn properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    require_current(exchange)?;
    read::properties(exchange, &Told::Properties)
}

/// `GET` or `HEAD` `/{container}/{blob}?comp=metadata`.
pub(in crate::storage) fn metadata(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    require_current(exchange)?;
    let needs = Needs::any(Resource::Object, SasPermissions::READ | SasPermissions::EXECUTE);
    read::look(
        exchange,
        needs,
        |view, item| view.readable_entry(item),
        |entry| {
            let answer = Answer::empty(StatusCode::OK).header("content-length", "0");
            Ok(item_headers::metadata(item_headers::state(answer, &entry), &entry))
        },
    )
}

/// Fails when an older state of a blob is asked for: there are neither snapshots nor versions, and what is
/// there now is not what the caller means.
pub(super) fn require_current(exchange: &Exchange<'_>) -> Result<(), StorageError> {
    let query = &exchange.request.query;
    match ["snapshot", "versionid"].into_iter().any(|name| query.get(name).is_some()) {
        true => Err(ErrorCode::FeatureNotYetSupportedForHierarchicalNamespaceAccounts.into()),
        false => Ok(()),
    }
}
