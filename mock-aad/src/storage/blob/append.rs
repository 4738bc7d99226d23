//! Append blobs: the files that concurrent appends of DFS go to, too.

use adls_wire::sas::SasPermissions;
use axum::body::Body;
use http::StatusCode;

use super::copy_source::{Found, Proof};
use super::put::TELLS_CRC64;
use crate::namespace::{BlobAppend, EntryItem, Error};
use crate::storage::access::Identity;
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::intake::{self, Intake, Wanted};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::request::Request;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::version::ServiceVersion;
use crate::store::FileBytes;

/// From this version on, a block may be larger.
const LARGE_BLOCKS: ServiceVersion = ServiceVersion::of(2022, 11, 2);
const LARGE: u64 = 100 << 20;
const SMALL: u64 = 4 << 20;
const APPENDS: Needs = Needs::any(Resource::Object, SasPermissions::WRITE.or(SasPermissions::ADD));
const POSITION: &str = "x-ms-blob-condition-appendpos";
const MOST: &str = "x-ms-blob-condition-maxsize";

/// `PUT /{container}/{blob}?comp=appendblock`.
pub(in crate::storage) async fn append_block(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(APPENDS)?;
    let intake = Intake::of(request, &body, limit(request))?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    check(exchange, &identity, &item)?;
    let wanted = Wanted { crc64: request.version >= TELLS_CRC64, md5: false };
    let mut received = intake.receive(exchange, body, wanted).await?;
    let bytes = std::mem::take(&mut received.bytes);
    let answer = append(exchange, &identity, &item, bytes)?;
    Ok(received.tell(answer))
}

/// The same with a part of another blob.
pub(in crate::storage) async fn append_from_url(
    exchange: &Exchange<'_>,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(APPENDS)?;
    intake::require_none(request)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let found = Found::read(exchange, Proof::Given)?.part(request)?;
    if found.bytes.len() > limit(request) {
        return Err(intake::too_large(limit(request)));
    }
    let checksums = found.checksums(request, request.version >= TELLS_CRC64).await?;
    check(exchange, &identity, &item)?;
    Ok(checksums.tell(append(exchange, &identity, &item, found.bytes)?))
}

/// How large a block may be.
fn limit(request: &Request) -> u64 {
    if request.version >= LARGE_BLOCKS { LARGE } else { SMALL }
}

/// Fails before the content is there where it would after.
fn check(
    exchange: &Exchange<'_>,
    identity: &Identity,
    item: &EntryItem<'_>,
) -> Result<(), StorageError> {
    exchange.view(identity).check_append(item).map_err(exchange.refusal(Purpose::Write))
}

/// Appends what has arrived.
fn append(
    exchange: &Exchange<'_>,
    identity: &Identity,
    item: &EntryItem<'_>,
    bytes: FileBytes,
) -> Result<Answer, StorageError> {
    if bytes.len() == 0 {
        return Err(StorageError::invalid_header("Content-Length", "0"));
    }
    let request = exchange.request;
    let new = BlobAppend {
        bytes,
        position: request.header_as(POSITION)?,
        most: request.header_as(MOST)?,
    };
    let refusal = |error| match error {
        Error::WrongPosition { .. } => ErrorCode::AppendPositionConditionNotMet.into(),
        error => exchange.refusal(Purpose::Write)(error),
    };
    exchange.change_or(identity, refusal, |edit| {
        let (id, offset) = edit.append_to_blob(item, new)?;
        let entry = edit.changed_entry(id);
        let blocks = entry.properties().committed_blocks;
        Ok(Answer::of_state(StatusCode::CREATED, &entry)
            .header("x-ms-blob-append-offset", offset.to_string())
            .header("x-ms-blob-committed-block-count", blocks.to_string())
            .header("x-ms-request-server-encrypted", "true")
            .encrypted(&entry))
    })
}
