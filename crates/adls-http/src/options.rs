//! Options that every client takes.

use std::sync::Arc;
use std::time::Duration;

use crate::Result;
use crate::clock::{Clock, SystemClock};
use crate::http_transport::{HttpTransport, HttpTransportOptions, SharedTransport};
use crate::observer::Observer;
use crate::transport::Transport;

/// Options that every client takes. Clones share the transport, and with it the connections; so do
/// all that are made by default.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientOptions {
    /// What carries the requests.
    pub transport: Arc<dyn Transport>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// When and how often a request is sent again.
    pub retry: RetryOptions,
    /// How long to wait for bytes.
    pub timeouts: TimeoutOptions,
    /// Text put in front of the user agent, such as `my-tool/1.2`.
    pub user_agent: Option<String>,
    /// Whether a credential may go over plain http to this machine, as to an emulator. Never to any other.
    pub allow_http_loopback: bool,
    /// Who is told of answers and of tries made again.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for ClientOptions {
    /// Options with the network transport that all others made so share. It is made with the first
    /// request, which fails when the system's certificates cannot be read.
    fn default() -> Self {
        Self::with_transport(Arc::new(SharedTransport))
    }
}

impl ClientOptions {
    /// Options with a network transport of their own.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self> {
        Ok(Self::with_transport(Arc::new(HttpTransport::new(&HttpTransportOptions::default())?)))
    }

    /// Options with this transport.
    pub fn with_transport(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            clock: Arc::new(SystemClock::default()),
            retry: RetryOptions::default(),
            timeouts: TimeoutOptions::default(),
            user_agent: None,
            allow_http_loopback: false,
            observer: None,
        }
    }
}

/// When and how often a request is sent again.
///
/// Tried again are: for every request, connections that never stood (unless a certificate or a proxy
/// stands against it, which would do so again), 429, and 503 with `Retry-After`;
/// broken connections, timeouts, 408, 500, 502, 503 and 504 for requests that may be repeated (see
/// [`Idempotency`](crate::Idempotency)). The pause is the larger of `Retry-After` and a random part
/// of an exponentially growing delay.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryOptions {
    /// Tries after the first one; 0 switches retries off.
    pub max_retries: u32,
    /// The upper bound of the first pause; doubles with each try.
    pub initial_delay: Duration,
    /// The upper bound of every pause that the service did not ask for.
    pub max_delay: Duration,
    /// The longest pause that the service may ask for; beyond it the error surfaces at once.
    pub max_retry_after: Duration,
    /// Tries beyond the first that one client may make in a burst. Each costs one, each success
    /// gives a tenth back: when a service is down, the client stops adding to its load.
    pub quota: u32,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            max_retries: 4,
            initial_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(120),
            quota: 100,
        }
    }
}

impl RetryOptions {
    /// The upper bound of the pause after so many retries, where the service asks for none: doubles
    /// with each, up to [`max_delay`](Self::max_delay).
    #[must_use]
    pub fn longest_pause(&self, retries: u32) -> Duration {
        let factor = 1_u32.checked_shl(retries).unwrap_or(u32::MAX);
        self.initial_delay.saturating_mul(factor).min(self.max_delay)
    }
}

/// How long to wait: for bytes, and in all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeoutOptions {
    /// To status and headers, counted from the start of a try; a body that is sent adds a second
    /// for every 64 KiB.
    pub first_byte: Duration,
    /// Between two frames of a body that is received.
    pub stall: Duration,
    /// For a whole operation with all its tries, up to the end of the answer, or where the answer is
    /// streamed up to its beginning. A body that is sent adds a second to a try for every 64 KiB, one
    /// that is received for every 8 KiB; pauses that the service asks for do not count.
    pub call: Duration,
}

impl Default for TimeoutOptions {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(90),
            stall: Duration::from_secs(60),
            call: Duration::from_secs(180),
        }
    }
}
