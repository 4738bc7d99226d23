//! Requests of the bare loops: WebHDFS.

mod memory;
mod names;
mod pages;
mod segments;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Client, Method, Response};
use uuid::Uuid;

use self::pages::Entry;
use crate::Result;
use crate::loops::pages::{self as listing, Page};
use crate::loops::{Entry as _, Room, Service, Status, transfer};
use crate::place::Place;

pub(crate) async fn run(place: &Place, token: String, words: &[&str]) -> Result<Duration> {
    let bare = &Bare::new(place, token)?;
    let start = Instant::now();
    match words {
        ["write", directory, length] => bare.write(directory, length.parse()?).await?,
        ["read", file, length] => bare.read(file, length.parse()?).await?,
        ["put", local, remote] => transfer::put(bare, Path::new(local), remote).await?,
        ["get", remote, local] => transfer::get(bare, remote, Path::new(local)).await?,
        ["list", directory] => listing::print(bare, directory).await?,
        ["count", directory, entries] => bare.count(directory, entries.parse()?).await?,
        ["acl", entries, directory] => bare.acl(entries, directory).await?,
        _ => return Err(format!("no work {words:?}").into()),
    }
    Ok(start.elapsed())
}

/// Makes a file of zeros that takes no memory in the emulator.
pub(crate) async fn zeros(place: &Place, token: String, file: &str, length: &str) -> Result<()> {
    let bare = Bare::new(place, token)?;
    let url = bare.url(file, "op=CREATE&write=true&overwrite=true");
    let request = bare.client.put(url).bearer_auth(&bare.token);
    request
        .header("x-mock-zeros", length)
        .header(CONTENT_LENGTH, 0)
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}

struct Bare {
    client: Client,
    root: String,
    token: String,
    room: Room,
}

/// Whether more follows in this file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Publish {
    Hold,
    Close,
}

impl Bare {
    fn new(place: &Place, token: String) -> Result<Arc<Self>> {
        let client = place.client()?;
        let root = format!("{}/webhdfs/v1", place.url());
        Ok(Arc::new(Self { client, root, token, room: Room::of_client() }))
    }

    fn url(&self, path: &str, query: &str) -> String {
        format!("{}{path}?{query}&api-version=2018-09-01", self.root)
    }

    async fn ask(&self, method: Method, path: &str, query: &str, body: Bytes) -> Result<Response> {
        let request = self.client.request(method, self.url(path, query)).bearer_auth(&self.token);
        let request = match body.is_empty() {
            true => request.header(CONTENT_LENGTH, 0),
            false => request.header(CONTENT_TYPE, "application/octet-stream").body(body),
        };
        Ok(request.send().await?.error_for_status()?)
    }

    /// Sends what a file holds at `offset`; the first part makes the file.
    async fn send(
        &self,
        file: &str,
        session: Uuid,
        offset: u64,
        content: Bytes,
        publish: Publish,
    ) -> Result<()> {
        let flag = if publish == Publish::Close { "CLOSE" } else { "DATA" };
        let held = format!("syncFlag={flag}&leaseid={session}&filesessionid={session}");
        if offset == 0 {
            let query = format!("op=CREATE&write=true&overwrite=false&{held}");
            self.ask(Method::PUT, file, &query, content).await?;
        } else {
            let query = format!("op=APPEND&append=true&offset={offset}&{held}");
            self.ask(Method::POST, file, &query, content).await?;
        }
        Ok(())
    }
}

impl Service for Bare {
    type Entry = Entry;

    fn room(&self) -> &Room {
        &self.room
    }

    async fn status(&self, path: &str) -> Result<Status> {
        Ok(self.entry(path).await?.status())
    }

    async fn page(
        self: Arc<Self>,
        directory: Arc<str>,
        after: Option<String>,
    ) -> Result<Page<Entry>> {
        self.entries(&directory, after).await
    }

    async fn open(&self, file: &str, session: Uuid, offset: u64, length: u64) -> Result<Response> {
        let query =
            format!("op=OPEN&read=true&offset={offset}&length={length}&filesessionid={session}");
        self.ask(Method::GET, file, &query, Bytes::new()).await
    }

    async fn put_whole(&self, file: &str, content: Bytes) -> Result<()> {
        self.send(file, Uuid::new_v4(), 0, content, Publish::Close).await
    }

    async fn put_parts(self: &Arc<Self>, local: PathBuf, remote: &str, length: u64) -> Result<()> {
        self.put_large(local, remote, length).await
    }
}
