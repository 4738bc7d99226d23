//! What carries one try: the network, or something else in tests.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, StatusCode};

use crate::request::Body;
use crate::{BoxFuture, ConnectFailure, SafeUrl};

/// Carries one try of a request. No retries, no redirects, no cookies.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request and returns as soon as status and headers are there.
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        (**self).send(request)
    }
}

/// One try of a request, complete with ids and token.
///
/// Its `Debug` shows neither headers nor body, because a token is among them.
pub struct TransportRequest {
    /// The HTTP method.
    pub method: Method,
    /// Where to.
    pub url: SafeUrl,
    /// All headers but `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// The bytes.
    pub body: Body,
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The frames of a body.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Status and headers, with the body still to come.
pub struct TransportResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: BodyStream,
}

impl fmt::Debug for TransportResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// How a try failed. The kind says whether the request may have arrived.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    connect_failure: Option<ConnectFailure>,
    proxy: Option<Arc<str>>,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// The way in which a try failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The connection never stood: unknown host, refused, TLS failed. Nothing was sent.
    Connect,
    /// The connection broke. The request may have arrived.
    Interrupted,
    /// Nothing moved for too long. The request may have arrived.
    Timeout,
}

impl TransportError {
    /// A failure of this kind.
    pub fn new(
        kind: TransportErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { kind, connect_failure: None, proxy: None, source: source.into() }
    }

    /// The same with the reason why the connection did not come to stand.
    #[must_use]
    pub fn with_connect_failure(mut self, failure: ConnectFailure) -> Self {
        self.connect_failure = Some(failure);
        self
    }

    /// The same with the name of the proxy that the way led through, which holds no password.
    #[must_use]
    pub fn with_proxy(mut self, name: impl Into<Arc<str>>) -> Self {
        self.proxy = Some(name.into());
        self
    }

    /// Why the connection did not come to stand, if that is what failed and it is known.
    #[must_use]
    pub fn connect_failure(&self) -> Option<ConnectFailure> {
        self.connect_failure
    }

    /// The proxy that the way led through: its host, its port and the variable that names it.
    #[must_use]
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// The way in which it failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The innermost cause says what happened ("connection refused"); the layers above it only
        // say that something did.
        let mut cause: &(dyn std::error::Error + 'static) = &*self.source;
        while let Some(next) = cause.source() {
            cause = next;
        }
        write!(f, "{cause}")
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
