//! Making files and directories.

use http::StatusCode;

use crate::namespace::{
    BlobKind, BlobProperties, ContentHeaders, EntryRef, Existing, Expiry, LeaseDuration, NewEntry,
    NodeKind,
};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::signatures::sas::Letters;
use crate::storage::text::conditions::{Conditions, Purpose as ConditionPurpose};
use crate::storage::text::{acl, dates, lease, properties::Properties};
use crate::storage::{convert, encryption};

/// Making something needs one of these.
const CREATES: Letters = Letters::CREATE.or(Letters::WRITE);

/// `PUT /{filesystem}/{path}?resource=file|directory`.
pub(super) fn create(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, CREATES))?;
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let asked = Conditions::of(&request.headers, ConditionPurpose::Write)?;
    let kind = match request.query.get("resource") {
        Some("directory") => NodeKind::Directory,
        _ => NodeKind::File,
    };
    let entries = request.header("x-ms-acl").map(acl::parse_set).transpose()?;
    let permission = request.header("x-ms-permissions").map(acl::parse_permission).transpose()?;
    let umask = request.header("x-ms-umask").map(acl::parse_umask).transpose()?;
    if let (Some(_), Some(text)) = (&entries, request.header("x-ms-permissions")) {
        return Err(StorageError::unsupported_header("x-ms-permissions", text));
    }
    let mut new = NewEntry::new(kind);
    if asked.only_if_absent() {
        new.existing = Existing::Refuse;
        // What is there already has a code of its own.
        item.conditions.if_none_match = None;
    }
    new.permission = permission;
    new.umask = umask.map(|umask| umask.mode());
    new.acl = entries.as_deref();
    new.expiry = expiry(exchange)?;
    new.lease = new_lease(exchange)?;
    new.properties = BlobProperties {
        headers: content_headers(exchange, kind)?,
        metadata: convert::metadata(&Properties::from_dfs(&request.headers)?.unwrap_or_default()),
        kind: blob_kind(exchange)?,
        encryption: encryption::of_new(request, None)?,
        transaction_id: request.header("x-ms-client-transaction-id").map(Into::into),
        ..BlobProperties::default()
    };
    exchange.change(&identity, Purpose::Write, |edit| {
        let id = edit.create_entry(&item, new)?;
        Ok(created(&edit.changed_entry(id)))
    })
}

fn created(entry: &EntryRef<'_>) -> Answer {
    let encryption = &entry.properties().encryption;
    Answer::empty(StatusCode::CREATED)
        .header("etag", convert::quoted(entry.etag()))
        .header("last-modified", dates::rfc1123(entry.last_modified()))
        .header("content-length", "0")
        .header("x-ms-request-server-encrypted", "true")
        .header_if("x-ms-encryption-key-sha256", encryption.key_sha256.as_deref())
        .header_if("x-ms-encryption-scope", encryption.scope.as_deref())
}

/// `x-ms-expiry-option` and `x-ms-expiry-time`.
fn expiry(exchange: &Exchange<'_>) -> Result<Option<Expiry>, StorageError> {
    let request = exchange.request;
    let (option, time) = (request.header("x-ms-expiry-option"), request.header("x-ms-expiry-time"));
    let invalid = || StorageError::invalid_header("x-ms-expiry-time", time.unwrap_or_default());
    let millis = || time.and_then(|text| text.parse().ok()).ok_or_else(invalid);
    let Some(option) = option else {
        return match time {
            Some(_) => Err(StorageError::missing_header("x-ms-expiry-option")),
            None => Ok(None),
        };
    };
    Ok(Some(match option.to_ascii_lowercase().as_str() {
        "neverexpire" => Expiry::Never,
        "relativetonow" => Expiry::AfterNow(millis()?),
        "relativetocreation" => Expiry::AfterCreation(millis()?),
        "absolute" => Expiry::At(time.and_then(dates::parse_rfc1123).ok_or_else(invalid)?),
        _ => return Err(StorageError::invalid_header("x-ms-expiry-option", option)),
    }))
}

/// A lease that is to come with the item.
fn new_lease(exchange: &Exchange<'_>) -> Result<Option<(uuid::Uuid, LeaseDuration)>, StorageError> {
    let headers = &exchange.request.headers;
    let Some(id) = lease::id(headers, lease::PROPOSED_LEASE_ID)? else { return Ok(None) };
    Ok(Some((id, convert::duration(lease::required_duration(headers)?))))
}

fn blob_kind(exchange: &Exchange<'_>) -> Result<BlobKind, StorageError> {
    match exchange.request.query.get("blobtype") {
        None => Ok(BlobKind::Block),
        Some(text) if text.eq_ignore_ascii_case("blockblob") => Ok(BlobKind::Block),
        Some(text) if text.eq_ignore_ascii_case("appendblob") => Ok(BlobKind::Append),
        Some(text) => {
            Err(StorageError::invalid_query("blobtype", text, "it is no kind of blob here"))
        }
    }
}

/// The `x-ms-content-*` headers of a request that makes something.
fn content_headers(
    exchange: &Exchange<'_>,
    _kind: NodeKind,
) -> Result<ContentHeaders, StorageError> {
    let request = exchange.request;
    let text = |name: &str| request.header(name).map(Into::into);
    Ok(ContentHeaders {
        content_type: text("x-ms-content-type").or(Some("application/octet-stream".into())),
        encoding: text("x-ms-content-encoding"),
        language: text("x-ms-content-language"),
        disposition: text("x-ms-content-disposition"),
        cache_control: text("x-ms-cache-control"),
        md5: None,
    })
}
