//! One request on its way to a service, and the answer back.

use std::net::IpAddr;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Value, json};
use uuid::Uuid;

/// The answer to a call; its body may stream.
pub(crate) type Response = http::Response<Body>;

/// One request, after the front has decided who answers it.
#[derive(Debug)]
pub(crate) struct Call {
    /// The HTTP method.
    pub(crate) method: Method,
    /// Path and query as sent; scheme and host, if any, are in `origin`.
    pub(crate) uri: Uri,
    /// The headers as sent.
    pub(crate) headers: HeaderMap,
    /// The body, not yet read.
    pub(crate) body: Body,
    /// The id of this answer, sent as `x-ms-request-id`.
    pub(crate) request_id: Uuid,
    /// Scheme, host and port under which the caller reaches the emulator; links start with it.
    pub(crate) origin: String,
    /// Where the caller is.
    pub(crate) peer: IpAddr,
    /// The Data Lake account that the host or path names.
    pub(crate) account: Option<String>,
}

impl Call {
    /// The path, still percent-encoded.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query without its question mark; empty when there is none.
    pub(crate) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// A header's text, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The whole body, taken out of the call, if it is not longer than `limit` bytes.
    pub(crate) async fn read_body(&mut self, limit: usize) -> Result<Bytes, BodyError> {
        read(std::mem::take(&mut self.body), limit).await
    }
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is longer than {0} bytes")]
    TooLong(usize),
    #[error("the body broke off")]
    Broken,
}

impl BodyError {
    /// How a service answers that has no words of its own for it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a body that is small by its nature; file data is read frame by frame.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLong(limit)),
        Err(_) => Err(BodyError::Broken),
    }
}

/// How many bytes a JSON value takes in memory, which can be many times its text.
pub(crate) fn size_of_json(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size_of_json).sum(),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                2 * size_of::<String>() + key.len() + size_of_json(value)
            };
            members.iter().map(member).sum()
        }
        _ => 0,
    };
    size_of::<Value>() + inner
}

/// A JSON answer with its length.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    let text = value.to_string();
    let mut response = http::Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}

/// An error in the shape that Azure services share.
pub(crate) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    json(status, &json!({"error": {"code": code, "message": message}}))
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
