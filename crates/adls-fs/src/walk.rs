//! Everything below a directory, as a stream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adls_http::BoxFuture;
use adls_wire::RemotePath;
use futures_core::Stream;
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio_util::task::AbortOnDropHandle;

use crate::options::options;
use crate::{Error, ErrorKind, FileStatus, FileSystemClient, IntoPath, ListOptions, Result};

/// Says whether to go into a directory.
pub(crate) type Descend = Arc<dyn Fn(&FileStatus) -> bool + Send + Sync>;

/// How many entries are listed ahead of the caller.
const LISTED_AHEAD: usize = 4096;
/// How many directories may wait until they are listed.
const MAX_WAITING: usize = 4096;
/// How many levels a walk goes down. No tree of people is so deep; one that a service makes up may
/// have no end.
pub(crate) const MAX_DEPTH: usize = 512;

options! {
    /// Options of [`walk_with`](crate::FileSystemClient::walk_with).
    pub struct WalkOptions {
        /// The most directories that are listed at once; 16 by default.
        pub concurrency: usize,
        /// How many levels to go down: 1 for the directory's own entries; all when `None`.
        pub max_depth: Option<usize>,
        /// Whether owner and group are principal names instead of object ids.
        pub principal_names: bool,
    }
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self { concurrency: 16, max_depth: None, principal_names: false }
    }
}

impl FileSystemClient {
    /// Everything below a directory, the directory itself left out; every directory comes before what is in
    /// it, otherwise the order is open. Directories are listed side by side, and memory is bounded. What
    /// lies more than 512 levels deep is not listed but gives an error.
    ///
    /// A directory that cannot be listed gives an error and the walk goes on; one that vanishes
    /// meanwhile is passed over, except for the one that the walk began with.
    #[must_use]
    pub fn walk(&self, directory: impl IntoPath) -> Walk {
        self.walk_with(directory, WalkOptions::default())
    }

    /// The same with options.
    #[must_use]
    pub fn walk_with(&self, directory: impl IntoPath, options: WalkOptions) -> Walk {
        match directory.into_path() {
            Ok(directory) => self.walk_into(&directory, options, Arc::new(|_| true)),
            Err(error) => Walk::failed(error),
        }
    }

    /// The same, but only into the directories that `descend` is for.
    pub(crate) fn walk_into(
        &self,
        directory: &RemotePath,
        options: WalkOptions,
        descend: Descend,
    ) -> Walk {
        let (sender, entries) = mpsc::channel(LISTED_AHEAD);
        let (client, root) = (self.clone(), directory.clone());
        let room = Arc::new(Semaphore::new(MAX_WAITING));
        let walker = Walker { client, options, descend, sender, room };
        let task = AbortOnDropHandle::new(tokio::spawn(walker.run(root)));
        Walk { entries, task: Some(task) }
    }
}

/// The stream of [`walk`](FileSystemClient::walk). Dropping it ends the walk.
pub struct Walk {
    entries: mpsc::Receiver<Result<FileStatus>>,
    task: Option<AbortOnDropHandle<()>>,
}

impl Walk {
    /// A walk that cannot be begun.
    fn failed(error: Error) -> Self {
        let (sender, entries) = mpsc::channel(1);
        let task = tokio::spawn(async move { drop(sender.send(Err(error)).await) });
        Self { entries, task: Some(AbortOnDropHandle::new(task)) }
    }
}

impl Stream for Walk {
    type Item = Result<FileStatus>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(entry) = ready!(self.entries.poll_recv(cx)) {
            return Poll::Ready(Some(entry));
        }
        // No more comes; whether that is the end, only the walker knows.
        let Some(task) = &mut self.task else { return Poll::Ready(None) };
        let ended = ready!(Pin::new(task).poll(cx));
        self.task = None;
        Poll::Ready(ended.err().map(|error| Err(stopped(error))))
    }
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").finish_non_exhaustive()
    }
}

/// The failure of a directory that nobody goes into.
pub(crate) fn too_deep(directory: &RemotePath) -> Error {
    let text = format!("{directory} lies more than {MAX_DEPTH} levels deep; name it by itself");
    Error::at(ErrorKind::Invalid, directory).with_message(text)
}

/// A list without what a task would have found is not the list.
fn stopped(error: JoinError) -> Error {
    Error::new(ErrorKind::Transient)
        .with_message("a task of the walk was stopped, so what it would have found is missing")
        .with_source(error)
}

#[derive(Clone)]
struct Walker {
    client: FileSystemClient,
    options: WalkOptions,
    descend: Descend,
    sender: mpsc::Sender<Result<FileStatus>>,
    /// Room for directories that wait until somebody lists them.
    room: Arc<Semaphore>,
}

/// A directory that waits, and how deep it lies.
struct Waiting {
    directory: RemotePath,
    depth: usize,
    _room: Option<OwnedSemaphorePermit>,
}

/// The caller is gone.
struct Stopped;

type Found = mpsc::UnboundedSender<Waiting>;

impl Walker {
    /// Lists directories until there are no more. The latest found comes first, which keeps the number
    /// of those that wait small.
    async fn run(self, root: RemotePath) {
        let (found, mut directories) = mpsc::unbounded_channel();
        let mut waiting = vec![Waiting { directory: root, depth: 1, _room: None }];
        let mut listings = JoinSet::new();
        loop {
            while listings.len() < self.options.concurrency.max(1) {
                let Some(Waiting { directory, depth, .. }) = waiting.pop() else { break };
                let (this, found) = (self.clone(), found.clone());
                listings.spawn(async move { this.list(directory, depth, found).await });
            }
            tokio::select! {
                Some(directory) = directories.recv() => waiting.push(directory),
                ended = listings.join_next() => match ended {
                    None | Some(Ok(Err(Stopped))) => return,
                    Some(Err(error)) => {
                        drop(self.give(Err(stopped(error))).await);
                        return;
                    }
                    Some(Ok(Ok(()))) => {
                        while let Ok(directory) = directories.try_recv() {
                            waiting.push(directory);
                        }
                    }
                },
            }
        }
    }

    /// Lists one directory. Where too many wait already, what is found in it is listed at once.
    fn list(
        &self,
        directory: RemotePath,
        depth: usize,
        found: Found,
    ) -> BoxFuture<'_, std::result::Result<(), Stopped>> {
        Box::pin(async move {
            let options = ListOptions::default().principal_names(self.options.principal_names);
            let mut entries = self.client.list_with(&directory, options);
            while let Some(entry) = entries.next().await {
                let below = match &entry {
                    Ok(entry) if entry.path == directory => {
                        let error = Error::at(ErrorKind::NotDirectory, &directory);
                        return self.give(Err(error)).await;
                    }
                    Ok(entry) => {
                        (entry.is_dir() && (self.descend)(entry)).then(|| entry.path.clone())
                    }
                    Err(error) if error.kind() == ErrorKind::NotFound && depth > 1 => {
                        return Ok(());
                    }
                    Err(_) => None,
                };
                self.give(entry).await?;
                let deeper = self.options.max_depth.is_none_or(|max| depth < max);
                if let Some(below) = below.filter(|_| deeper) {
                    self.go_into(below, depth + 1, &found).await?;
                }
            }
            Ok(())
        })
    }

    async fn go_into(
        &self,
        directory: RemotePath,
        depth: usize,
        found: &Found,
    ) -> std::result::Result<(), Stopped> {
        if depth > MAX_DEPTH {
            return self.give(Err(too_deep(&directory))).await;
        }
        match Arc::clone(&self.room).try_acquire_owned() {
            Ok(room) => {
                let waiting = Waiting { directory, depth, _room: Some(room) };
                found.send(waiting).map_err(|_| Stopped)
            }
            Err(_) => self.list(directory, depth, found.clone()).await,
        }
    }

    async fn give(&self, entry: Result<FileStatus>) -> std::result::Result<(), Stopped> {
        self.sender.send(entry).await.map_err(|_| Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gen1::tests::{client, json, path};

    #[tokio::test]
    async fn an_order_relied_upon_is_checked_a_task_that_dies_is_an_error() {
        let page = r#"{"FileStatuses":{"continuationToken":"","FileStatus":[
            {"length":0,"pathSuffix":"d","type":"DIRECTORY","permission":"770"}]}}"#;
        let (client, _) = client([json(page)]);
        let dies: Descend = Arc::new(|_| panic!("the task dies"));
        let mut entries = client.walk_into(&path("/"), WalkOptions::default(), dies);
        let mut last = None;
        while let Some(entry) = entries.next().await {
            last = Some(entry);
        }
        assert_eq!(last.unwrap().unwrap_err().kind(), ErrorKind::Transient);
    }
}
