//! A clock and a transport for tests of code that is built on this crate.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, StatusCode};

use crate::credential::{AccessToken, TokenCredential, TokenRequest};
use crate::transport::{
    Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};
use crate::{BoxFuture, ClientOptions, Clock, ConnectFailure, Result};

/// A clock that starts at a given time of day and moves only when a test [moves](Self::advance) it
/// or somebody has slept on it: what a busy machine takes for the work between does not count.
///
/// Sleeping waits for tokio's time, which a test pauses with `#[tokio::test(start_paused = true)]`:
/// it is then instant, and of several who sleep the one with the nearest end wakes first.
#[derive(Clone, Debug)]
pub struct TestClock {
    epoch: SystemTime,
    elapsed: Arc<Mutex<Duration>>,
}

impl TestClock {
    /// A clock at 2026-01-01 00:00:00 UTC.
    #[must_use]
    pub fn new() -> Self {
        Self {
            epoch: SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600),
            elapsed: Arc::default(),
        }
    }

    /// Moves the time forward without waiting.
    pub fn advance(&self, by: Duration) {
        *self.lock() += by;
    }

    fn lock(&self) -> MutexGuard<'_, Duration> {
        self.elapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        self.epoch + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.lock()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        let end = self.elapsed().saturating_add(duration);
        Box::pin(async move {
            tokio::time::sleep(duration).await;
            let mut elapsed = clock.lock();
            *elapsed = end.max(*elapsed);
        })
    }
}

/// A credential whose tokens are `token-1`, `token-2`, ...: a new one whenever the last was refused.
#[derive(Debug, Default)]
pub struct CountingCredential {
    issued: Mutex<(u32, Vec<TokenRequest>)>,
}

impl CountingCredential {
    /// The requests it got.
    pub fn requests(&self) -> Vec<TokenRequest> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl TokenCredential for CountingCredential {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> BoxFuture<'a, Result<AccessToken>> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.1.push(request.clone());
        let current = format!("token-{}", issued.0);
        if issued.0 == 0 || request.rejected.as_ref().is_some_and(|t| t.secret() == current) {
            issued.0 += 1;
        }
        let token = format!("token-{}", issued.0);
        let expires_on = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        Box::pin(async move { Ok(AccessToken::new(token, expires_on)) })
    }
}

/// One scripted answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<Bytes>,
    failure: Option<TransportErrorKind>,
    connect_failure: Option<ConnectFailure>,
    never: bool,
    repeated: Option<(&'static str, usize)>,
}

impl Answer {
    /// A status without a body.
    ///
    /// # Panics
    /// When the number is not a status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).expect("a valid status"),
            headers: HeaderMap::new(),
            body: Vec::new(),
            failure: None,
            connect_failure: None,
            never: false,
            repeated: None,
        }
    }

    /// Adds the header that try number `index` had, counted from 0, as services give back what they were
    /// sent.
    #[must_use]
    pub fn repeating(mut self, name: &'static str, index: usize) -> Self {
        self.repeated = Some((name, index));
        self
    }

    /// No answer at all but this failure; after the frames of [`body`](Self::body) if there are any.
    #[must_use]
    pub fn failure(kind: TransportErrorKind) -> Self {
        Self { failure: Some(kind), ..Self::status(200) }
    }

    /// No answer, since no connection came to stand, for this reason.
    #[must_use]
    pub fn unconnected(failure: ConnectFailure) -> Self {
        let connect_failure = Some(failure);
        Self { connect_failure, ..Self::failure(TransportErrorKind::Connect) }
    }

    /// Neither answer nor failure: the request hangs.
    #[must_use]
    pub fn never() -> Self {
        Self { never: true, ..Self::status(200) }
    }

    /// Adds a header.
    ///
    /// # Panics
    /// When name or value cannot be a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a valid header value"));
        self
    }

    /// Adds a frame to the body.
    #[must_use]
    pub fn body(mut self, frame: impl Into<Bytes>) -> Self {
        self.body.push(frame.into());
        self
    }

    /// The body breaks after its frames.
    #[must_use]
    pub fn then_failure(mut self, kind: TransportErrorKind) -> Self {
        self.failure = Some(kind);
        self
    }

    /// The body stops flowing after its frames.
    #[must_use]
    pub fn then_stall(mut self) -> Self {
        self.never = true;
        self
    }

    fn give(self) -> BoxFuture<'static, std::result::Result<TransportResponse, TransportError>> {
        let Self { status, headers, body, failure, connect_failure, never, .. } = self;
        let broken = move |kind| {
            let error = TransportError::new(kind, "scripted failure");
            match connect_failure {
                Some(failure) => error.with_connect_failure(failure),
                None => error,
            }
        };
        if body.is_empty() {
            if never {
                return Box::pin(std::future::pending());
            }
            if let Some(kind) = failure {
                return Box::pin(async move { Err(broken(kind)) });
            }
        }
        let end = stream::iter(failure.map(|kind| Err(broken(kind))));
        let frames = stream::iter(body.into_iter().map(Ok)).chain(end);
        let body = if never { frames.chain(stream::pending()).boxed() } else { frames.boxed() };
        Box::pin(async move { Ok(TransportResponse { status, headers, body }) })
    }
}

/// A transport that gives scripted answers in order and keeps the requests.
///
/// It panics at its end when answers are left that the test has not [taken back](Self::take_unasked):
/// a fault that nobody met proves nothing.
#[derive(Debug, Default)]
pub struct ScriptedTransport {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<TransportRequest>>,
}

impl ScriptedTransport {
    /// A transport that will give these answers.
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            requests: Mutex::default(),
        })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<TransportRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back the answers that nobody was to ask for, and says how many there were.
    pub fn take_unasked(&self) -> usize {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner)).len()
    }

    /// How many tries it saw.
    pub fn count(&self) -> usize {
        self.kept().len()
    }

    /// A header of try number `index`, counted from 0.
    pub fn header(&self, index: usize, name: &str) -> Option<String> {
        let kept = self.kept();
        let value = kept.get(index)?.headers.get(name)?;
        value.to_str().ok().map(str::to_owned)
    }

    /// Every try as text, for snapshots: request line, headers without the ids that differ from run
    /// to run, body.
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for request in self.kept().iter() {
            let url = request.url.as_url();
            let _ = writeln!(text, "{} {url}", request.method);
            let mut headers: Vec<_> = request.headers.iter().collect();
            headers.sort_by_key(|(name, _)| name.as_str());
            for (name, value) in headers {
                let value = match name.as_str() {
                    "x-ms-client-request-id" | "client-request-id" | "user-agent" => continue,
                    _ => value.to_str().unwrap_or("(not text)"),
                };
                let _ = writeln!(text, "{name}: {value}");
            }
            if !request.body.is_empty() {
                let _ = match std::str::from_utf8(request.body.bytes()) {
                    Ok(body) => writeln!(text, "\n{body}"),
                    Err(_) => writeln!(text, "\n({} bytes)", request.body.len()),
                };
            }
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// Client options over this transport, with a [`TestClock`].
    pub fn options(self: &Arc<Self>) -> ClientOptions {
        let mut options = ClientOptions::with_transport(Arc::<Self>::clone(self));
        options.clock = Arc::new(TestClock::new());
        options
    }
}

impl Drop for ScriptedTransport {
    fn drop(&mut self) {
        let left = self.answers.get_mut().unwrap_or_else(PoisonError::into_inner);
        let left = left.len();
        assert!(
            left == 0 || std::thread::panicking(),
            "{left} scripted answers were never asked for: the test has tested something else"
        );
    }
}

impl Transport for ScriptedTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, std::result::Result<TransportResponse, TransportError>> {
        self.kept().push(request);
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = answer.map(|mut answer| {
            if let Some((name, index)) = answer.repeated
                && let Some(value) = self.header(index, name)
            {
                answer = answer.header(name, &value);
            }
            answer
        });
        match answer {
            Some(answer) => answer.give(),
            None => Box::pin(async {
                let text = "the script has no answer left for this request";
                Err(TransportError::new(TransportErrorKind::Interrupted, text))
            }),
        }
    }
}
