//! Writing a file as a stream.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adls_wire::RemotePath;
use bytes::{Bytes, BytesMut};
use tokio::io::AsyncWrite;
use tokio_util::task::AbortOnDropHandle;

use crate::backend::{Backend, SyncMode, WriteHandle};
use crate::cleanups::CleanupGuard;
use crate::{Error, ErrorKind, Result, WriteResult};

/// A file being written: [`AsyncWrite`], and [`write_bytes`](Self::write_bytes) without a copy.
///
/// Bytes are gathered up to 4 MiB and sent while the caller goes on; memory holds two such pieces.
/// Every piece is checked against its offset, and a lost answer is resolved, so that nothing is
/// written twice or left out. What one call to `write` is given stays in one append of the service
/// if it fits into 4 MiB.
///
/// `flush` makes readers see what was written; `shutdown` and [`close`](Self::close) do the same and
/// give the file up. **Dropping a writer without either abandons it**: what is in the buffer is lost. What was sent
/// stays, and the file is given up in the background; if the process ends before that, the service
/// keeps it locked for other writers for about ten minutes.
///
/// ```no_run
/// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
/// use tokio::io::AsyncWriteExt;
///
/// let mut writer = client.create("/logs/today").await?;
/// writer.write_all(b"one record\n").await?;
/// writer.flush().await?; // readers see it
/// writer.close().await?; // others may write
/// # Ok(())
/// # }
/// ```
pub struct Writer {
    backend: Arc<dyn Backend>,
    handle: WriteHandle,
    /// Where `buffer` will go: bytes handed over so far, counted from the start of the file.
    offset: u64,
    /// Where the last piece handed over begins: if it failed, the file may end there.
    last_piece: u64,
    buffer: BytesMut,
    sending: Option<AbortOnDropHandle<Result<WriteResult>>>,
    /// What the last piece that arrived has made of the file.
    written: WriteResult,
    state: State,
    _hold: CleanupGuard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything sent is published.
    Clean,
    /// Something was sent that readers may not see yet.
    Dirty,
    /// The last request is under way.
    Closing,
    Closed,
    /// A piece is missing; nothing more can be written.
    Failed,
}

impl Writer {
    /// A writer of a file that has `offset` bytes and is held by `handle`.
    pub(crate) fn new(backend: Arc<dyn Backend>, handle: WriteHandle, offset: u64) -> Self {
        let buffer = BytesMut::new();
        let (sending, state) = (None, State::Dirty);
        let hold = backend.cleanups().hold();
        Self {
            backend,
            handle,
            offset,
            last_piece: offset,
            buffer,
            sending,
            written: WriteResult { length: offset, etag: None },
            state,
            _hold: hold,
        }
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &RemotePath {
        &self.handle.path
    }

    /// The file's length with everything written so far, sent or not.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.offset + self.buffer.len() as u64
    }

    /// Writes bytes that are owned already: what fills whole pieces is sent without being copied.
    /// As with `write`, up to 4 MiB stay in one append. If the future is dropped, what it has not taken
    /// over yet is not written; [`position`](Self::position) tells.
    ///
    /// # Errors
    /// Those of the pieces sent before, after which the writer has failed.
    pub async fn write_bytes(&mut self, mut data: Bytes) -> Result<()> {
        poll_fn(|cx| self.poll_write_bytes(cx, &mut data)).await
    }

    /// Sends what is in the buffer, makes readers see it, and gives the file up, as `shutdown` does;
    /// says what has become of the file.
    ///
    /// # Errors
    /// Those of the pieces that were under way and of the last one.
    pub async fn close(mut self) -> Result<WriteResult> {
        let closed = poll_fn(|cx| Pin::new(&mut self).poll_shutdown(cx)).await;
        closed.map_err(|error| Error::of_stream(&self.handle.path, error))?;
        Ok(self.written.clone())
    }

    fn poll_write_bytes(&mut self, cx: &mut Context<'_>, data: &mut Bytes) -> Poll<Result<()>> {
        self.check()?;
        let limit = self.backend.max_write();
        if !self.buffer.is_empty() && self.buffer.len() + data.len() > limit {
            ready!(self.poll_sent(cx))?;
            self.send(SyncMode::Unflushed);
        }
        while data.len() >= limit {
            ready!(self.poll_sent(cx))?;
            self.send_piece(data.split_to(limit), SyncMode::Unflushed);
        }
        self.gather(data);
        Poll::Ready(Ok(()))
    }

    /// Copies as much as the buffer has room for; says how much that is.
    fn gather(&mut self, data: &[u8]) -> usize {
        let limit = self.backend.max_write();
        if self.buffer.is_empty() && !data.is_empty() {
            self.buffer.reserve(limit);
        }
        let taken = data.len().min(limit - self.buffer.len());
        self.buffer.extend_from_slice(&data[..taken]);
        taken
    }

    fn check(&self) -> Result<()> {
        match self.state {
            State::Clean | State::Dirty => Ok(()),
            State::Closing | State::Closed => Err(Error::at(ErrorKind::Invalid, &self.handle.path)
                .with_message(format!("the writer of {} is closed", self.handle.path))),
            State::Failed => {
                Err(Error::at(ErrorKind::Invalid, &self.handle.path).with_message(format!(
                    "the writer of {} failed before; create the file anew or append to it",
                    self.handle.path
                )))
            }
        }
    }

    /// Sends the buffer; no other piece may be under way.
    fn send(&mut self, sync: SyncMode) {
        let body = std::mem::take(&mut self.buffer).freeze();
        self.send_piece(body, sync);
    }

    /// Sends a piece; no other may be under way, and the buffer must be empty.
    fn send_piece(&mut self, body: Bytes, sync: SyncMode) {
        let offset = self.offset;
        self.last_piece = offset;
        self.offset += body.len() as u64;
        let (backend, handle) = (Arc::clone(&self.backend), self.handle.clone());
        self.sending = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            match body.is_empty() {
                true => backend.flush(&handle, offset, sync).await,
                false => backend.write_at(&handle, offset, body, sync).await,
            }
        })));
        self.state = if sync == SyncMode::Unflushed { State::Dirty } else { State::Clean };
    }

    /// Waits for the piece that is under way.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(sending) = &mut self.sending else { return Poll::Ready(Ok(())) };
        let result = ready!(Pin::new(sending).poll(cx)).unwrap_or_else(|error| {
            Err(Error::at(ErrorKind::Transient, &self.handle.path).with_source(error))
        });
        self.sending = None;
        match result {
            Ok(written) => {
                self.written = written;
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                self.state = State::Failed;
                Poll::Ready(Err(error))
            }
        }
    }
}

impl AsyncWrite for Writer {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.check()?;
        let limit = this.backend.max_write();
        if !this.buffer.is_empty() && this.buffer.len() + data.len() > limit {
            ready!(this.poll_sent(cx))?;
            this.send(SyncMode::Unflushed);
        }
        Poll::Ready(Ok(this.gather(data)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_sent(cx))?;
        if this.state == State::Closed {
            return Poll::Ready(Ok(()));
        }
        this.check()?;
        if this.state == State::Dirty || !this.buffer.is_empty() {
            this.send(SyncMode::Flushed);
        }
        this.poll_sent(cx).map_err(io::Error::from)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_sent(cx))?;
        match this.state {
            State::Closed => return Poll::Ready(Ok(())),
            State::Closing => {}
            _ => {
                this.check()?;
                this.send(SyncMode::Closed);
                this.state = State::Closing;
                ready!(this.poll_sent(cx))?;
            }
        }
        this.state = State::Closed;
        Poll::Ready(Ok(()))
    }
}

impl Drop for Writer {
    /// Gives up an abandoned file: nobody else could write to it otherwise until its lease ends.
    fn drop(&mut self) {
        let sending = self.sending.take();
        match self.state {
            State::Closed => return,
            State::Closing => {
                // The last request is let through.
                if let Some(sending) = sending {
                    self.backend.cleanups().spawn(async move { drop(sending.await) });
                }
                return;
            }
            State::Clean | State::Dirty | State::Failed => {}
        }
        let cleanups = self.backend.cleanups().clone();
        let (backend, handle) = (Arc::clone(&self.backend), self.handle.clone());
        let ends = [self.offset, self.last_piece];
        cleanups.spawn(async move {
            // A piece that is under way is let through: only then the end of the file is known.
            if let Some(sending) = sending {
                drop(sending.await);
            }
            for end in ends {
                match backend.flush(&handle, end, SyncMode::Closed).await {
                    Err(error) if error.kind() == ErrorKind::BadOffset => {}
                    Err(error) => {
                        let path = &handle.path;
                        tracing::debug!(%path, %error, "an abandoned file may stay locked");
                        return;
                    }
                    Ok(_) => return,
                }
            }
        });
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("path", &self.handle.path)
            .field("position", &self.position())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
