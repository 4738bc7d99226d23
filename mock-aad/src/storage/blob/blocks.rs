//! Blocks of blobs, and the lists that make blobs of them.

use adls_wire::sas::SasPermissions;
use adls_wire::xml::XmlWriter;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;

use super::copy_source::{Found, Proof};
use super::put::{self, TELLS_CRC64};
use super::tier;
use crate::namespace::{
    BlobProperties, BlockChoice, BlockSource, EntryItem, MOST_BLOCKS, NewBlock, NewEntry, NodeKind,
};
use crate::storage::access::Identity;
use crate::storage::creation::{self, CREATES, Creation};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::intake::{self, Intake, Wanted};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::request::Request;
use crate::storage::text::conditions::{Conditions, Purpose as ConditionPurpose};
use crate::storage::text::properties::Properties;
use crate::storage::text::{dates, xml};
use crate::storage::{content_headers, convert};

/// The most bytes of a block.
const LIMIT: u64 = 4000 << 20;
/// The most bytes of an id, before they are encoded.
const LONGEST_ID: usize = 64;
const ID: &str = "blockid";
const LIST_TYPE: &str = "blocklisttype";
/// Who may only make what is not there may make it in blocks.
const WRITES: Needs = Needs::any(Resource::Object, CREATES);

/// `PUT /{container}/{blob}?comp=block`.
pub(in crate::storage) async fn put_block(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(WRITES)?;
    let id = block_id(request)?;
    require_no_conditions(request)?;
    let intake = Intake::of(request, &body, LIMIT)?;
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of(exchange, &mut item)?;
    check(exchange, &identity, &item, &id, creation)?;
    if intake.is_empty() {
        return Err(StorageError::invalid_header("Content-Length", "0"));
    }
    let wanted = Wanted { crc64: request.version >= TELLS_CRC64, md5: false };
    let mut received = intake.receive(exchange, body, wanted).await?;
    let bytes = std::mem::take(&mut received.bytes);
    if bytes.len() == 0 {
        return Err(StorageError::invalid_header("Content-Length", "0"));
    }
    let encryption = exchange.encryption_of_new()?;
    let block = NewBlock { id, bytes, encryption, existing: creation.existing() };
    let answer = stage(exchange, &identity, &item, block, creation)?;
    Ok(received.tell(answer))
}

/// The same with a part of another blob.
pub(in crate::storage) async fn put_block_from_url(
    exchange: &Exchange<'_>,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(WRITES)?;
    let id = block_id(request)?;
    require_no_conditions(request)?;
    intake::require_none(request)?;
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of(exchange, &mut item)?;
    let found = Found::read(exchange, Proof::Given)?.part(request)?;
    if found.bytes.len() > LIMIT {
        return Err(intake::too_large(LIMIT));
    }
    let checksums = found.checksums(request, request.version >= TELLS_CRC64).await?;
    let encryption = exchange.encryption_of_new()?;
    let block = NewBlock { id, bytes: found.bytes, encryption, existing: creation.existing() };
    Ok(checksums.tell(stage(exchange, &identity, &item, block, creation)?))
}

/// Fails before the content is there where it would after.
fn check(
    exchange: &Exchange<'_>,
    identity: &Identity,
    item: &EntryItem<'_>,
    id: &str,
    creation: Creation,
) -> Result<(), StorageError> {
    let checked = exchange.view(identity).check_block(item, id, creation.existing());
    checked.map_err(creation.refusal(exchange))
}

/// Keeps a block that has arrived.
fn stage(
    exchange: &Exchange<'_>,
    identity: &Identity,
    item: &EntryItem<'_>,
    block: NewBlock,
    creation: Creation,
) -> Result<Answer, StorageError> {
    let encryption = block.encryption.clone();
    let refusal = creation.refusal(exchange);
    exchange.change_or(identity, refusal, |edit| edit.stage_block(item, block))?;
    Ok(Answer::empty(StatusCode::CREATED)
        .header("content-length", "0")
        .header("x-ms-request-server-encrypted", "true")
        .header_if("x-ms-encryption-key-sha256", encryption.key_sha256.as_deref())
        .header_if("x-ms-encryption-scope", encryption.scope.as_deref()))
}

/// `PUT /{container}/{blob}?comp=blocklist`.
pub(in crate::storage) async fn put_block_list(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let (needs, tags) = put::with_tags(request, WRITES)?;
    let identity = exchange.identity(needs)?;
    let headers = content_headers::of_blob(request)?;
    let metadata = Properties::from_blob(&request.headers)?;
    let tier = tier::of_new(request)?;
    let encryption = exchange.encryption_of_new()?;
    let intake = Intake::of(request, &body, xml::LARGEST_BLOCK_LIST as u64)?;
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of(exchange, &mut item)?;
    let wanted = Wanted { crc64: request.version >= TELLS_CRC64, md5: false };
    let received = intake.receive(exchange, body, wanted).await?;
    let document: Result<Vec<_>, _> = received.bytes.range(0, u64::MAX).collect();
    let document = document
        .map_err(|error| StorageError::from(ErrorCode::InternalError).saying(error.to_string()))?;
    let list = read_list(&document.concat())?;
    let new = NewEntry {
        existing: creation.existing(),
        properties: BlobProperties {
            headers: headers.of_content(),
            metadata: creation::kept(convert::metadata(&metadata), NodeKind::File),
            encryption,
            tier,
            tags,
            ..BlobProperties::default()
        },
        ..NewEntry::new(NodeKind::File)
    };
    let answer = exchange.change_or(&identity, creation.refusal(exchange), |edit| {
        let id = edit.commit_blocks(&item, &list, new)?;
        Ok(creation::created(&edit.changed_entry(id)))
    })?;
    Ok(received.tell(answer))
}

/// `GET /{container}/{blob}?comp=blocklist`.
pub(in crate::storage) fn get_block_list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::READ))?;
    super::get::require_current(exchange)?;
    let kind = request.query.get(LIST_TYPE).map_or("committed".to_owned(), str::to_ascii_lowercase);
    let (committed, uncommitted) = match kind.as_str() {
        "committed" => (true, false),
        "uncommitted" => (false, true),
        "all" => (true, true),
        other => {
            let reason = "it is none of committed, uncommitted and all";
            return Err(StorageError::invalid_query(LIST_TYPE, other, reason));
        }
    };
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Read)?;
    let view = exchange.view(&identity);
    let found = view.block_list(&item).map_err(exchange.refusal(Purpose::Read))?;
    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open("BlockList");
    let block = |xml: &mut XmlWriter, id: &str, length: u64| {
        xml.open("Block").element("Name", id).element("Size", &length.to_string()).close();
    };
    if committed {
        xml.open("CommittedBlocks");
        found.committed.iter().for_each(|one| block(&mut xml, &one.id, one.length));
        xml.close();
    }
    if uncommitted {
        xml.open("UncommittedBlocks");
        found.uncommitted.iter().for_each(|(id, length)| block(&mut xml, id, *length));
        xml.close();
    }
    let answer =
        Answer::with_body(StatusCode::OK, xml.finish()).header("content-type", "application/xml");
    Ok(match &found.entry {
        Some(entry) => answer
            .header("etag", convert::quoted(entry.etag()))
            .header("last-modified", dates::rfc1123(entry.last_modified()))
            .header("x-ms-blob-content-length", entry.length().to_string()),
        None => answer.header("x-ms-blob-content-length", "0"),
    })
}

/// The id of the block that a request is about.
fn block_id(request: &Request) -> Result<Box<str>, StorageError> {
    let text = request.required_query(ID)?;
    let decoded = STANDARD
        .decode(text)
        .map_err(|_| StorageError::invalid_query(ID, text, "Not a valid base64 string."))?;
    match decoded.len() {
        1..=LONGEST_ID => Ok(text.into()),
        _ => Err(ErrorCode::OutOfRangeInput.into()),
    }
}

/// Nothing of a blob changes before its blocks are committed, so that there is nothing to ask of it.
fn require_no_conditions(request: &Request) -> Result<(), StorageError> {
    match Conditions::of(&request.headers, ConditionPurpose::Write)?.is_empty() {
        true => Ok(()),
        false => Err(ErrorCode::ConditionHeadersNotSupported.into()),
    }
}

/// Reads a list of blocks.
fn read_list(body: &[u8]) -> Result<Vec<BlockChoice>, StorageError> {
    let document = xml::parse(xml::text_within(body, xml::LARGEST_BLOCK_LIST)?, "BlockList")?;
    let mut list = Vec::new();
    for element in xml::children(document.root_element()) {
        let source = match element.tag_name().name() {
            "Committed" => BlockSource::Committed,
            "Uncommitted" => BlockSource::Uncommitted,
            "Latest" => BlockSource::Latest,
            _ => return Err(ErrorCode::InvalidXmlDocument.into()),
        };
        if list.len() == MOST_BLOCKS {
            return Err(ErrorCode::BlockListTooLong.into());
        }
        list.push(BlockChoice { id: element.text().unwrap_or_default().trim().into(), source });
    }
    Ok(list)
}
