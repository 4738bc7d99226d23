//! What a kind of account must be able to do, so that everything above it is written once.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use adls_http::{BoxFuture, Clock, SafeUrl};
use adls_wire::{AclSpec, Permission, RemotePath, Rwx};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use uuid::Uuid;

use crate::acl_batch::{AclBatch, AclPage, AclTreeChange};
use crate::lease::{LeaseAnswer, LeaseRequest};
use crate::options::{
    AclOptions, ConcatOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreOptions, StatOptions,
    TimesChange, WriteOptions,
};
#[cfg(feature = "_object_store")]
use crate::sas::UserDelegationKey;
use crate::{
    Acl, Capabilities, Cleanups, Conditions, ContentHeaders, ContentSummary, DeletedItem, ETag,
    Error, ErrorKind, FileProperties, FileStatus, Generation, Listing, Result, WriteResult,
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

/// One writer of one file, over all its requests. Clones are the same writer.
#[derive(Clone, Debug)]
pub(crate) struct WriteHandle {
    pub(crate) path: RemotePath,
    /// What the service tells the writer from others by: its lease and its session.
    pub(crate) id: Uuid,
    seen: Arc<Mutex<SeenVersion>>,
}

/// What a writer knows of its file where a service has versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenVersion {
    /// By what the service knows the creation of the file, where it is the writer's own.
    pub(crate) transaction: Option<Uuid>,
    /// The version that its own last request has made or found. Another one is somebody else's.
    pub(crate) etag: Option<ETag>,
    /// The headers of the content, which every request that publishes says anew.
    pub(crate) headers: ContentHeaders,
    /// The lease under which it writes.
    pub(crate) lease: Option<String>,
}

impl WriteHandle {
    /// A writer that has done nothing yet.
    pub(crate) fn new(path: &RemotePath) -> Self {
        Self::known_as(path, Uuid::new_v4())
    }

    /// A writer that the service may know.
    pub(crate) fn known_as(path: &RemotePath, id: Uuid) -> Self {
        Self { path: path.clone(), id, seen: Arc::default() }
    }

    pub(crate) fn seen(&self) -> SeenVersion {
        self.lock().clone()
    }

    pub(crate) fn see(&self, version: SeenVersion) {
        *self.lock() = version;
    }

    pub(crate) fn see_etag(&self, etag: Option<ETag>) {
        self.lock().etag = etag;
    }

    fn lock(&self) -> MutexGuard<'_, SeenVersion> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
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

/// What a file has beside its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// How the content is to be taken.
    pub(crate) headers: ContentHeaders,
    /// Properties of the user's own.
    pub(crate) metadata: BTreeMap<String, String>,
}

/// The answer to a [`ReadRequest`].
pub(crate) struct Opened {
    /// What the bytes are of, where the answer tells.
    pub(crate) status: Option<FileStatus>,
    /// What the file has beside them, where the answer tells and it can be understood.
    pub(crate) attributes: Option<Attributes>,
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

/// Rights as an item is to have them, whatever it had before.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    /// The whole list, and the mode bits that it stands for.
    pub(crate) acl: Option<(AclSpec, Permission)>,
    pub(crate) owner: Option<String>,
    pub(crate) group: Option<String>,
    /// Whether it is a directory, which may have default entries.
    pub(crate) is_directory: bool,
}

/// The operations of one kind of account. Implementations resolve lost answers themselves: what
/// they return is certain.
pub(crate) trait Backend: fmt::Debug + Send + Sync + 'static {
    fn endpoint(&self) -> &SafeUrl;

    /// The URL of an item.
    fn url(&self, path: &RemotePath) -> SafeUrl;

    /// The account's generation.
    fn generation(&self) -> Generation;

    /// The file system, where an account has several.
    fn file_system(&self) -> Option<&str>;

    fn clock(&self) -> &Arc<dyn Clock>;

    fn cleanups(&self) -> &Cleanups;

    fn capabilities(&self) -> Capabilities;

    /// Where signatures for files are good, if there are any.
    #[cfg(feature = "_object_store")]
    fn blob_endpoint(&self) -> Option<&SafeUrl> {
        None
    }

    /// A key of who is signed in, good until then. Asked for only where there is a
    /// [`blob_endpoint`](Self::blob_endpoint).
    #[cfg(feature = "_object_store")]
    fn user_delegation_key<'a>(
        &'a self,
        path: &'a RemotePath,
        _until: SystemTime,
    ) -> BoxFuture<'a, Result<UserDelegationKey>> {
        unsupported(path)
    }

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

    /// Has the service copy a file of a file system of this account to a new file, with its properties. Asked for
    /// only where [`Capabilities::server_side_copy`] is set; `false` when the service refuses.
    fn copy_within<'a>(
        &'a self,
        _file_system: &'a str,
        _source: &'a FileStatus,
        target: &'a RemotePath,
    ) -> BoxFuture<'a, Result<bool>> {
        unsupported(target)
    }

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
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<()>>;

    fn set_owner<'a>(
        &'a self,
        path: &'a RemotePath,
        change: OwnerChange,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<()>>;

    /// Asked for only where [`Capabilities::access_control`] is set.
    fn set_rights<'a>(
        &'a self,
        path: &'a RemotePath,
        rights: &'a Rights,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<()>>;

    fn set_times<'a>(
        &'a self,
        path: &'a RemotePath,
        change: TimesChange,
    ) -> BoxFuture<'a, Result<()>>;

    fn set_expiry<'a>(
        &'a self,
        path: &'a RemotePath,
        expiry: Expiry,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<()>>;

    fn acl<'a>(&'a self, path: &'a RemotePath, options: AclOptions) -> BoxFuture<'a, Result<Acl>>;

    fn change_acl<'a>(
        &'a self,
        path: &'a RemotePath,
        change: AclChange<'a>,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<()>>;

    fn check_access<'a>(&'a self, path: &'a RemotePath, wanted: Rwx)
    -> BoxFuture<'a, Result<bool>>;

    /// All that is told of an item. This and the next two are asked for only where
    /// [`Capabilities::properties`] is set.
    fn properties<'a>(
        &'a self,
        path: &'a RemotePath,
        _conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<FileProperties>> {
        unsupported(path)
    }

    /// Replaces the metadata.
    fn set_metadata<'a>(
        &'a self,
        path: &'a RemotePath,
        _metadata: &'a BTreeMap<String, String>,
        _conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<Option<ETag>>> {
        unsupported(path)
    }

    /// Replaces the headers of the content.
    fn set_content_headers<'a>(
        &'a self,
        path: &'a RemotePath,
        _headers: &'a ContentHeaders,
        _conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<Option<ETag>>> {
        unsupported(path)
    }

    /// Asked for only where [`Capabilities::leases`] is set.
    fn change_lease<'a>(
        &'a self,
        path: &'a RemotePath,
        _request: LeaseRequest,
    ) -> BoxFuture<'a, Result<LeaseAnswer>> {
        unsupported(path)
    }

    /// Changes a page of the access control lists of a tree. Asked for only where
    /// [`Capabilities::server_side_recursive_acl`] is set.
    fn change_acl_page<'a>(
        &'a self,
        path: &'a RemotePath,
        _change: &'a AclTreeChange,
        _page: AclPage,
    ) -> BoxFuture<'a, Result<AclBatch>> {
        unsupported(path)
    }

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
    fn open_to_append<'a>(
        &'a self,
        handle: &'a WriteHandle,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<u64>>;

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

/// What an account cannot do that its capabilities do not name.
fn unsupported<'a, T: Send + 'a>(path: &RemotePath) -> BoxFuture<'a, Result<T>> {
    let error = Error::at(ErrorKind::Unsupported, path);
    Box::pin(std::future::ready(Err(error)))
}

/// The methods of [`Backend`] that lead to a type's own of the same name, which it must have.
macro_rules! lead_to_own {
    () => {
        fn stat<'a>(
            &'a self,
            path: &'a RemotePath,
            options: StatOptions,
        ) -> BoxFuture<'a, Result<FileStatus>> {
            Box::pin(self.stat(path, options))
        }

        fn list(&self, path: &RemotePath, options: ListOptions) -> Listing {
            self.list(path, options)
        }

        fn mkdirs<'a>(
            &'a self,
            path: &'a RemotePath,
            options: MkdirsOptions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.mkdirs(path, options))
        }

        fn rename<'a>(
            &'a self,
            from: &'a RemotePath,
            to: &'a RemotePath,
            options: RenameOptions,
            has_looked: bool,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.rename(from, to, options, has_looked))
        }

        fn delete<'a>(
            &'a self,
            path: &'a RemotePath,
            options: DeleteOptions,
        ) -> BoxFuture<'a, Result<bool>> {
            Box::pin(self.delete(path, options))
        }

        fn content_summary<'a>(
            &'a self,
            path: &'a RemotePath,
        ) -> BoxFuture<'a, Result<ContentSummary>> {
            Box::pin(self.content_summary(path))
        }

        fn set_permission<'a>(
            &'a self,
            path: &'a RemotePath,
            permission: Permission,
            conditions: &'a Conditions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.set_permission(path, permission, conditions))
        }

        fn set_owner<'a>(
            &'a self,
            path: &'a RemotePath,
            change: OwnerChange,
            conditions: &'a Conditions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.set_owner(path, change, conditions))
        }

        fn set_rights<'a>(
            &'a self,
            path: &'a RemotePath,
            rights: &'a Rights,
            conditions: &'a Conditions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.set_rights(path, rights, conditions))
        }

        fn set_expiry<'a>(
            &'a self,
            path: &'a RemotePath,
            expiry: Expiry,
            conditions: &'a Conditions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.set_expiry(path, expiry, conditions))
        }

        fn acl<'a>(
            &'a self,
            path: &'a RemotePath,
            options: AclOptions,
        ) -> BoxFuture<'a, Result<Acl>> {
            Box::pin(self.acl(path, options))
        }

        fn change_acl<'a>(
            &'a self,
            path: &'a RemotePath,
            change: AclChange<'a>,
            conditions: &'a Conditions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.change_acl(path, change, conditions))
        }

        fn check_access<'a>(
            &'a self,
            path: &'a RemotePath,
            wanted: Rwx,
        ) -> BoxFuture<'a, Result<bool>> {
            Box::pin(self.check_access(path, wanted))
        }

        fn open<'a>(
            &'a self,
            path: &'a RemotePath,
            request: ReadRequest,
        ) -> BoxFuture<'a, Result<Opened>> {
            Box::pin(self.open(path, request))
        }

        fn create<'a>(
            &'a self,
            handle: &'a WriteHandle,
            first: Bytes,
            options: &'a WriteOptions,
            sync: SyncMode,
        ) -> BoxFuture<'a, Result<WriteResult>> {
            Box::pin(self.create(handle, first, options, sync))
        }

        fn open_to_append<'a>(
            &'a self,
            handle: &'a WriteHandle,
            conditions: &'a Conditions,
        ) -> BoxFuture<'a, Result<u64>> {
            Box::pin(self.open_to_append(handle, conditions))
        }

        fn resume<'a>(
            &'a self,
            handle: &'a WriteHandle,
            candidates: [u64; 2],
        ) -> BoxFuture<'a, Result<Option<u64>>> {
            Box::pin(self.resume(handle, candidates))
        }

        fn concurrent_append<'a>(
            &'a self,
            path: &'a RemotePath,
            body: Bytes,
            options: ConcurrentAppendOptions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.concurrent_append(path, body, options))
        }

        fn deleted_items(&self, hint: &str, options: DeletedItemsOptions) -> Listing<DeletedItem> {
            self.deleted_items(hint, options)
        }

        fn restore<'a>(
            &'a self,
            item: &'a DeletedItem,
            target: &'a RemotePath,
            options: RestoreOptions,
        ) -> BoxFuture<'a, Result<()>> {
            Box::pin(self.restore(item, target, options))
        }
    };
}
pub(crate) use lead_to_own;

/// What a creation with a lost answer has left at `path`, if the file there is that: it holds exactly
/// `content`, and was not made before the creation `begun`. Equal bytes alone do not tell, since two who
/// make the same file at once would both take it for theirs.
pub(crate) async fn holds_exactly(
    backend: &dyn Backend,
    path: &RemotePath,
    content: &Bytes,
    begun: SystemTime,
) -> Result<Option<WriteResult>> {
    let length = content.len() as u64;
    let found = backend.stat(path, StatOptions::default()).await?;
    // Services keep times to the millisecond or to the second.
    let resolution = match backend.generation() {
        Generation::Gen1 => Duration::from_millis(1),
        Generation::Gen2 => Duration::from_secs(1),
    };
    let older = found.created.is_none_or(|created| created + resolution <= begun);
    if older || !found.is_file() || found.length != length {
        return Ok(None);
    }
    let mut at = 0;
    while at < content.len() {
        let before = at;
        let (session, conditions) = (Uuid::new_v4(), Conditions::default());
        let request = ReadRequest { range: at as u64..length, session, conditions };
        let mut frames = backend.open(path, request).await?.stream;
        while let Some(frame) = frames.next().await {
            let frame = frame?;
            if content.get(at..at + frame.len()) != Some(&frame[..]) {
                return Ok(None);
            }
            at += frame.len();
        }
        if at == before {
            return Ok(None);
        }
    }
    Ok(Some(WriteResult { length, etag: found.etag }))
}
