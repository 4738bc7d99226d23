//! The client: one method for each thing that can be done.

use std::ops::Range;
use std::sync::Arc;

use adls_http::{Clock, Credential, SafeUrl};
use adls_wire::{AclSpec, Permission, RemotePath, Rwx};
use bytes::Bytes;
use uuid::Uuid;

use crate::backend::{AclChange, Backend, ByteStream, Publish, WriteSession};
use crate::error::if_there;
use crate::gen1::Gen1;
use crate::join::join_over;
use crate::options::{
    AclOptions, ConcatOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    FileSystemOptions, ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreConflict,
    StatOptions, TimesChange, WriteOptions,
};
use crate::reader::RangeReader;
use crate::transfer::write_beside;
use crate::{
    Acl, Capabilities, Cleanups, ContentSummary, DeletedItem, Error, ErrorKind, FileStatus,
    Listing, ReadOptions, Reader, Result, Writer,
};

/// One file system. Clones are cheap and share connections, token and retry quota.
///
/// Methods fail with an [`Error`] whose [`ErrorKind`] tells the way; those that every method can
/// meet are [`PermissionDenied`](ErrorKind::PermissionDenied), [`Unauthenticated`](ErrorKind::Unauthenticated),
/// [`Throttled`](ErrorKind::Throttled), [`Transient`](ErrorKind::Transient) and
/// [`Protocol`](ErrorKind::Protocol). Requests that may be repeated are, with pauses; lost answers
/// to the others are resolved by asking for the state, never by sending again blindly.
#[derive(Clone, Debug)]
pub struct FileSystemClient {
    backend: Arc<dyn Backend>,
}

impl FileSystemClient {
    /// A client of a Data Lake Store (Gen1) account, `https://<account>.azuredatalakestore.net`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the options are not usable, or the credential gets no tokens, which is
    /// all that Gen1 knows.
    pub fn gen1(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        options: FileSystemOptions,
    ) -> Result<Self> {
        Ok(Self { backend: Arc::new(Gen1::new(endpoint, credential, options)?) })
    }

    /// The URL that the client was made with.
    #[must_use]
    pub fn endpoint(&self) -> &SafeUrl {
        self.backend.endpoint()
    }

    /// Where the client's time comes from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.backend.clock()
    }

    /// Tells when everything has been put in order that dropped writers and transfers left.
    #[must_use]
    pub fn cleanups(&self) -> &Cleanups {
        self.backend.cleanups()
    }

    /// What the account can do beyond the common ground.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.backend.capabilities()
    }

    pub(crate) fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }

    /// Makes a directory and its missing parents. A directory that is there already is left as it is.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] or [`ErrorKind::NotDirectory`] when a file is in the way.
    pub async fn mkdirs(&self, path: &RemotePath, options: MkdirsOptions) -> Result<()> {
        self.backend.mkdirs(path, options).await
    }

    /// What is at `path`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is.
    pub async fn stat(&self, path: &RemotePath) -> Result<FileStatus> {
        self.stat_with(path, StatOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`stat`](Self::stat).
    pub async fn stat_with(&self, path: &RemotePath, options: StatOptions) -> Result<FileStatus> {
        self.backend.stat(path, options).await
    }

    /// Whether anything is at `path`.
    ///
    /// # Errors
    /// Any but [`ErrorKind::NotFound`].
    pub async fn exists(&self, path: &RemotePath) -> Result<bool> {
        Ok(self.try_stat(path).await?.is_some())
    }

    /// What is at `path`, if anything is.
    ///
    /// # Errors
    /// Any but [`ErrorKind::NotFound`].
    pub async fn try_stat(&self, path: &RemotePath) -> Result<Option<FileStatus>> {
        if_there(self.stat(path).await)
    }

    /// What is at `path`, with what tells it from another file of this name.
    pub(crate) async fn identified(&self, path: &RemotePath) -> Result<FileStatus> {
        self.stat_with(path, StatOptions::default().etag(true)).await
    }

    /// The entries of a directory, ascending by name. The list of a file is the file itself.
    #[must_use]
    pub fn list(&self, path: &RemotePath, options: ListOptions) -> Listing {
        self.backend.list(path, options)
    }

    /// Renames or moves a file or directory.
    ///
    /// As the service has it, a directory that is renamed to an existing directory moves **into** it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a source, [`ErrorKind::AlreadyExists`] when the target is
    /// there and [`RenameOptions::overwrite`] is off, [`ErrorKind::Invalid`] for the root and for a
    /// target inside the source.
    pub async fn rename(
        &self,
        from: &RemotePath,
        to: &RemotePath,
        options: RenameOptions,
    ) -> Result<()> {
        if from.is_root() {
            return Err(Error::invalid("the root directory cannot be renamed"));
        }
        if to != from && to.starts_with(from) {
            let text = format!("{from} cannot be renamed to {to}, which lies inside it");
            return Err(Error::invalid(text));
        }
        self.backend.rename(from, to, options).await
    }

    /// Deletes a file or directory, and says whether anything was there. After a lost answer to a
    /// deletion that had to be sent again, `true` stands for "is gone".
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`] for a directory that holds something without
    /// [`DeleteOptions::recursive`]; [`ErrorKind::Changed`] for another item than that of
    /// [`DeleteOptions::if_etag`]; [`ErrorKind::Invalid`] for the root.
    pub async fn delete(&self, path: &RemotePath, options: DeleteOptions) -> Result<bool> {
        if path.is_root() {
            return Err(Error::invalid(
                "the root directory cannot be deleted; delete what is in it",
            ));
        }
        self.backend.delete(path, options).await
    }

    /// Joins files on the server. The sources vanish; a target that exists gets their bytes at its
    /// end, or is replaced with [`ConcatOptions::overwrite`].
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] without sources, with one named twice, or with the target among them;
    /// [`ErrorKind::NotFound`] when one is missing; [`ErrorKind::IsDirectory`] when one is a directory;
    /// [`ErrorKind::Unsupported`] without [`Capabilities::concat`].
    pub async fn concat(
        &self,
        target: &RemotePath,
        sources: &[RemotePath],
        options: ConcatOptions,
    ) -> Result<()> {
        let mut sorted: Vec<_> = sources.iter().collect();
        sorted.sort();
        if sorted.is_empty() {
            return Err(Error::invalid(format!("no sources to join into {target}")));
        }
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            let text = format!("{} is named twice among the sources of {target}", twice[0]);
            return Err(Error::invalid(text));
        }
        if sorted.binary_search(&target).is_ok() {
            return Err(Error::invalid(format!("{target} is both a source and the target")));
        }
        if options.overwrite {
            return join_over(self, target, sources, options).await;
        }
        self.backend.concat(target, sources, options).await
    }

    /// What lies at and below `path`, as the server sums it up. It may take long for a large tree,
    /// where the official clients prefer to walk.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn content_summary(&self, path: &RemotePath) -> Result<ContentSummary> {
        self.backend.content_summary(path).await
    }

    /// Sets the mode bits. With an extended ACL the middle digit sets the mask.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn set_permission(&self, path: &RemotePath, permission: Permission) -> Result<()> {
        self.backend.set_permission(path, permission).await
    }

    /// Sets owner, group, or both.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when neither is given; [`ErrorKind::PermissionDenied`] for callers who are not
    /// super-users, also for their own files.
    pub async fn set_owner(&self, path: &RemotePath, change: OwnerChange) -> Result<()> {
        if change.owner.is_none() && change.group.is_none() {
            return Err(Error::invalid(format!("name an owner or a group for {path}")));
        }
        self.backend.set_owner(path, change).await
    }

    /// Sets modification time, access time, or both.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when neither is given.
    pub async fn set_times(&self, path: &RemotePath, change: TimesChange) -> Result<()> {
        if change.modified.is_none() && change.accessed.is_none() {
            return Err(Error::invalid(format!("name a time to set for {path}")));
        }
        self.backend.set_times(path, change).await
    }

    /// Sets when the service removes a file.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a directory.
    pub async fn set_expiry(&self, path: &RemotePath, expiry: Expiry) -> Result<()> {
        self.backend.set_expiry(path, expiry).await
    }

    /// The access control list, with object ids.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn acl(&self, path: &RemotePath) -> Result<Acl> {
        self.acl_with(path, AclOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`acl`](Self::acl).
    pub async fn acl_with(&self, path: &RemotePath, options: AclOptions) -> Result<Acl> {
        self.backend.acl(path, options).await
    }

    /// Replaces the access control list. `acl` must hold entries for owner, group and others; if it
    /// has no default entries, existing ones stay.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when an entry has no rights or the service refuses the list.
    pub async fn set_acl(&self, path: &RemotePath, acl: &AclSpec) -> Result<()> {
        check_rights(acl, true)?;
        self.backend.change_acl(path, AclChange::Set(acl)).await
    }

    /// Adds entries to the access control list, and replaces those for the same user or group.
    ///
    /// # Errors
    /// As for [`set_acl`](Self::set_acl).
    pub async fn modify_acl(&self, path: &RemotePath, entries: &AclSpec) -> Result<()> {
        check_rights(entries, true)?;
        self.backend.change_acl(path, AclChange::Modify(entries)).await
    }

    /// Removes entries from the access control list. Those that are not there are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when an entry has rights, which no entry to remove takes.
    pub async fn remove_acl_entries(&self, path: &RemotePath, entries: &AclSpec) -> Result<()> {
        check_rights(entries, false)?;
        self.backend.change_acl(path, AclChange::RemoveEntries(entries)).await
    }

    /// Removes everything that mode bits do not say.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn remove_acl(&self, path: &RemotePath) -> Result<()> {
        self.backend.change_acl(path, AclChange::RemoveAll).await
    }

    /// Removes the default entries, which new children inherit.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn remove_default_acl(&self, path: &RemotePath) -> Result<()> {
        self.backend.change_acl(path, AclChange::RemoveDefault).await
    }

    /// Whether the caller has these rights.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn check_access(&self, path: &RemotePath, wanted: Rwx) -> Result<bool> {
        self.backend.check_access(path, wanted).await
    }

    /// Deleted items whose path contains `hint`. It may take long: the service searches all of its
    /// trash, and a page may be empty although more follow.
    ///
    /// The list fails with [`ErrorKind::Unsupported`] where an account keeps no trash.
    #[must_use]
    pub fn deleted_items(&self, hint: &str, options: DeletedItemsOptions) -> Listing<DeletedItem> {
        self.backend.deleted_items(hint, options)
    }

    /// Restores a deleted item as `target`.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when something is there and `on_conflict` is to refuse;
    /// [`ErrorKind::NotFound`] when the trash holds the item no more; [`ErrorKind::Unsupported`]
    /// where an account keeps no trash.
    pub async fn restore(
        &self,
        item: &DeletedItem,
        target: &RemotePath,
        on_conflict: RestoreConflict,
    ) -> Result<()> {
        self.backend.restore(item, target, on_conflict).await
    }

    /// Opens a file to read it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a file, [`ErrorKind::IsDirectory`] for a directory.
    pub async fn open(&self, path: &RemotePath, options: ReadOptions) -> Result<Reader> {
        let status = self.stat(path).await?;
        Reader::new(Arc::clone(&self.backend), status, &options)
    }

    /// The bytes of a range as they come from the network: fewer only at the end of the file. A
    /// body that breaks is taken up again at the byte reached.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn read_range(&self, path: &RemotePath, range: Range<u64>) -> Result<ByteStream> {
        let status = self.stat(path).await?;
        if status.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, path));
        }
        let range = range.start..range.end.min(status.length);
        let backend = Arc::clone(&self.backend);
        Ok(RangeReader::new(backend, path.clone(), range, Uuid::new_v4()).into_stream())
    }

    /// A whole file. Memory holds all of it: for large files use [`open`](Self::open).
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn read(&self, path: &RemotePath) -> Result<Bytes> {
        let reader = self.open(path, ReadOptions::default()).await?;
        reader.read_at(0..reader.len()).await
    }

    /// Makes a file and opens it to write it. A file that is overwritten is empty from then on; to
    /// replace one only when its successor is complete, [`write`](Self::write) it, or
    /// [`upload`](Self::upload) it.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when it is there and [`WriteOptions::overwrite`] is off;
    /// [`ErrorKind::IsDirectory`] when a directory is there that was to be overwritten.
    pub async fn create(&self, path: &RemotePath, options: WriteOptions) -> Result<Writer> {
        let (this, path) = (self.clone(), path.clone());
        self.holding(async move { this.create_unguarded(&path, options).await }).await
    }

    /// The same, but for a file that somebody removes if the caller goes meanwhile.
    pub(crate) async fn create_unguarded(
        &self,
        path: &RemotePath,
        options: WriteOptions,
    ) -> Result<Writer> {
        let session = WriteSession::new();
        self.backend.create(path, Bytes::new(), &options, session, Publish::Hold).await?;
        Ok(Writer::new(Arc::clone(&self.backend), path.clone(), session, 0))
    }

    /// Opens a file to write at its end.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a file, [`ErrorKind::IsDirectory`] for a directory,
    /// [`ErrorKind::LeaseConflict`] or [`ErrorKind::BadOffset`] when somebody else is writing.
    pub async fn append(&self, path: &RemotePath) -> Result<Writer> {
        let (backend, path) = (Arc::clone(&self.backend), path.clone());
        self.holding(async move {
            let session = WriteSession::new();
            let length = backend.begin_append(&path, session).await?;
            Ok(Writer::new(backend, path, session, length))
        })
        .await
    }

    /// Opens a writer. The service may have given the file to it before it says so, so a caller who
    /// goes meanwhile must not keep the writer from being dropped.
    async fn holding(
        &self,
        open: impl Future<Output = Result<Writer>> + Send + 'static,
    ) -> Result<Writer> {
        self.cleanups().uncut(open).await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Transient)
                .with_message("the task that opens a file was stopped")
                .with_source(error))
        })
    }

    /// Makes a file that holds `content`; readers see all of the file or nothing. Up to 4 MiB it takes
    /// one request; more is written beside the file and renamed when it is complete.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn write(
        &self,
        path: &RemotePath,
        content: impl Into<Bytes>,
        options: WriteOptions,
    ) -> Result<()> {
        let content = content.into();
        if content.len() > self.backend.max_append() {
            return write_beside(self, path, content, options).await;
        }
        let session = WriteSession::new();
        self.backend.create(path, content, &options, session, Publish::Close).await
    }

    /// Appends `content`, at most 4 MiB, to a file that many write to at once. The service sets the
    /// order, may repeat a piece, and keeps such files apart from all others.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for more than 4 MiB and for files made in any other way;
    /// [`ErrorKind::NotFound`] without a file and without [`ConcurrentAppendOptions::create`];
    /// [`ErrorKind::Unsupported`] without [`Capabilities::concurrent_append`].
    pub async fn concurrent_append(
        &self,
        path: &RemotePath,
        content: impl Into<Bytes>,
        options: ConcurrentAppendOptions,
    ) -> Result<()> {
        let content = content.into();
        let limit = self.backend.max_append();
        if content.len() > limit {
            return Err(Error::invalid(format!(
                "{} bytes are too many for one concurrent append; send at most {limit}",
                content.len()
            )));
        }
        self.backend.concurrent_append(path, content, options).await
    }
}

/// Entries to set need rights, entries to remove take none.
fn check_rights(acl: &AclSpec, wanted: bool) -> Result<()> {
    match acl.0.iter().find(|entry| entry.permissions.is_some() != wanted) {
        None if acl.0.is_empty() => {
            Err(Error::invalid("the ACL is empty; name at least one entry"))
        }
        None => Ok(()),
        Some(entry) if wanted => Err(Error::invalid(format!(
            "the ACL entry {entry} has no rights; add them, as in :r-x"
        ))),
        Some(entry) => Err(Error::invalid(format!(
            "the ACL entry {entry} has rights; leave them off to remove it"
        ))),
    }
}
