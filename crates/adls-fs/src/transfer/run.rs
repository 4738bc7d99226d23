//! Carries out a transfer: counts, reports, and decides which failure ends everything.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use adls_wire::RemotePath;
use futures_util::future::{Either, select};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use super::journal::{Journal, TransferKey};
use super::local::{blocking, is_temporary};
use super::options::{OverwriteDecision, State, decide};
use super::progress::{SkipReason, SyncStep, TransferEvent};
use super::queue::Queue;
use super::target::local_below;
use super::twins::Twins;
use super::{Attribute, Progress, Selection, TransferOptions};
use super::{TransferFailure, TransferItem, TransferReport};
use crate::backend::Backend;
use crate::walk::Descend;
use crate::{Cleanups, Error, ErrorKind, FileKind, FileSystemClient, Result};

/// How an item ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// A file whose length is another one than was known when it was found.
    Sized(u64),
    Skipped(SkipReason),
    /// Nothing was done but to find out what would be.
    Planned,
}

/// What all tasks of one transfer share.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) client: FileSystemClient,
    pub(super) options: Arc<TransferOptions>,
    pub(super) queue: Queue,
    progress: Option<Arc<dyn Progress>>,
    report: Arc<Mutex<TransferReport>>,
    journal: Option<Arc<Journal>>,
    next_id: Arc<AtomicU64>,
    twins: Arc<Twins>,
}

impl Run {
    pub(super) async fn new(
        client: &FileSystemClient,
        options: &TransferOptions,
        key: TransferKey,
    ) -> Result<Self> {
        if options.part_size == 0 {
            return Err(Error::invalid("the part size of a transfer must not be 0"));
        }
        if options.preserve_times && !client.capabilities().set_times {
            return Err(Error::new(ErrorKind::Unsupported)
                .with_message("the account cannot set the times of files"));
        }
        let directory = options.journal.clone().filter(|_| !options.dry_run);
        let journal = open_journal(directory, key).await?.map(Arc::new);
        if journal.is_none() && options.journal.is_some() && !options.dry_run {
            let text = "no notes can be kept, so this transfer begins anew if it is interrupted";
            if let Some(progress) = &options.progress {
                progress.event(&TransferEvent::Warning(text));
            }
        }
        let mut options = options.clone();
        // One part must fit into the room for bytes, or bounds would mean nothing.
        options.part_size = options.part_size.min(options.bytes_in_flight.max(1));
        let backend = Arc::clone(client.backend());
        let queue = Queue::new(backend, Arc::clone(client.clock()), &options)?;
        Ok(Self {
            client: client.clone(),
            queue,
            progress: options.progress.clone(),
            report: Arc::default(),
            journal,
            options: Arc::new(options),
            next_id: Arc::default(),
            twins: Arc::default(),
        })
    }

    /// Gives `work` up when the deadline of the transfer passes.
    pub(super) async fn within_deadline<T>(
        client: &FileSystemClient,
        options: &TransferOptions,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let Some(deadline) = options.deadline else { return work.await };
        match select(pin!(work), client.clock().sleep(deadline)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => Err(Error::new(ErrorKind::DeadlineExceeded).with_message(
                format!("the transfer did not end within {} seconds", deadline.as_secs_f64()),
            )),
        }
    }

    /// Opens the notes of a transfer, carries it out, and closes them: they end with a transfer that has
    /// succeeded, and with one that has failed without leaving anything to go on with.
    pub(super) async fn noted(
        client: &FileSystemClient,
        options: &TransferOptions,
        key: TransferKey,
        work: impl AsyncFnOnce(&Self) -> Result<TransferReport>,
    ) -> Result<TransferReport> {
        let run = Self::new(client, options, key).await?;
        let result = work(&run).await;
        match (&run.journal, &result) {
            (Some(journal), Ok(_)) => journal.finish(),
            (Some(journal), Err(_)) => journal.remove_if_empty(),
            (None, _) => {}
        }
        result
    }

    /// Transfers many items, which `start` starts one after the other.
    pub(super) async fn many(
        &self,
        start: impl AsyncFnOnce(&mut Tasks) -> Result<()>,
    ) -> Result<TransferReport> {
        if !self.options.conditions.is_empty() {
            let text =
                "conditions and leases are for the transfer of a single file; leave them off";
            return Err(Error::invalid(text));
        }
        let mut tasks = Tasks::new(self);
        let started = start(&mut tasks).await;
        if started.is_ok() {
            self.listed();
        }
        tasks.finish(started).await?;
        self.finish()
    }

    pub(super) fn journal(&self) -> Option<&Arc<Journal>> {
        self.journal.as_ref()
    }

    /// Directories and names of temporary files of earlier runs that this one had no use for.
    pub(super) fn leftovers(&self) -> Vec<(String, String)> {
        self.journal.as_ref().map(|journal| journal.leftovers()).unwrap_or_default()
    }

    /// Keeps in mind what could not be removed.
    pub(super) fn keep_leftover(&self, directory: String, name: String) {
        if let Some(journal) = &self.journal {
            journal.keep_leftover(directory, name);
        }
    }

    pub(super) fn backend(&self) -> &Arc<dyn Backend> {
        self.client.backend()
    }

    /// Tasks of this transfer that belong together.
    pub(super) fn group(&self) -> Group {
        Group { tasks: JoinSet::new(), cleanups: self.backend().cleanups().clone() }
    }

    /// Announces an item.
    pub(super) fn found(
        &self,
        source: impl fmt::Display,
        target: impl fmt::Display,
        kind: FileKind,
        length: u64,
    ) -> TransferItem {
        let item = TransferItem {
            id: self.next_id.fetch_add(1, Ordering::Relaxed),
            source: source.to_string(),
            target: target.to_string(),
            kind,
            length,
        };
        self.tell(&TransferEvent::Found(&item));
        item
    }

    /// Which directories below `root` a remote walk goes into.
    pub(super) fn descend(&self, root: &RemotePath) -> Descend {
        let (selection, root) = (Arc::clone(&self.options.selection), root.clone());
        Arc::new(move |directory| {
            !is_temporary(directory.name())
                && selection.enters(directory.path.relative_to(&root).unwrap_or_default())
        })
    }

    /// Where something lies below a local directory. Fails for what this system cannot hold there.
    pub(super) fn local_place(&self, directory: &Path, relative: &str) -> Result<PathBuf> {
        let place = local_below(directory, relative)?;
        self.twins.check(relative)?;
        Ok(place)
    }

    /// Whether this system takes a path below a local directory for that of something else that has come there.
    pub(super) fn stands_for_another(&self, directory: &Path, path: &Path) -> bool {
        self.twins.stands_for_another(&Selection::local_path(directory, path))
    }

    /// Announces that no more items are found.
    pub(super) fn listed(&self) {
        self.tell(&TransferEvent::Listed);
    }

    /// Records bytes that an earlier run has transferred.
    pub(super) fn resumed(&self, item: &TransferItem, bytes: u64) {
        if bytes > 0 {
            self.report.lock().unwrap_or_else(PoisonError::into_inner).resumed += bytes;
            self.tell(&TransferEvent::Resumed { item, bytes });
        }
    }

    pub(super) fn moved(&self, item: &TransferItem, bytes: u64) {
        if bytes > 0 {
            self.tell(&TransferEvent::Moved { item, bytes });
        }
    }

    pub(super) fn verified(&self, item: &TransferItem, checksum: u32) {
        self.tell(&TransferEvent::Verified { item, checksum });
    }

    /// Records how an item ended.
    pub(super) fn ended(&self, item: &TransferItem, outcome: Outcome) {
        if outcome == Outcome::Planned {
            return self.planned(item, SyncStep::Transfer);
        }
        let sized;
        let item = match outcome {
            Outcome::Sized(length) => {
                sized = TransferItem { length, ..item.clone() };
                &sized
            }
            _ => item,
        };
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Outcome::Done | Outcome::Sized(_) => report.count(item),
            Outcome::Skipped(reason) => {
                report.skipped += 1;
                report.left_out += u64::from(reason.is_loss());
            }
            Outcome::Planned => {}
        }
        drop(report);
        match outcome {
            Outcome::Done | Outcome::Sized(_) => self.tell(&TransferEvent::Finished(item)),
            Outcome::Skipped(reason) => self.tell(&TransferEvent::Skipped { item, reason }),
            Outcome::Planned => {}
        }
    }

    /// Records that an item was deleted from the target.
    pub(super) fn deleted(&self, item: &TransferItem) {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).deleted += 1;
        self.tell(&TransferEvent::Deleted(item));
    }

    /// Records what a dry run would do, as if it were done.
    pub(super) fn planned(&self, item: &TransferItem, step: SyncStep) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        match step {
            SyncStep::Transfer => report.count(item),
            SyncStep::Delete => report.deleted += 1,
        }
        drop(report);
        self.tell(&TransferEvent::Planned { item, step });
    }

    /// What would be done about a file, as the outcome of a dry run. What is there and must stay is an error.
    pub(super) fn plan(
        &self,
        item: &TransferItem,
        source: State,
        existing: Option<State>,
    ) -> Result<Outcome> {
        match decide(self.options.overwrite, source, existing) {
            OverwriteDecision::Write { .. } => Ok(Outcome::Planned),
            OverwriteDecision::Skip => Ok(Outcome::Skipped(SkipReason::UpToDate)),
            OverwriteDecision::Refuse => {
                Err(Error::new(ErrorKind::AlreadyExists).with_local_path(&*item.target))
            }
        }
    }

    /// Records a failure; returns it when nothing that follows could succeed either.
    pub(super) fn failed(&self, item: TransferItem, error: Error) -> Result<()> {
        self.tell(&TransferEvent::Failed { item: &item, error: &error });
        if ends_everything(&error) {
            return Err(error);
        }
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.failures.push(TransferFailure { item, error });
        Ok(())
    }

    pub(super) fn record(&self, item: TransferItem, result: Result<Outcome>) -> Result<()> {
        match result {
            Ok(outcome) => {
                self.ended(&item, outcome);
                Ok(())
            }
            Err(error) => self.failed(item, error),
        }
    }

    /// Tells what the user should know.
    pub(super) fn warn(&self, text: &str) {
        self.tell(&TransferEvent::Warning(text));
    }

    /// Tells what a copy lacks, and counts the copy if it lacks anything.
    pub(super) fn not_kept(&self, item: &TransferItem, lost: &[Attribute]) {
        for attribute in lost {
            self.tell(&TransferEvent::NotKept { item, attribute: *attribute });
        }
        if !lost.is_empty() {
            self.report.lock().unwrap_or_else(PoisonError::into_inner).incomplete_copies += 1;
        }
    }

    pub(super) fn tell(&self, event: &TransferEvent<'_>) {
        if let Some(progress) = &self.progress {
            progress.event(event);
        }
    }

    /// One item that is all of the transfer: its failure is the transfer's.
    pub(super) async fn single(
        &self,
        item: TransferItem,
        work: impl Future<Output = Result<Outcome>>,
    ) -> Result<TransferReport> {
        self.listed();
        match work.await {
            Ok(outcome) => {
                self.ended(&item, outcome);
                Ok(self.take_report())
            }
            Err(error) => {
                self.tell(&TransferEvent::Failed { item: &item, error: &error });
                Err(error)
            }
        }
    }

    /// The end of a transfer of many items.
    fn finish(&self) -> Result<TransferReport> {
        let report = self.take_report();
        if report.failures.is_empty() { Ok(report) } else { Err(Error::incomplete(report)) }
    }

    fn take_report(&self) -> TransferReport {
        std::mem::take(&mut *self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn open_journal(directory: Option<PathBuf>, key: TransferKey) -> Result<Option<Journal>> {
    match directory {
        Some(directory) => blocking(move || Journal::open(&directory, &key)).await,
        None => Ok(None),
    }
}

/// The items under way in a transfer of many. Dropping it stops them.
pub(super) struct Tasks {
    run: Run,
    slots: Arc<Semaphore>,
    group: Group,
}

impl Tasks {
    pub(super) fn new(run: &Run) -> Self {
        // Twice as many files as requests: some are being opened and renamed meanwhile.
        let slots = Arc::new(Semaphore::new(run.options.concurrency.saturating_mul(2).min(4096)));
        Self { run: run.clone(), slots, group: run.group() }
    }

    /// Starts to work on an item as soon as there is a slot. Fails when another item has ended
    /// everything.
    pub(super) async fn start(
        &mut self,
        item: TransferItem,
        work: impl Future<Output = Result<Outcome>> + Send + 'static,
    ) -> Result<()> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let run = self.run.clone();
        self.group.start(async move {
            let _slot = slot;
            let result = work.await;
            run.record(item, result)
        })
    }

    /// Waits for all of them so far. Fails when one has ended everything.
    pub(super) async fn wait(&mut self) -> Result<()> {
        self.group.wait().await
    }

    /// Waits for all of them, or stops them when `started` failed.
    pub(super) async fn finish(self, started: Result<()>) -> Result<()> {
        self.group.finish(started).await
    }
}

/// Tasks that belong together: the failure of one stops the others.
pub(super) struct Group {
    tasks: JoinSet<Result<()>>,
    cleanups: Cleanups,
}

impl Group {
    /// Starts a task, unless one has failed.
    pub(super) fn start(
        &mut self,
        task: impl Future<Output = Result<()>> + Send + 'static,
    ) -> Result<()> {
        while let Some(ended) = self.tasks.try_join_next() {
            joined(ended)?;
        }
        // A task that is stopped ends some time later, and only then drops what it holds.
        let hold = self.cleanups.hold();
        self.tasks.spawn(async move {
            let _hold = hold;
            task.await
        });
        Ok(())
    }

    async fn wait(&mut self) -> Result<()> {
        while let Some(ended) = self.tasks.join_next().await {
            joined(ended)?;
        }
        Ok(())
    }

    /// Waits for all tasks; if `started` or a task failed, until all have stopped, so that nobody
    /// holds anything of the transfer any more.
    pub(super) async fn finish(mut self, started: Result<()>) -> Result<()> {
        let result = match started {
            Ok(()) => self.wait().await,
            failed => failed,
        };
        self.tasks.shutdown().await;
        result
    }
}

/// The result of a task; one that panicked or was torn down with its runtime has failed.
fn joined(ended: std::result::Result<Result<()>, JoinError>) -> Result<()> {
    ended.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Transient)
            .with_message("a task of the transfer was stopped")
            .with_source(error))
    })
}

/// Whether a failure of one item says that all others would fail alike.
fn ends_everything(error: &Error) -> bool {
    let full = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::ReadOnlyFilesystem
        )
    };
    matches!(error.kind(), ErrorKind::Unauthenticated | ErrorKind::DeadlineExceeded)
        || error.io_error().is_some_and(full)
}
