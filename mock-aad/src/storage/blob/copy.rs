//! Copying blobs. Content is shared and not copied, so that a copy is done as soon as it is asked for.

use adls_wire::sas::SasPermissions;
use http::StatusCode;
use uuid::Uuid;

use super::copy_source::{Found, Proof, takes_tags};
use super::put;
use super::tier;
use crate::namespace::{
    Appends, BlobKind, BlobProperties, ContentHeaders, Copied, Metadata, NewEntry, NodeKind, Tags,
};
use crate::storage::access::Identity;
use crate::storage::creation::{self, CREATES, Creation};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::request::Request;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::properties::Properties;
use crate::storage::{content_headers, convert, intake};
use crate::store::FileBytes;

/// `PUT /{container}/{blob}` with `x-ms-copy-source`. With `x-ms-requires-sync` the caller's own rights at the
/// source do not count.
pub(in crate::storage) async fn copy(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let (needs, tags) = with_tags(request)?;
    let identity = exchange.identity(needs)?;
    intake::require_none(request)?;
    let metadata = given_metadata(request)?;
    let tier = tier::of_new(request)?;
    let encryption = exchange.encryption_of_new()?;
    let proof = match request.header_flag("x-ms-requires-sync")? {
        true => Proof::Given,
        false => Proof::OwnOrGiven,
    };
    let found = Found::read(exchange, proof)?;
    // A copy that nobody waits for tells nothing of its content.
    let tells_crc64 = proof == Proof::Given && request.version >= put::TELLS_CRC64;
    let checksums = found.checksums(request, tells_crc64).await?;
    let id = Uuid::new_v4().to_string();
    let Found { kind, bytes, properties, url } = found;
    let copied = Copied {
        id: id.as_str().into(),
        source: url.into(),
        length: bytes.len(),
        at: request.now.as_millisecond(),
    };
    let properties = BlobProperties {
        headers: properties.headers,
        metadata: metadata.unwrap_or(properties.metadata),
        kind: properties.kind,
        tags: tags.unwrap_or(properties.tags),
        committed_blocks: properties.committed_blocks,
        blocks: properties.blocks,
        copied: Some(Box::new(copied)),
        encryption,
        tier,
        ..BlobProperties::default()
    };
    create(exchange, &identity, kind, bytes, properties, |answer| {
        checksums
            .tell(answer)
            .status(StatusCode::ACCEPTED)
            .header("x-ms-copy-id", &id)
            .header("x-ms-copy-status", "success")
    })
}

/// `PUT /{container}/{blob}` with `x-ms-blob-type` and `x-ms-copy-source`.
pub(in crate::storage) async fn put_from_url(
    exchange: &Exchange<'_>,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let (needs, tags) = with_tags(request)?;
    let identity = exchange.identity(needs)?;
    intake::require_none(request)?;
    if put::blob_kind(request)? != BlobKind::Block {
        return Err(ErrorCode::InvalidBlobType.into());
    }
    let metadata = given_metadata(request)?;
    let headers = content_headers::of_blob(request)?;
    let tier = tier::of_new(request)?;
    let encryption = exchange.encryption_of_new()?;
    let takes_properties = match request.header("x-ms-copy-source-blob-properties") {
        Some(_) => request.header_flag("x-ms-copy-source-blob-properties")?,
        None => true,
    };
    let found = Found::read(exchange, Proof::Given)?;
    if found.kind == NodeKind::Directory || found.properties.kind != BlobKind::Block {
        return Err(ErrorCode::InvalidBlobType.into());
    }
    let checksums = found.checksums(request, request.version >= put::TELLS_CRC64).await?;
    let mut own = found.properties.headers;
    if !takes_properties {
        own = ContentHeaders { md5: own.md5, ..ContentHeaders::default() };
    }
    own.add(headers);
    let properties = BlobProperties {
        headers: own.of_content(),
        metadata: metadata.unwrap_or(found.properties.metadata),
        tags: tags.unwrap_or(found.properties.tags),
        encryption,
        tier,
        ..BlobProperties::default()
    };
    let md5 = properties.headers.md5.map(content_headers::md5_text);
    create(exchange, &identity, NodeKind::File, found.bytes, properties, |answer| {
        let answer = answer.header("x-ms-request-server-encrypted", "true");
        checksums.tell(answer.header_if("content-md5", md5))
    })
}

/// `PUT /{container}/{blob}?comp=copy&copyid=`. Every copy is done by then.
pub(in crate::storage) fn abort(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::WRITE))?;
    request.required_query("copyid")?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    exchange.view(&identity).entry(&item).map_err(exchange.refusal(Purpose::Write))?;
    Err(ErrorCode::NoPendingCopyOperation.into())
}

/// Makes the copy. `tell` adds to the answer that something was made.
fn create(
    exchange: &Exchange<'_>,
    identity: &Identity,
    kind: NodeKind,
    bytes: FileBytes,
    properties: BlobProperties,
    tell: impl FnOnce(Answer) -> Answer,
) -> Result<Answer, StorageError> {
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of(exchange, &mut item)?;
    let appends = match properties.blocks.is_empty() {
        true => Appends::Undecided,
        false => Appends::Blocks,
    };
    let new = NewEntry {
        existing: creation.existing(),
        bytes,
        appends,
        properties,
        ..NewEntry::new(kind)
    };
    exchange.change_or(identity, creation.refusal(exchange), |edit| {
        let id = edit.create_entry(&item, new)?;
        let entry = edit.changed_entry(id);
        Ok(tell(Answer::of_state(StatusCode::CREATED, &entry).encrypted(&entry)))
    })
}

/// The metadata that a request gives the copy; without any it has that of the source.
/// What a caller needs for a copy, and the tags that the request names for it; `None` for those of the source.
fn with_tags(request: &Request) -> Result<(Needs, Option<Tags>), StorageError> {
    let (needs, named) = put::with_tags(request, Needs::any(Resource::Object, CREATES))?;
    Ok(match takes_tags(request)? {
        true => (needs.and(SasPermissions::TAGS), None),
        false => (needs, Some(named)),
    })
}

fn given_metadata(request: &Request) -> Result<Option<Metadata>, StorageError> {
    let metadata = convert::metadata(&Properties::from_blob(&request.headers)?);
    Ok(Some(creation::kept(metadata, NodeKind::File)).filter(|metadata| !metadata.is_empty()))
}
