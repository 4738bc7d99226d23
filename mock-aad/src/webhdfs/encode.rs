//! From an outcome to an answer: headers, JSON, exceptions.

use adls_wire::webhdfs::{RemoteException, RemoteExceptionResponse, header as wire};
use axum::body::Body;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, EXPIRES, HeaderName, HeaderValue, LOCATION,
    PRAGMA, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::failure::{self, Failure, Message, code};
use crate::call::Response;
use crate::store::Slices;

/// A second, misspelt length that some answers carry.
const CONTENTLENGTH: HeaderName = HeaderName::from_static("contentlength");
const VERSION: HeaderValue = HeaderValue::from_static("17.04.24.00");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// What an operation answers when it was not refused.
#[derive(Debug)]
pub(super) enum Answer {
    /// Nothing to say.
    Empty,
    /// Nothing to say, with the second length.
    EmptyTwice,
    /// A new file, and its URL.
    Created(String),
    /// Send the request there.
    Redirect(String),
    /// JSON.
    Json(Vec<u8>),
    /// JSON that says no, with the reason's code.
    No(u32),
    /// The bytes of a file.
    Bytes(Slices),
}

impl Answer {
    /// A value as JSON.
    pub(super) fn json<T: Serialize>(value: &T) -> Self {
        // The protocol's shapes have text keys and no failing parts, so that this cannot fail.
        Self::Json(serde_json::to_vec(value).unwrap_or_default())
    }
}

/// Whose answer is written, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) request_id: Uuid,
    pub(super) now: Timestamp,
    /// Whether it is an answer of the extension root, whose headers and stamps say less.
    pub(super) extension: bool,
}

/// Writes the answer of an operation that was not refused.
pub(super) fn success(answer: Answer, stamp: &Stamp) -> Response {
    let code = if let Answer::No(code) = answer { code } else { code::OK };
    let mut response = match answer {
        Answer::Empty => empty(StatusCode::OK),
        Answer::EmptyTwice => twice(empty(StatusCode::OK)),
        Answer::Created(url) => located(twice(empty(StatusCode::CREATED)), &url),
        Answer::Redirect(url) => located(twice(empty(StatusCode::TEMPORARY_REDIRECT)), &url),
        Answer::Json(text) => json(StatusCode::OK, text),
        Answer::No(_) => json(StatusCode::OK, br#"{"boolean":false}"#.to_vec()),
        Answer::Bytes(slices) => bytes(slices),
    };
    add_common(response.headers_mut(), stamp, code);
    response
}

/// Writes the answer of a refused request.
pub(super) fn failure(failure: Failure, stamp: &Stamp) -> Response {
    let (mut response, code) = match failure.body {
        failure::Body::Plain(text) => (plain(failure.status, text), None),
        failure::Body::Exception { exception, code, message } => {
            let body = RemoteExceptionResponse {
                remote_exception: RemoteException {
                    exception: exception.name().to_owned(),
                    message: message_text(message, stamp),
                    java_class_name: exception.java_class_name().to_owned(),
                },
            };
            (json(failure.status, serde_json::to_vec(&body).unwrap_or_default()), Some(code))
        }
    };
    if let Some(challenge) = failure.challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    add_common(response.headers_mut(), stamp, code.unwrap_or(code::FAILED));
    response
}

fn message_text(message: Message, stamp: &Stamp) -> String {
    match message {
        Message::Led(text) => format!("[{}]]{text}", stamp.request_id),
        Message::Stamped(text) => {
            let id = if stamp.extension { String::new() } else { stamp.request_id.to_string() };
            let seconds = stamp.now.strftime("%Y-%m-%dT%H:%M:%S");
            // The service counts in units of 100 nanoseconds.
            let fraction = stamp.now.subsec_nanosecond() / 100;
            format!("{text} [{id}][{seconds}.{fraction:07}+00:00]")
        }
    }
}

/// The headers of every answer.
fn add_common(headers: &mut HeaderMap, stamp: &Stamp, code: u32) {
    // The doubled no-cache is what the service sends.
    let cache = HeaderValue::from_static("no-cache, no-cache, no-store, max-age=0");
    headers.insert(CACHE_CONTROL, cache);
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(EXPIRES, HeaderValue::from_static("-1"));
    let transport = HeaderValue::from_static("max-age=15724800; includeSubDomains");
    headers.insert(STRICT_TRANSPORT_SECURITY, transport);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::try_from(stamp.request_id.to_string()) {
        headers.insert(HeaderName::from_static(wire::REQUEST_ID), id);
    }
    if !stamp.extension {
        headers.insert(HeaderName::from_static(wire::VERSION), VERSION);
        if let Ok(code) = HeaderValue::try_from(format!("0x{code:X}")) {
            headers.insert(HeaderName::from_static("status"), code);
        }
    }
}

fn empty(status: StatusCode) -> Response {
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}

fn twice(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENTLENGTH, HeaderValue::from_static("0"));
    response
}

fn located(mut response: Response, url: &str) -> Response {
    if let Ok(url) = HeaderValue::try_from(url) {
        response.headers_mut().insert(LOCATION, url);
    }
    response
}

fn with_body(status: StatusCode, kind: HeaderValue, body: Bytes) -> Response {
    let length = HeaderValue::from(body.len());
    let mut response = http::Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

fn json(status: StatusCode, text: Vec<u8>) -> Response {
    with_body(status, JSON, text.into())
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    with_body(status, HeaderValue::from_static("text/html; charset=us-ascii"), text.into())
}

/// A file's bytes go out chunked, without a length, as the service sends them; none at all are
/// an empty answer.
fn bytes(slices: Slices) -> Response {
    if slices.len() == 0 {
        return empty(StatusCode::OK);
    }
    let mut response = http::Response::new(Body::from_stream(slices.into_stream()));
    let kind = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
