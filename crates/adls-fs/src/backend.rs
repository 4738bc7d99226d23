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
    ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreOptions, StatOptions,
    TimesChange, WriteOptions,
};
use crate::{
    Acl, Capabilities, Cleanups, Conditions, ContentSummary, DeletedItem, FileStatus, Listing,
    Result, WriteResult,
};

/// The frames of a file's bytes, without copies between the network and the reader.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// How far a write is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncMode {
    /// More comes; readers need not see it yet.
    Unflushed,
    /// Readers see it; the writer goes on.
    Flushed,
    /// Readers see it; the writer gives the file up.
    Closed,
}

/// One writer of one file, over all its requests.
#[derive(Clone, Debug)]
pub(crate) struct WriteHandle {
    pub(crate) path: RemotePath,
    /// What the service tells the writer from others by: its lease and its session.
    pub(crate) id: Uuid,
}

impl WriteHandle {
    /// A writer that has done nothing yet.
    pub(crate) fn new(path: &RemotePath) -> Self {
        Self { path: path.clone(), id: Uuid::new_v4() }
    }
}

/// What is to be read.
#[derive(Clone, Debug)]
pub(crate) struct ReadRequest {
    /// Not empty; with an end of `u64::MAX` everything from the start on.
    pub(crate) range: Range<u64>,
    /// The same for all requests of one reader.
    pub(crate) session: Uuid,
    pub(crate) conditions: Conditions,
}

/// The answer to a [`ReadRequest`].
pub(crate) struct Opened {
    /// What the bytes are of, where the answer tells.
    pub(crate) status: Option<FileStatus>,
    /// The bytes. They may end early, and may break.
    pub(crate) stream: ByteStream,
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

    /// The target is the new name, whatever is there. A service that moves *into* a directory of that
    /// name must be kept from it by a look before, unless the caller `has_looked`.
    fn rename<'a>(
        &'a self,
        from: &'a RemotePath,
        to: &'a RemotePath,
        options: RenameOptions,
        has_looked: bool,
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

    /// A range of a file, in one request.
    fn open<'a>(
        &'a self,
        path: &'a RemotePath,
        request: ReadRequest,
    ) -> BoxFuture<'a, Result<Opened>>;

    /// Makes a file that holds `content`, at most [`max_write`](Self::max_write) bytes; readers see
    /// all of it or nothing.
    fn put_whole<'a>(
        &'a self,
        path: &'a RemotePath,
        content: Bytes,
        options: &'a WriteOptions,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(async move {
            self.create(&WriteHandle::new(path), content, options, SyncMode::Closed).await
        })
    }

    /// Makes a file that `handle` holds then, unless it is closed at once. It begins with `first`, at
    /// most [`max_write`](Self::max_write) bytes, so that a service whose creation takes bytes along
    /// needs no other request for them.
    fn create<'a>(
        &'a self,
        handle: &'a WriteHandle,
        first: Bytes,
        options: &'a WriteOptions,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>>;

    /// Takes a file that is there for writing, and returns its length.
    fn open_to_append<'a>(&'a self, handle: &'a WriteHandle) -> BoxFuture<'a, Result<u64>>;

    /// Writes `bytes`, at most [`max_write`](Self::max_write), at `offset`, and publishes the file up to
    /// their end as far as `sync` says. The parts come in order, one after the other.
    fn write_at<'a>(
        &'a self,
        handle: &'a WriteHandle,
        offset: u64,
        bytes: Bytes,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>>;

    /// Publishes a file that has `length` bytes as far as `sync` says; fails with
    /// [`ErrorKind::BadOffset`](crate::ErrorKind::BadOffset) when it has another length.
    fn flush<'a>(
        &'a self,
        handle: &'a WriteHandle,
        length: u64,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>>;

    /// How far a file got that this writer left: one of the lengths of `candidates`, or `None` when it
    /// is gone or has another one. The writer then holds it.
    fn resume<'a>(
        &'a self,
        handle: &'a WriteHandle,
        candidates: [u64; 2],
    ) -> BoxFuture<'a, Result<Option<u64>>>;

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
        options: RestoreOptions,
    ) -> BoxFuture<'a, Result<()>>;

    /// The most bytes that one write takes.
    fn max_write(&self) -> usize;
}
