//! Long-running operations of Azure Resource Manager.

mod state;
#[cfg(test)]
mod tests;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use crate::check::retry_after;
use crate::error::{Error, ErrorKind, Trace};
use crate::policies::identify;
use crate::request::{Idempotency, Request};
use crate::service_error::ServiceError;
use crate::{Pipeline, Response, Result, SafeUrl};

use state::{Effect, Pattern, State};

/// How a [`Poller`] waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollerOptions {
    /// The pause between two polls when the service names none with `Retry-After`.
    pub interval: Duration,
    /// The longest pause; when the service names a longer one, it is asked sooner than it wants.
    /// Otherwise one answer could put a program to sleep for days.
    pub max_pause: Duration,
    /// The longest that the whole operation may take, four hours unless set; the operation itself goes on
    /// without us.
    pub deadline: Option<Duration>,
}

impl Default for PollerOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(5),
            max_pause: Duration::from_secs(120),
            deadline: Some(Duration::from_secs(4 * 3600)),
        }
    }
}

/// How many polls may follow one another without a pause; from then on there is one that doubles.
const POLLS_WITHOUT_PAUSE: u32 = 3;
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_LEAST_PAUSE: Duration = Duration::from_secs(1);

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PollStatus {
    /// It goes on; the text is the service's word for it, such as `Creating`.
    InProgress(String),
    /// It has succeeded; [`Poller::result`] has what it made.
    Succeeded,
}

/// Reads what an operation made out of its last answer.
type Decode<T> = fn(&Response) -> Result<T>;

/// A long-running operation that has been started.
///
/// Follows `Azure-AsyncOperation` (or `Operation-Location`), else `Location`, else the resource's own
/// `provisioningState`, and honours `Retry-After` up to a limit. Dropping it stops the polling, not the
/// operation; [`resume_token`](Self::resume_token) takes it up again, also in another process.
///
/// `E` is the error of the crate that hands the poller out.
pub struct Poller<T, E = Error> {
    pipeline: Pipeline,
    /// What errors without an answer of their own refer to: the last request.
    trace: Trace,
    options: PollerOptions,
    decode: Decode<T>,
    state: State,
    started: Duration,
    pause: Option<Duration>,
    polls: u32,
    last: Option<Response>,
    error: PhantomData<fn() -> E>,
}

impl<T, E: From<Error>> Poller<T, E> {
    /// Sends `request`, which starts the operation, or as a GET looks at a resource on which somebody
    /// else has started one; `decode` reads the result out of the last
    /// answer, which has no body where the operation makes nothing.
    ///
    /// # Errors
    /// Those of [`Pipeline::send`], and [`ErrorKind::Operation`] when
    /// it failed at once.
    pub async fn begin(
        pipeline: Pipeline,
        request: Request,
        options: PollerOptions,
        decode: Decode<T>,
    ) -> std::result::Result<Self, E> {
        let started = pipeline.clock().elapsed();
        let (operation, method, url) =
            (request.operation, request.method.clone(), request.url.clone());
        let answer = pipeline.send(request).await?;
        let state = State::after_start(operation, &method, &url, &answer);
        let trace = answer.trace.clone();
        let mut poller = Self { started, ..Self::new(pipeline, trace, options, decode, state) };
        poller.record(answer)?;
        Ok(poller)
    }

    /// An operation that has removed what is at `url`, and whose own answer is lost: what asks for it again
    /// finds nothing there.
    #[must_use]
    pub fn ended_by_removal(
        pipeline: Pipeline,
        operation: &'static str,
        url: SafeUrl,
        options: PollerOptions,
        decode: Decode<T>,
    ) -> Self {
        let state = State::after_removal(operation, &url);
        let trace = Trace {
            operation,
            method: Method::DELETE,
            url,
            client_request_id: identify::new_client_request_id(),
            tries: 0,
            may_have_arrived: true,
        };
        Self::new(pipeline, trace, options, decode, state)
    }

    /// Takes up an operation from its [`resume_token`](Self::resume_token). `operation` and `decode`
    /// are those that it was begun with. The deadline counts from here.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the token is not one, or one
    /// of another operation.
    pub fn resume(
        pipeline: Pipeline,
        operation: &'static str,
        token: &str,
        options: PollerOptions,
        decode: Decode<T>,
    ) -> std::result::Result<Self, E> {
        let state = State::from_token(operation, token)?;
        let trace = Trace {
            operation,
            method: Method::GET,
            url: state.url.parse().map_err(|error| {
                Error::invalid_input(format!("this is not the token of an operation: {error}"))
            })?,
            client_request_id: identify::new_client_request_id(),
            tries: 0,
            may_have_arrived: false,
        };
        let pause = Some(Duration::ZERO);
        Ok(Self { pause, ..Self::new(pipeline, trace, options, decode, state) })
    }

    /// An operation that nobody has asked about yet. The deadline counts from here.
    fn new(
        pipeline: Pipeline,
        trace: Trace,
        options: PollerOptions,
        decode: Decode<T>,
        state: State,
    ) -> Self {
        let started = pipeline.clock().elapsed();
        let (pause, polls, last, error) = (None, 0, None, PhantomData);
        Self { pipeline, trace, options, decode, state, started, pause, polls, last, error }
    }

    /// A text from which [`resume`](Self::resume) goes on. It holds the operation's links, but no
    /// access token.
    #[must_use]
    pub fn resume_token(&self) -> String {
        self.state.to_token()
    }

    /// The name of the operation, as the service's reference calls it.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.trace.operation
    }

    /// Where the operation stands, as of the last answer.
    #[must_use]
    pub fn status(&self) -> PollStatus {
        if self.state.done {
            PollStatus::Succeeded
        } else {
            PollStatus::InProgress(self.state.status.clone())
        }
    }

    /// Waits as long as the service asks for, up to [`PollerOptions::max_pause`], then asks once. May be called again after an error of
    /// the connection, and after the future was dropped halfway.
    ///
    /// # Errors
    /// [`ErrorKind::Operation`] when the operation failed, was
    /// cancelled or takes longer than the deadline; otherwise those of [`Pipeline::send`].
    pub async fn step(&mut self) -> std::result::Result<PollStatus, E> {
        if self.state.done {
            return Ok(PollStatus::Succeeded);
        }
        let pause = self.pause.unwrap_or(self.options.interval).min(self.options.max_pause);
        let pause = pause.max(self.least_pause());
        self.polls = self.polls.saturating_add(1);
        self.check_deadline(pause)?;
        self.pipeline.clock().sleep(pause).await;
        let mut request = self.get_request(&self.state.url)?;
        if self.state.ends_with_absence() {
            request = request.accept(StatusCode::NOT_FOUND);
        }
        let answer = self.pipeline.send(request).await?;
        self.state.advance(&answer)?;
        self.record(answer)?;
        Ok(self.status())
    }

    /// Waits for the end and returns what the operation made.
    ///
    /// # Errors
    /// As for [`step`](Self::step).
    pub async fn wait(mut self) -> std::result::Result<T, E> {
        while self.step().await? != PollStatus::Succeeded {}
        self.result().await
    }

    /// What the operation made, once it has succeeded.
    ///
    /// # Errors
    /// Those of [`Pipeline::send`]; [`ErrorKind::Operation`] when it
    /// has not succeeded yet, or was taken up again after an end whose answer is lost.
    pub async fn result(mut self) -> std::result::Result<T, E> {
        if !self.state.done {
            let text = format!("it is still {}", self.state.status);
            return Err(Error::unfinished(&self.trace, text).into());
        }
        let answer = self.final_answer().await?;
        Ok((self.decode)(&answer)?)
    }

    async fn final_answer(&mut self) -> Result<Response> {
        let last = self.last.take();
        if let Some(url) = &self.state.follow {
            return self.pipeline.send(self.get_request(url)?).await;
        }
        let in_last_answer = self.state.pattern != Pattern::Status;
        match (&self.state.effect, last) {
            (Effect::Removes, last) => Ok(last.unwrap_or_else(|| empty_response(&self.trace))),
            (Effect::Makes(_), Some(answer)) if in_last_answer && !answer.body().is_empty() => {
                Ok(answer)
            }
            (Effect::Makes(resource), _) => self.pipeline.send(self.get_request(resource)?).await,
            (Effect::Acts, Some(answer)) => Ok(answer),
            (Effect::Acts, None) if self.state.pattern != Pattern::Finished => {
                self.pipeline.send(self.get_request(&self.state.url)?).await
            }
            (Effect::Acts, None) => Err(Error::unfinished(
                &self.trace,
                "it had ended before it was taken up again, and its answer was not kept",
            )),
        }
    }

    fn get_request(&self, url: &str) -> Result<Request> {
        // The operation is under way: that nothing can be asked does not mean that nothing was sent.
        let url: SafeUrl = url.parse().map_err(|error| {
            Error::new(ErrorKind::Decode, &self.trace)
                .with_message("the service gave a link that is none")
                .with_source(error)
        })?;
        let request = Request::new(self.trace.operation, Method::GET, url, Idempotency::Safe);
        Ok(request.header(header::ACCEPT, HeaderValue::from_static("application/json")))
    }

    /// A service that says "now" again and again must not be asked without end at full speed.
    fn least_pause(&self) -> Duration {
        match self.polls.checked_sub(POLLS_WITHOUT_PAUSE) {
            None => Duration::ZERO,
            Some(doublings) => {
                SHORTEST_PAUSE.saturating_mul(1 << doublings.min(10)).min(LONGEST_LEAST_PAUSE)
            }
        }
    }

    fn check_deadline(&self, pause: Duration) -> Result<()> {
        let spent = self.pipeline.clock().elapsed().saturating_sub(self.started);
        if self.options.deadline.is_none_or(|deadline| spent.saturating_add(pause) <= deadline) {
            return Ok(());
        }
        let text = format!(
            "still {} after {} seconds; it goes on without being watched",
            self.state.status,
            spent.as_secs()
        );
        Err(Error::unfinished(&self.trace, text))
    }

    /// Remembers an answer; a terminal failure in it becomes an error.
    fn record(&mut self, answer: Response) -> Result<()> {
        self.pause = retry_after(answer.headers(), self.pipeline.clock().now());
        self.trace = answer.trace.clone();
        if self.state.failed() {
            return Err(self.failure(&answer));
        }
        self.last = Some(answer);
        Ok(())
    }

    fn failure(&self, answer: &Response) -> Error {
        let error = Error::new(ErrorKind::Operation, &answer.trace)
            .with_status(answer.status())
            .with_headers(answer.headers())
            .with_body(answer.body());
        match reason(answer.body()) {
            Some(reason) => error.with_service_error(reason),
            None => error.with_message(format!("it ended as {}", self.state.status)),
        }
    }
}

/// Why an operation failed, where its answer says so. A resource's own body does not.
fn reason(body: &[u8]) -> Option<ServiceError> {
    let json: Value = serde_json::from_slice(body).ok()?;
    json["error"].is_object().then(|| ServiceError::parse(body))
}

/// The answer of an operation that made nothing and whose own last answer is gone.
fn empty_response(trace: &Trace) -> Response {
    Response {
        status: StatusCode::NO_CONTENT,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        trace: trace.clone(),
    }
}

impl<T, E> fmt::Debug for Poller<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("operation", &self.trace.operation)
            .field("status", &self.state.status)
            .finish_non_exhaustive()
    }
}
