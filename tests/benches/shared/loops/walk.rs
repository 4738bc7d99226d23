//! Everything below a directory, here and there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, JoinSet};
use walkdir::WalkDir;

use super::pages::Pages;
use super::{Entry, Service, Status};
use crate::Result;

/// How many entries are read ahead of whoever works on them.
const REMOTE_AHEAD: usize = 4096;
const LOCAL_AHEAD: usize = 256;

/// Paths below a directory of the account, with what is there; directories before what is in them.
pub(crate) struct Walk {
    pub(crate) entries: Receiver<(String, Status)>,
    task: JoinHandle<Result<()>>,
}

impl Walk {
    pub(crate) fn new(service: &Arc<impl Service>, directory: &str) -> Self {
        let (sender, entries) = channel(REMOTE_AHEAD);
        let task = tokio::spawn(walk(Arc::clone(service), directory.to_owned(), sender));
        Self { entries, task }
    }

    /// Says whether the walk came to its end.
    pub(crate) async fn finish(self) -> Result<()> {
        self.task.await?
    }
}

/// Lists as many directories at once as there may be requests.
async fn walk(
    service: Arc<impl Service>,
    root: String,
    sender: Sender<(String, Status)>,
) -> Result<()> {
    let (mut waiting, mut listings) = (vec![root], JoinSet::new());
    loop {
        while listings.len() < service.room().bounds.requests
            && let Some(directory) = waiting.pop()
        {
            listings.spawn(list(Arc::clone(&service), directory, sender.clone()));
        }
        let Some(directories) = listings.join_next().await else { return Ok(()) };
        waiting.extend(directories??);
    }
}

/// Passes on what is in a directory; returns the directories in it.
async fn list(
    service: Arc<impl Service>,
    directory: String,
    sender: Sender<(String, Status)>,
) -> Result<Vec<String>> {
    let (mut pages, mut directories) = (Pages::new(&service, &directory), Vec::new());
    while let Some(entries) = pages.next().await? {
        for entry in entries {
            let (path, status) = (format!("{directory}/{}", entry.name()), entry.status());
            if status.is_directory {
                directories.push(path.clone());
            }
            sender.send((path, status)).await?;
        }
    }
    Ok(directories)
}

/// The files below a local directory with their lengths, in the order of their names.
pub(super) fn local_files(root: &Path) -> Receiver<Result<(PathBuf, u64)>> {
    let (sender, files) = channel(LOCAL_AHEAD);
    let root = root.to_owned();
    tokio::task::spawn_blocking(move || {
        for entry in WalkDir::new(root).sort_by_file_name() {
            let file = entry.map_err(Into::into).and_then(|entry| {
                let metadata = std::fs::metadata(entry.path())?;
                Ok(metadata.is_file().then(|| (entry.into_path(), metadata.len())))
            });
            if let Some(file) = file.transpose()
                && sender.blocking_send(file).is_err()
            {
                return;
            }
        }
    });
    files
}
