//! Answers that go wrong on their way: cut short, never ending, or with a wrong byte.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{StatusCode, header};
use http_body::{Frame, SizeHint};
use serde_json::Value;
use tokio::time::Sleep;

use crate::call::{self, Response};

/// How long the bytes that come before a cut have to leave the machine.
const FLUSH: Duration = Duration::from_millis(50);

/// An answer instead of that to a request; `own` is the one that the service would give with a status.
pub(crate) fn instead(
    code: u16,
    retry_after: Option<u64>,
    body: Option<Value>,
    own: impl FnOnce(StatusCode) -> Response,
) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(Value::String(text)) => {
            let mut response = http::Response::new(Body::from(text));
            *response.status_mut() = status;
            response
        }
        Some(json) => call::json(status, &json),
        None => own(status),
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The connection ends after so many bytes of the body.
pub(crate) fn truncate(response: Response, bytes: u64) -> Response {
    response.map(|body| Body::new(Cut { body, left: bytes, end: End::Break(None) }))
}

/// The body never comes.
pub(crate) fn stall(response: Response) -> Response {
    response.map(|body| Body::new(Cut { body, left: 0, end: End::Never }))
}

/// The first byte of the body is inverted.
pub(crate) fn corrupt(response: Response) -> Response {
    response.map(|body| Body::new(Corrupt { body, done: false }))
}

/// A body of which only the beginning is sent; it still announces its full length.
struct Cut {
    body: Body,
    left: u64,
    end: End,
}

enum End {
    Break(Option<Pin<Box<Sleep>>>),
    Never,
}

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.left > 0 {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
            return Poll::Ready(frame.map(|frame| frame.map(|frame| self.shorten(frame))));
        }
        match &mut self.end {
            End::Never => Poll::Pending,
            End::Break(pause) => {
                let pause = pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(FLUSH)));
                ready!(pause.as_mut().poll(cx));
                let cut = io::Error::from(io::ErrorKind::ConnectionAborted);
                Poll::Ready(Some(Err(axum::Error::new(cut))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        false
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Cut {
    fn shorten(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        frame.map_data(|mut data| {
            data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= data.len() as u64;
            data
        })
    }
}

struct Corrupt {
    body: Body,
    done: bool,
}

impl http_body::Body for Corrupt {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if self.done {
            return Poll::Ready(frame);
        }
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| {
                frame.map_data(|data| {
                    let mut data = BytesMut::from(data);
                    if let Some(first) = data.first_mut() {
                        *first = !*first;
                        self.done = true;
                    }
                    data.freeze()
                })
            })
        }))
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
    use http_body::Body as _;
    use http_body_util::BodyExt;

    use super::*;

    fn hello() -> Response {
        http::Response::new(Body::from("hello"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_body_announces_more_than_it_sends() {
        let mut body = truncate(hello(), 3).into_body();
        assert_eq!(body.size_hint().exact(), Some(5));
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first, "hel");
        assert!(body.frame().await.unwrap().is_err());

        let mut whole = truncate(hello(), 6).into_body();
        assert_eq!(whole.frame().await.unwrap().unwrap().into_data().unwrap(), "hello");
        assert!(whole.frame().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_body_never_comes() {
        let mut body = stall(hello()).into_body();
        let waited = tokio::time::timeout(Duration::from_secs(3600), body.frame()).await;
        assert!(waited.is_err());
    }

    #[tokio::test]
    async fn one_byte_is_wrong() {
        let body = corrupt(hello()).into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], [!b'h', b'e', b'l', b'l', b'o']);
    }
}
