//! A listing, page by page.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::task::JoinHandle;

use super::Bare;
use crate::Result;

const PAGE_SIZE: usize = 4000;

/// All that the service says about a file or directory, as a client keeps it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) length: u64,
    pub(super) path_suffix: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(rename = "blockSize")]
    _block_size: u64,
    pub(super) access_time: i64,
    pub(super) modification_time: i64,
    #[serde(rename = "replication")]
    _replication: u32,
    pub(super) permission: String,
    pub(super) owner: String,
    pub(super) group: String,
    pub(super) ms_expiration_time: Option<i64>,
    pub(super) acl_bit: bool,
    #[serde(rename = "fileContextID")]
    _file_context_id: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Kind {
    File,
    Directory,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    file_status: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Many<E> {
    file_statuses: Page<E>,
}

#[derive(Deserialize)]
struct Page<E> {
    #[serde(rename = "FileStatus")]
    entries: Vec<E>,
    #[serde(rename = "continuationToken")]
    continuation: String,
}

impl Bare {
    pub(super) async fn status(&self, path: &str) -> Result<Entry> {
        let answer = self.ask(Method::GET, path, "op=GETFILESTATUS", Bytes::new()).await?;
        Ok(serde_json::from_slice::<One>(&answer.bytes().await?)?.file_status)
    }

    /// One page, of whose entries as much is kept as `E` holds.
    async fn page<E: DeserializeOwned>(
        self: Arc<Self>,
        directory: Arc<str>,
        after: Option<String>,
    ) -> Result<Page<E>> {
        let mut query = format!("op=LISTSTATUS&listSize={PAGE_SIZE}");
        if let Some(after) = after {
            query.push_str("&listAfter=");
            query.push_str(&after);
        }
        let answer = self.ask(Method::GET, &directory, &query, Bytes::new()).await?;
        Ok(serde_json::from_slice::<Many<E>>(&answer.bytes().await?)?.file_statuses)
    }

    /// Asks for one page after the other and keeps nothing but the number of entries.
    pub(super) async fn count(self: &Arc<Self>, directory: &str, expected: usize) -> Result<()> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = Arc::clone(self).page::<IgnoredAny>(directory.into(), after).await?;
            count += page.entries.len();
            if page.continuation.is_empty() {
                break;
            }
            after = Some(page.continuation);
        }
        if count == expected {
            Ok(())
        } else {
            Err(format!("{count} entries of {expected} were listed").into())
        }
    }
}

/// The pages of a directory. As the client has it, the next one is under way from the second one on.
pub(super) struct Pages {
    bare: Arc<Bare>,
    directory: Arc<str>,
    /// What the next page comes after; `None` at first.
    after: Option<String>,
    ahead: Option<JoinHandle<Result<Page<Entry>>>>,
    ended: bool,
}

impl Pages {
    pub(super) fn new(bare: &Arc<Bare>, directory: &str) -> Self {
        let bare = Arc::clone(bare);
        Self { bare, directory: directory.into(), after: None, ahead: None, ended: false }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<Entry>>> {
        if self.ended {
            return Ok(None);
        }
        let is_first = self.after.is_none();
        let page = match self.ahead.take() {
            Some(page) => page.await??,
            None => self.fetch().await?,
        };
        self.ended = page.continuation.is_empty();
        self.after = Some(page.continuation);
        if !is_first && !self.ended {
            self.ahead = Some(tokio::spawn(self.fetch()));
        }
        Ok(Some(page.entries))
    }

    fn fetch(&self) -> impl Future<Output = Result<Page<Entry>>> + Send + use<> {
        Arc::clone(&self.bare).page(Arc::clone(&self.directory), self.after.clone())
    }
}
