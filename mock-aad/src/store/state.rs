//! A state directory: what is in it, and the part of it that belongs to an account.

use std::any::Any;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::batch::{AccountId, Batch, Change};
use super::committer::{Committer, LostFlag};
use super::disk::{Disk, RealDisk};
use super::error::StoreError;
use super::file_bytes::{self, ExtentChanges, FileBytes};
use super::metadata::{Metadata, StoredAccount};
use super::segments::{Segments, Writer};
use super::space::{self, Space};
use super::ticket::Ticket;

/// What survives a restart.
#[derive(Debug)]
pub(crate) struct State {
    committer: Arc<Committer>,
    thread: Mutex<Option<JoinHandle<()>>>,
    next_account: AtomicU64,
}

/// The part of the state that belongs to one account.
#[derive(Clone, Debug)]
pub(crate) struct AccountState {
    state: Arc<State>,
    name: Arc<str>,
    id: AccountId,
    lost: LostFlag,
}

/// An account that is stored for the first time.
#[derive(Debug)]
pub(crate) struct NewAccount {
    pub(crate) state: AccountState,
    pub(crate) batch: Batch,
}

impl State {
    /// Opens a directory of the machine, which is made if it is not there. With `relaxed`, changes are
    /// not waited for until they are safe from a crash of the machine.
    pub(crate) fn open(directory: &Path, relaxed: bool) -> io::Result<Arc<Self>> {
        Self::on(Arc::new(RealDisk::open(directory, relaxed)?))
    }

    /// Opens what is on a disk.
    pub(crate) fn on(disk: Arc<dyn Disk>) -> io::Result<Arc<Self>> {
        let lock = disk.lock()?;
        let files = disk.list()?;
        let reserve = files.iter().find(|(name, _)| name == space::NAME).map(|(_, len)| *len);
        let space = Space::new(disk.clone(), reserve)?;
        let segments = Arc::new(Segments::new(disk.clone(), space, &files));
        let metadata = Metadata::open(disk, segments.clone(), &files)?;
        let names: HashMap<AccountId, String> =
            metadata.accounts()?.into_iter().map(|(name, id)| (id, name)).collect();
        let next = names.keys().max().map_or(1, |last| last + 1);
        let committer = Committer::new(metadata, segments);
        let state = Self {
            committer: committer.clone(),
            thread: Mutex::new(None),
            next_account: AtomicU64::new(next),
        };
        let thread = std::thread::Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || committer.run(lock, names))?;
        state.thread.lock().unwrap_or_else(PoisonError::into_inner).replace(thread);
        Ok(Arc::new(state))
    }

    /// The accounts that are stored.
    pub(crate) fn accounts(self: &Arc<Self>) -> io::Result<Vec<(String, AccountState)>> {
        let stored = self.committer.metadata.accounts()?;
        Ok(stored.into_iter().map(|(name, id)| (name.clone(), self.account(&name, id))).collect())
    }

    /// The part of the state for an account that is not stored yet.
    pub(crate) fn new_account(self: &Arc<Self>, name: &str) -> AccountState {
        self.account(name, self.next_account.fetch_add(1, Ordering::Relaxed))
    }

    fn account(self: &Arc<Self>, name: &str, id: AccountId) -> AccountState {
        let lost = Arc::new(AtomicBool::new(false));
        AccountState { state: self.clone(), name: name.into(), id, lost }
    }

    /// To be called when all accounts have been read. Unless `complete`, nothing is ever given back:
    /// what could not be read may refer to it.
    pub(crate) fn loaded(&self, complete: bool) -> io::Result<()> {
        if !complete {
            self.committer.segments.freeze();
        }
        self.committer.segments.settle()?;
        self.committer.segments.space.refill()
    }

    /// Replaces accounts by others, all at once. `kept` is held until that is done.
    pub(crate) fn replace(
        &self,
        remove: &[AccountState],
        put: Vec<(String, NewAccount)>,
        kept: Vec<Arc<dyn Any + Send + Sync>>,
    ) -> Result<Ticket, StoreError> {
        if let (Some(_), true) = (put.first(), self.committer.segments.space.is_full()) {
            return Err(StoreError::no_room());
        }
        let remove = remove.iter().map(|account| account.id).collect();
        let lost = put.iter().map(|(_, new)| new.state.lost.clone()).collect();
        let put = put.into_iter().map(|(name, new)| (name, new.batch)).collect();
        self.committer.submit(Change::Accounts { remove, put, _kept: kept }, lost)
    }

    /// Calls this when there is no room for the bytes of files; it tells whether there may be some now.
    pub(crate) fn on_full(&self, call: impl Fn() -> bool + Send + Sync + 'static) {
        self.committer.segments.on_full(call);
    }

    /// Gives nothing back to the disk from now on.
    pub(crate) fn freeze(&self) {
        self.committer.segments.freeze();
    }

    /// Becomes ready when everything that has been queued is stored.
    pub(crate) fn flushed(&self) -> Result<Ticket, StoreError> {
        self.committer.submit(Change::Nothing, Vec::new())
    }

    /// Stores what is queued, and ends.
    pub(crate) fn close(&self) {
        self.committer.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // What the thread dropped last may have been the last that held this.
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }

    #[cfg(test)]
    pub(crate) fn open_handles(&self) -> usize {
        self.committer.segments.open_handles()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.close();
    }
}

impl AccountState {
    pub(super) fn segments(&self) -> &Arc<Segments> {
        &self.state.committer.segments
    }

    /// An empty batch.
    pub(crate) fn batch(&self) -> Batch {
        Batch { account: self.id, ..Batch::default() }
    }

    pub(crate) fn id(&self) -> AccountId {
        self.id
    }

    /// Whether a change may be begun; one that `frees` room may be on a full disk.
    pub(crate) fn admit(&self, frees: bool) -> Result<(), StoreError> {
        if let Some(failure) = self.state.committer.failure() {
            return Err(failure);
        }
        if !frees && self.segments().space.is_full() {
            return Err(StoreError::no_room());
        }
        Ok(())
    }

    /// Whether what is deleted must make room at once.
    pub(crate) fn is_short(&self) -> bool {
        self.segments().space.is_short()
    }

    /// Queues changed records.
    pub(crate) fn commit(&self, batch: Batch) -> Result<Ticket, StoreError> {
        self.state.committer.submit(Change::Batch(batch), vec![self.lost.clone()])
    }

    /// Whether what is in memory is not what is stored.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// What is stored, `None` if there is nothing.
    pub(crate) fn load(&self) -> io::Result<Option<StoredAccount>> {
        self.lost.store(false, Ordering::Release);
        self.state.committer.metadata.load(&self.name, self.id)
    }

    /// What is stored, instead of what is in memory. What memory referred to is not given back any more:
    /// stored records may do so too.
    pub(crate) fn reload(&self) -> io::Result<Option<StoredAccount>> {
        self.segments().freeze();
        self.load()
    }

    /// Becomes ready when everything that has been queued is stored.
    pub(crate) fn flushed(&self) -> Result<Ticket, StoreError> {
        self.state.flushed()
    }

    /// Notes what the extents of an account refer to that cannot be read otherwise.
    pub(crate) fn skip(&self, stored: &StoredAccount) {
        for records in stored.extents.values() {
            file_bytes::skip(records, self.segments());
        }
    }

    /// Stores bytes that nothing more follows.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<FileBytes> {
        let segments = self.segments();
        let stored = match file_bytes::write(segments, bytes) {
            Err(error) if segments.make_room(&error) => file_bytes::write(segments, bytes),
            stored => stored,
        };
        stored.map(FileBytes::stored)
    }

    /// Stores bytes that come one piece after the other.
    pub(crate) fn writer(&self) -> Writer {
        Writer::new(self.segments().clone(), true)
    }

    /// The content of a file that was stored with this length. What is wrong with it is told when it is
    /// read.
    pub(crate) fn recorded_bytes(&self, records: &[Vec<u8>], len: u64) -> FileBytes {
        FileBytes::recorded(records, len, self.segments())
    }

    /// Enters what has changed of a file's content, and moves to disk what is in memory.
    pub(crate) fn put_bytes(
        &self,
        batch: &mut Batch,
        bytes: &mut FileBytes,
    ) -> io::Result<ExtentChanges> {
        bytes.store(self.segments())?;
        let mut changes = bytes.take_changes()?;
        batch.segments.append(&mut changes.segments);
        Ok(changes)
    }
}

impl Writer {
    /// What was written.
    pub(crate) fn into_bytes(self) -> FileBytes {
        FileBytes::stored(self.finish())
    }
}
