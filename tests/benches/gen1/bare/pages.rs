//! What the service says of files and directories.

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Bare;
use crate::Result;
use crate::loops::pages::Page;

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
    file_statuses: FileStatuses<E>,
}

#[derive(Deserialize)]
struct FileStatuses<E> {
    #[serde(rename = "FileStatus")]
    entries: Vec<E>,
    #[serde(rename = "continuationToken")]
    continuation: String,
}

impl Bare {
    pub(super) async fn entry(&self, path: &str) -> Result<Entry> {
        let answer = self.ask(Method::GET, path, "op=GETFILESTATUS", Bytes::new()).await?;
        Ok(serde_json::from_slice::<One>(&answer.bytes().await?)?.file_status)
    }

    /// One page, of whose entries as much is kept as `E` holds.
    pub(super) async fn entries<E: DeserializeOwned>(
        &self,
        directory: &str,
        after: Option<String>,
    ) -> Result<Page<E>> {
        let mut query = format!("op=LISTSTATUS&listSize={PAGE_SIZE}");
        if let Some(after) = after {
            query.push_str("&listAfter=");
            query.push_str(&after);
        }
        let answer = self.ask(Method::GET, directory, &query, Bytes::new()).await?;
        let FileStatuses { entries, continuation } =
            serde_json::from_slice::<Many<E>>(&answer.bytes().await?)?.file_statuses;
        Ok(Page { entries, continuation: Some(continuation).filter(|after| !after.is_empty()) })
    }

    /// Asks for one page after the other and keeps nothing but the number of entries.
    pub(super) async fn count(&self, directory: &str, expected: usize) -> Result<()> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.entries::<IgnoredAny>(directory, after).await?;
            count += page.entries.len();
            after = page.continuation;
            if after.is_none() {
                break;
            }
        }
        if count == expected {
            Ok(())
        } else {
            Err(format!("{count} entries of {expected} were listed").into())
        }
    }
}
