//! Counts a tree ahead of its transfer, whose own listing goes no faster than the transfer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adls_wire::RemotePath;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::local::{LocalKind, Matching, is_temporary, local_entries};
use super::progress::TransferEvent;
use super::run::Run;
use crate::{FileStatus, FileSystemClient, WalkOptions};

/// After how many files the count is told.
const STEP: u64 = 1000;

/// A count under way; dropping it ends it.
pub(super) struct CountAhead {
    task: JoinHandle<()>,
    ended: Arc<AtomicBool>,
}

impl CountAhead {
    /// Counts what lies at and below a local directory, as far as it matches. Nothing when the
    /// transfer does not ask for it.
    pub(super) fn local(run: &Run, root: &Path, only: Option<Matching>) -> Option<Self> {
        if !run.options.count_ahead {
            return None;
        }
        let ended = Arc::new(AtomicBool::new(false));
        let (run, root, stop) = (run.clone(), root.to_owned(), Arc::clone(&ended));
        let selection = Arc::clone(&run.options.selection);
        let task = tokio::task::spawn_blocking(move || {
            let mut count = Count::new(run);
            for entry in local_entries(&root, only, selection) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                // What cannot be read fails on its own, in the transfer.
                if let Some(file) = entry.ok().filter(|entry| entry.kind == LocalKind::File) {
                    count.file(file.length);
                }
            }
            count.complete();
        });
        Some(Self { task, ended })
    }

    /// The same for a remote directory of the account of `client`, which is listed once more for it.
    pub(super) fn remote(run: &Run, client: &FileSystemClient, root: &RemotePath) -> Option<Self> {
        if !run.options.count_ahead {
            return None;
        }
        let (run, client, root) = (run.clone(), client.clone(), root.clone());
        let task = tokio::spawn(async move {
            let options = WalkOptions::default();
            let descend = run.descend(&root);
            let mut entries = client.walk_into(&root, options, descend).boxed();
            let selection = Arc::clone(&run.options.selection);
            let mut count = Count::new(run);
            while let Some(entry) = entries.next().await {
                let is_counted = |entry: &FileStatus| {
                    let path = entry.path.relative_to(&root).unwrap_or_default();
                    entry.is_file()
                        && !is_temporary(entry.name())
                        && selection.selects_file(path, Some(entry.modified))
                };
                if let Some(file) = entry.ok().filter(is_counted) {
                    count.file(file.length);
                }
            }
            count.complete();
        });
        Some(Self { task, ended: Arc::default() })
    }
}

impl Drop for CountAhead {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

struct Count {
    run: Run,
    files: u64,
    bytes: u64,
}

impl Count {
    fn new(run: Run) -> Self {
        Self { run, files: 0, bytes: 0 }
    }

    fn file(&mut self, length: u64) {
        self.files += 1;
        self.bytes += length;
        if self.files.is_multiple_of(STEP) {
            self.tell(false);
        }
    }

    fn complete(&self) {
        self.tell(true);
    }

    fn tell(&self, complete: bool) {
        let (files, bytes) = (self.files, self.bytes);
        self.run.tell(&TransferEvent::Counted { files, bytes, complete });
    }
}
