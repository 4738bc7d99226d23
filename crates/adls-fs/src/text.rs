//! Small helpers for looking into files.

use std::ops::Range;

use adls_wire::RemotePath;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::backend::ByteStream;
use crate::reader::FileSource;
use crate::{Error, ErrorKind, FileStatus, FileSystemClient, IntoPath, Result};

/// How much is read at once in search of a delimiter, in bytes.
const SEARCH_STEP: u64 = 64 * 1024;

impl FileSystemClient {
    /// The first `count` bytes of a file, or all of it if it is shorter.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn head(&self, path: impl IntoPath, count: u64) -> Result<Bytes> {
        let source = FileSource::at(self.backend(), &path.into_path()?);
        source.open_range(0..count).await?.collect().await
    }

    /// The last `count` bytes of a file, or all of it if it is shorter.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn tail(&self, path: impl IntoPath, count: u64) -> Result<Bytes> {
        let status = self.stat_file(&path.into_path()?).await?;
        self.read_part(&status, status.length.saturating_sub(count)..status.length).await
    }

    /// The bytes of several files, one after the other.
    ///
    /// # Errors
    /// The stream ends with the first failure; they are those of [`open`](Self::open).
    #[must_use]
    pub fn cat<P: IntoPath>(&self, paths: impl IntoIterator<Item = P>) -> ByteStream {
        let client = self.clone();
        let paths: Vec<_> = paths.into_iter().map(IntoPath::into_path).collect();
        stream::iter(paths)
            .and_then(move |path| {
                let client = client.clone();
                async move { client.read_range(path, 0..u64::MAX).await }
            })
            .try_flatten()
            .boxed()
    }

    /// A whole file as text.
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`ErrorKind::Invalid`] when it is not UTF-8.
    pub async fn read_to_string(&self, path: impl IntoPath) -> Result<String> {
        let path = path.into_path()?;
        let content = self.read(&path).await?;
        String::from_utf8(content.into()).map_err(|error| {
            Error::at(ErrorKind::Invalid, &path)
                .with_message(format!("{path} is not UTF-8 text"))
                .with_source(error)
        })
    }

    /// The records of a file that begin in `range`, where `delimiter` ends a record: what several
    /// workers get for adjoining ranges makes up the file, with no record cut or read twice.
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`ErrorKind::Invalid`] for an empty delimiter.
    pub async fn read_records(
        &self,
        path: impl IntoPath,
        range: Range<u64>,
        delimiter: &[u8],
    ) -> Result<Bytes> {
        if delimiter.is_empty() {
            return Err(Error::invalid("the delimiter of records must not be empty"));
        }
        let status = self.stat_file(&path.into_path()?).await?;
        let start = self.next_record(&status, range.start, delimiter).await?;
        let end = self.next_record(&status, range.end, delimiter).await?;
        self.read_part(&status, start..end).await
    }

    /// Where the first record begins at or behind `position`.
    async fn next_record(
        &self,
        status: &FileStatus,
        position: u64,
        delimiter: &[u8],
    ) -> Result<u64> {
        if position == 0 || position >= status.length {
            return Ok(position.min(status.length));
        }
        // A delimiter that ends right at the position counts, so the search begins before it.
        let mut start = position.saturating_sub(delimiter.len() as u64);
        let mut window = BytesMut::new();
        loop {
            let reached = start + window.len() as u64;
            let piece = self.read_part(status, reached..reached + SEARCH_STEP).await?;
            if piece.is_empty() {
                return Ok(status.length);
            }
            window.extend_from_slice(&piece);
            if let Some(at) = find(&window, delimiter) {
                return Ok(start + (at + delimiter.len()) as u64);
            }
            let kept = window.len().min(delimiter.len() - 1);
            start += (window.len() - kept) as u64;
            window = window.split_off(window.len() - kept);
        }
    }

    /// What is at `path`, if it is a file.
    async fn stat_file(&self, path: &RemotePath) -> Result<FileStatus> {
        let status = self.stat(path).await?;
        if status.is_dir() { Err(Error::at(ErrorKind::IsDirectory, path)) } else { Ok(status) }
    }

    async fn read_part(&self, status: &FileStatus, range: Range<u64>) -> Result<Bytes> {
        let range = range.start.min(status.length)..range.end.min(status.length);
        FileSource::new(self.backend(), status).range(range).collect().await
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
