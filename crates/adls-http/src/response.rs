//! An answer that was not a failure.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::Result;
use crate::error::{Error, ErrorKind, Trace};
use crate::transport::BodyStream;

/// An answer with its whole body.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trace: Trace,
}

impl Response {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's text, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The number of tries that it took, at least 1. It says nothing about their effects: see
    /// [`may_have_arrived`](Self::may_have_arrived).
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.trace.tries
    }

    /// Whether a try before the last one may have had an effect, so that "already there" and "not
    /// there any more" may be its echo. A refused token or connection and throttling have none.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.trace.may_have_arrived
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] when it is not JSON of this shape; the error keeps ids and status.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| match self.describe_non_json() {
            Some(what) => self.decode_error(what),
            None => self.decode_error(error),
        })
    }

    /// The same for a body with secrets in it: the error holds nothing of it, neither as the answer's text
    /// nor in what the parser says.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] when it is not JSON of this shape; the error keeps ids and status.
    pub fn secret_json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = if error.is_data() { "JSON of another shape" } else { "not JSON" };
            Error::new(ErrorKind::Decode, &self.trace)
                .with_status(self.status)
                .with_headers(&self.headers)
                .with_source(format!("it is {what}, and is not shown, as there may be keys in it"))
        })
    }

    /// What an answer that should be JSON plainly is, where that says more than a position in it.
    fn describe_non_json(&self) -> Option<String> {
        let coding = self.header("content-encoding").filter(|coding| *coding != "identity");
        if let Some(coding) = coding {
            return Some(format!("it is compressed ({coding}), which nobody asked for"));
        }
        let page = self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        page.then(|| "it is a page for a browser, such as the login page of a proxy".to_owned())
    }

    /// An [`ErrorKind::Decode`] about this answer, for what JSON alone cannot check.
    pub fn decode_error(
        &self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        Error::new(ErrorKind::Decode, &self.trace)
            .with_status(self.status)
            .with_headers(&self.headers)
            .with_body(&self.body)
            .with_source(source)
    }
}

/// An answer whose body is still arriving.
pub struct StreamingResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: BodyStream,
    pub(crate) trace: Trace,
}

impl StreamingResponse {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Whether a try before the last one may have had an effect: see
    /// [`Response::may_have_arrived`].
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.trace.may_have_arrived
    }

    /// The body, frame by frame. An error is final; what came before it is good.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + Unpin {
        Frames { body: self.body, status: self.status, headers: self.headers, trace: self.trace }
    }
}

impl std::fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamingResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

struct Frames {
    body: BodyStream,
    status: StatusCode,
    headers: HeaderMap,
    trace: Trace,
}

impl Stream for Frames {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.body.poll_next_unpin(cx).map(|frame| {
            frame.map(|frame| {
                frame.map_err(|error| {
                    Error::transport(error, &this.trace)
                        .with_status(this.status)
                        .with_headers(&this.headers)
                })
            })
        })
    }
}
