//! Reading the content of files, and what is known of files and directories, over either protocol.

use std::ops::Range;

use adls_wire::RemotePath;
use adls_wire::sas::SasPermissions;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, future, stream};
use http::{HeaderName, HeaderValue, StatusCode};
use md5::{Digest as _, Md5};

use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange};
use super::item_headers::{Faces, Naming, Told, describe};
use super::needs::{Needs, Resource};
use super::refusal::Purpose;
use super::request::Request;
use super::text::conditions::{Conditions as AskedConditions, Purpose as ConditionPurpose};
use super::text::crc64::{self, Crc64};
use super::text::range::{self, ByteRange};
use super::text::structured_body::{self, Encoder};
use crate::etag;
use crate::namespace::{Conditions, EntryItem, EntryRef, Error, View};
use crate::store::Slices;

/// The longest part whose checksum is told.
const LONGEST_CHECKED: u64 = 4 * 1024 * 1024;
const RANGE_MD5: &str = "x-ms-range-get-content-md5";
const RANGE_CRC64: &str = "x-ms-range-get-content-crc64";

/// A checksum of the part that is read, in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checksum {
    Md5,
    Crc64,
}

/// What of a content a request asks for, and how it is to come.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    range: Option<ByteRange>,
    checksum: Option<Checksum>,
    structured: bool,
}

impl Wanted {
    fn of(request: &Request) -> Result<Self, StorageError> {
        let range = ByteRange::requested(&request.headers)?;
        let structured = request.header(structured_body::HEADER);
        if let Some(form) = structured.filter(|form| !structured_body::is_supported(form)) {
            return Err(StorageError::invalid_header(structured_body::HEADER, form));
        }
        Ok(Self {
            range,
            checksum: Self::checksum(request, range)?,
            structured: structured.is_some(),
        })
    }

    /// The checksum that is asked for, which only a range of a bounded length has.
    fn checksum(
        request: &Request,
        range: Option<ByteRange>,
    ) -> Result<Option<Checksum>, StorageError> {
        let checksum = match (request.header_flag(RANGE_MD5)?, request.header_flag(RANGE_CRC64)?) {
            (false, false) => return Ok(None),
            (true, false) => Checksum::Md5,
            (false, true) => Checksum::Crc64,
            (true, true) => return Err(StorageError::unsupported_header(RANGE_CRC64, "true")),
        };
        let Some(range) = range else {
            let name = if checksum == Checksum::Md5 { RANGE_MD5 } else { RANGE_CRC64 };
            return Err(StorageError::invalid_header(name, "true"));
        };
        let length = range.last.map(|last| last - range.first);
        if length.is_some_and(|length| length >= LONGEST_CHECKED) {
            return Err(ErrorCode::OutOfRangeInput.into());
        }
        Ok(Some(checksum))
    }

    /// The part of a content of this length that is read; `None` for all of it.
    fn part(self, length: u64) -> Result<Option<Range<u64>>, StorageError> {
        let Some(range) = self.range else { return Ok(None) };
        let part = range.within(length).map_err(|_| {
            let name = HeaderName::from_static("content-range");
            let refused = StorageError::from(ErrorCode::InvalidRange);
            match HeaderValue::from_str(&range::unsatisfied(length)) {
                Ok(value) => refused.header(name, value),
                Err(_) => refused,
            }
        })?;
        if self.checksum.is_some() && part.end - part.start > LONGEST_CHECKED {
            return Err(ErrorCode::OutOfRangeInput.into());
        }
        Ok(Some(part))
    }
}

/// What is read, with the answer but for its body.
struct Opened {
    answer: Answer,
    slices: Slices,
    wanted: Wanted,
}

/// Answers with the content of a file, or with nothing for a directory where that is no error.
pub(crate) async fn content(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let Opened { mut answer, slices, wanted } = open(exchange)?;
    let length = slices.len();
    let Some(checksum) = wanted.checksum else {
        return Ok(send(answer, slices.into_stream(), length, wanted.structured));
    };
    let parts: Vec<Bytes> =
        slices.into_stream().try_collect().await.map_err(|error| {
            StorageError::from(ErrorCode::InternalError).saying(error.to_string())
        })?;
    match checksum {
        Checksum::Md5 => {
            let mut md5 = Md5::new();
            parts.iter().for_each(|part| md5.update(part));
            answer.set("content-md5", STANDARD.encode(md5.finalize()));
        }
        Checksum::Crc64 => {
            let mut crc = Crc64::new();
            parts.iter().for_each(|part| crc.update(part));
            answer.set("x-ms-content-crc64", crc64::to_base64(crc.value()));
        }
    }
    Ok(send(answer, stream::iter(parts.into_iter().map(Ok)), length, wanted.structured))
}

fn open(exchange: &Exchange<'_>) -> Result<Opened, StorageError> {
    let wanted = Wanted::of(exchange.request)?;
    let naming = Naming::of(exchange)?;
    let needs = Needs::any(Resource::Object, SasPermissions::READ);
    look(
        exchange,
        needs,
        |view, item| view.readable_entry(item),
        |entry| {
            if entry.is_directory() && !Faces::of(exchange.request).blob {
                return Err(ErrorCode::ResourceTypeMismatch.into());
            }
            let length = entry.length();
            let part = wanted.part(length)?;
            let bytes = part.clone().unwrap_or(0..length);
            let content = entry.content().cloned().unwrap_or_default();
            let answer = match &part {
                Some(part) => Answer::empty(StatusCode::PARTIAL_CONTENT)
                    .header("content-range", range::content_range(part, length)),
                None => Answer::empty(StatusCode::OK),
            };
            let answer = describe(answer, exchange, &entry, &Told::Content(part), &naming);
            Ok(Opened {
                answer,
                slices: content.range(bytes.start, bytes.end - bytes.start),
                wanted,
            })
        },
    )
}

/// An answer with content that comes while it is sent.
fn send(
    mut answer: Answer,
    content: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    length: u64,
    structured: bool,
) -> Answer {
    if !structured {
        answer.set("content-length", length.to_string());
        return answer.carrying(if length == 0 {
            Body::empty()
        } else {
            Body::from_stream(content)
        });
    }
    let mut start = Vec::new();
    let encoder = Encoder::new(length, &mut start);
    let ready = |pieces: Vec<Bytes>| stream::iter(pieces.into_iter().map(std::io::Result::Ok));
    let answer = answer
        .header("content-length", encoder.body_length().to_string())
        .header(structured_body::HEADER, structured_body::FORM)
        .header(structured_body::LENGTH_HEADER, length.to_string());
    let encoded = content.scan(encoder, move |encoder, bytes| {
        let encoded = bytes.map(|bytes| {
            let mut pieces = Vec::new();
            encoder.push(bytes, &mut pieces);
            ready(pieces)
        });
        future::ready(Some(encoded))
    });
    answer.carrying(Body::from_stream(ready(start).chain(encoded.try_flatten())))
}

/// Answers with what is known of an item, and without a body.
///
/// # Errors
/// When the caller may not know, or the conditions do not hold.
pub(crate) fn properties(exchange: &Exchange<'_>, told: &Told) -> Result<Answer, StorageError> {
    let naming = Naming::of(exchange)?;
    let needs = Needs::any(Resource::Object, SasPermissions::READ | SasPermissions::EXECUTE);
    // Whoever gets to an item may know what it is.
    let is_status = *told == Told::Status;
    look(
        exchange,
        needs,
        |view, item| if is_status { view.entry(item) } else { view.readable_entry(item) },
        |entry| {
            let answer = describe(Answer::empty(StatusCode::OK), exchange, &entry, told, &naming);
            Ok(answer.header("content-length", entry.length().to_string()))
        },
    )
}

/// Looks up the item that a request is about, and makes an answer of it if the conditions hold. `find` asks
/// for the rights that it takes.
///
/// # Errors
/// When the caller may not do it, the item is not there, or the conditions do not hold.
pub(crate) fn look<R>(
    exchange: &Exchange<'_>,
    needs: Needs,
    find: impl for<'v> FnOnce(&'v View<'_>, &EntryItem<'_>) -> Result<EntryRef<'v>, Error>,
    tell: impl FnOnce(EntryRef<'_>) -> Result<R, StorageError>,
) -> Result<R, StorageError> {
    let identity = exchange.identity(needs)?;
    let path: RemotePath = exchange.path();
    let asked = AskedConditions::of(&exchange.request.headers, ConditionPurpose::Read)?;
    let mut item = exchange.item(&path, ConditionPurpose::Read)?;
    // Reads have conditions that nothing else has, lists of tags for one.
    item.conditions = Conditions::default();
    let view = exchange.view(&identity);
    let entry = find(&view, &item).map_err(exchange.refusal(Purpose::Read))?;
    asked.check_read(etag::number(entry.etag()), entry.last_modified())?;
    tell(entry)
}
