//! Many small requests.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;

use crate::Result;
use crate::account::{Account, REQUESTS};

/// The size of a small file, in bytes.
const SMALL_FILE_SIZE: usize = 16 << 10;

/// How often each path is asked for, so that the clock has something to measure.
const PASSES: u32 = 10;

impl Account {
    /// How long it takes to ask for the status of as many paths; those of one file.
    pub(crate) async fn heads(&self, directory: &str, count: usize) -> Result<Duration> {
        let file = &format!("{directory}/status");
        self.dfs(Method::PUT, file, &[("resource", "file")], &[]).await?;
        self.connect().await?;
        let start = Instant::now();
        for _ in 0..PASSES {
            let heads = stream::iter(0..count).map(|_| async move {
                self.dfs(Method::HEAD, file, &[], &[]).await?;
                Result::Ok(())
            });
            heads.buffer_unordered(REQUESTS).try_collect::<()>().await?;
        }
        Ok(start.elapsed() / PASSES)
    }

    /// How long it takes to make as many files, each by a create, an append and a flush.
    pub(crate) async fn small(&self, directory: &str, count: usize) -> Result<Duration> {
        let content = &Bytes::from(vec![7; SMALL_FILE_SIZE]);
        self.connect().await?;
        let start = Instant::now();
        let files = stream::iter(0..count).map(|number| async move {
            let file = format!("{directory}/{number:06}");
            self.dfs(Method::PUT, &file, &[("resource", "file")], &[]).await?;
            self.append(&file, 0, content.clone()).await?;
            self.flush(&file, SMALL_FILE_SIZE).await
        });
        files.buffer_unordered(REQUESTS).try_collect::<()>().await?;
        Ok(start.elapsed())
    }

    /// Opens the connections, which would count for much in so short a time.
    async fn connect(&self) -> Result<()> {
        let heads = stream::iter(0..REQUESTS).map(|_| async move {
            self.dfs(Method::HEAD, "", &[("resource", "filesystem")], &[]).await?;
            Result::Ok(())
        });
        heads.buffer_unordered(REQUESTS).try_collect().await
    }
}
