//! Blob without TLS, in path style: what every emulator of Blob answers.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{Method, Response};

use crate::account::{Account, PART, PARTS, Protocol, REQUESTS, Request};
use crate::{Result, complete};

impl Account {
    async fn plain(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Response> {
        let protocol = Protocol::PlainBlob;
        self.send(&Request { protocol, method, path, query, headers }, body).await
    }

    /// Makes the container, which may be there.
    pub(crate) async fn make_container(&self) -> Result<()> {
        let made = self.plain(Method::PUT, "", &[("restype", "container")], &[], Bytes::new());
        match made.await {
            Err(error) if !error.to_string().contains("ContainerAlreadyExists") => Err(error),
            _ => Ok(()),
        }
    }

    /// How long it takes to ask for the properties of one small blob so many times.
    pub(crate) async fn plain_heads(&self, blob: &str, count: usize) -> Result<Duration> {
        let small = Bytes::from_static(b"small");
        let headers = [("x-ms-blob-type", "BlockBlob")];
        self.plain(Method::PUT, blob, &[], &headers, small).await?;
        let start = Instant::now();
        let heads = stream::iter(0..count).map(|_| async move {
            self.plain(Method::HEAD, blob, &[], &[], Bytes::new()).await?;
            Result::Ok(())
        });
        heads.buffer_unordered(REQUESTS).try_collect::<()>().await?;
        Ok(start.elapsed())
    }

    /// A blob in blocks, some of them at once, and their list.
    pub(crate) async fn plain_blocks(&self, blob: &str, length: usize) -> Result<Duration> {
        let content = &Bytes::from(vec![7; PART]);
        let start = Instant::now();
        let blocks: Vec<(usize, String)> = (0..length)
            .step_by(PART)
            .map(|offset| (offset, STANDARD.encode(format!("{offset:016}"))))
            .collect();
        stream::iter(&blocks)
            .map(|(offset, id)| async move {
                let query = [("comp", "block"), ("blockid", id.as_str())];
                let part = content.slice(..PART.min(length - offset));
                self.plain(Method::PUT, blob, &query, &[], part).await?;
                Result::Ok(())
            })
            .buffer_unordered(PARTS)
            .try_collect::<()>()
            .await?;
        let latest: String =
            blocks.iter().map(|(_, id)| format!("<Latest>{id}</Latest>")).collect();
        let list = format!("<?xml version=\"1.0\"?><BlockList>{latest}</BlockList>");
        self.plain(Method::PUT, blob, &[("comp", "blocklist")], &[], list.into()).await?;
        Ok(start.elapsed())
    }

    /// Ranges of a blob, some of them at once.
    pub(crate) async fn plain_ranges(&self, blob: &str, length: usize) -> Result<Duration> {
        let start = Instant::now();
        let ranges = stream::iter((0..length).step_by(PART)).map(|offset| async move {
            let end = length.min(offset + PART) - 1;
            let range = format!("bytes={offset}-{end}");
            let headers = [("x-ms-range", range.as_str())];
            let part = self.plain(Method::GET, blob, &[], &headers, Bytes::new()).await?;
            complete("bytes", part.bytes().await?.len() as u64, (end + 1 - offset) as u64)
        });
        ranges.buffer_unordered(PARTS).try_collect::<()>().await?;
        Ok(start.elapsed())
    }
}
