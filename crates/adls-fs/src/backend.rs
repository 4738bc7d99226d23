//! What a kind of account must be able to do, so that everything above it is written once.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use adls_http::{BoxFuture, Clock, SafeUrl};
use adls_wire::{AclSpec, Permission, RemotePath, Rwx};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use uuid::Uuid;

use crate::options::{
    AclOptions, ConcatOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreConflict, StatOptions,
    TimesChange, WriteOptions,
};
use crate::{
    Acl, Capabilities, Cleanups, ContentSummary, DeletedItem, FileStatus, Listing, Result,
};

/// The frames of a file's bytes, without copies between the network and the reader.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// How far a write is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Publish {
    /// More comes; readers need not see it yet.
    Hold,
    /// Readers see it; the writer goes on.
    Flush,
    /// Readers see it; the writer gives the file up.
    Close,
}

/// One writer of one file, over all its requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteSession(pub(crate) Uuid);

impl WriteSession {
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4())
    }
}

/// A change of an access control list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AclChange<'a> {
    /// The new list.
    Set(&'a AclSpec),
    /// Entries to add or replace.
    Modify(&'a AclSpec),
    /// Entries to remove, without rights.
    RemoveEntries(&'a AclSpec),
    /// Everything but the mode bits goes.
    RemoveAll,
    /// The default entries go.
    RemoveDefault,
}

/// The operations of one kind of account. Implementations resolve lost answers themselves: what
/// they return is certain.
pub(crate) trait Backend: fmt::Debug + Send + Sync + 'static {
    fn endpoint(&self) -> &SafeUrl;

    fn clock(&self) -> &Arc<dyn Clock>;

    fn cleanups(&self) -> &Cleanups;

    fn capabilities(&self) -> Capabilities;

    /// How many answers so far asked to slow down; only its growth means something.
    fn throttled(&self) -> u64;

    fn stat<'a>(
        &'a self,
        path: &'a RemotePath,
        options: StatOptions,
    ) -> BoxFuture<'a, Result<FileStatus>>;

    fn list(&self, path: &RemotePath, options: ListOptions) -> Listing;

    fn mkdirs<'a>(
        &'a self,
        path: &'a RemotePath,
        options: MkdirsOptions,
    ) -> BoxFuture<'a, Result<()>>;

    fn rename<'a>(
        &'a self,
        from: &'a RemotePath,
        to: &'a RemotePath,
        options: RenameOptions,
    ) -> BoxFuture<'a, Result<()>>;

    fn delete<'a>(
        &'a self,
        path: &'a RemotePath,
        options: DeleteOptions,
    ) -> BoxFuture<'a, Result<bool>>;

    fn concat<'a>(
        &'a self,
        target: &'a RemotePath,
        sources: &'a [RemotePath],
        options: ConcatOptions,
    ) -> BoxFuture<'a, Result<()>>;

    fn content_summary<'a>(&'a self, path: &'a RemotePath)
    -> BoxFuture<'a, Result<ContentSummary>>;

    fn set_permission<'a>(
        &'a self,
        path: &'a RemotePath,
        permission: Permission,
    ) -> BoxFuture<'a, Result<()>>;

    fn set_owner<'a>(
        &'a self,
        path: &'a RemotePath,
        change: OwnerChange,
    ) -> BoxFuture<'a, Result<()>>;

    fn set_times<'a>(
        &'a self,
        path: &'a RemotePath,
        change: TimesChange,
    ) -> BoxFuture<'a, Result<()>>;

    fn set_expiry<'a>(&'a self, path: &'a RemotePath, expiry: Expiry) -> BoxFuture<'a, Result<()>>;

    fn acl<'a>(&'a self, path: &'a RemotePath, options: AclOptions) -> BoxFuture<'a, Result<Acl>>;

    fn change_acl<'a>(
        &'a self,
        path: &'a RemotePath,
        change: AclChange<'a>,
    ) -> BoxFuture<'a, Result<()>>;

    fn check_access<'a>(&'a self, path: &'a RemotePath, wanted: Rwx)
    -> BoxFuture<'a, Result<bool>>;

    /// The bytes of a range that is not empty. The answer may end early, and may break.
    fn open<'a>(
        &'a self,
        path: &'a RemotePath,
        range: Range<u64>,
        session: Uuid,
    ) -> BoxFuture<'a, Result<ByteStream>>;

    /// Makes a file that holds `body`, at most [`max_append`](Self::max_append) bytes.
    fn create<'a>(
        &'a self,
        path: &'a RemotePath,
        body: Bytes,
        options: &'a WriteOptions,
        session: WriteSession,
        publish: Publish,
    ) -> BoxFuture<'a, Result<()>>;

    /// Appends `body`, at most [`max_append`](Self::max_append) bytes, to a file of `offset` bytes.
    fn append<'a>(
        &'a self,
        path: &'a RemotePath,
        offset: u64,
        body: Bytes,
        session: WriteSession,
        publish: Publish,
    ) -> BoxFuture<'a, Result<()>>;

    /// Whether the file ends at `offset` for this writer, who then holds it.
    fn ends_at<'a>(
        &'a self,
        path: &'a RemotePath,
        offset: u64,
        session: WriteSession,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Takes the file for writing, and returns its length.
    fn begin_append<'a>(
        &'a self,
        path: &'a RemotePath,
        session: WriteSession,
    ) -> BoxFuture<'a, Result<u64>>;

    fn concurrent_append<'a>(
        &'a self,
        path: &'a RemotePath,
        body: Bytes,
        options: ConcurrentAppendOptions,
    ) -> BoxFuture<'a, Result<()>>;

    fn deleted_items(&self, hint: &str, options: DeletedItemsOptions) -> Listing<DeletedItem>;

    fn restore<'a>(
        &'a self,
        item: &'a DeletedItem,
        target: &'a RemotePath,
        on_conflict: RestoreConflict,
    ) -> BoxFuture<'a, Result<()>>;

    /// The most bytes that one append takes.
    fn max_append(&self) -> usize;
}
