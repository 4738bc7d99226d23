//! Bare loops over files of an account, of whichever generation: the work of a client, without anything
//! that one needs besides: no retry, no check of what comes, no resume. What a client can reach at best.

pub(crate) mod local;
pub(crate) mod pages;
pub(crate) mod tasks;
pub(crate) mod transfer;
pub(crate) mod walk;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use uuid::Uuid;

use self::pages::Page;
use self::tasks::Tasks;
use crate::Result;
use crate::bounds::Bounds;

/// What the loops ask of an account. A path begins with a slash.
pub(crate) trait Service: Send + Sync + Sized + 'static {
    /// What a listing says of a file or directory, every field of it.
    type Entry: Entry;

    fn room(&self) -> &Room;

    fn status(&self, path: &str) -> impl Future<Output = Result<Status>> + Send;

    /// A page of what is in a directory, from the start or behind a continuation.
    fn page(
        self: Arc<Self>,
        directory: Arc<str>,
        after: Option<String>,
    ) -> impl Future<Output = Result<Page<Self::Entry>>> + Send;

    /// Asks for a range of a file.
    fn open(
        &self,
        file: &str,
        session: Uuid,
        offset: u64,
        length: u64,
    ) -> impl Future<Output = Result<Response>> + Send;

    /// Makes a file in one request.
    fn put_whole(&self, file: &str, content: Bytes) -> impl Future<Output = Result<()>> + Send;

    /// Sends a local file of more than one part to a temporary name, and renames that.
    fn put_parts(
        self: &Arc<Self>,
        local: PathBuf,
        remote: &str,
        length: u64,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// An entry of a listing.
pub(crate) trait Entry: Send + 'static {
    fn name(&self) -> &str;

    fn status(&self) -> Status;

    /// Writes the JSON that `adls --output jsonl fs ls` prints for it.
    fn write_json(&self, directory: &str, to: &mut Vec<u8>) -> Result<()>;
}

/// What a transfer has to know of a file or directory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status {
    pub(crate) is_directory: bool,
    pub(crate) length: u64,
}

/// How much is under way at once.
pub(crate) struct Room {
    pub(crate) bounds: Bounds,
    /// For requests of transfers.
    requests: Semaphore,
    /// For parts in memory.
    parts: Arc<Semaphore>,
}

impl Room {
    pub(crate) fn of_client() -> Self {
        let bounds = Bounds::of_client();
        let requests = Semaphore::new(bounds.requests);
        Self { bounds, requests, parts: Arc::new(Semaphore::new(bounds.parts)) }
    }

    pub(crate) async fn request(&self) -> Result<SemaphorePermit<'_>> {
        Ok(self.requests.acquire().await?)
    }

    async fn part(&self) -> Result<OwnedSemaphorePermit> {
        Ok(Arc::clone(&self.parts).acquire_owned().await?)
    }

    /// Twice as many files as requests, since some are being read or written meanwhile.
    fn files(&self) -> Tasks {
        Tasks::new(self.bounds.requests * 2)
    }
}
