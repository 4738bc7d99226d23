//! Long-running operations of Azure Resource Manager.

use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::{ServiceError, retry_after};
use crate::error::Error;
use crate::request::{Idempotency, Request};
use crate::{Pipeline, Response, Result, SafeUrl};

/// How a [`Poller`] waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollerOptions {
    /// The pause between two questions when the service names none with `Retry-After`.
    pub interval: Duration,
    /// The longest that the whole operation may take; the operation itself goes on without us.
    pub deadline: Option<Duration>,
}

impl Default for PollerOptions {
    fn default() -> Self {
        Self { interval: Duration::from_secs(5), deadline: None }
    }
}

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PollStatus {
    /// It goes on; the text is the service's word for it, such as `Creating`.
    InProgress(String),
    /// It has succeeded; [`Poller::result`] has what it made.
    Succeeded,
}

type Decode<T> = fn(&Response) -> Result<T>;

/// A long-running operation that has been started.
///
/// Follows `Azure-AsyncOperation`, else `Location`, else the resource's own `provisioningState`, and
/// honours `Retry-After`. Dropping it stops the questions, not the operation;
/// [`resume_token`](Self::resume_token) takes it up again, also in another process.
pub struct Poller<T> {
    pipeline: Pipeline,
    operation: &'static str,
    options: PollerOptions,
    decode: Decode<T>,
    state: State,
    started: Duration,
    pause: Option<Duration>,
    last: Option<Response>,
}

/// What must survive to take an operation up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    pattern: Pattern,
    /// Where to ask.
    url: String,
    /// The resource that the operation makes; `None` when nothing is left to fetch.
    resource: Option<String>,
    status: String,
    done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Pattern {
    /// `Azure-AsyncOperation`: a body with `status`.
    Status,
    /// `Location`: 202 until it is done.
    Location,
    /// The resource's `properties.provisioningState`.
    Resource,
    /// Done with the first answer.
    Finished,
}

impl<T> Poller<T> {
    /// Sends `request`, which starts the operation; `decode` reads the result out of the last answer.
    ///
    /// # Errors
    /// Those of [`Pipeline::send`], and [`ErrorKind::Operation`] when it failed at once.
    pub async fn begin(
        pipeline: Pipeline,
        request: Request,
        options: PollerOptions,
        decode: Decode<T>,
    ) -> Result<Self> {
        let started = pipeline.clock().elapsed();
        let (operation, method, url) =
            (request.operation, request.method.clone(), request.url.clone());
        let answer = pipeline.send(request).await?;
        let state = State::after_start(&method, &url, &answer);
        let mut poller =
            Self { pipeline, operation, options, decode, state, started, pause: None, last: None };
        poller.note(answer)?;
        Ok(poller)
    }

    /// Takes up an operation from its [`resume_token`](Self::resume_token).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the token is not one.
    pub fn resume(
        pipeline: Pipeline,
        operation: &'static str,
        token: &str,
        options: PollerOptions,
        decode: Decode<T>,
    ) -> Result<Self> {
        let state = serde_json::from_str(token).map_err(|error| {
            Error::invalid_input(format!("this is not the token of an operation: {error}"))
        })?;
        let started = pipeline.clock().elapsed();
        let pause = Some(Duration::ZERO);
        Ok(Self { pipeline, operation, options, decode, state, started, pause, last: None })
    }

    /// A text from which [`resume`](Self::resume) goes on. It holds no token and no secret.
    #[must_use]
    pub fn resume_token(&self) -> String {
        serde_json::to_string(&self.state).unwrap_or_default()
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

    /// Waits as long as the service asks for, then asks once.
    ///
    /// # Errors
    /// [`ErrorKind::Operation`] when the operation failed, was cancelled or took longer than the
    /// deadline; otherwise those of [`Pipeline::send`].
    pub async fn step(&mut self) -> Result<PollStatus> {
        if self.state.done {
            return Ok(PollStatus::Succeeded);
        }
        let clock = self.pipeline.clock();
        let pause = self.pause.unwrap_or(self.options.interval);
        let spent = clock.elapsed().saturating_sub(self.started);
        if self.options.deadline.is_some_and(|deadline| spent + pause > deadline) {
            return Err(Error::unfinished(self.operation, None).with_message(format!(
                "still {} after {} seconds; it goes on without being watched",
                self.state.status,
                spent.as_secs()
            )));
        }
        clock.sleep(pause).await;
        let answer = self.get(&self.state.url).await?;
        self.state.advance(&answer);
        self.note(answer)?;
        Ok(self.status())
    }

    /// Waits for the end and returns what the operation made.
    ///
    /// # Errors
    /// As for [`step`](Self::step).
    pub async fn wait(mut self) -> Result<T> {
        while self.step().await? != PollStatus::Succeeded {}
        self.result().await
    }

    /// What the operation made, once it has succeeded.
    ///
    /// # Errors
    /// Those of [`Pipeline::send`]; [`ErrorKind::Operation`] when it has not succeeded yet.
    pub async fn result(self) -> Result<T> {
        if !self.state.done {
            return Err(Error::unfinished(self.operation, None)
                .with_message(format!("it is still {}", self.state.status)));
        }
        let answer = match (&self.state.resource, self.last) {
            (Some(resource), _) => Self::fetch(&self.pipeline, self.operation, resource).await?,
            (None, Some(answer)) => answer,
            (None, None) => Self::fetch(&self.pipeline, self.operation, &self.state.url).await?,
        };
        (self.decode)(&answer)
    }

    async fn get(&self, url: &str) -> Result<Response> {
        Self::fetch(&self.pipeline, self.operation, url).await
    }

    async fn fetch(pipeline: &Pipeline, operation: &'static str, url: &str) -> Result<Response> {
        let url: SafeUrl = url.parse().map_err(|error: crate::ParseUrlError| {
            Error::invalid_input(format!("the service gave a link that is none: {error}"))
        })?;
        pipeline.send(Request::new(operation, Method::GET, url, Idempotency::Safe)).await
    }

    /// Remembers an answer; a terminal failure in it becomes an error.
    fn note(&mut self, answer: Response) -> Result<()> {
        self.pause = retry_after(answer.headers(), self.pipeline.clock().now());
        let failed = ["failed", "canceled", "cancelled"]
            .iter()
            .any(|word| self.state.status.eq_ignore_ascii_case(word));
        if failed {
            let error = ServiceError::parse(answer.body());
            return Err(Error::unfinished(self.operation, Some(&answer))
                .with_message(format!("it ended as {}", self.state.status))
                .with_service_error(error));
        }
        self.last = Some(answer);
        Ok(())
    }
}

impl State {
    /// The state after the first answer. The order of the patterns, and what counts as done, follow
    /// the polling of the official clients.
    fn after_start(method: &Method, url: &SafeUrl, answer: &Response) -> Self {
        let resource_url = url.as_url().to_string();
        let makes_resource = *method == Method::PUT || *method == Method::PATCH;
        let link = |name: &str| answer.header(name).map(str::to_owned);
        let state = |pattern, url: String, resource, status: &str, done| Self {
            pattern,
            url,
            resource,
            status: status.to_owned(),
            done,
        };
        if let Some(link) = link("azure-asyncoperation").or_else(|| link("operation-location")) {
            let resource = makes_resource.then_some(resource_url);
            return state(Pattern::Status, link, resource, "InProgress", false);
        }
        if let Some(link) = link("location") {
            return state(Pattern::Location, link, None, "InProgress", false);
        }
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let provisioning = body["properties"]["provisioningState"].as_str();
        match (answer.status(), provisioning) {
            (_, Some(word)) if makes_resource && !is_success(word) => {
                state(Pattern::Resource, resource_url, None, word, false)
            }
            (StatusCode::ACCEPTED, _) => {
                state(Pattern::Resource, resource_url, None, "InProgress", false)
            }
            _ => state(Pattern::Finished, resource_url, None, "Succeeded", true),
        }
    }

    fn advance(&mut self, answer: &Response) {
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        match self.pattern {
            Pattern::Status => {
                // An answer without a status is taken for "not yet": the next one will tell.
                if let Some(word) = body["status"].as_str() {
                    self.status = word.to_owned();
                }
                self.done = is_success(&self.status);
            }
            Pattern::Location => {
                self.done = answer.status() != StatusCode::ACCEPTED;
                if let Some(next) = answer.header("location").filter(|_| !self.done) {
                    self.url = next.to_owned();
                }
            }
            Pattern::Resource => {
                let word = body["properties"]["provisioningState"].as_str().unwrap_or("Succeeded");
                self.status = word.to_owned();
                self.done = is_success(word);
            }
            Pattern::Finished => {}
        }
    }
}

fn is_success(word: &str) -> bool {
    word.eq_ignore_ascii_case("succeeded")
}

impl<T> fmt::Debug for Poller<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("operation", &self.operation)
            .field("status", &self.state.status)
            .finish_non_exhaustive()
    }
}
