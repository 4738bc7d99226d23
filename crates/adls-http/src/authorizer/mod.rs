//! How a try is made authorised: by a token, by a signature in the query, or by one over the request.

mod bearer;
mod sas;
mod shared_key;

use std::fmt;
use std::time::SystemTime;

use http::Method;
use http::header::{HeaderMap, HeaderValue};

pub(crate) use bearer::BearerAuthorizer;
pub(crate) use sas::SasAuthorizer;
pub(crate) use shared_key::SharedKeyAuthorizer;

use crate::{BoxFuture, Result, SafeUrl};

/// Makes every try of a request authorised.
///
/// It is asked last, when the try is otherwise finished, so that it can sign all of it; and for every
/// try anew, since signatures hold the time. The pipeline asks only for requests that go to an allowed
/// origin, encrypted.
pub trait Authorizer: fmt::Debug + Send + Sync {
    /// Adds to `request` what proves the right to make it.
    ///
    /// # Errors
    /// When there is no proof; the try is not sent then.
    fn authorize<'a>(&'a self, request: &'a mut OutgoingRequest<'_>) -> BoxFuture<'a, Result<()>>;

    /// Whether another try can do better after the service has refused one with 401. It is made once,
    /// and finds the [refusal](OutgoingRequest::refusal).
    fn answers_challenges(&self) -> bool {
        false
    }
}

/// One try of a request as it goes out, finished but for what authorises it.
#[derive(Debug)]
pub struct OutgoingRequest<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: SafeUrl,
    pub(crate) headers: HeaderMap,
    pub(crate) body_length: usize,
    pub(crate) now: SystemTime,
    pub(crate) refusal: Option<&'a Refusal>,
}

impl OutgoingRequest<'_> {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.method
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &SafeUrl {
        &self.url
    }

    /// All headers, those that differ from try to try included. The transport adds `host` and
    /// `content-length`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The same to add to them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// The number of bytes in the body.
    #[must_use]
    pub fn body_length(&self) -> usize {
        self.body_length
    }

    /// The time of this try, by the pipeline's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// Adds to the query; `query` is percent-encoded already. Nothing else of the URL can be changed.
    pub fn append_query(&mut self, query: &str) {
        self.url.append_query(query);
    }

    /// How the service has refused an earlier try, if it has.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal
    }
}

/// A 401 to an earlier try of the same request.
#[derive(Debug)]
pub struct Refusal {
    /// The proof that was refused.
    pub(crate) authorization: Option<HeaderValue>,
    /// The headers of the answer.
    pub(crate) headers: HeaderMap,
}

impl Refusal {
    /// The `Authorization` header that was refused.
    #[must_use]
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// The headers of the answer, with its challenges.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}
