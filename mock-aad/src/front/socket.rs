//! A TCP connection that can be reset instead of closed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// Says how the connection ends; clones speak of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending(Arc<AtomicBool>);

impl Ending {
    /// The peer shall see a reset (`ECONNRESET`) when the connection ends, not an end of file.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A TCP stream that heeds its [`Ending`] wherever in a stack of TLS and tunnels it is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    ending: Ending,
    timeout: WriteTimeout,
}

/// Ends a connection whose peer takes nothing more: the answer that waits for it takes memory.
#[derive(Debug, Default)]
struct WriteTimeout(Option<Pin<Box<Sleep>>>);

/// How long a peer may take nothing; longer than people look at one line in a debugger.
const STALL: Duration = Duration::from_secs(600);

impl WriteTimeout {
    /// What came of trying to write; an error when nothing has come of it for too long.
    fn check<T>(
        &mut self,
        cx: &mut Context<'_>,
        tried: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if tried.is_ready() {
            self.0 = None;
            return tried;
        }
        let alarm = self.0.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALL)));
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, ending: Ending) -> Self {
        Self { stream, ending, timeout: WriteTimeout::default() }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.ending.0.load(Ordering::Relaxed) {
            // With a linger time of zero, closing discards what is unsent and sends RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.timeout.check(cx, tried)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.timeout.check(cx, tried)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_by_design_as_no_peer_is_waited_for_without_end() {
        let mut timeout = WriteTimeout::default();
        let mut written = 0;
        let outcome: io::Result<()> = std::future::poll_fn(|cx| {
            if written < 3 {
                written += 1;
                assert!(timeout.check(cx, Poll::Ready(Ok(()))).is_ready());
            }
            timeout.check(cx, Poll::Pending)
        })
        .await;
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
