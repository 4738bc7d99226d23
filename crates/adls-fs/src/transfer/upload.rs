//! From this machine to the account.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use adls_wire::RemotePath;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;
use walkdir::WalkDir;

use super::local::{SourceFile, TEMPORARY_PREFIX, TEMPORARY_SUFFIX, blocking};
use super::plan::{UploadPlan, parts, upload_plan};
use super::progress::{SkipReason, TransferItem};
use super::run::{Outcome, Run, Tasks, joined};
use super::target::remote_below;
use super::{Overwrite, RemoteTarget, TransferOptions, TransferReport};
use crate::backend::{Backend, Publish, WriteSession};
use crate::{
    ConcatOptions, DeleteOptions, Error, ErrorKind, FileKind, FileSystemClient, MkdirsOptions,
    RenameOptions, Result, WriteOptions,
};

/// How many local entries are read ahead of the uploads.
const LISTED_AHEAD: usize = 256;

impl FileSystemClient {
    /// Uploads a file or a folder with everything in it. Where it goes is told by the rule of
    /// [`transfer`](crate::transfer).
    ///
    /// # Errors
    /// A single file fails with its own error. A folder goes on after a failure and in the end fails
    /// with [`ErrorKind::Incomplete`], whose [`Error::report`] lists what failed; only what no other
    /// file could survive (no token, for instance) ends it at once.
    pub async fn upload(
        &self,
        source: &Path,
        target: impl Into<RemoteTarget>,
        options: &TransferOptions,
    ) -> Result<TransferReport> {
        let (run, target) = (Run::new(self, options)?, target.into());
        let found = LocalEntry::of(source.to_owned()).await?;
        if found.kind == LocalKind::Directory {
            let result = target.place(source, false)?;
            return upload_tree(run, source, result).await;
        }
        if found.kind == LocalKind::Special {
            return Err(Error::invalid(format!(
                "{} is neither a file nor a folder",
                source.display()
            )));
        }
        let onto_folder = target.is_open_for_files()
            && self.try_stat(target.path()).await?.is_some_and(|status| status.is_dir());
        let result = target.place(source, onto_folder)?;
        let item = run.found(source.display(), &result, FileKind::File, found.length);
        let work = upload_file(run.clone(), item.clone(), found, result);
        run.single(item, work).await
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LocalKind {
    File,
    Directory,
    LinkToDirectory,
    Special,
}

/// Something on this machine to upload.
#[derive(Clone, Debug)]
struct LocalEntry {
    path: PathBuf,
    kind: LocalKind,
    length: u64,
    modified: Option<SystemTime>,
    /// Whether it is a folder without anything in it, which needs a request of its own.
    empty_folder: bool,
}

impl LocalEntry {
    async fn of(path: PathBuf) -> Result<Self> {
        blocking(move || {
            let metadata = std::fs::metadata(&path).map_err(|error| Error::local(&path, error))?;
            Ok(Self::new(path, &metadata, false))
        })
        .await
    }

    fn new(path: PathBuf, metadata: &std::fs::Metadata, through_link: bool) -> Self {
        let kind = match (metadata.is_file(), metadata.is_dir()) {
            (true, _) => LocalKind::File,
            (_, true) if through_link => LocalKind::LinkToDirectory,
            (_, true) => LocalKind::Directory,
            _ => LocalKind::Special,
        };
        let empty_folder = kind == LocalKind::Directory
            && std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        Self {
            path,
            kind,
            length: metadata.len(),
            modified: metadata.modified().ok(),
            empty_folder,
        }
    }
}

/// Everything below `root`, folders before what is in them, read on a thread of its own.
fn walk_local(root: &Path) -> mpsc::Receiver<Result<LocalEntry>> {
    let (sender, receiver) = mpsc::channel(LISTED_AHEAD);
    let root = root.to_owned();
    tokio::task::spawn_blocking(move || {
        for entry in WalkDir::new(&root).sort_by_file_name() {
            let entry = entry
                .map_err(|error| {
                    let path = error.path().unwrap_or(&root).to_owned();
                    Error::local(path, error.into())
                })
                .and_then(|entry| {
                    // Follows links to files; those to folders are told apart.
                    let metadata = std::fs::metadata(entry.path())
                        .map_err(|error| Error::local(entry.path(), error))?;
                    let through_link = entry.path_is_symlink() && entry.depth() > 0;
                    Ok(LocalEntry::new(entry.into_path(), &metadata, through_link))
                });
            if sender.blocking_send(entry).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn upload_tree(run: Run, source: &Path, target: RemotePath) -> Result<TransferReport> {
    let mut entries = walk_local(source);
    let mut tasks = Tasks::new(&run);
    while let Some(entry) = entries.recv().await {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.local_path().unwrap_or(source).display().to_string();
                run.failed(run.found(path, "", FileKind::File, 0), error)?;
                continue;
            }
        };
        let relative = entry.path.strip_prefix(source).unwrap_or(Path::new(""));
        let placed = remote_below(&target, relative);
        let kind = match entry.kind {
            LocalKind::Directory => FileKind::Directory,
            _ => FileKind::File,
        };
        let length = if kind == FileKind::File { entry.length } else { 0 };
        let shown = placed.as_ref().map_or_else(|_| String::new(), ToString::to_string);
        let item = run.found(entry.path.display(), shown, kind, length);
        let placed = match placed {
            Ok(placed) => placed,
            Err(error) => {
                run.failed(item, error)?;
                continue;
            }
        };
        match entry.kind {
            LocalKind::LinkToDirectory => {
                run.ended(&item, Outcome::Skipped(SkipReason::SymbolicLink));
            }
            LocalKind::Special => run.ended(&item, Outcome::Skipped(SkipReason::SpecialFile)),
            // Files bring their folders along; only empty ones need a request.
            LocalKind::Directory if !entry.empty_folder => run.ended(&item, Outcome::Done),
            LocalKind::Directory => {
                let run = run.clone();
                tasks.start(item, async move { make_folder(&run, &placed).await }).await?;
            }
            LocalKind::File => {
                let work = upload_file(run.clone(), item.clone(), entry, placed);
                tasks.start(item, work).await?;
            }
        }
    }
    tasks.finish().await?;
    run.finish()
}

async fn make_folder(run: &Run, path: &RemotePath) -> Result<Outcome> {
    let _request = run.queue.request().await;
    run.client.mkdirs(path, MkdirsOptions::default()).await.map(|()| Outcome::Done)
}

/// One file under way to the account.
struct FileUpload {
    run: Run,
    item: TransferItem,
    source: SourceFile,
    length: u64,
    target: RemotePath,
    part_size: u64,
    /// Whether an existing file may be replaced in the end.
    replace: bool,
}

async fn upload_file(
    run: Run,
    item: TransferItem,
    entry: LocalEntry,
    target: RemotePath,
) -> Result<Outcome> {
    let plan_options = TransferOptions {
        part_size: run.options.part_size.min(run.backend().max_append()),
        ..(*run.options).clone()
    };
    let plan = upload_plan(entry.length, run.client.capabilities().concat, &plan_options);
    let Some(replace) = may_write(&run, &entry, &target, &plan).await? else {
        return Ok(Outcome::Skipped(SkipReason::UpToDate));
    };
    let length = entry.length;
    let source = SourceFile::open(entry.path).await?;
    let part_size = plan_options.part_size as u64;
    let upload = FileUpload { run, item, source, length, target, part_size, replace };
    match plan {
        UploadPlan::Whole => upload.whole().await?,
        UploadPlan::Stream => upload.streamed().await?,
        UploadPlan::Segments(segments) => upload.segmented(&segments).await?,
    }
    Ok(Outcome::Done)
}

/// Whether the target may be written, and if so, whether it may be replaced; `None` to skip it.
async fn may_write(
    run: &Run,
    entry: &LocalEntry,
    target: &RemotePath,
    plan: &UploadPlan,
) -> Result<Option<bool>> {
    let overwrite = run.options.overwrite;
    match overwrite {
        Overwrite::Replace => return Ok(Some(true)),
        // The one request that makes the file refuses by itself.
        Overwrite::Refuse if *plan == UploadPlan::Whole => return Ok(Some(false)),
        _ => {}
    }
    let _request = run.queue.request().await;
    let Some(existing) = run.client.try_stat(target).await? else { return Ok(Some(false)) };
    if existing.is_dir() {
        return Err(Error::at(ErrorKind::IsDirectory, target));
    }
    let newer = entry.modified.is_none_or(|modified| modified > existing.modified);
    match overwrite {
        Overwrite::Refuse => Err(Error::at(ErrorKind::AlreadyExists, target)),
        Overwrite::Newer => Ok(newer.then_some(true)),
        _ => Ok((newer || existing.length != entry.length).then_some(true)),
    }
}

impl FileUpload {
    fn write_options(&self, overwrite: bool) -> WriteOptions {
        WriteOptions::default().overwrite(overwrite).permission(self.run.options.permission)
    }

    /// The service acknowledges a request only with its whole body, so the length is certain.
    async fn whole(self) -> Result<()> {
        let _bytes = self.run.queue.bytes(self.length).await;
        let content = self.source.read(0, self.length).await?;
        self.source.check_length(self.length).await?;
        let _request = self.run.queue.request().await;
        let options = self.write_options(self.replace);
        let session = WriteSession::new();
        let backend = self.run.backend();
        backend.create(&self.target, content, &options, session, Publish::Close).await?;
        self.run.moved(&self.item, self.length);
        Ok(())
    }

    async fn streamed(self) -> Result<()> {
        let temporary = Temporary::beside(&self.target, self.run.backend(), "")?;
        let done = self.stream_and_rename(&temporary.path).await;
        temporary.settle(done).await
    }

    async fn stream_and_rename(&self, temporary: &RemotePath) -> Result<()> {
        self.stream(0..self.length, temporary).await?;
        self.source.check_length(self.length).await?;
        self.rename(temporary).await
    }

    async fn segmented(self, segments: &[Range<u64>]) -> Result<()> {
        let this = Arc::new(self);
        let folder = Temporary::beside(&this.target, this.run.backend(), ".segments")?;
        let temporary = Temporary::beside(&this.target, this.run.backend(), "")?;
        let sent = this.send_and_join(segments, &folder.path, &temporary.path).await;
        let sent = folder.settle(sent).await;
        let done = match sent {
            Ok(()) => this.rename(&temporary.path).await,
            Err(error) => Err(error),
        };
        temporary.settle(done).await
    }

    /// Sends the segments side by side as files in `folder`, and joins them into `target`; the
    /// folder goes with that.
    async fn send_and_join(
        self: &Arc<Self>,
        segments: &[Range<u64>],
        folder: &RemotePath,
        target: &RemotePath,
    ) -> Result<()> {
        let mut names = Vec::new();
        let mut tasks = JoinSet::new();
        for (index, segment) in segments.iter().enumerate() {
            let name = folder.child(&format!("{index:04}"))?;
            names.push(name.clone());
            let (this, segment) = (Arc::clone(self), segment.clone());
            tasks.spawn(async move { this.stream(segment, &name).await });
        }
        while let Some(ended) = tasks.join_next().await {
            joined(ended)?;
        }
        self.source.check_length(self.length).await?;
        let _request = self.run.queue.request().await;
        let options = ConcatOptions::default().delete_source_folder(true);
        self.run.client.concat(target, &names, options).await?;
        let length = self.run.client.stat(target).await?.length;
        if length == self.length {
            return Ok(());
        }
        Err(Error::at(ErrorKind::Truncated, &self.target).with_message(format!(
            "{} has {length} bytes after the upload instead of {}",
            self.target, self.length
        )))
    }

    /// Sends a range of the source as a file of its own: one append after the other, the next part
    /// being read meanwhile. Each append is taken only at its offset, and the last one closes the
    /// file at its full length, so the length is certain.
    async fn stream(&self, range: Range<u64>, path: &RemotePath) -> Result<()> {
        let session = WriteSession::new();
        let options = self.write_options(true);
        let backend = self.run.backend();
        let mut rest = parts(range.clone(), self.part_size);
        let mut next = self.read_part(rest.next()).await?;
        while let Some((part, content, room)) = next {
            let publish = if part.end == range.end { Publish::Close } else { Publish::Hold };
            let request = self.run.queue.request().await;
            let send = async {
                if part.start == range.start {
                    return backend.create(path, content, &options, session, publish).await;
                }
                let offset = part.start - range.start;
                backend.append(path, offset, content, session, publish).await
            };
            let send = async {
                let sent = send.await;
                drop((request, room));
                sent
            };
            let ((), following) = tokio::try_join!(send, self.read_part(rest.next()))?;
            self.run.moved(&self.item, part.end - part.start);
            next = following;
        }
        Ok(())
    }

    async fn read_part(
        &self,
        part: Option<Range<u64>>,
    ) -> Result<Option<(Range<u64>, bytes::Bytes, super::queue::BytesPermit)>> {
        let Some(part) = part else { return Ok(None) };
        let room = self.run.queue.bytes(part.end - part.start).await;
        let content = self.source.read(part.start, part.end - part.start).await?;
        Ok(Some((part, content, room)))
    }

    async fn rename(&self, temporary: &RemotePath) -> Result<()> {
        let _request = self.run.queue.request().await;
        let options = RenameOptions::default().overwrite(self.replace);
        self.run.client.rename(temporary, &self.target, options).await
    }
}

/// The name of a file or folder in the account that must not stay if the upload fails. It is
/// removed by [`settle`](Self::settle), or in the background when the upload is given up.
struct Temporary {
    path: RemotePath,
    backend: Arc<dyn Backend>,
    settled: bool,
}

impl Temporary {
    fn beside(target: &RemotePath, backend: &Arc<dyn Backend>, kind: &str) -> Result<Self> {
        let folder = target.parent().unwrap_or_else(RemotePath::root);
        let name = format!("{TEMPORARY_PREFIX}{}{kind}{TEMPORARY_SUFFIX}", Uuid::new_v4().simple());
        Ok(Self { path: folder.child(&name)?, backend: Arc::clone(backend), settled: false })
    }

    /// Removes it after a failure; after a success it has got its final name.
    async fn settle(mut self, result: Result<()>) -> Result<()> {
        if result.is_err() {
            remove(&*self.backend, &self.path).await;
        }
        self.settled = true;
        result
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let (path, backend) = (self.path.clone(), Arc::clone(&self.backend));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { remove(&*backend, &path).await });
        }
    }
}

/// A failure to clean up must not hide the one that led here.
async fn remove(backend: &dyn Backend, path: &RemotePath) {
    let options = DeleteOptions::default().recursive(true);
    if let Err(error) = backend.delete(path, options).await {
        tracing::warn!(%path, %error, "a temporary file may be left behind");
    }
}
