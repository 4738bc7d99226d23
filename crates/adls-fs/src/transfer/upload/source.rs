//! Where the bytes of a file come from that is sent to an account: this machine, or another account.

use std::ops::Range;

use bytes::Bytes;

use crate::Result;
use crate::transfer::copy::RemoteSource;
use crate::transfer::local::{SmallRead, SourceFile, SourceState};

/// A file that is sent. Its methods are those of [`SourceFile`], which say what they promise.
#[derive(Clone, Debug)]
pub(in crate::transfer) enum UploadSource {
    Local(SourceFile),
    Remote(RemoteSource),
}

impl UploadSource {
    pub(super) async fn open(&self) -> Result<SourceState> {
        match self {
            Self::Local(file) => file.open().await,
            Self::Remote(file) => file.open().await,
        }
    }

    /// What tells the file from another one of this length and time, where its keeper says it.
    pub(super) fn incarnation(&self) -> Option<String> {
        match self {
            Self::Local(_) => None,
            Self::Remote(file) => file.held().incarnation,
        }
    }

    /// An account knows how long its files are.
    pub(super) async fn goes_on_behind(&self, state: SourceState) -> Result<bool> {
        match self {
            Self::Local(file) => file.goes_on_behind(state).await,
            Self::Remote(_) => Ok(false),
        }
    }

    pub(super) async fn read(&self, offset: u64, length: u64) -> Result<Bytes> {
        match self {
            Self::Local(file) => file.read(offset, length).await,
            Self::Remote(file) => file.read(offset, length).await,
        }
    }

    pub(super) async fn read_some(&self, offset: u64, most: u64) -> Result<Bytes> {
        match self {
            Self::Local(file) => file.read_some(offset, most).await,
            Self::Remote(file) => file.read_some(offset, most).await,
        }
    }

    pub(super) async fn read_small(&self, limit: u64) -> Result<SmallRead> {
        match self {
            Self::Local(file) => file.read_small(limit).await,
            Self::Remote(file) => file.read_small(limit).await,
        }
    }

    pub(super) async fn check_unchanged(
        &self,
        length: u64,
        part_size: u64,
        sent: impl Fn(&Range<u64>, &Bytes) -> bool + Send + 'static,
    ) -> Result<()> {
        match self {
            Self::Local(file) => file.check_unchanged(length, part_size, sent).await,
            Self::Remote(file) => file.check_same().await,
        }
    }
}
