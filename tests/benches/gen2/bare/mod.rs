//! The bare loops that are compared with clients: DFS, and Put Blob for small files, all with a token that is
//! at hand.

mod entry;
mod large;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{Method, Response};
use serde::Deserialize;
use uuid::Uuid;

use self::entry::Entry;
use crate::Result;
use crate::account::{Account, Protocol, Request};
use crate::loops::pages::{self, Page};
use crate::loops::{Room, Service, Status, transfer};
use crate::names::continuation;

/// The entries of a page, as many as the service gives at most.
const PAGE_SIZE: &str = "5000";

pub(crate) async fn run(ready: &Path, token: &str, words: &[&str]) -> Result<Duration> {
    let bare = Bare { account: Account::signed_in(ready, token)?, room: Room::of_client() };
    let bare = &Arc::new(bare);
    let start = Instant::now();
    match words {
        ["write", directory, length] => bare.write(directory, length.parse()?).await?,
        ["read", file, length] => bare.account.read(file, length.parse()?).await?,
        ["put", local, remote] => transfer::put(bare, Path::new(local), remote).await?,
        ["get", remote, local] => transfer::get(bare, remote, Path::new(local)).await?,
        ["list", directory] => pages::print(bare, directory).await?,
        _ => return Err(format!("no work {words:?}").into()),
    }
    Ok(start.elapsed())
}

struct Bare {
    account: Account,
    room: Room,
}

/// What a listing answers with.
#[derive(Deserialize)]
struct Paths {
    paths: Vec<Entry>,
}

impl Bare {
    /// As many files as parts at once, each made of appends one after the other and a flush: data cannot
    /// come faster out of writers.
    async fn write(&self, directory: &str, length: usize) -> Result<()> {
        let (part, files) = (self.room.bounds.part, self.room.bounds.parts);
        let (content, length) = (&Bytes::from(vec![7; part]), length / files);
        stream::iter(0..files)
            .map(|number| async move {
                let file = format!("{directory}/{number}");
                self.create(&file).await?;
                for offset in (0..length).step_by(part) {
                    self.account.append(&file, offset, content.clone()).await?;
                }
                self.account.flush(&file, length).await
            })
            .buffer_unordered(files)
            .try_collect()
            .await
    }

    async fn create(&self, file: &str) -> Result<()> {
        self.account.dfs(Method::PUT, file, &[("resource", "file")], &[]).await?;
        Ok(())
    }
}

impl Service for Bare {
    type Entry = Entry;

    fn room(&self) -> &Room {
        &self.room
    }

    async fn status(&self, path: &str) -> Result<Status> {
        let answer = self.account.dfs(Method::HEAD, path, &[("action", "getStatus")], &[]).await?;
        let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok());
        Ok(Status {
            is_directory: header("x-ms-resource-type") == Some("directory"),
            length: header("content-length").ok_or("no length")?.parse()?,
        })
    }

    async fn page(
        self: Arc<Self>,
        directory: Arc<str>,
        after: Option<String>,
    ) -> Result<Page<Entry>> {
        let mut query = vec![
            ("resource", "filesystem"),
            ("recursive", "false"),
            ("directory", directory.trim_start_matches('/')),
            ("maxResults", PAGE_SIZE),
        ];
        query.extend(after.as_deref().map(|token| ("continuation", token)));
        let answer = self.account.dfs(Method::GET, "", &query, &[]).await?;
        let continuation = continuation(&answer);
        let entries = serde_json::from_slice::<Paths>(&answer.bytes().await?)?.paths;
        Ok(Page { entries, continuation })
    }

    async fn open(&self, file: &str, _: Uuid, offset: u64, length: u64) -> Result<Response> {
        let range = format!("bytes={offset}-{}", offset + length - 1);
        self.account.dfs(Method::GET, file, &[], &[("range", &range)]).await
    }

    /// Makes no file where there is one.
    async fn put_whole(&self, file: &str, content: Bytes) -> Result<()> {
        let request = Request {
            protocol: Protocol::Blob,
            method: Method::PUT,
            path: file,
            query: &[],
            headers: &[
                ("content-type", "application/octet-stream"),
                ("if-none-match", "*"),
                ("x-ms-blob-type", "BlockBlob"),
            ],
        };
        self.account.send(&request, content).await?;
        Ok(())
    }

    async fn put_parts(self: &Arc<Self>, local: PathBuf, remote: &str, length: u64) -> Result<()> {
        self.put_large(local, remote, length).await
    }
}
