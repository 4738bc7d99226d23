//! Properties of paths.

use http::StatusCode;

use crate::namespace::{AttributeChange, HeaderChange};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::signatures::sas::Letters;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::properties::Properties;
use crate::storage::{content_headers, convert, creation, intake};

/// `PATCH ?action=setProperties`. Properties become those that are named and no others; content headers that
/// are not named stay.
pub(in crate::storage) fn set(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, Letters::WRITE))?;
    intake::require_none(request)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let properties = Properties::from_dfs(&request.headers)?.unwrap_or_default();
    let headers = HeaderChange::Add(content_headers::of_dfs(request)?);
    exchange.change(&identity, Purpose::Write, |edit| {
        let kind = edit.present_entry(&item)?.kind();
        let metadata = creation::kept(convert::metadata(&properties), kind);
        let change = AttributeChange { headers: Some(headers), metadata: Some(metadata) };
        let id = edit.set_entry_properties(&item, change)?;
        let entry = edit.changed_entry(id);
        let answer = Answer::of_state(StatusCode::OK, &entry);
        Ok(answer.header("x-ms-namespace-enabled", "true").encrypted(&entry))
    })
}

/// `HEAD /{filesystem}/{path}`, with and without an action.
pub(in crate::storage) fn get(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let _ = exchange;
    Err(ErrorCode::NotImplemented.into())
}
