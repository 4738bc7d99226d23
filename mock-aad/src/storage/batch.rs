//! Many requests in one: the parts of a batch, each of which is authorised for itself, and the answer to all
//! of them.

use std::fmt::Write as _;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use http_body_util::BodyExt as _;
use hyper::ext::ReasonPhrase;
use uuid::Uuid;

use super::address::split_first;
use super::answer::Stamp;
use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange, document};
use super::protocol::Protocol;
use super::request::Request;
use crate::call::{Call, Response};

const MOST_PARTS: usize = 256;
/// The most bytes of a whole batch.
const LARGEST: usize = 4 << 20;
const CONTENT_ID: &str = "content-id";

/// Whether a request is a batch.
pub(crate) fn is_one(request: &Request) -> bool {
    request.protocol() == Protocol::Blob
        && request.method == Method::POST
        && request.query.get("comp") == Some("batch")
}

/// One request of a batch.
#[derive(Debug)]
pub(crate) struct Part {
    /// By which the caller knows its answer.
    id: Option<HeaderValue>,
    /// As it would have come alone.
    pub(crate) request: Request,
    /// What its answer repeats of it.
    pub(crate) stamp: Stamp,
}

/// What the parts of a batch do: all of them the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Delete,
    SetTier,
}

/// Reads the parts of a batch.
///
/// # Errors
/// When it is none, or its parts are none that a batch may have. Then nothing of it is done.
pub(crate) async fn read(exchange: &Exchange<'_>, body: Body) -> Result<Vec<Part>, StorageError> {
    let request = exchange.request;
    request.address.require_no_path()?;
    let content_type = request.required_header("content-type")?;
    let boundary = boundary(content_type)
        .ok_or_else(|| StorageError::invalid_header("Content-Type", content_type))?;
    let body = document(body, LARGEST).await?;
    let body = std::str::from_utf8(&body).map_err(|_| invalid("it is not UTF-8"))?;
    let mut parts = Vec::new();
    for text in split(body, boundary)? {
        if parts.len() == MOST_PARTS {
            return Err(invalid("it has more than 256 parts"));
        }
        parts.push(part(exchange, text)?);
    }
    let mut kinds = parts.iter().map(|part| kind(&part.request));
    let first = kinds.next().ok_or_else(|| invalid("it has no parts"))?;
    let first = first.ok_or_else(|| invalid("it has a part that no batch may have"))?;
    if kinds.any(|kind| kind != Some(first)) {
        return Err(invalid("its parts are not all of one kind"));
    }
    Ok(parts)
}

fn invalid(reason: &str) -> StorageError {
    StorageError::from(ErrorCode::InvalidInput).detail("Reason", reason)
}

/// The text between the parts.
fn boundary(content_type: &str) -> Option<&str> {
    let mut parameters = content_type.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

/// The parts of a body, each without the line end before the next boundary.
fn split<'b>(body: &'b str, boundary: &str) -> Result<Vec<&'b str>, StorageError> {
    let mark = format!("--{boundary}");
    let mut sections = body.split(&mark);
    // What is before the first boundary is for nobody.
    sections.next();
    let mut parts = Vec::new();
    for section in sections {
        if section.starts_with("--") {
            return Ok(parts);
        }
        parts.push(section.trim_start_matches([' ', '\t']).trim_start_matches('\r'));
    }
    Err(invalid("its last boundary is missing"))
}

/// The header lines at the start of a text, which ends them with an empty line, and what is behind that.
fn headers(text: &str) -> Result<(HeaderMap, &str), StorageError> {
    let mut headers = HeaderMap::new();
    let mut rest = text;
    loop {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            return Ok((headers, behind));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header has no value"))?;
        let name = HeaderName::from_bytes(name.trim().as_bytes());
        let value = HeaderValue::from_str(value.trim());
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(invalid("a header of a part is none"));
        };
        headers.append(name, value);
        rest = behind;
    }
}

/// Reads a part: its own headers, then a request.
fn part(exchange: &Exchange<'_>, text: &str) -> Result<Part, StorageError> {
    let parent = exchange.request;
    let text = text.strip_prefix('\n').unwrap_or(text);
    let (own, rest) = headers(text)?;
    let rest = rest.trim_start_matches(['\r', '\n']);
    let (line, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let mut words = line.split_whitespace();
    let no_request = || invalid("a part is no request");
    let method: Method = words.next().and_then(|word| word.parse().ok()).ok_or_else(no_request)?;
    let uri: Uri = words.next().and_then(|word| word.parse().ok()).ok_or_else(no_request)?;
    let (headers, _) = headers(rest)?;
    let address = &parent.address;
    let is_elsewhere = address.endpoint.path_style
        && !split_first(uri.path()).0.eq_ignore_ascii_case(&address.account);
    if is_elsewhere {
        return Err(invalid("a part is for another account"));
    }
    let call = Call {
        method,
        uri,
        headers,
        body: Body::empty(),
        request_id: Uuid::new_v4(),
        peer: parent.peer,
        origin: parent.origin.clone(),
        account: Some(address.account.clone()),
    };
    let mut request = Request::read(&call, address.endpoint, parent.now)?;
    // A part speaks as the whole does, whatever it says.
    (request.version, request.spoken) = (parent.version, parent.spoken);
    if address.file_system.is_some() && request.address.file_system != address.file_system {
        return Err(invalid("a part is for another container"));
    }
    let stamp = Stamp::of(&call, &request);
    Ok(Part { id: own.get(CONTENT_ID).cloned(), request, stamp })
}

/// What a request does, if a batch may do it.
fn kind(request: &Request) -> Option<Kind> {
    let is_of_blob = request.address.path.is_some() && request.query.get("restype").is_none();
    match (&request.method, request.query.get("comp")) {
        (&Method::DELETE, None) if is_of_blob => Some(Kind::Delete),
        (&Method::PUT, Some("tier")) if is_of_blob => Some(Kind::SetTier),
        _ => None,
    }
}

/// The answer that has those to the parts in it.
///
/// # Errors
/// When one of them cannot be read.
pub(crate) async fn answer(parts: &[Part], answers: Vec<Response>) -> Result<Answer, StorageError> {
    let boundary = format!("batchresponse_{}", Uuid::new_v4());
    let mut body = Vec::new();
    for (part, answer) in parts.iter().zip(answers) {
        let (parts, content) = answer.into_parts();
        let content: Bytes = match content.collect().await {
            Ok(content) => content.to_bytes(),
            Err(_) => return Err(ErrorCode::InternalError.into()),
        };
        let mut head = format!("--{boundary}\r\nContent-Type: application/http\r\n");
        if let Some(id) = part.id.as_ref().and_then(|id| id.to_str().ok()) {
            let _ = write!(head, "Content-ID: {id}\r\n");
        }
        let status = parts.status;
        let said = parts.extensions.get::<ReasonPhrase>();
        let said = said.and_then(|phrase| std::str::from_utf8(phrase.as_bytes()).ok());
        let reason = said.or(status.canonical_reason()).unwrap_or_default();
        let _ = write!(head, "\r\nHTTP/1.1 {} {reason}\r\n", status.as_u16());
        for (name, value) in &parts.headers {
            if let Ok(value) = value.to_str() {
                let _ = write!(head, "{name}: {value}\r\n");
            }
        }
        if !parts.headers.contains_key(http::header::CONTENT_LENGTH) {
            let _ = write!(head, "content-length: {}\r\n", content.len());
        }
        head.push_str("\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Answer::with_body(StatusCode::ACCEPTED, body)
        .header("content-type", format!("multipart/mixed; boundary={boundary}")))
}
