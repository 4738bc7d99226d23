//! Reading a file: a range as a stream, and a seekable reader with a cache and read-ahead.

mod blocks;
mod range;
mod ranges;

use std::fmt;
use std::io::{self, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adls_wire::RemotePath;
use bytes::Bytes;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncSeek, ReadBuf};

use crate::backend::Backend;
use crate::options::options;
use crate::{Conditions, Error, ErrorKind, FileStatus, Result};
use blocks::Blocks;
pub(crate) use range::{FileSource, RangeReader};

options! {
    /// Options of [`open_with`](crate::FileSystemClient::open_with).
    pub struct ReadOptions {
        /// The bytes of one block, which is what is asked for at once. 4 MiB by default.
        pub block_size: u32,
        /// How many blocks are asked for ahead of a reader that goes straight on. 2 by default, 0
        /// for none.
        pub read_ahead: u16,
        /// How many blocks are kept in memory, those ahead included. 4 by default.
        pub cached_blocks: u16,
        /// What must hold for the file to be opened.
        pub conditions: Conditions,
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            block_size: 4 << 20,
            read_ahead: 2,
            cached_blocks: 4,
            conditions: Conditions::default(),
        }
    }
}

/// An open file: [`AsyncRead`], [`AsyncBufRead`] and [`AsyncSeek`], and
/// [positioned reads](Self::read_at).
///
/// It reads the file as long as it was when opened, never asks behind the end, and takes a body
/// that breaks up again at the byte reached. Blocks are fetched by tasks of their own, so that the
/// network works while the caller does; dropping the reader stops them.
///
/// Lines come from [`AsyncBufReadExt::lines`](tokio::io::AsyncBufReadExt::lines).
///
/// ```no_run
/// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
/// use tokio::io::AsyncBufReadExt;
///
/// let reader = client.open("/logs/today").await?;
/// let footer = reader.read_at(reader.len().saturating_sub(8)..reader.len()).await?;
/// # drop(footer);
/// let mut lines = reader.lines();
/// while let Some(line) = lines.next_line().await? {
///     println!("{line}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Reader {
    source: FileSource,
    status: FileStatus,
    position: u64,
    blocks: Blocks,
}

impl Reader {
    pub(crate) fn new(
        backend: &Arc<dyn Backend>,
        status: FileStatus,
        options: &ReadOptions,
    ) -> Result<Self> {
        if status.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, &status.path));
        }
        if options.block_size == 0 {
            return Err(Error::invalid("the block size of a reader must not be 0"));
        }
        let source = FileSource::new(backend, &status);
        let blocks = Blocks::new(source.clone(), status.length, options);
        Ok(Self { source, status, position: 0, blocks })
    }

    /// The file's status when it was opened.
    #[must_use]
    pub fn status(&self) -> &FileStatus {
        &self.status
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &RemotePath {
        &self.status.path
    }

    /// The file's length in bytes when it was opened.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.status.length
    }

    /// Whether the file was empty when it was opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.status.length == 0
    }

    /// Where the next read begins.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Exactly the bytes of `range` that the file has: fewer only at its end. Asks for nothing else,
    /// and leaves position and cache alone.
    ///
    /// # Errors
    /// Those of the requests; [`ErrorKind::Truncated`] when the file has become shorter.
    pub async fn read_at(&self, range: Range<u64>) -> Result<Bytes> {
        self.source.range(range.start..range.end.min(self.status.length)).collect().await
    }

    fn poll_slice(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        if self.position >= self.status.length {
            return Poll::Ready(Ok(&[]));
        }
        self.blocks.poll_slice(cx, self.position).map_err(io::Error::from)
    }
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let slice = ready!(self.poll_slice(cx))?;
        let taken = slice.len().min(buf.remaining());
        buf.put_slice(&slice[..taken]);
        self.position += taken as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncBufRead for Reader {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.get_mut().poll_slice(cx)
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.position += amount as u64;
    }
}

impl AsyncSeek for Reader {
    /// A position behind the end is allowed; reads there give nothing, as with local files.
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        let target = match position {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.status.length.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = target.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "a position before the start of the file")
        })?;
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", self.path())
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
