//! Properties of paths.

use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::namespace::{AttributeChange, HeaderChange};
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::item_headers::{self, Naming, Told};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::acl;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::properties::Properties;
use crate::storage::{content_headers, convert, creation, intake, read};

/// `PATCH ?action=setProperties`. Properties become those that are named and no others; content headers that
/// are not named stay.
pub(in crate::storage) fn set(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::WRITE))?;
    intake::require_none(request)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let properties = Properties::from_dfs(&request.headers)?.unwrap_or_default();
    let headers = HeaderChange::Add(content_headers::of_dfs(request)?);
    exchange.change(&identity, Purpose::Write, |edit| {
        let kind = edit.present_entry(&item)?.kind();
        let metadata = creation::kept(convert::metadata(&properties), kind);
        let change = AttributeChange {
            headers: Some(headers),
            metadata: Some(metadata),
            ..AttributeChange::default()
        };
        let id = edit.set_entry_properties(&item, change)?;
        let entry = edit.changed_entry(id);
        let answer = Answer::of_state(StatusCode::OK, &entry);
        Ok(answer.header("x-ms-namespace-enabled", "true").encrypted(&entry))
    })
}

/// `HEAD /{filesystem}/{path}`, with and without an action.
pub(in crate::storage) fn get(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    match exchange.request.query.get("action") {
        None => read::properties(exchange, &Told::Properties),
        Some("getStatus") => read::properties(exchange, &Told::Status),
        Some("getAccessControl") => access_control(exchange),
        Some("checkAccess") => check_access(exchange),
        Some(other) => {
            let reason = "it names no operation with this method on this resource";
            Err(StorageError::invalid_query("action", other, reason))
        }
    }
}

/// What looking at rights needs.
const LOOKS_AT_RIGHTS: Needs =
    Needs::any(Resource::Object, SasPermissions::READ.or(SasPermissions::EXECUTE));

/// `?action=getAccessControl`: owners, permissions and list. Whoever gets to an item may know them.
fn access_control(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let naming = Naming::of(exchange)?;
    read::look(
        exchange,
        LOOKS_AT_RIGHTS,
        |view, item| view.entry(item),
        |entry| {
            let answer = item_headers::state(Answer::empty(StatusCode::OK), &entry);
            let answer = item_headers::owners(answer, &entry, &naming);
            Ok(answer.header("x-ms-acl", naming.acl(&entry)))
        },
    )
}

/// `?action=checkAccess`: whether the caller has rights.
fn check_access(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let text = exchange.request.required_query("fsAction")?;
    let rights = acl::parse_rights(text).ok_or_else(|| {
        StorageError::invalid_query("fsAction", text, "it is not of the form [r-][w-][x-]")
    })?;
    read::look(
        exchange,
        LOOKS_AT_RIGHTS,
        |view, item| view.check_entry_access(item, rights),
        |entry| Ok(item_headers::state(Answer::empty(StatusCode::OK), &entry)),
    )
}
