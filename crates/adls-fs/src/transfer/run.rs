//! Carries out a transfer: counts, reports, and decides which failure ends everything.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::progress::{SkipReason, TransferEvent, TransferItem};
use super::queue::Queue;
use super::{Progress, TransferOptions};
use crate::backend::Backend;
use crate::{Error, ErrorKind, FileKind, FileSystemClient, Result};

/// What a transfer did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct TransferReport {
    /// Files that are now at their targets.
    pub files: u64,
    /// Folders that are now at their targets.
    pub directories: u64,
    /// Bytes in these files.
    pub bytes: u64,
    /// Items that were left out.
    pub skipped: u64,
    /// Items that could not be transferred.
    pub failures: Vec<TransferFailure>,
}

/// An item that could not be transferred.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransferFailure {
    /// Which one.
    pub item: TransferItem,
    /// Why.
    pub error: Error,
}

/// How an item ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Skipped(SkipReason),
}

/// What all tasks of one transfer share.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) client: FileSystemClient,
    pub(super) options: Arc<TransferOptions>,
    pub(super) queue: Queue,
    progress: Option<Arc<dyn Progress>>,
    report: Arc<Mutex<TransferReport>>,
    next_id: Arc<AtomicU64>,
}

impl Run {
    pub(super) fn new(client: &FileSystemClient, options: &TransferOptions) -> Result<Self> {
        if options.part_size == 0 {
            return Err(Error::invalid("the part size of a transfer must not be 0"));
        }
        let mut options = options.clone();
        // One part must fit into the room for bytes, or bounds would mean nothing.
        options.part_size = options.part_size.min(options.bytes_in_flight.max(1));
        let backend = Arc::clone(client.backend());
        Ok(Self {
            client: client.clone(),
            queue: Queue::new(backend, options.concurrency, options.bytes_in_flight)?,
            progress: options.progress.clone(),
            options: Arc::new(options),
            report: Arc::default(),
            next_id: Arc::default(),
        })
    }

    pub(super) fn backend(&self) -> &Arc<dyn Backend> {
        self.client.backend()
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

    pub(super) fn moved(&self, item: &TransferItem, bytes: u64) {
        self.tell(&TransferEvent::Moved { item, bytes });
    }

    /// Records how an item ended.
    pub(super) fn ended(&self, item: &TransferItem, outcome: Outcome) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        match (outcome, item.kind) {
            (Outcome::Done, FileKind::Directory) => report.directories += 1,
            (Outcome::Done, FileKind::File) => {
                report.files += 1;
                report.bytes += item.length;
            }
            (Outcome::Skipped(_), _) => report.skipped += 1,
        }
        drop(report);
        match outcome {
            Outcome::Done => self.tell(&TransferEvent::Finished(item)),
            Outcome::Skipped(reason) => self.tell(&TransferEvent::Skipped { item, reason }),
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

    fn record(&self, item: TransferItem, result: Result<Outcome>) -> Result<()> {
        match result {
            Ok(outcome) => {
                self.ended(&item, outcome);
                Ok(())
            }
            Err(error) => self.failed(item, error),
        }
    }

    fn tell(&self, event: &TransferEvent<'_>) {
        if let Some(progress) = &self.progress {
            progress.event(event);
        }
    }

    /// One item that is all of the transfer: its failure is the transfer's.
    pub(super) async fn single(
        self,
        item: TransferItem,
        work: impl Future<Output = Result<Outcome>>,
    ) -> Result<TransferReport> {
        match work.await {
            Ok(outcome) => {
                self.ended(&item, outcome);
                Ok(self.into_report())
            }
            Err(error) => {
                self.tell(&TransferEvent::Failed { item: &item, error: &error });
                Err(error)
            }
        }
    }

    /// The end of a transfer of many items.
    pub(super) fn finish(self) -> Result<TransferReport> {
        let report = self.into_report();
        if report.failures.is_empty() { Ok(report) } else { Err(Error::incomplete(report)) }
    }

    fn into_report(self) -> TransferReport {
        std::mem::take(&mut *self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The items under way in a transfer of many. Dropping it stops them.
pub(super) struct Tasks {
    run: Run,
    slots: Arc<Semaphore>,
    tasks: JoinSet<Result<()>>,
}

impl Tasks {
    pub(super) fn new(run: &Run) -> Self {
        // Twice as many files as requests: some are being opened and renamed meanwhile.
        let slots = Arc::new(Semaphore::new(run.options.concurrency.saturating_mul(2).min(4096)));
        Self { run: run.clone(), slots, tasks: JoinSet::new() }
    }

    /// Starts to work on an item as soon as there is a slot.
    pub(super) async fn start(
        &mut self,
        item: TransferItem,
        work: impl Future<Output = Result<Outcome>> + Send + 'static,
    ) -> Result<()> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        while let Some(ended) = self.tasks.try_join_next() {
            joined(ended)?;
        }
        let run = self.run.clone();
        self.tasks.spawn(async move {
            let _slot = slot;
            let result = work.await;
            run.record(item, result)
        });
        Ok(())
    }

    /// Waits for all of them.
    pub(super) async fn finish(mut self) -> Result<()> {
        while let Some(ended) = self.tasks.join_next().await {
            joined(ended)?;
        }
        Ok(())
    }
}

/// The result of a task; one that panicked or was torn down with its runtime has failed.
pub(super) fn joined<T>(
    ended: std::result::Result<Result<T>, tokio::task::JoinError>,
) -> Result<T> {
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
