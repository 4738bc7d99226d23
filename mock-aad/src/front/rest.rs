//! Reads what a service left unread.
//!
//! A service may refuse a request without reading its body. If the connection were closed with bytes
//! still coming, the caller would see a reset, and might never see the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// More than this is not worth reading: the connection ends. Clients of Gen2 accounts append up to 100 MiB
/// at once.
const LIMIT: usize = 128 << 20;
/// A caller that sends nothing more waits for the answer itself.
const PATIENCE: Duration = Duration::from_millis(500);

/// A body that two hold: the service, and the front, which reads the rest.
#[derive(Clone, Debug)]
pub(crate) struct Rest(Arc<Mutex<Body>>);

impl Rest {
    /// Splits a body into the part for the service and what is left of it afterwards.
    pub(crate) fn of(body: Body) -> (Body, Self) {
        let rest = Self(Arc::new(Mutex::new(body)));
        (Body::new(Shared(rest.clone())), rest)
    }

    /// Reads on to the end, within limits.
    pub(crate) async fn drain(self) {
        let mut body = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let read_on = async {
            let mut read = 0;
            while let Some(Ok(frame)) = body.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > LIMIT {
                    break;
                }
            }
        };
        // Whether it came to the end in time makes no difference here.
        let _ = tokio::time::timeout(PATIENCE, read_on).await;
    }

    fn with<T>(&self, read: impl FnOnce(&mut Body) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Shared(Rest);

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.0.with(|body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.0.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.with(|body| body.size_hint())
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::*;

    #[tokio::test]
    async fn the_rest_is_read_after_the_service() {
        let (mut body, rest) = Rest::of(Body::from("abc"));
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "abc");
        drop(body);
        rest.drain().await;
    }
}
