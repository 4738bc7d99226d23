//! A request, before the pipeline takes it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::SafeUrl;

/// Whether a request may be sent again when its answer is lost. A property of the request's
/// meaning, not of its HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Idempotency {
    /// Changes nothing; may be repeated freely.
    Safe,
    /// Twice is as good as once.
    Idempotent,
    /// Takes effect only at this byte offset: twice does no harm, but the second answer is a
    /// refusal that means "done before". Not repeated blindly; the caller asks for the length.
    AtOffset(u64),
    /// Repeating it could do something else; sent again only when it certainly did not arrive or
    /// was refused untouched.
    Unsafe,
}

/// The bytes of a request. Replayable: every try sends them from the start.
#[derive(Clone, Debug, Default)]
pub struct Body(Bytes);

impl Body {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Their number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(bytes.into())
    }
}

/// A request, before the pipeline adds ids, user agent and token.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: SafeUrl,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) idempotency: Idempotency,
    pub(crate) accepted: Vec<StatusCode>,
    pub(crate) longest_answer: usize,
}

/// The most that is read of a body which is not streamed, in bytes, unless the request says less. The
/// largest known is a page of 16,000 directory entries, about 6 MiB.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

impl Request {
    /// A request without headers and body. `operation` names it in errors and logs, as the service's
    /// reference does: `APPEND`, `Accounts_Create`.
    #[must_use]
    pub fn new(
        operation: &'static str,
        method: Method,
        url: SafeUrl,
        idempotency: Idempotency,
    ) -> Self {
        Self {
            operation,
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::default(),
            idempotency,
            accepted: Vec::new(),
            longest_answer: LONGEST_ANSWER,
        }
    }

    /// Sets a header, in place of one of the same name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn body(self, content_type: &'static str, body: impl Into<Body>) -> Self {
        let mut this = self.header(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        this.body = body.into();
        this
    }

    /// Sets the body without a type, for services that would take the type for one of their own words.
    #[must_use]
    pub fn untyped_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json; charset=utf-8", value.to_string())
    }

    /// Sets a form body (`application/x-www-form-urlencoded`).
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let text =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", text)
    }

    /// Takes `status` as an answer, not as a failure. All 2xx are answers anyway.
    #[must_use]
    pub fn accept(mut self, status: StatusCode) -> Self {
        self.accepted.push(status);
        self
    }

    /// The most that is read of the answer's body where it is not streamed, in bytes; 64 MiB unless set.
    #[must_use]
    pub fn longest_answer(mut self, bytes: usize) -> Self {
        self.longest_answer = bytes;
        self
    }

    /// The operation's name.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &SafeUrl {
        &self.url
    }

    pub(crate) fn accepts(&self, status: StatusCode) -> bool {
        status.is_success() || self.accepted.contains(&status)
    }
}
