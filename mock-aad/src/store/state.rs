//! A state folder: records in one file, bytes in others, and the order in which both are written.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::metadata::{Batch, Metadata, StoredAccount};
use super::segments::Segments;
use crate::error::Error;

/// What survives a restart.
#[derive(Debug)]
pub(crate) struct State {
    metadata: Metadata,
    pub(super) segments: Segments,
}

/// The part of the state that belongs to one account.
#[derive(Clone, Debug)]
pub(crate) struct AccountState {
    pub(super) state: Arc<State>,
    name: String,
    /// Set when the account is deleted: a request that is still at work must not bring it back.
    removed: Arc<AtomicBool>,
}

impl State {
    /// Opens a state folder, which is made if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Arc<Self>, Error> {
        let failed =
            |source| Error::File { action: "cannot open", path: folder.to_owned(), source };
        let segments = Segments::open(folder.join("extents")).map_err(failed)?;
        let path = folder.join("metadata.redb");
        let metadata = Metadata::open(&path)
            .map_err(|error| Error::State { path: path.clone(), reason: error.to_string() })?;
        Ok(Arc::new(Self { metadata, segments }))
    }

    /// What is stored of each account: its part of the state, and its records.
    pub(crate) fn accounts(
        self: &Arc<Self>,
    ) -> Result<Vec<(AccountState, StoredAccount)>, redb::Error> {
        let stored = self.metadata.load()?;
        let part = |account: StoredAccount| (self.account(&account.name), account);
        Ok(stored.into_iter().map(part).collect())
    }

    /// The part of the state that belongs to an account.
    pub(crate) fn account(self: &Arc<Self>, name: &str) -> AccountState {
        AccountState { state: self.clone(), name: name.to_owned(), removed: Arc::default() }
    }

    /// Removes bytes that no account asked for.
    pub(crate) fn sweep(&self) -> io::Result<()> {
        self.segments.sweep()
    }
}

impl AccountState {
    /// Stores changed records. Bytes go first: a record never refers to bytes that a crash can lose.
    pub(crate) fn commit(&self, batch: &Batch) -> io::Result<()> {
        self.state.segments.sync()?;
        let wanted = || !self.removed.load(Ordering::Acquire);
        self.state.metadata.commit(&self.name, batch, wanted).map_err(io::Error::other)?;
        self.state.segments.collect();
        Ok(())
    }

    /// Forgets the account.
    pub(crate) fn remove(&self) -> io::Result<()> {
        self.removed.store(true, Ordering::Release);
        self.state.metadata.remove(&self.name).map_err(io::Error::other)
    }
}
