//! The client: one method for each thing that can be done.

use std::ops::Range;
use std::sync::Arc;

use adls_http::{Clock, Credential, SafeUrl};
use adls_wire::RemotePath;
use bytes::Bytes;

use crate::backend::{Backend, ByteStream, SyncMode, WriteHandle};
use crate::creation::{check_mkdirs, check_write, refused};
use crate::error::if_there;
use crate::gen1::Gen1;
use crate::options::{
    AppendOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    ExpiryOptions, FileSystemOptions, ListOptions, MkdirsOptions, RenameOptions, RestoreOptions,
    StatOptions, TimesChange, WriteOptions,
};
use crate::reader::FileSource;
use crate::{
    Capabilities, Cleanups, ContentSummary, DeletedItem, Error, ErrorKind, FileStatus, Generation,
    IntoPath, Listing, ReadOptions, Reader, Result, Writer,
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

    pub(crate) fn of(backend: Arc<dyn Backend>) -> Self {
        Self { backend }
    }

    /// The generation of the account.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.backend.generation()
    }

    /// The file system of a Gen2 account; `None` for Gen1, which has only one.
    #[must_use]
    pub fn file_system(&self) -> Option<&str> {
        self.backend.file_system()
    }

    /// The URL that the client was made with.
    #[must_use]
    pub fn endpoint(&self) -> &SafeUrl {
        self.backend.endpoint()
    }

    /// The URL under which the service has what is at `path`, or would have it. Nothing in it is secret.
    #[must_use]
    pub fn url(&self, path: &RemotePath) -> SafeUrl {
        self.backend.url(path)
    }

    /// The URL of the file system, by which two of them are told apart: an account may have several.
    pub(crate) fn file_system_url(&self) -> SafeUrl {
        self.url(&RemotePath::root())
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
    pub async fn mkdirs(&self, path: impl IntoPath) -> Result<()> {
        self.mkdirs_with(path, MkdirsOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`mkdirs`](Self::mkdirs).
    pub async fn mkdirs_with(&self, path: impl IntoPath, options: MkdirsOptions) -> Result<()> {
        let path = path.into_path()?;
        check_mkdirs(self.capabilities(), &path, &options)?;
        self.backend.mkdirs(&path, options).await
    }

    /// What is at `path`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is.
    pub async fn stat(&self, path: impl IntoPath) -> Result<FileStatus> {
        self.stat_with(path, StatOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`stat`](Self::stat).
    pub async fn stat_with(&self, path: impl IntoPath, options: StatOptions) -> Result<FileStatus> {
        let path = path.into_path()?;
        self.backend.stat(&path, options).await
    }

    /// Whether anything is at `path`.
    ///
    /// # Errors
    /// Any but [`ErrorKind::NotFound`].
    pub async fn exists(&self, path: impl IntoPath) -> Result<bool> {
        Ok(self.try_stat(path).await?.is_some())
    }

    /// What is at `path`, if anything is.
    ///
    /// # Errors
    /// Any but [`ErrorKind::NotFound`].
    pub async fn try_stat(&self, path: impl IntoPath) -> Result<Option<FileStatus>> {
        if_there(self.stat(path).await)
    }

    /// What is at `path`, with what tells it from another file of this name.
    pub(crate) async fn identified(&self, path: &RemotePath) -> Result<FileStatus> {
        self.stat_with(path, StatOptions::default().incarnation(true)).await
    }

    /// The entries of a directory, ascending by name. The list of a file is the file itself.
    #[must_use]
    pub fn list(&self, path: impl IntoPath) -> Listing {
        self.list_with(path, ListOptions::default())
    }

    /// The same with options.
    #[must_use]
    pub fn list_with(&self, path: impl IntoPath, options: ListOptions) -> Listing {
        match path.into_path() {
            Ok(path) => self.backend.list(&path, options),
            Err(error) => Listing::failed(error),
        }
    }

    /// Renames or moves a file or directory.
    ///
    /// `to` is the new name, also where a directory of that name is there: nothing is ever moved into
    /// it. Gen1 would, so there a look comes before; only a directory that is made in between is
    /// not seen.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a source, [`ErrorKind::AlreadyExists`] when the target is a
    /// directory, or a file and [`RenameOptions::overwrite`] is off; [`ErrorKind::Invalid`] for the
    /// root and for a target inside the source.
    pub async fn rename(&self, from: impl IntoPath, to: impl IntoPath) -> Result<()> {
        self.rename_with(from, to, RenameOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`rename`](Self::rename).
    pub async fn rename_with(
        &self,
        from: impl IntoPath,
        to: impl IntoPath,
        options: RenameOptions,
    ) -> Result<()> {
        let (from, to) = (from.into_path()?, to.into_path()?);
        if from.is_root() {
            return Err(Error::invalid("the root directory cannot be renamed"));
        }
        if to != from && to.starts_with(&from) {
            let text = format!("{from} cannot be renamed to {to}, which lies inside it");
            return Err(Error::invalid(text));
        }
        self.backend.rename(&from, &to, options, false).await
    }

    /// Deletes a file or directory, and says whether anything was there. After a lost answer to a
    /// deletion that had to be sent again, `true` stands for "is gone".
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`] for a directory that holds something without
    /// [`DeleteOptions::recursive`]; [`ErrorKind::Changed`] for another item than that of
    /// [`DeleteOptions::if_incarnation`]; [`ErrorKind::Invalid`] for the root.
    pub async fn delete(&self, path: impl IntoPath) -> Result<bool> {
        self.delete_with(path, DeleteOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`delete`](Self::delete).
    pub async fn delete_with(&self, path: impl IntoPath, options: DeleteOptions) -> Result<bool> {
        let path = path.into_path()?;
        if path.is_root() {
            return Err(Error::invalid(
                "the root directory cannot be deleted; delete what is in it",
            ));
        }
        self.backend.delete(&path, options).await
    }

    /// What lies at and below `path`, as the server sums it up. It may take long for a large tree,
    /// where the official clients prefer to walk.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`.
    pub async fn content_summary(&self, path: impl IntoPath) -> Result<ContentSummary> {
        let path = path.into_path()?;
        self.backend.content_summary(&path).await
    }

    /// Sets modification time, access time, or both.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when neither is given.
    pub async fn set_times(&self, path: impl IntoPath, change: TimesChange) -> Result<()> {
        let path = path.into_path()?;
        if change.modified.is_none() && change.accessed.is_none() {
            return Err(Error::invalid(format!("name a time to set for {path}")));
        }
        self.backend.set_times(&path, change).await
    }

    /// Sets when the service removes a file.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a directory.
    pub async fn set_expiry(&self, path: impl IntoPath, expiry: Expiry) -> Result<()> {
        self.set_expiry_with(path, expiry, ExpiryOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_expiry`](Self::set_expiry); [`ErrorKind::ConditionNotMet`].
    pub async fn set_expiry_with(
        &self,
        path: impl IntoPath,
        expiry: Expiry,
        options: ExpiryOptions,
    ) -> Result<()> {
        let path = path.into_path()?;
        if !self.capabilities().expiry {
            return Err(refused(&path, "removes no files by itself; delete it when it is time"));
        }
        self.backend.set_expiry(&path, expiry, &options.conditions).await
    }

    /// Deleted items whose path contains `hint`. It may take long: the service searches all of its
    /// trash, and a page may be empty although more follow.
    ///
    /// The list fails with [`ErrorKind::Unsupported`] where an account keeps no trash.
    #[must_use]
    pub fn deleted_items(&self, hint: &str) -> Listing<DeletedItem> {
        self.deleted_items_with(hint, DeletedItemsOptions::default())
    }

    /// The same with options.
    #[must_use]
    pub fn deleted_items_with(
        &self,
        hint: &str,
        options: DeletedItemsOptions,
    ) -> Listing<DeletedItem> {
        if !self.capabilities().undelete {
            return Listing::failed(no_trash(&RemotePath::root()));
        }
        self.backend.deleted_items(hint, options)
    }

    /// Restores a deleted item as `target`.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when something is there;
    /// [`ErrorKind::NotFound`] when the trash holds the item no more; [`ErrorKind::Unsupported`]
    /// where an account keeps no trash.
    pub async fn restore(&self, item: &DeletedItem, target: impl IntoPath) -> Result<()> {
        self.restore_with(item, target, RestoreOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`restore`](Self::restore).
    pub async fn restore_with(
        &self,
        item: &DeletedItem,
        target: impl IntoPath,
        options: RestoreOptions,
    ) -> Result<()> {
        let target = target.into_path()?;
        if !self.capabilities().undelete {
            return Err(no_trash(&item.path));
        }
        self.backend.restore(item, &target, options).await
    }

    /// Opens a file to read it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a file, [`ErrorKind::IsDirectory`] for a directory.
    pub async fn open(&self, path: impl IntoPath) -> Result<Reader> {
        self.open_with(path, ReadOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_with(&self, path: impl IntoPath, options: ReadOptions) -> Result<Reader> {
        let conditions = StatOptions::default().conditions(options.conditions.clone());
        let status = self.stat_with(path, conditions).await?;
        Reader::new(&self.backend, status, &options)
    }

    /// The bytes of a range as they come from the network, asked for at once: fewer only at the end of
    /// the file. A body that breaks is taken up again at the byte reached.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn read_range(&self, path: impl IntoPath, range: Range<u64>) -> Result<ByteStream> {
        let source = FileSource::at(&self.backend, &path.into_path()?);
        Ok(source.open_range(range).await?.into_stream())
    }

    /// A whole file. Memory holds all of it: for large files use [`open`](Self::open).
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn read(&self, path: impl IntoPath) -> Result<Bytes> {
        let reader = self.open(path).await?;
        reader.read_at(0..reader.len()).await
    }

    /// Makes a file and opens it to write it. A file that is overwritten is empty from then on; to
    /// replace one only when its successor is complete, [`put`](Self::put) it, or
    /// [`upload`](Self::upload) it.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when it is there and [`WriteOptions::overwrite`] is off;
    /// [`ErrorKind::IsDirectory`] when a directory is there that was to be overwritten;
    /// [`ErrorKind::Unsupported`], before anything is sent, for options that the account has no such thing
    /// as.
    pub async fn create(&self, path: impl IntoPath) -> Result<Writer> {
        self.create_with(path, WriteOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn create_with(&self, path: impl IntoPath, options: WriteOptions) -> Result<Writer> {
        let path = path.into_path()?;
        let this = self.clone();
        self.holding(async move { this.create_unguarded(&path, options).await }).await
    }

    /// The same, but for a file that somebody removes if the caller goes meanwhile.
    pub(crate) async fn create_unguarded(
        &self,
        path: &RemotePath,
        options: WriteOptions,
    ) -> Result<Writer> {
        check_write(self.capabilities(), path, &options)?;
        let handle = WriteHandle::new(path);
        self.backend.create(&handle, Bytes::new(), &options, SyncMode::Unflushed).await?;
        Ok(Writer::new(Arc::clone(&self.backend), handle, 0))
    }

    /// Opens a file to write at its end.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a file, [`ErrorKind::IsDirectory`] for a directory,
    /// [`ErrorKind::LeaseConflict`] or [`ErrorKind::BadOffset`] when somebody else is writing.
    pub async fn append(&self, path: impl IntoPath) -> Result<Writer> {
        self.append_with(path, AppendOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`append`](Self::append); [`ErrorKind::ConditionNotMet`].
    pub async fn append_with(&self, path: impl IntoPath, options: AppendOptions) -> Result<Writer> {
        let handle = WriteHandle::new(&path.into_path()?);
        let backend = Arc::clone(&self.backend);
        self.holding(async move {
            let length = backend.open_to_append(&handle, &options.conditions).await?;
            Ok(Writer::new(backend, handle, length))
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

    /// Appends `content`, at most 4 MiB, to a file that many write to at once. The service sets the
    /// order, may repeat a piece, and keeps such files apart from all others.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for more than 4 MiB and for files made in any other way;
    /// [`ErrorKind::NotFound`] without a file and without [`ConcurrentAppendOptions::create`];
    /// [`ErrorKind::Unsupported`] without [`Capabilities::concurrent_append`].
    pub async fn concurrent_append(
        &self,
        path: impl IntoPath,
        content: impl Into<Bytes>,
    ) -> Result<()> {
        self.concurrent_append_with(path, content, ConcurrentAppendOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`concurrent_append`](Self::concurrent_append).
    pub async fn concurrent_append_with(
        &self,
        path: impl IntoPath,
        content: impl Into<Bytes>,
        options: ConcurrentAppendOptions,
    ) -> Result<()> {
        let path = path.into_path()?;
        let content = content.into();
        let limit = self.backend.max_write();
        if content.len() > limit {
            return Err(Error::invalid(format!(
                "{} bytes are too many for one concurrent append; send at most {limit}",
                content.len()
            )));
        }
        self.backend.concurrent_append(&path, content, options).await
    }
}

fn no_trash(path: &RemotePath) -> Error {
    refused(path, "keeps nothing that was deleted, so that nothing of it can be listed or restored")
}
