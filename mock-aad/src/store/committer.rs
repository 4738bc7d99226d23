//! The one thread that stores: takes what is queued, makes it safe, and wakes who waits for it.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::batch::{AccountId, Change};
use super::disk::DiskLock;
use super::error::StoreError;
use super::metadata::Metadata;
use super::segments::Segments;
use super::ticket::{Completion, Ticket};

/// How many changes are stored together at most.
const GROUP: usize = 256;

/// Set when a change that is visible in memory is not stored: the account is to be read again.
pub(super) type LostFlag = Arc<AtomicBool>;

/// What the committer shares with those who give it work.
#[derive(Debug)]
pub(super) struct Committer {
    queue: Mutex<Queue>,
    work: Condvar,
    pub(super) metadata: Metadata,
    pub(super) segments: Arc<Segments>,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    /// Whether unused bytes wait to be given back.
    untidy: bool,
    closed: bool,
    /// Why nothing is taken on any more.
    failed: Option<StoreError>,
}

#[derive(Debug)]
struct Item {
    change: Change,
    lost: Vec<LostFlag>,
    completion: Completion,
}

impl Committer {
    pub(super) fn new(metadata: Metadata, segments: Arc<Segments>) -> Arc<Self> {
        let (queue, work) = (Mutex::default(), Condvar::new());
        let committer = Arc::new(Self { queue, work, metadata, segments });
        let weak = Arc::downgrade(&committer);
        committer.segments.on_dead(move || {
            if let Some(committer) = weak.upgrade() {
                committer.queue().untidy = true;
                committer.work.notify_one();
            }
        });
        committer
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a change of accounts that are lost if it is not stored. When it is refused, it is the
    /// caller's to undo.
    pub(super) fn submit(&self, change: Change, lost: Vec<LostFlag>) -> Result<Ticket, StoreError> {
        let mut queue = self.queue();
        if let Some(error) = &queue.failed {
            return Err(error.clone());
        }
        if queue.closed {
            return Err(StoreError::Failed("it has been closed".into()));
        }
        if lost.iter().any(|lost| lost.load(Ordering::Acquire)) {
            return Err(StoreError::Failed("an earlier change could not be stored".into()));
        }
        let (ticket, completion) = Ticket::pair();
        queue.items.push_back(Item { change, lost, completion });
        drop(queue);
        self.work.notify_one();
        Ok(ticket)
    }

    /// Why nothing is taken on any more, if that is so.
    pub(super) fn failure(&self) -> Option<StoreError> {
        self.queue().failed.clone()
    }

    /// Lets the thread end when the queue is empty.
    pub(super) fn close(&self) {
        self.queue().closed = true;
        self.work.notify_one();
    }

    /// Stores what is queued until the end.
    pub(super) fn run(&self, lock: DiskLock, mut names: HashMap<AccountId, String>) {
        while let Some(group) = self.next() {
            let stored = catch_unwind(AssertUnwindSafe(|| self.store(&group, &mut names)))
                .unwrap_or_else(|_| Err(io::Error::other("what writes to it has panicked")));
            match stored {
                Ok(()) => self.succeed(group),
                Err(error) => names = self.fail(group, &error),
            }
            let tidied = catch_unwind(AssertUnwindSafe(|| self.tidy()));
            if tidied.is_err() {
                self.segments.freeze();
            }
        }
        let _ = catch_unwind(AssertUnwindSafe(|| self.metadata.close()));
        drop(lock);
    }

    /// What is to be stored next, which may be nothing when there is only tidying to do; `None` at the
    /// end.
    fn next(&self) -> Option<Vec<Item>> {
        let mut queue = self.queue();
        while queue.items.is_empty() && !queue.untidy {
            if queue.closed {
                return None;
            }
            queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.untidy = false;
        let count = queue.items.len().min(GROUP);
        Some(queue.items.drain(..count).collect())
    }

    /// Stores a group. Bytes go first: a record never refers to bytes that a crash can lose.
    fn store(&self, group: &[Item], names: &mut HashMap<AccountId, String>) -> io::Result<()> {
        if group.is_empty() {
            return Ok(());
        }
        let batches = group.iter().flat_map(|item| item.change.batches());
        self.segments.sync(batches.flat_map(|batch| &batch.segments))?;
        self.metadata.commit(group.iter().map(|item| &item.change), names)
    }

    fn succeed(&self, group: Vec<Item>) {
        // On a full disk the next request may need what this one has given back.
        let short = self.segments.space.is_short();
        let mut completions = Vec::with_capacity(group.len());
        for item in group {
            match short {
                true => completions.push(item.completion),
                false => item.completion.complete(Ok(())),
            }
            drop(item.change);
        }
        if short {
            self.tidy();
        }
        completions.into_iter().for_each(|completion| completion.complete(Ok(())));
    }

    fn tidy(&self) {
        self.segments.tidy();
        let space = &self.segments.space;
        let refilled = space.refill().and_then(|()| match space.is_full() {
            true => self.metadata.compact().and_then(|()| space.refill()),
            false => Ok(()),
        });
        if let Err(error) = refilled {
            tracing::warn!(%error, "cannot make the reserve of the state directory");
        }
    }

    /// Refuses a group and all that is queued behind it, which may build on it. Returns the accounts
    /// that there are.
    fn fail(&self, group: Vec<Item>, error: &io::Error) -> HashMap<AccountId, String> {
        tracing::error!(%error, "changes cannot be stored");
        // Runs are dropped with what was not stored, but the stored records still refer to them.
        self.segments.freeze();
        let mut queue = self.queue();
        let mut reason = StoreError::of(error);
        let reopened = catch_unwind(AssertUnwindSafe(|| {
            self.metadata.reopen()?;
            self.metadata.accounts()
        }));
        let names = match reopened {
            Ok(Ok(accounts)) => accounts.into_iter().map(|(name, id)| (id, name)).collect(),
            failed => {
                if let Ok(Err(error)) = failed {
                    tracing::error!(%error, "the records cannot be opened again");
                }
                reason = StoreError::Failed(error.to_string().into());
                HashMap::new()
            }
        };
        if matches!(reason, StoreError::Failed(_)) {
            queue.failed = Some(reason.clone());
        }
        let items: Vec<Item> = group.into_iter().chain(queue.items.drain(..)).collect();
        for lost in items.iter().flat_map(|item| &item.lost) {
            lost.store(true, Ordering::Release);
        }
        drop(queue);
        for item in items {
            item.completion.complete(Err(reason.clone()));
        }
        names
    }
}
