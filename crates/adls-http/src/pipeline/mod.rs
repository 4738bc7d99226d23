//! The way of a request: see the crate's front page for the order of the stages.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};

use crate::authorizer::{Authorizer, OutgoingRequest, Refusal};
use crate::check::{check_success, retry_after};
use crate::credential::{Credential, TokenRequest};
use crate::error::{Error, ErrorKind, Trace};
use crate::observer::{Observer, RequestEvent};
use crate::options::{ClientOptions, TimeoutOptions};
use crate::policies::authorization::Authorization;
use crate::policies::retry::Retry;
use crate::policies::{identify, log, stall};
use crate::request::Request;
use crate::response::{Response, StreamingResponse};
use crate::transport::{Transport, TransportError};
use crate::transport::{TransportRequest, TransportResponse};
use crate::{Clock, Result, SafeUrl};

/// The most that is read of the body of a failure, in bytes: no person and no program wants more.
const LONGEST_FAILURE: usize = 64 * 1024;

/// How much of an answer an operation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// All of it, so that the time for the whole operation ends with it.
    Whole,
    /// Its status and headers.
    Headers,
}

/// Sends requests through the stages. Clones share retry quota, credential and connections.
#[derive(Clone, Debug)]
pub struct Pipeline(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    timeouts: TimeoutOptions,
    retry: Retry,
    authorization: Option<Authorization>,
    user_agent: HeaderValue,
    observer: Option<Arc<dyn Observer>>,
}

/// Puts a [`Pipeline`] together.
#[derive(Debug)]
pub struct PipelineBuilder {
    options: ClientOptions,
    authorization: Option<(Vec<String>, Arc<dyn Authorizer>)>,
}

impl Pipeline {
    /// A pipeline with these options and without a credential.
    #[must_use]
    pub fn builder(options: ClientOptions) -> PipelineBuilder {
        PipelineBuilder { options, authorization: None }
    }

    /// Where this pipeline's time comes from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Sends a request and reads the whole answer, up to [`Request::longest_answer`]. A body that breaks counts as a lost
    /// answer, so it is asked for again if the request may be repeated.
    ///
    /// # Errors
    /// See [`ErrorKind`]; every status that is neither 2xx nor accepted by the request is an error.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let most = request.longest_answer;
        self.run(&request, Awaited::Whole, |answer| async move {
            let TransportResponse { status, headers, body } = answer;
            Ok((status, headers, collect(body, most).await?))
        })
        .await
        .map(|((status, headers, body), trace)| Response { status, headers, body, trace })
    }

    /// Sends a request and returns as soon as the answer begins. Retries end there: whoever reads
    /// the body resumes it.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_streaming(&self, request: Request) -> Result<StreamingResponse> {
        let answer = self.run(&request, Awaited::Headers, |answer| async move { Ok(answer) });
        answer.await.map(|(answer, trace)| {
            let TransportResponse { status, headers, body } = answer;
            StreamingResponse { status, headers, body, trace }
        })
    }

    /// The retry loop. `read` takes what the caller wants of an answer that is not a failure.
    async fn run<T, F>(
        &self,
        request: &Request,
        awaited: Awaited,
        read: impl Fn(TransportResponse) -> F,
    ) -> Result<(T, Trace)>
    where
        F: Future<Output = std::result::Result<T, BodyError>>,
    {
        let this = &*self.0;
        let mut trace = Trace {
            operation: request.operation,
            method: request.method.clone(),
            url: request.url.clone(),
            client_request_id: identify::new_client_request_id(),
            tries: 0,
            may_have_arrived: false,
        };
        let mut refusal = None;
        let mut retries = 0;
        let mut end = this.clock.elapsed().saturating_add(this.timeouts.call);
        loop {
            let mut headers = request.headers.clone();
            identify::apply(&mut headers, &this.user_agent, &trace.client_request_id, trace.tries);
            let mut outgoing = OutgoingRequest {
                method: &request.method,
                url: request.url.clone(),
                headers,
                body_length: request.body.len(),
                now: this.clock.now(),
                refusal: refusal.as_ref(),
            };
            if let Some(authorization) = &this.authorization {
                let authorized = authorization.authorize(&mut outgoing).await;
                authorized.map_err(|error| error.with_trace(&trace))?;
            }
            let OutgoingRequest { url, headers, .. } = outgoing;
            let proof = headers.get(AUTHORIZATION).cloned();
            let attempt = TransportRequest {
                method: request.method.clone(),
                url,
                headers,
                body: request.body.clone(),
            };
            trace.tries += 1;
            end = end.saturating_add(stall::upload_time(request.body.len()));
            let error = match this.attempt(attempt, &trace, end).await {
                Ok(answer) if request.accepts(answer.status) => {
                    let status = answer.status;
                    let end = (awaited == Awaited::Whole).then_some(end);
                    match read(this.guarded(answer, end)).await {
                        Ok(value) => {
                            this.retry.succeeded();
                            return Ok((value, trace));
                        }
                        Err(BodyError::Lost(error)) => Error::transport(error, &trace),
                        Err(BodyError::TooLarge) => too_large(status, request, &trace),
                    }
                }
                Ok(answer) => {
                    let refused = answer.status == StatusCode::UNAUTHORIZED && refusal.is_none();
                    if refused && this.answers_challenges() {
                        refusal = Some(Refusal { authorization: proof, headers: answer.headers });
                        continue;
                    }
                    this.failure(request, this.guarded(answer, Some(end)), &trace).await
                }
                Err(error) => Error::transport(error, &trace),
            };
            let Some(pause) = this.retry.pause(&error, request.idempotency, retries) else {
                return Err(error);
            };
            // A pause that the service asks for is not taken from the operation's time.
            end = end.saturating_add(error.retry_after().unwrap_or_default().min(pause));
            if this.clock.elapsed().saturating_add(pause) >= end {
                return Err(error);
            }
            trace.may_have_arrived |= may_have_arrived(&error);
            log::retrying(&trace, &error, pause);
            this.tell(&RequestEvent::Retrying {
                error: &error,
                attempt: retries + 2,
                max_attempts: this.retry.max_attempts(),
                pause,
            });
            this.clock.sleep(pause).await;
            retries += 1;
        }
    }
}

impl Inner {
    fn answers_challenges(&self) -> bool {
        self.authorization.as_ref().is_some_and(|it| it.authorizer.answers_challenges())
    }

    async fn attempt(
        &self,
        attempt: TransportRequest,
        trace: &Trace,
        end: Duration,
    ) -> std::result::Result<TransportResponse, TransportError> {
        let sent = attempt.body.len();
        log::sending(trace, sent);
        let start = self.clock.elapsed();
        let answer = stall::send(&*self.transport, &self.clock, &self.timeouts, attempt, end);
        let answer = answer.await?;
        log::answered(trace, &answer);
        self.tell(&RequestEvent::Answered {
            operation: trace.operation,
            url: &trace.url,
            status: answer.status,
            attempt: trace.tries,
            sent,
            duration: self.clock.elapsed().saturating_sub(start),
        });
        Ok(answer)
    }

    fn tell(&self, event: &RequestEvent<'_>) {
        if let Some(observer) = &self.observer {
            observer.event(event);
        }
    }

    /// The same answer with a body that fails when it does not flow.
    fn guarded(&self, answer: TransportResponse, end: Option<Duration>) -> TransportResponse {
        let body = stall::guard(answer.body, &self.clock, &self.timeouts, end);
        TransportResponse { body, ..answer }
    }

    /// The error of an answer that the request does not expect. A body that cannot be read leaves
    /// the status to speak for itself.
    async fn failure(&self, request: &Request, answer: TransportResponse, trace: &Trace) -> Error {
        let TransportResponse { status, headers, body } = answer;
        let body = read_prefix(body, LONGEST_FAILURE).await;
        let now = self.clock.now();
        match check_success(request, status, &headers, &body, trace, now) {
            Err(error) => error,
            Ok(()) => Error::new(ErrorKind::Decode, trace)
                .with_status(status)
                .with_retry_after(retry_after(&headers, now)),
        }
    }
}

/// Why the body of an answer could not be read.
#[derive(Debug)]
enum BodyError {
    Lost(TransportError),
    /// Asking again would bring the same.
    TooLarge,
}

impl From<TransportError> for BodyError {
    fn from(error: TransportError) -> Self {
        Self::Lost(error)
    }
}

fn too_large(status: StatusCode, request: &Request, trace: &Trace) -> Error {
    let most = request.longest_answer;
    let most = match most >> 20 {
        0 => format!("{} KiB", most >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    };
    Error::new(ErrorKind::Decode, trace)
        .with_status(status)
        .with_message(format!("it is larger than {most}"))
}

/// Whether a try that ended like this may have had an effect, although it is made again.
fn may_have_arrived(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Interrupted => true,
        // Throttling comes before any effect; any other failure may have come behind it.
        ErrorKind::Service => error.status() != Some(StatusCode::TOO_MANY_REQUESTS),
        _ => false,
    }
}

async fn collect(
    mut body: crate::BodyStream,
    most: usize,
) -> std::result::Result<Bytes, BodyError> {
    let Some(first) = body.next().await.transpose()? else { return Ok(Bytes::new()) };
    if first.len() > most {
        return Err(BodyError::TooLarge);
    }
    let Some(second) = body.next().await.transpose()? else { return Ok(first) };
    let mut whole = BytesMut::from(&first[..]);
    let mut next = Some(second);
    while let Some(frame) = next {
        if whole.len() + frame.len() > most {
            return Err(BodyError::TooLarge);
        }
        whole.extend_from_slice(&frame);
        next = body.next().await.transpose()?;
    }
    Ok(whole.freeze())
}

/// What can be had of a body, up to a number of bytes. The rest is not waited for.
async fn read_prefix(mut body: crate::BodyStream, most: usize) -> Bytes {
    let mut kept = BytesMut::new();
    while kept.len() < most
        && let Some(Ok(frame)) = body.next().await
    {
        kept.extend_from_slice(&frame[..frame.len().min(most - kept.len())]);
    }
    kept.freeze()
}

impl PipelineBuilder {
    /// Makes requests by the right of `credential`, which only the origins of `endpoints` may see, and
    /// only encrypted: with it, requests to any other origin fail before anything is sent. `request`
    /// says what tokens are asked for, where the credential gets tokens.
    #[must_use]
    pub fn credential(
        mut self,
        endpoints: &[&SafeUrl],
        credential: impl Into<Credential>,
        request: TokenRequest,
    ) -> Self {
        let authorizer = credential.into().into_authorizer(request);
        self.authorization = authorizer.map(|authorizer| (origins(endpoints), authorizer));
        self
    }

    /// The same with an [`Authorizer`] of one's own.
    #[must_use]
    pub fn authorizer(mut self, endpoints: &[&SafeUrl], authorizer: Arc<dyn Authorizer>) -> Self {
        self.authorization = Some((origins(endpoints), authorizer));
        self
    }

    /// The pipeline.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the user agent holds characters that no header can carry.
    pub fn build(self) -> Result<Pipeline> {
        let ClientOptions {
            transport,
            clock,
            retry,
            timeouts,
            user_agent,
            allow_http_loopback,
            observer,
        } = self.options;
        let user_agent = identify::user_agent(user_agent.as_deref());
        let authorization = self.authorization.map(|(origins, authorizer)| Authorization {
            authorizer,
            origins,
            allow_http_loopback,
        });
        Ok(Pipeline(Arc::new(Inner {
            transport,
            clock,
            timeouts,
            retry: Retry::new(retry),
            authorization,
            observer,
            user_agent: HeaderValue::try_from(&user_agent).map_err(|_| {
                Error::invalid_input(format!("{user_agent:?} cannot be a user agent; use ASCII"))
            })?,
        })))
    }
}

fn origins(endpoints: &[&SafeUrl]) -> Vec<String> {
    endpoints.iter().map(|endpoint| endpoint.origin()).collect()
}

#[cfg(test)]
mod tests;
