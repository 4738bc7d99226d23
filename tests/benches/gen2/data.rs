//! Data from and to memory.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use md5::{Digest as _, Md5};
use reqwest::{Method, Response};

use crate::account::{Account, PART, PARTS, Protocol, Request};
use crate::{Result, complete};

/// How long it takes to compute the MD5 of as many bytes as a blob has.
pub(crate) fn digest(length: usize) -> Duration {
    let content = content(length);
    let start = Instant::now();
    std::hint::black_box(Md5::digest(&content));
    start.elapsed()
}

fn content(length: usize) -> Vec<u8> {
    vec![7; length]
}

impl Account {
    /// One file: appends at their offsets, some of them at once, and a flush.
    pub(crate) async fn write(&self, file: &str, length: usize) -> Result<()> {
        self.dfs(Method::PUT, file, &[("resource", "file")], &[]).await?;
        let content = &Bytes::from(content(PART));
        stream::iter((0..length).step_by(PART))
            .map(|offset| self.append(file, offset, content.slice(..PART.min(length - offset))))
            .buffer_unordered(PARTS)
            .try_collect::<()>()
            .await?;
        self.flush(file, length).await
    }

    /// Sends bytes that are not to be seen before the flush.
    pub(crate) async fn append(&self, file: &str, offset: usize, content: Bytes) -> Result<()> {
        let request = Request {
            protocol: Protocol::Dfs,
            method: Method::PATCH,
            path: file,
            query: &[("action", "append"), ("position", &offset.to_string())],
            headers: &[],
        };
        self.send(&request, content).await?;
        Ok(())
    }

    /// Commits what was appended.
    pub(crate) async fn flush(&self, file: &str, length: usize) -> Result<()> {
        let query = [("action", "flush"), ("position", &*length.to_string()), ("close", "true")];
        self.dfs(Method::PATCH, file, &query, &[]).await?;
        Ok(())
    }

    /// Ranges of a file, some of them at once, each as one piece.
    pub(crate) async fn read(&self, file: &str, length: usize) -> Result<()> {
        let ranges = stream::iter((0..length).step_by(PART)).map(|offset| async move {
            let end = length.min(offset + PART) - 1;
            let range = format!("bytes={offset}-{end}");
            let part = self.dfs(Method::GET, file, &[], &[("x-ms-range", &range)]).await?;
            complete("bytes", part.bytes().await?.len() as u64, (end + 1 - offset) as u64)
        });
        ranges.buffer_unordered(PARTS).try_collect().await
    }

    /// Put Blob in one request; the content is there before the clock starts. Without TLS, as the digest is
    /// that it is compared with.
    pub(crate) async fn put(&self, file: &str, length: usize) -> Result<Duration> {
        let content = Bytes::from(content(length));
        let request = Request {
            protocol: Protocol::PlainBlob,
            method: Method::PUT,
            path: file,
            query: &[],
            headers: &[("x-ms-blob-type", "BlockBlob")],
        };
        let start = Instant::now();
        self.send(&request, content).await?;
        Ok(start.elapsed())
    }

    /// Makes a file of zeros that takes no memory in the emulator.
    pub(crate) async fn zeros(&self, file: &str, length: &str) -> Result<()> {
        let query = [("resource", "file")];
        self.dfs(Method::PUT, file, &query, &[("x-mock-zeros", length)]).await?;
        Ok(())
    }

    /// The same as a blob.
    pub(crate) async fn zero_blob(&self, file: &str, length: &str) -> Result<()> {
        let headers = [("x-mock-zeros", length), ("x-ms-blob-type", "BlockBlob")];
        self.blob(Method::PUT, file, &[], &headers).await?;
        Ok(())
    }

    /// The whole file in one answer, of which nothing is kept.
    pub(crate) async fn stream(&self, file: &str, length: u64) -> Result<()> {
        drain(self.dfs(Method::GET, file, &[], &[]).await?, length).await
    }

    /// The same over the Blob protocol.
    pub(crate) async fn stream_blob(&self, file: &str, length: u64) -> Result<()> {
        drain(self.blob(Method::GET, file, &[], &[]).await?, length).await
    }
}

async fn drain(mut response: Response, length: u64) -> Result<()> {
    let mut count = 0;
    while let Some(chunk) = response.chunk().await? {
        count += chunk.len() as u64;
    }
    complete("bytes", count, length)
}
