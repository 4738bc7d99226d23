//! The error of this crate.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::SafeUrl;
use crate::connect::ConnectFailure;
use crate::service_error::ServiceError;
use crate::text::one_line;
use crate::transport::{TransportError, TransportErrorKind};

/// How much of an answer's body an error keeps, in bytes.
const KEPT_BODY: usize = 16 * 1024;
/// How much of a text that may come from a peer is shown, in characters.
const SHOWN_TEXT: usize = 2048;
/// The same for an error within, which may hold several such texts.
const SHOWN_SOURCE: usize = 4096;
const SHOWN_ID: usize = 128;

/// Why an operation failed: what was tried, whether it may have had an effect, what the service
/// said, and the ids under which both sides logged it.
#[derive(Clone)]
pub struct Error(Box<Inner>);

/// The way in which an operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is not usable; nothing was sent.
    InvalidInput,
    /// No access token could be had, or it must not go where the request goes. This try was not sent.
    Credential,
    /// No connection: unknown host, refused, TLS failed. This try was not sent; what
    /// [`Error::delivery`] says holds for those before it too.
    Connection,
    /// The connection broke or nothing moved for too long. The request may have arrived.
    Interrupted,
    /// The service answered with a failure: see [`Error::status`] and [`Error::code`].
    Service,
    /// The service answered something that cannot be understood.
    Decode,
    /// A long-running operation ended in failure or was cancelled.
    Operation,
}

/// Whether a request may have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It never left, or certainly did not arrive.
    NotSent,
    /// It may have arrived; its answer is lost.
    Unknown,
    /// It arrived and was answered.
    Answered,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Option<String>,
    trace: Option<Trace>,
    status: Option<StatusCode>,
    code: Option<String>,
    service_message: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    body: Bytes,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What is known of an operation whatever becomes of it.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: SafeUrl,
    pub(crate) client_request_id: String,
    pub(crate) tries: u32,
    /// Whether a try before the last one may have had an effect.
    pub(crate) may_have_arrived: bool,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, trace: &Trace) -> Self {
        Self::bare(kind, Some(trace.clone()))
    }

    fn bare(kind: ErrorKind, trace: Option<Trace>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: None,
            trace,
            status: None,
            code: None,
            service_message: None,
            request_id: None,
            retry_after: None,
            body: Bytes::new(),
            source: None,
        }))
    }

    /// An argument that is not usable. `message` names it and the way out.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        let mut error = Self::bare(ErrorKind::InvalidInput, None);
        error.0.message = Some(message.into());
        error
    }

    /// A token that could not be had. `source` says why and what to do.
    pub fn credential(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::bare(ErrorKind::Credential, None).with_source(source)
    }

    pub(crate) fn transport(error: TransportError, trace: &Trace) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::Connect => ErrorKind::Connection,
            TransportErrorKind::Interrupted | TransportErrorKind::Timeout => ErrorKind::Interrupted,
        };
        Self::new(kind, trace).with_source(error)
    }

    /// A list that would never end.
    pub(crate) fn repeated_page(token: &str) -> Self {
        Self::bare(ErrorKind::Decode, None).with_message(match token.parse::<SafeUrl>() {
            Ok(link) => format!("the service sent the same page twice (link {link})"),
            Err(_) => "the service sent the same page twice".to_owned(),
        })
    }

    /// A list that goes on and on.
    pub(crate) fn endless_list() -> Self {
        let text = "the service sends one page after the other, and no end is in sight";
        Self::bare(ErrorKind::Decode, None).with_message(text)
    }

    /// A long-running operation that did not come to a good end.
    pub(crate) fn unfinished(trace: &Trace, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Operation, trace).with_message(message)
    }

    pub(crate) fn with_trace(mut self, trace: &Trace) -> Self {
        self.0.trace.get_or_insert_with(|| trace.clone());
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_headers(mut self, headers: &HeaderMap) -> Self {
        let id = headers.get(adls_wire::webhdfs::header::REQUEST_ID);
        self.0.request_id = id.and_then(|id| id.to_str().ok()).map(|id| one_line(id, SHOWN_ID));
        self
    }

    pub(crate) fn with_service_error(mut self, error: ServiceError) -> Self {
        self.0.code = error.code;
        self.0.service_message = error.message;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_body(mut self, body: &Bytes) -> Self {
        self.0.body = body.slice(..body.len().min(KEPT_BODY));
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// The way in which it failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request may have had an effect, in any of its tries.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self.0.kind {
            ErrorKind::Credential | ErrorKind::Connection if self.may_have_arrived() => {
                Delivery::Unknown
            }
            ErrorKind::InvalidInput | ErrorKind::Credential | ErrorKind::Connection => {
                Delivery::NotSent
            }
            ErrorKind::Interrupted => Delivery::Unknown,
            ErrorKind::Service | ErrorKind::Decode | ErrorKind::Operation => Delivery::Answered,
        }
    }

    /// Whether the service has nothing under this name.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether the caller has not the rights.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// Whether no token could be had, or the service does not take it.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.0.kind == ErrorKind::Credential || self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether the service asks to slow down, even after retries.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        match self.status() {
            Some(StatusCode::TOO_MANY_REQUESTS) => true,
            Some(StatusCode::SERVICE_UNAVAILABLE) => self.retry_after().is_some(),
            _ => false,
        }
    }

    /// Whether the service could not be reached or failed, so that the same may work later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let failed = |status: StatusCode| {
            status == StatusCode::REQUEST_TIMEOUT
                || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
        };
        match self.0.kind {
            ErrorKind::Interrupted => true,
            ErrorKind::Connection => {
                !self.connect_failure().is_some_and(ConnectFailure::is_lasting)
            }
            ErrorKind::Service => !self.is_throttled() && self.status().is_some_and(failed),
            _ => false,
        }
    }

    /// The operation that failed, as the service's reference calls it.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.trace.as_ref().map(|trace| trace.operation)
    }

    /// The HTTP method of the request: whether it could change anything.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.0.trace.as_ref().map(|trace| &trace.method)
    }

    /// Where the request went.
    #[must_use]
    pub fn url(&self) -> Option<&SafeUrl> {
        self.0.trace.as_ref().map(|trace| &trace.url)
    }

    /// The HTTP status of the last answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The service's code for the failure: `FileNotFoundException`, `ResourceNotFound`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's own text: cut to a length that a person reads, with what would steer a terminal
    /// escaped, line breaks excepted.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.0.service_message.as_deref()
    }

    /// The id that the service gave its last answer (`x-ms-request-id`); its support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The id of the operation on this side, without the try number (`x-ms-client-request-id`).
    #[must_use]
    pub fn client_request_id(&self) -> Option<&str> {
        self.0.trace.as_ref().map(|trace| trace.client_request_id.as_str())
    }

    /// Whether a try before the last one may have had an effect, so that "already there" and "not
    /// there any more" may be its echo. A refused token or connection and throttling have none.
    /// What may be said of all tries together is [`delivery`](Self::delivery).
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.0.trace.as_ref().is_some_and(|trace| trace.may_have_arrived)
    }

    /// How many times it was tried; 0 when nothing was sent. It says nothing about effects.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.0.trace.as_ref().map_or(0, |trace| trace.tries)
    }

    /// Why the connection did not come to stand, for [`ErrorKind::Connection`].
    #[must_use]
    pub fn connect_failure(&self) -> Option<ConnectFailure> {
        self.transport_error()?.connect_failure()
    }

    /// The proxy by which the last try went: its host, its port and the variable that names it.
    #[must_use]
    pub fn proxy(&self) -> Option<&str> {
        self.transport_error()?.proxy()
    }

    /// What to do about it, where that is known; starts in lower case, without full stop.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.connect_failure()?.hint(self.proxy().is_some())
    }

    fn transport_error(&self) -> Option<&TransportError> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// The pause that the service asked for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The first 16 KiB of the answer's body, for what [`code`](Self::code) and
    /// [`service_message`](Self::service_message) leave out. Not part of any text form.
    #[must_use]
    pub fn response_body(&self) -> &[u8] {
        &self.0.body
    }

    /// What failed, without the ids and numbers that the text form adds.
    #[must_use]
    pub fn summary(&self) -> String {
        Summary(self).to_string()
    }
}

struct Summary<'a>(&'a Error);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0.0;
        if let Some(trace) = &inner.trace {
            write!(f, "{} {}: ", trace.operation, trace.url)?;
        }
        match inner.kind {
            ErrorKind::Connection => self.write_connection(f)?,
            ErrorKind::Interrupted => f.write_str("the answer was lost")?,
            ErrorKind::Decode => f.write_str("the answer cannot be understood")?,
            ErrorKind::Service => {
                f.write_str("the service answered")?;
                if let Some(status) = inner.status {
                    write!(f, " {status}")?;
                }
            }
            ErrorKind::Operation if inner.message.is_none() => {
                f.write_str("the operation failed")?;
            }
            ErrorKind::Operation | ErrorKind::InvalidInput | ErrorKind::Credential => {}
        }
        let mut separator = match inner.kind {
            ErrorKind::InvalidInput | ErrorKind::Credential => "",
            ErrorKind::Operation if inner.message.is_some() => "",
            _ => ": ",
        };
        let texts = [&inner.code, &inner.service_message, &inner.message];
        for text in texts.into_iter().flatten() {
            write!(f, "{separator}{}", one_line(text, SHOWN_TEXT))?;
            separator = ": ";
        }
        if let Some(source) = &inner.source {
            // What cannot be decoded is quoted by whoever tried.
            write!(f, "{separator}{}", one_line(&source.to_string(), SHOWN_SOURCE))?;
        }
        Ok(())
    }
}

impl Summary<'_> {
    fn write_connection(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.url().map_or("the service", SafeUrl::host);
        let failure = self.0.connect_failure().unwrap_or(ConnectFailure::Other);
        match (self.0.proxy(), failure) {
            (None, _) => write!(f, "cannot connect to {host}"),
            (Some(proxy), ConnectFailure::ProxyAuthentication) => {
                write!(f, "the proxy {proxy} leads to {host} only with a user name and password")
            }
            (Some(proxy), ConnectFailure::ProxyRefused) => {
                write!(f, "the proxy {proxy} does not lead to {host}")
            }
            (Some(proxy), failure) if failure.is_before_the_proxy() => {
                write!(f, "cannot connect to the proxy {proxy} on the way to {host}")
            }
            (Some(proxy), _) => write!(f, "cannot connect to {host} through the proxy {proxy}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "{}", Summary(self))?;
        let Some(trace) = inner.trace.as_ref().filter(|trace| trace.tries > 0) else {
            return Ok(());
        };
        write!(f, " (client request id {}", trace.client_request_id)?;
        if let Some(id) = &inner.request_id {
            write!(f, ", request id {id}")?;
        }
        if trace.tries > 1 {
            write!(f, ", {} tries", trace.tries)?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &self.operation())
            .field("url", &self.url())
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("service_message", &inner.service_message)
            .field("message", &inner.message)
            .field("request_id", &inner.request_id)
            .field("client_request_id", &self.client_request_id())
            .field("tries", &self.tries())
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}
