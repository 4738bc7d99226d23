//! Changing what is said of blobs.

use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::namespace::{AttributeChange, HeaderChange};
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::properties::Properties;
use crate::storage::{content_headers, convert, creation, expiry, intake, leases};

/// Changing anything of it needs this.
const WRITES: Needs = Needs::any(Resource::Object, SasPermissions::WRITE);

/// `PUT /{container}/{blob}?comp=metadata`.
pub(in crate::storage) fn set_metadata(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let metadata = convert::metadata(&Properties::from_blob(&exchange.request.headers)?);
    let scope = exchange.encryption_of_new()?.scope;
    let change = AttributeChange { metadata: Some(metadata), scope: Some(scope), headers: None };
    let answer = set(exchange, change)?;
    Ok(answer.header("x-ms-request-server-encrypted", "true"))
}

/// `PUT /{container}/{blob}?comp=properties`, which replaces all of them.
pub(in crate::storage) fn set_properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let headers = HeaderChange::Replace(content_headers::of_blob(exchange.request)?);
    set(exchange, AttributeChange { headers: Some(headers), ..AttributeChange::default() })
}

fn set(exchange: &Exchange<'_>, mut change: AttributeChange) -> Result<Answer, StorageError> {
    let identity = exchange.identity(WRITES)?;
    intake::require_none(exchange.request)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    exchange.change(&identity, Purpose::Write, |edit| {
        let kind = edit.present_entry(&item)?.kind();
        change.metadata = change.metadata.map(|metadata| creation::kept(metadata, kind));
        let id = edit.set_entry_properties(&item, change)?;
        let entry = edit.changed_entry(id);
        Ok(Answer::of_state(StatusCode::OK, &entry).encrypted(&entry))
    })
}

/// `PUT /{container}/{blob}?comp=expiry`.
pub(in crate::storage) fn set_expiry(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(WRITES)?;
    intake::require_none(exchange.request)?;
    let expiry = expiry::required(exchange.request)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    exchange.change(&identity, Purpose::Write, |edit| {
        let id = edit.set_entry_expiry(&item, expiry)?;
        Ok(Answer::of_state(StatusCode::OK, &edit.changed_entry(id)))
    })
}

/// `PUT /{container}/{blob}?comp=lease`.
pub(in crate::storage) fn change_lease(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    leases::change_path_lease(exchange)
}
