//! The HTTP pipeline below the Azure Data Lake crates.
//!
//! A [`Pipeline`] takes a [`Request`] through fixed stages, in this order:
//!
//! 1. *per operation*: client request id, user agent;
//! 2. *retry loop* ([`RetryOptions`]), per try: the body from its start, the try number appended to
//!    the client request id, what makes it authorised ([`Credential`], by an [`Authorizer`]; a 401
//!    refuses the cached token once), logging with an allow-list, the [`Transport`] with a limit on the time to the first
//!    byte, a guard against bodies that stop flowing, and `check_success`, the one place where an
//!    answer becomes an [`Error`];
//! 3. *per operation*: the last try's answer, or its error with the ids and the number of tries.
//!
//! The traits that other crates implement or bring along live here, so that a client never depends
//! on a credential: [`TokenCredential`], [`Authorizer`], [`Transport`], [`Clock`],
//! [`Observer`].

mod authorizer;
mod challenge;
mod check;
mod clock;
mod connect;
mod credential;
mod environment;
mod error;
mod http_transport;
mod observer;
mod options;
mod pager;
mod pipeline;
mod policies;
mod poller;
mod proxy;
mod request;
mod response;
mod safe_url;
mod service_error;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
pub mod text;
mod transport;
mod trust;

use std::future::Future;
use std::pin::Pin;

pub use authorizer::{Authorizer, OutgoingRequest, Refusal};
pub use clock::{Clock, SystemClock};
pub use connect::ConnectFailure;
pub use credential::{
    AccessToken, AccountKey, Credential, SasToken, SigningKey, TokenCredential, TokenRequest,
};
pub use error::{Delivery, Error, ErrorKind};
pub use http_transport::{HttpTransport, HttpTransportOptions};
pub use observer::{Observer, RequestEvent};
pub use options::{ClientOptions, RetryOptions, TimeoutOptions};
pub use pager::{CycleDetector, Page, Pager};
pub use pipeline::{Pipeline, PipelineBuilder};
pub use poller::{PollStatus, Poller, PollerOptions};
pub use request::{Body, Idempotency, Request};
pub use response::{Response, StreamingResponse};
pub use safe_url::{ParseUrlError, SafeUrl};
pub use transport::{
    BodyStream, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};

/// A boxed future, as the object-safe traits of this crate return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
