//! Many entries: made, listed, renamed, changed.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use memchr::memmem;
use reqwest::{Method, Response};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::account::{Account, REQUESTS};
use crate::{Result, complete};

/// The entries of a page, as of one of Gen1.
const PAGE_SIZE: &str = "4000";
/// How many entries of a tree are in one directory, which is one of them.
const IN_EACH: u64 = 100;
/// What recursive changes of ACLs add.
const ENTRIES: &str = "user:11111111-2222-3333-4444-555555555555:r-x";

/// A page of a DFS listing, of whose entries nothing is kept but that they are there.
#[derive(Deserialize)]
struct Page {
    paths: Vec<IgnoredAny>,
}

/// What a call that changes ACLs has done.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    directories_successful: u64,
    files_successful: u64,
    failure_count: u64,
}

impl Account {
    /// Makes empty files in one directory.
    pub(crate) async fn files(&self, directory: &str, count: u64) -> Result<()> {
        self.make(count, |number| (format!("{directory}/{number:07}"), "file")).await
    }

    /// Makes as many entries, directories with empty files in them.
    pub(crate) async fn tree(&self, directory: &str, count: u64) -> Result<()> {
        let path = |number: u64| {
            let parent = format!("{directory}/{:04}", number / IN_EACH);
            match number % IN_EACH {
                0 => (parent, "directory"),
                rest => (format!("{parent}/{rest:02}"), "file"),
            }
        };
        self.make(count, path).await
    }

    async fn make(&self, count: u64, path: impl Fn(u64) -> (String, &'static str)) -> Result<()> {
        let made = stream::iter(0..count).map(|number| {
            let (path, kind) = path(number);
            async move {
                self.dfs(Method::PUT, &path, &[("resource", kind)], &[]).await?;
                Result::Ok(())
            }
        });
        made.buffer_unordered(REQUESTS).try_collect().await
    }

    /// Takes away a directory with everything in it, if there is one.
    pub(crate) async fn remove(&self, directory: &str) -> Result<()> {
        self.dfs(Method::PUT, directory, &[("resource", "directory")], &[]).await?;
        self.dfs(Method::DELETE, directory, &[("recursive", "true")], &[]).await?;
        Ok(())
    }

    /// A recursive listing, page by page.
    pub(crate) async fn list(&self, directory: &str, expected: u64) -> Result<()> {
        let directory = directory.trim_start_matches('/');
        let (mut count, mut after) = (0, None::<String>);
        loop {
            let mut query = vec![
                ("resource", "filesystem"),
                ("recursive", "true"),
                ("directory", directory),
                ("maxResults", PAGE_SIZE),
            ];
            query.extend(after.as_deref().map(|token| ("continuation", token)));
            let page = self.dfs(Method::GET, "", &query, &[]).await?;
            after = continuation(&page);
            count += serde_json::from_slice::<Page>(&page.bytes().await?)?.paths.len() as u64;
            if after.is_none() {
                return complete("entries", count, expected);
            }
        }
    }

    /// A flat listing of the same by the Blob protocol.
    pub(crate) async fn list_blobs(&self, directory: &str, expected: u64) -> Result<()> {
        let prefix = format!("{}/", directory.trim_start_matches('/'));
        let (mut count, mut after) = (0, None::<String>);
        loop {
            let mut query = vec![
                ("restype", "container"),
                ("comp", "list"),
                ("prefix", &*prefix),
                ("maxresults", PAGE_SIZE),
            ];
            query.extend(after.as_deref().map(|marker| ("marker", marker)));
            let page = self.blob(Method::GET, "", &query, &[]).await?.bytes().await?;
            count += memmem::find_iter(&page, b"<Blob>").count() as u64;
            after = marker(&page);
            if after.is_none() {
                return complete("entries", count, expected);
            }
        }
    }

    /// Renames a directory to and fro, so that it has its name again in the end; returns the median of the
    /// times.
    pub(crate) async fn rename(&self, directory: &str, times: usize) -> Result<Duration> {
        let other = format!("{directory}-renamed");
        let mut samples = Vec::new();
        for number in 0..times.next_multiple_of(2) {
            let (from, to) = match number % 2 {
                0 => (directory, other.as_str()),
                _ => (other.as_str(), directory),
            };
            let source = self.full_path(from);
            let start = Instant::now();
            let headers = [("x-ms-rename-source", source.as_str())];
            self.dfs(Method::PUT, to, &[("mode", "legacy")], &headers).await?;
            samples.push(start.elapsed());
        }
        samples.sort_unstable();
        Ok(*samples.get(samples.len() / 2).ok_or("nothing was renamed")?)
    }

    /// Changes the ACL of a directory and of everything in it.
    pub(crate) async fn acl(&self, directory: &str, expected: u64) -> Result<()> {
        let (mut count, mut after) = (0, None::<String>);
        loop {
            let mut query = vec![("action", "setAccessControlRecursive"), ("mode", "modify")];
            query.extend(after.as_deref().map(|token| ("continuation", token)));
            let headers = [("x-ms-acl", ENTRIES)];
            let page = self.dfs(Method::PATCH, directory, &query, &headers).await?;
            after = continuation(&page);
            let changed: Changed = serde_json::from_slice(&page.bytes().await?)?;
            complete("changes", changed.failure_count, 0)?;
            count += changed.directories_successful + changed.files_successful;
            if after.is_none() {
                // The directory itself is one more.
                return complete("entries", count, expected + 1);
            }
        }
    }
}

/// Where a DFS listing goes on.
pub(crate) fn continuation(page: &Response) -> Option<String> {
    let token = page.headers().get("x-ms-continuation")?.to_str().ok()?;
    (!token.is_empty()).then(|| token.to_owned())
}

/// Where a Blob listing goes on. A marker has no characters that XML escapes but one.
fn marker(page: &[u8]) -> Option<String> {
    const BEFORE: &[u8] = b"<NextMarker>";
    let rest = page.get(memmem::rfind(page, BEFORE)? + BEFORE.len()..)?;
    let (marker, _) = std::str::from_utf8(rest).ok()?.split_once("</NextMarker>")?;
    (!marker.is_empty()).then(|| marker.replace("&amp;", "&"))
}
