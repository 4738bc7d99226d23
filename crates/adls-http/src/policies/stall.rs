//! Limits on how long nothing may move.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
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

/// The slowest upload that is not taken for a stall, in bytes per second.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// Sends one try; gives up when the first byte of the answer, or any later one, takes too long.
pub(crate) async fn send(
    transport: &dyn Transport,
    clock: &Arc<dyn Clock>,
    timeouts: &TimeoutOptions,
    request: TransportRequest,
) -> Result<TransportResponse, TransportError> {
    let upload = Duration::from_secs(request.body.len() as u64 / SLOWEST_UPLOAD);
    let limit = timeouts.first_byte.saturating_add(upload);
    let answer = match select(transport.send(request), clock.sleep(limit)).await {
        Either::Left((answer, _)) => answer?,
        Either::Right(((), _)) => return Err(stalled("no answer", limit)),
    };
    let guarded = StallGuard {
        body: answer.body,
        clock: Arc::clone(clock),
        limit: timeouts.stall,
        deadline: None,
    };
    Ok(TransportResponse { body: Box::pin(guarded), ..answer })
}

fn stalled(what: &str, limit: Duration) -> TransportError {
    TransportError::new(
        TransportErrorKind::Timeout,
        format!("{what} within {} seconds", limit.as_secs()),
    )
}

/// A body that fails when no frame comes for too long.
struct StallGuard {
    body: BodyStream,
    clock: Arc<dyn Clock>,
    limit: Duration,
    /// Runs only while somebody waits for a frame: a slow reader is not a stall.
    deadline: Option<BoxFuture<'static, ()>>,
}

impl Stream for StallGuard {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = this.body.as_mut().poll_next(cx) {
            this.deadline = None;
            return Poll::Ready(frame);
        }
        let deadline = this.deadline.get_or_insert_with(|| this.clock.sleep(this.limit));
        match deadline.as_mut().poll(cx) {
            Poll::Ready(()) => {
                // Nobody waits for this body any more: its connection can go.
                this.body = Box::pin(futures_util::stream::empty());
                this.deadline = None;
                Poll::Ready(Some(Err(stalled("no byte", this.limit))))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}
