//! The one way out of the process: every request of a command goes through here.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use adls_http::{
    BodyStream, BoxFuture, Clock, SafeUrl, Transport, TransportError, TransportErrorKind,
    TransportRequest, TransportResponse,
};
use tokio::sync::Notify;

/// What is waited for, seen from the requests under way. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// How many answers are being waited for.
    waiting: usize,
    /// Whether the last answer was none that helps, so that the pause before the next try counts too.
    failed: bool,
    /// When something last came, or waiting began.
    since: Duration,
    host: String,
    /// What the last answer was that did not help.
    retry: Option<String>,
}

impl Activity {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let (state, changed) = (Mutex::default(), Notify::new());
        Self(Arc::new(Shared { clock, state, changed }))
    }

    /// How long nothing has come at `now`, and from where; `None` when nothing is waited for.
    pub(crate) fn idle(&self, now: Duration) -> Option<(Duration, String)> {
        let state = self.state();
        let waits = state.waiting > 0 || state.failed;
        let whom = match &state.retry {
            Some(retry) => format!("{} ({retry})", state.host),
            None => state.host.clone(),
        };
        waits.then(|| (now.saturating_sub(state.since), whom))
    }

    /// A request is made again, for the reason in the text.
    pub(crate) fn retrying(&self, text: String) {
        self.state().retry = Some(text);
    }

    /// Completes when waiting begins.
    pub(crate) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Waits for an answer from a host, until what this returns is dropped.
    pub(crate) fn start(&self, host: &str) -> PendingResponse {
        let now = self.0.clock.elapsed();
        let mut state = self.state();
        if state.waiting == 0 && !state.failed {
            state.since = now;
            host.clone_into(&mut state.host);
        }
        state.waiting += 1;
        self.0.changed.notify_one();
        PendingResponse(self.clone())
    }

    /// Something came, which helps or not.
    pub(crate) fn received(&self, helps: bool) {
        let now = self.0.clock.elapsed();
        let mut state = self.state();
        if helps {
            state.since = now;
            state.retry = None;
        }
        state.failed = !helps;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts as waiting until it is dropped.
pub(crate) struct PendingResponse(Activity);

impl Drop for PendingResponse {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

/// A transport that tells what is waited for, and leads nowhere but to an emulator if there is one.
#[derive(Debug)]
pub(crate) struct MonitoredTransport<T> {
    inner: T,
    activity: Activity,
    /// The hosts of the emulator; `None` where every host may be asked.
    allowed_hosts: Option<Vec<String>>,
}

impl<T> MonitoredTransport<T> {
    pub(crate) fn new(inner: T, activity: Activity, allowed_hosts: Option<Vec<String>>) -> Self {
        Self { inner, activity, allowed_hosts }
    }

    /// Refuses what would leave the emulator.
    fn check(&self, url: &SafeUrl) -> Result<(), TransportError> {
        let Some(hosts) = &self.allowed_hosts else { return Ok(()) };
        let host = url.host();
        if url.is_loopback() || hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return Ok(());
        }
        let text = format!("{host} is not the emulator, and nothing else is asked beside it");
        Err(TransportError::new(TransportErrorKind::Connect, text))
    }
}

impl<T: Transport> Transport for MonitoredTransport<T> {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            self.check(&request.url)?;
            let host = request.url.host().to_owned();
            let waiting = self.activity.start(&host);
            let answer = self.inner.send(request).await;
            drop(waiting);
            let helps = answer.as_ref().is_ok_and(|answer| {
                !answer.status.is_server_error() && answer.status.as_u16() != 429
            });
            self.activity.received(helps);
            let answer = answer?;
            let body = monitored(answer.body, self.activity.clone(), host);
            Ok(TransportResponse { body, ..answer })
        })
    }
}

/// A body of which every frame is monitored. It is waited for only while somebody wants more of it.
fn monitored(mut body: BodyStream, activity: Activity, host: String) -> BodyStream {
    let mut waiting = None;
    Box::pin(futures_util::stream::poll_fn(move |cx| {
        let polled = body.as_mut().poll_next(cx);
        match &polled {
            Poll::Pending if waiting.is_none() => waiting = Some(activity.start(&host)),
            Poll::Pending => {}
            Poll::Ready(frame) => {
                waiting = None;
                activity.received(!matches!(frame, Some(Err(_))));
            }
        }
        polled
    }))
}
