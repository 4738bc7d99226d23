//! Bodies that come too slowly end.
//!
//! Without this a caller could hold a connection, and what has been read of its body, for ever.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// How long a caller may send nothing while a body is expected.
const SILENCE: Duration = Duration::from_secs(120);
/// How long a body may take that is small by its nature: a form, or JSON.
const SMALL: Duration = Duration::from_secs(120);

/// A body that is file data: it may take as long as it likes, as long as something comes.
pub(super) fn with_data(body: Body) -> Body {
    Body::new(TimedBody { body, whole: None, end: None, alarm: None })
}

/// A body that is small by its nature.
pub(super) fn with_small(body: Body) -> Body {
    Body::new(TimedBody { body, whole: Some(SMALL), end: None, alarm: None })
}

struct TimedBody {
    body: Body,
    /// How long all of it may take.
    whole: Option<Duration>,
    /// When all of it must be there; known since it was first waited for.
    end: Option<Instant>,
    /// Runs while something is waited for.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    fn deadline(&mut self) -> Instant {
        let now = Instant::now();
        let silence = now + SILENCE;
        let Some(whole) = self.whole else { return silence };
        silence.min(*self.end.get_or_insert(now + whole))
    }
}

impl http_body::Body for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.alarm = None;
            return Poll::Ready(frame);
        }
        if self.alarm.is_none() {
            let deadline = self.deadline();
            self.alarm = Some(Box::pin(tokio::time::sleep_until(deadline)));
        }
        if let Some(alarm) = &mut self.alarm {
            ready!(alarm.as_mut().poll(cx));
        }
        let slow = io::Error::new(io::ErrorKind::TimedOut, "the body comes too slowly");
        Poll::Ready(Some(Err(axum::Error::new(slow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};
    use http_body::Body as _;
    use http_body_util::BodyExt;

    use super::*;

    /// One byte after another, each after a pause; the last one never comes.
    fn trickle(pause: Duration, bytes: usize) -> Body {
        let bytes = stream::iter(0..bytes).then(move |_| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, io::Error>(Bytes::from_static(b"x"))
        });
        Body::from_stream(bytes.chain(stream::pending()))
    }

    async fn received(mut body: Body) -> usize {
        let mut count = 0;
        while let Some(Ok(_)) = body.frame().await {
            count += 1;
        }
        count
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_by_design_as_no_body_waits_for_ever() {
        let hour = Duration::from_secs(3600);
        let slowly = Duration::from_secs(50);
        for (body, expected) in [
            (with_data(trickle(hour, 3)), 0),
            (with_data(trickle(slowly, 100)), 100),
            (with_small(trickle(slowly, 100)), 2),
            (with_small(trickle(hour, 3)), 0),
        ] {
            let read = tokio::time::timeout(100 * hour, received(body)).await;
            assert_eq!(read, Ok(expected));
        }
    }

    #[tokio::test]
    async fn what_is_there_needs_no_clock() {
        assert_eq!(received(with_small(Body::from("abc"))).await, 1);
        assert_eq!(with_data(Body::from("abc")).size_hint().exact(), Some(3));
        assert!(with_data(Body::empty()).is_end_stream());
    }
}
