//! Limits on how long nothing may move.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::{Either, select};

use crate::BoxFuture;
use crate::clock::Clock;
use crate::options::TimeoutOptions;
use crate::transport::{
    BodyStream, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};

/// The slowest upload, and the slowest download of a whole body, that is not taken for a stall, in
/// bytes per second.
const SLOWEST_UPLOAD: u64 = 64 * 1024;
const SLOWEST_DOWNLOAD: u64 = 8 * 1024;

/// How long a body of this size may take to be sent.
pub(crate) fn upload_time(length: usize) -> Duration {
    Duration::from_secs(length as u64 / SLOWEST_UPLOAD)
}

/// Sends one try; gives up when the answer does not begin in time, or not before `end`, a point in the
/// clock's elapsed time.
pub(crate) async fn send(
    transport: &dyn Transport,
    clock: &Arc<dyn Clock>,
    timeouts: &TimeoutOptions,
    request: TransportRequest,
    end: Duration,
) -> Result<TransportResponse, TransportError> {
    let limit = timeouts.first_byte.saturating_add(upload_time(request.body.len()));
    let limit = limit.min(end.saturating_sub(clock.elapsed()));
    match select(transport.send(request), clock.sleep(limit)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => Err(stalled("no answer", limit)),
    }
}

/// Lets a body fail when no frame comes for too long, or when it has not ended at `end`, if it has to.
pub(crate) fn guard(
    body: BodyStream,
    clock: &Arc<dyn Clock>,
    timeouts: &TimeoutOptions,
    end: Option<Duration>,
) -> BodyStream {
    Box::pin(StallGuard {
        body,
        clock: Arc::clone(clock),
        limit: timeouts.stall,
        end,
        received: 0,
        waiting_since: None,
        alarm: None,
    })
}

fn stalled(what: &str, limit: Duration) -> TransportError {
    TransportError::new(
        TransportErrorKind::Timeout,
        format!("{what} within {} seconds", limit.as_secs()),
    )
}

/// A body that fails when it does not flow.
struct StallGuard {
    body: BodyStream,
    clock: Arc<dyn Clock>,
    limit: Duration,
    end: Option<Duration>,
    received: u64,
    /// Since when somebody waits for a frame, in the clock's elapsed time: a slow reader is not a stall.
    waiting_since: Option<Duration>,
    /// Wakes at the latest when the frame has to be there. It outlives frames: a timer for each would
    /// cost more than most of them.
    alarm: Option<BoxFuture<'static, ()>>,
}

impl StallGuard {
    /// When the next frame has to be there.
    fn deadline(&self, waiting_since: Duration) -> Duration {
        let next = waiting_since.saturating_add(self.limit);
        self.end().map_or(next, |end| end.min(next))
    }

    /// When a whole body of this size has to be there.
    fn end(&self) -> Option<Duration> {
        self.end
            .map(|end| end.saturating_add(Duration::from_secs(self.received / SLOWEST_DOWNLOAD)))
    }

    fn failure(&self, now: Duration) -> TransportError {
        if self.end().is_some_and(|end| end <= now) {
            let text = "the answer did not end in the time for the whole operation";
            return TransportError::new(TransportErrorKind::Timeout, text);
        }
        stalled("no byte", self.limit)
    }
}

impl Stream for StallGuard {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = this.body.as_mut().poll_next(cx) {
            this.waiting_since = None;
            if let Some(Ok(bytes)) = &frame {
                this.received += bytes.len() as u64;
            }
            return Poll::Ready(frame);
        }
        let since = *this.waiting_since.get_or_insert_with(|| this.clock.elapsed());
        let deadline = this.deadline(since);
        loop {
            let clock = &this.clock;
            let alarm = this
                .alarm
                .get_or_insert_with(|| clock.sleep(deadline.saturating_sub(clock.elapsed())));
            ready!(alarm.as_mut().poll(cx));
            this.alarm = None;
            let now = clock.elapsed();
            if now >= deadline {
                let failure = this.failure(now);
                // Nobody waits for this body any more: its connection can go.
                this.body = Box::pin(futures_util::stream::empty());
                return Poll::Ready(Some(Err(failure)));
            }
        }
    }
}
