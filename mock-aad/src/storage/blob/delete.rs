//! Deleting blobs, and bringing them back.

use adls_wire::RemotePath;
use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::namespace::{Deletion, EntryItem};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::query::Query;
use crate::storage::refusal::Purpose;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::{dates, headers, names};

const SOURCE: &str = "x-ms-undelete-source";

/// `DELETE /{container}/{blob}`.
pub(in crate::storage) fn delete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::DELETE))?;
    if request.address.trailing_slash {
        return Err(ErrorCode::InvalidUri.into());
    }
    // There are neither snapshots nor versions, and the blob itself is not meant.
    if ["snapshot", "versionid"].iter().any(|name| request.query.get(name).is_some()) {
        return Err(ErrorCode::FeatureNotYetSupportedForHierarchicalNamespaceAccounts.into());
    }
    if let Some(text) = request.query.get("deletetype") {
        return Err(StorageError::invalid_query("deletetype", text, "it is for snapshots only"));
    }
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let date = |name| headers::parsed(&request.headers, name, dates::parse_rfc1123);
    item.conditions.if_tier_modified_since = date("x-ms-access-tier-if-modified-since")?;
    item.conditions.if_tier_unmodified_since = date("x-ms-access-tier-if-unmodified-since")?;
    let deleted = exchange
        .change(&identity, Purpose::Write, |edit| edit.delete_entry(&item, Deletion::Single))?;
    Ok(exchange.deleted(StatusCode::ACCEPTED, deleted))
}

/// `PUT /{container}/{blob}?comp=undelete`.
pub(in crate::storage) fn undelete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let needs = Needs::any(Resource::Object, SasPermissions::WRITE);
    let identity = exchange.identity(needs)?;
    let path = exchange.path();
    let (source, deletion) = deleted(exchange, &path)?;
    exchange.permit_also(needs, &source)?;
    let item = EntryItem::new(exchange.file_system()?, &path);
    exchange.change(&identity, Purpose::Write, |edit| {
        let id = edit.restore_entry(&item, &source, deletion)?;
        let restored = edit.changed_entry(id);
        let kind = if restored.is_directory() { "directory" } else { "file" };
        Ok(Answer::empty(StatusCode::OK)
            .header("content-length", "0")
            .header("x-ms-creation-time", dates::rfc1123(restored.created()))
            .header("x-ms-resource-type", kind))
    })
}

/// What `x-ms-undelete-source` names: `path?deletionid=number`. Without a path it is that of the request, as
/// recorded.
fn deleted(exchange: &Exchange<'_>, own: &RemotePath) -> Result<(RemotePath, u64), StorageError> {
    let text = exchange.request.required_header(SOURCE)?;
    let invalid = || StorageError::invalid_header(SOURCE, text);
    let (path, query) = text.split_once('?').ok_or_else(invalid)?;
    let path = if path.is_empty() { own.clone() } else { names::path(path)? };
    let id = Query::parse(query).get("deletionid").and_then(|id| id.parse().ok());
    Ok((path, id.ok_or_else(invalid)?))
}
