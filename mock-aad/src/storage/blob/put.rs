//! Making blobs in one call.

use adls_wire::sas::SasPermissions;
use axum::body::Body;

use super::tier;
use crate::namespace::{BlobKind, BlobProperties, ContentHeaders, NewEntry, NodeKind, Tags};
use crate::storage::creation::{self, CREATES, Creation};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::intake::{self, Intake, Wanted};
use crate::storage::needs::{Needs, Resource};
use crate::storage::request::Request;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::properties::Properties;
use crate::storage::text::{crc64, tags};
use crate::storage::version::ServiceVersion;
use crate::storage::{content_headers, convert};

/// The most bytes of a blob that is made in one call.
const LIMIT: u64 = 5000 << 20;
pub(super) const TYPE: &str = "x-ms-blob-type";
/// From this version on, the answer has a second checksum.
pub(super) const TELLS_CRC64: ServiceVersion = ServiceVersion::of(2019, 2, 2);

/// `PUT /{container}/{blob}` with `x-ms-blob-type`.
pub(in crate::storage) async fn put(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let (needs, tags) = with_tags(request, Needs::any(Resource::Object, CREATES))?;
    let identity = exchange.identity(needs)?;
    let blob_kind = blob_kind(request)?;
    let metadata = Properties::from_blob(&request.headers)?;
    let kind = match metadata.mark_directory() || request.address.trailing_slash {
        true => NodeKind::Directory,
        false => NodeKind::File,
    };
    let headers = content_headers::of_put_blob(request)?;
    let zeros = creation::zeros(request)?;
    let tier = tier::of_new(request)?;
    let encryption = exchange.encryption_of_new()?;
    let intake = Intake::of(request, &body, LIMIT)?;
    if !intake.is_empty() && (kind == NodeKind::Directory || blob_kind == BlobKind::Append) {
        return Err(ErrorCode::ContentLengthMustBeZero.into());
    }
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of(exchange, &mut item)?;
    let checked = exchange.view(&identity).check_creation(&item, kind, creation.existing());
    checked.map_err(creation.refusal(exchange))?;

    // A digest of zeros that nobody sends would take longer than anything that is tested with them.
    let wanted = Wanted {
        md5: zeros.len() == 0 && blob_kind == BlobKind::Block,
        crc64: zeros.len() == 0 && request.version >= TELLS_CRC64,
    };
    let mut received = intake.receive(exchange, body, wanted).await?;
    if let Some(sent) = headers.md5 {
        intake::require_md5(received.md5, sent)?;
    }
    let mut bytes = std::mem::take(&mut received.bytes);
    bytes.append_file(zeros);
    let new = NewEntry {
        existing: creation.existing(),
        bytes,
        properties: BlobProperties {
            headers: ContentHeaders { md5: received.md5.or(headers.md5), ..headers },
            metadata: creation::kept(convert::metadata(&metadata), kind),
            kind: blob_kind,
            encryption,
            tags,
            tier,
            ..BlobProperties::default()
        },
        ..NewEntry::new(kind)
    };
    let answer = exchange.change_or(&identity, creation.refusal(exchange), |edit| {
        let id = edit.create_entry(&item, new)?;
        Ok(creation::created(&edit.changed_entry(id)))
    })?;
    let crc64 = received.crc64.filter(|_| wanted.crc64);
    Ok(received
        .confirm(answer)
        .header_if("content-md5", received.md5.map(content_headers::md5_text))
        .header_if("x-ms-content-crc64", crc64.map(crc64::to_base64)))
}

/// The tags that a request gives a blob, and what it needs with them.
///
/// # Errors
/// When they are none.
pub(super) fn with_tags(request: &Request, needs: Needs) -> Result<(Needs, Tags), StorageError> {
    let Some(text) = request.header(tags::HEADER) else { return Ok((needs, Tags::default())) };
    Ok((needs.and(SasPermissions::TAGS), tags::of_header(text)?))
}

/// The kind of blob that is asked for. Accounts with a hierarchical namespace have no page blobs.
///
/// # Errors
/// When it is none, or one of these.
pub(super) fn blob_kind(request: &Request) -> Result<BlobKind, StorageError> {
    let unsupported = ErrorCode::FeatureNotYetSupportedForHierarchicalNamespaceAccounts;
    match request.required_header(TYPE)? {
        text if text.eq_ignore_ascii_case("BlockBlob") => Ok(BlobKind::Block),
        text if text.eq_ignore_ascii_case("AppendBlob") => Ok(BlobKind::Append),
        text if text.eq_ignore_ascii_case("PageBlob") => Err(unsupported.into()),
        text => Err(StorageError::invalid_header(TYPE, text)),
    }
}
