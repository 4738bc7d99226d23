//! Content on its way in: how long it may be, and the checksums that the request and the service have of it.

use axum::body::Body;
use bytes::Bytes;
use http_body::Body as _;

use super::content_headers;
use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange};
use super::md5_stream::Md5Stream;
use super::refusal::Purpose;
use super::request::Request;
use super::text::crc64::{self, Crc64};
use super::text::structured_body::{self, Decoder};
use crate::receive::{Inspect, ReceiveError, receive};
use crate::store::FileBytes;

const MD5: &str = "content-md5";
const CRC64: &str = "x-ms-content-crc64";

/// The checksum that a request has of its content. It has one at most, as each would be of something else if
/// the body were structured.
#[derive(Debug)]
enum Checksum {
    None,
    Md5([u8; 16]),
    Crc64(u64),
    /// Those inside the body, for content of a length.
    Structured(u64),
}

/// Which checksums of the content are wanted, whatever the request has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) md5: bool,
    pub(crate) crc64: bool,
}

/// Content that was announced and has not arrived.
#[derive(Debug)]
pub(crate) struct Intake {
    checksum: Checksum,
    /// How long the body is; unknown for a chunked one.
    length: Option<u64>,
    limit: u64,
}

/// Content that has arrived.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: FileBytes,
    pub(crate) md5: Option<[u8; 16]>,
    pub(crate) crc64: Option<u64>,
    checksum: Checksum,
}

impl Intake {
    /// Reads what a request says of its content, which may have at most `limit` bytes.
    ///
    /// # Errors
    /// When that contradicts itself, or is too much.
    pub(crate) fn of(request: &Request, body: &Body, limit: u64) -> Result<Self, StorageError> {
        let length = body.size_hint().exact();
        if length.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        Ok(Self { checksum: Checksum::of(request)?, length, limit })
    }

    /// Whether it is known that there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == Some(0)
    }

    /// Receives the content, and compares it with its checksum.
    ///
    /// # Errors
    /// When it breaks off, is too long or another content than the request says, or cannot be stored.
    pub(crate) async fn receive(
        self,
        exchange: &Exchange<'_>,
        body: Body,
        wanted: Wanted,
    ) -> Result<Received, StorageError> {
        let Self { checksum, length, limit } = self;
        let decoder = match checksum {
            Checksum::Structured(content) => Some(Decoder::new(length, Some(content))),
            _ => None,
        };
        let has_md5 = wanted.md5 || matches!(checksum, Checksum::Md5(_));
        let has_crc64 = wanted.crc64 || matches!(checksum, Checksum::Crc64(_));
        let mut gate = Gate {
            md5: has_md5.then(Md5Stream::new),
            // A structured body brings its own.
            crc64: (has_crc64 && decoder.is_none()).then(Crc64::new),
            decoder,
            received: 0,
            limit,
        };
        let bytes = receive(&exchange.account, body, &mut gate).await;
        let bytes = bytes.map_err(|error| match error {
            ReceiveError::Broken => {
                let message = "The body of the request ended before all of it was there.";
                StorageError::from(ErrorCode::InvalidInput).saying(message)
            }
            ReceiveError::NotStored(error) => exchange.refusal(Purpose::Write)(error.into()),
            ReceiveError::Refused(refused) => refused,
        })?;
        let crc64 = match gate.decoder {
            Some(decoder) => Some(decoder.finish()?),
            None => gate.crc64.map(|crc64| crc64.value()),
        };
        let md5 = match gate.md5 {
            Some(md5) => Some(md5.finish().await.map_err(|_| ErrorCode::InternalError)?),
            None => None,
        };
        match checksum {
            Checksum::Md5(sent) => require_md5(md5, sent)?,
            Checksum::Crc64(sent) if crc64 != Some(sent) => {
                return Err(ErrorCode::Crc64Mismatch.into());
            }
            _ => {}
        }
        Ok(Received { bytes, md5, crc64, checksum })
    }
}

impl Received {
    /// Adds what an answer repeats of the checksum that the request had.
    pub(crate) fn confirm(&self, answer: Answer) -> Answer {
        match self.checksum {
            Checksum::None => answer,
            Checksum::Md5(md5) => answer.header("content-md5", content_headers::md5_text(md5)),
            Checksum::Crc64(crc64) => answer.header(CRC64, crc64::to_base64(crc64)),
            Checksum::Structured(_) => {
                answer.header(structured_body::HEADER, structured_body::FORM)
            }
        }
    }
}

impl Received {
    /// The same, and the checksum that was asked for whatever the request had.
    pub(crate) fn tell(&self, answer: Answer) -> Answer {
        self.confirm(answer).header_if(CRC64, self.crc64.map(crc64::to_base64))
    }
}

impl Checksum {
    fn of(request: &Request) -> Result<Self, StorageError> {
        let given = [MD5, CRC64, structured_body::HEADER];
        let mut given = given.into_iter().filter_map(|name| Some((name, request.header(name)?)));
        let Some((name, text)) = given.next() else { return Ok(Self::None) };
        if let Some((other, text)) = given.next() {
            return Err(StorageError::unsupported_header(other, text));
        }
        let invalid = || StorageError::invalid_header(name, text);
        match name {
            MD5 => Ok(content_headers::md5(request, MD5)?.map_or(Self::None, Self::Md5)),
            CRC64 => crc64::from_base64(text).map(Self::Crc64).ok_or_else(invalid),
            _ if structured_body::is_supported(text) => {
                let length = request.header_as(structured_body::LENGTH_HEADER)?;
                let missing = || StorageError::missing_header(structured_body::LENGTH_HEADER);
                length.map(Self::Structured).ok_or_else(missing)
            }
            _ => Err(invalid()),
        }
    }
}

/// Fails unless the content has an MD5.
///
/// # Errors
/// When it has another one.
pub(crate) fn require_md5(content: Option<[u8; 16]>, sent: [u8; 16]) -> Result<(), StorageError> {
    match content {
        Some(content) if content != sent => Err(StorageError::from(ErrorCode::Md5Mismatch)
            .detail("UserSpecifiedMd5", &content_headers::md5_text(sent))
            .detail("ServerCalculatedMd5", &content_headers::md5_text(content))),
        _ => Ok(()),
    }
}

/// Fails when something is sent with a request that has no content.
///
/// # Errors
/// That says so.
pub(crate) fn require_none(request: &Request) -> Result<(), StorageError> {
    match request.header_as::<u64>("content-length")? {
        Some(length) if length > 0 => Err(ErrorCode::ContentLengthMustBeZero.into()),
        _ => Ok(()),
    }
}

/// The error of content that is longer than it may be.
pub(crate) fn too_large(limit: u64) -> StorageError {
    StorageError::from(ErrorCode::RequestBodyTooLarge).detail("MaxLimit", &limit.to_string())
}

/// What content passes on its way in.
struct Gate {
    decoder: Option<Decoder>,
    md5: Option<Md5Stream>,
    crc64: Option<Crc64>,
    received: u64,
    limit: u64,
}

impl Inspect for Gate {
    type Error = StorageError;

    async fn pass(&mut self, data: Bytes, content: &mut Vec<Bytes>) -> Result<(), StorageError> {
        self.received = self.received.saturating_add(data.len() as u64);
        if self.received > self.limit {
            return Err(too_large(self.limit));
        }
        match &mut self.decoder {
            Some(decoder) => decoder.push(data, content)?,
            None => content.push(data),
        }
        for piece in content.iter() {
            if let Some(crc64) = &mut self.crc64 {
                crc64.update(piece);
            }
            if let Some(md5) = &mut self.md5 {
                let taken = md5.update(piece.clone()).await;
                taken.map_err(|_| ErrorCode::InternalError)?;
            }
        }
        Ok(())
    }
}
