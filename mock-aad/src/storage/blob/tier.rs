//! Tiers, which are kept and have no effect but that nothing leaves the archive at once.

use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::namespace::{Tier, TierChange};
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::intake;
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::request::Request;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::{headers, tiers};

const HEADER: &str = "x-ms-access-tier";
const PRIORITY: &str = "x-ms-rehydrate-priority";

/// `PUT /{container}/{blob}?comp=tier`.
pub(in crate::storage) fn set_tier(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::WRITE))?;
    intake::require_none(request)?;
    super::get::require_current(exchange)?;
    let name = name(request.required_header(HEADER)?)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let priority = headers::parsed(&request.headers, PRIORITY, tiers::parse_priority)?;
    exchange.change(&identity, Purpose::Write, |edit| {
        let status = match edit.set_entry_tier(&item, name.into(), priority)? {
            TierChange::Done => StatusCode::OK,
            TierChange::Pending => StatusCode::ACCEPTED,
        };
        Ok(Answer::empty(status).header("content-length", "0"))
    })
}

/// The tier that a new blob is given, if any.
///
/// # Errors
/// When there is no such tier.
pub(super) fn of_new(request: &Request) -> Result<Option<Tier>, StorageError> {
    let Some(text) = request.header(HEADER) else { return Ok(None) };
    Ok(Some(Tier { name: name(text)?.into(), changed: None }))
}

fn name(text: &str) -> Result<&'static str, StorageError> {
    tiers::parse(text).ok_or_else(|| StorageError::invalid_header(HEADER, text))
}
