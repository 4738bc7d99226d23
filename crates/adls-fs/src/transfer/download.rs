//! From the account to this machine.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_wire::RemotePath;
use futures_util::StreamExt;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::local::{TargetFile, TargetWriter, blocking};
use super::plan::parts;
use super::progress::{SkipReason, TransferItem};
use super::run::{Outcome, Run, Tasks, joined};
use super::target::{is_folder_form, local_below, place_local};
use super::{Overwrite, TransferOptions, TransferReport};
use crate::reader::RangeReader;
use crate::{Error, ErrorKind, FileKind, FileStatus, FileSystemClient, Result, WalkOptions};

impl FileSystemClient {
    /// Downloads a file or a folder with everything in it. Where it goes is told by the rule of
    /// [`transfer`](crate::transfer).
    ///
    /// # Errors
    /// A single file fails with its own error. A folder goes on after a failure and in the end fails
    /// with [`ErrorKind::Incomplete`], whose [`Error::report`] lists what failed; only what no other
    /// file could survive (a full disk, no token) ends it at once.
    pub async fn download(
        &self,
        source: &RemotePath,
        target: &Path,
        options: &TransferOptions,
    ) -> Result<TransferReport> {
        let run = Run::new(self, options)?;
        let status = self.stat(source).await?;
        if status.is_dir() {
            let result = place_local(source, target, false)?;
            return download_tree(run, source, result).await;
        }
        let onto_folder = !is_folder_form(target) && is_local_folder(target.to_owned()).await?;
        let result = place_local(source, target, onto_folder)?;
        let item = run.found(source, result.display(), FileKind::File, status.length);
        let work = download_file(run.clone(), item.clone(), status, result);
        run.single(item, work).await
    }
}

async fn is_local_folder(path: PathBuf) -> Result<bool> {
    blocking(move || Ok(path.is_dir())).await
}

async fn download_tree(run: Run, source: &RemotePath, target: PathBuf) -> Result<TransferReport> {
    let mut entries = run.client.walk(source, WalkOptions::default());
    let mut tasks = Tasks::new(&run);
    make_folder(&run, source.to_string(), target.clone()).await?;
    while let Some(entry) = entries.next().await {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(source).to_string();
                run.failed(run.found(path, "", FileKind::Directory, 0), error)?;
                continue;
            }
        };
        let relative = entry.path.relative_to(source).unwrap_or_default();
        let placed = match local_below(&target, relative) {
            Ok(placed) => placed,
            Err(error) => {
                run.failed(run.found(&entry.path, "", entry.kind, entry.length), error)?;
                continue;
            }
        };
        if entry.is_dir() {
            make_folder(&run, entry.path.to_string(), placed).await?;
            continue;
        }
        let item = run.found(&entry.path, placed.display(), FileKind::File, entry.length);
        let work = download_file(run.clone(), item.clone(), entry, placed);
        tasks.start(item, work).await?;
    }
    tasks.finish().await?;
    run.finish()
}

/// Made before anything below it is listed, so that files find their folder.
async fn make_folder(run: &Run, source: String, path: PathBuf) -> Result<()> {
    let item = run.found(source, path.display(), FileKind::Directory, 0);
    let made = blocking(move || {
        std::fs::create_dir_all(&path).map_err(|error| Error::local(&path, error))
    })
    .await;
    match made {
        Ok(()) => {
            run.ended(&item, Outcome::Done);
            Ok(())
        }
        Err(error) => run.failed(item, error),
    }
}

/// One file under way to this machine.
struct FileDownload {
    run: Run,
    item: TransferItem,
    path: RemotePath,
    writer: TargetWriter,
    session: Uuid,
}

async fn download_file(
    run: Run,
    item: TransferItem,
    status: FileStatus,
    target: PathBuf,
) -> Result<Outcome> {
    let Some(replace) = may_write(run.options.overwrite, &status, target.clone()).await? else {
        return Ok(Outcome::Skipped(SkipReason::UpToDate));
    };
    // Stays with this future: when it is dropped the file goes, whatever the parts are doing.
    let file = TargetFile::create(target).await?;
    let download = Arc::new(FileDownload {
        run: run.clone(),
        item,
        path: status.path.clone(),
        writer: file.writer(),
        session: Uuid::new_v4(),
    });
    let part_size = run.options.part_size as u64;
    if status.length <= part_size {
        download.part(0..status.length).await?;
    } else {
        download.parts(status.length, part_size).await?;
        check_unchanged(&run, &status).await?;
    }
    drop(download);
    file.finish(replace).await?;
    Ok(Outcome::Done)
}

/// Whether the target may be written, and if so, whether it may be replaced; `None` to skip it.
async fn may_write(
    overwrite: Overwrite,
    source: &FileStatus,
    target: PathBuf,
) -> Result<Option<bool>> {
    let (length, modified) = (source.length, source.modified);
    blocking(move || {
        let Ok(existing) = std::fs::metadata(&target) else { return Ok(Some(false)) };
        if existing.is_dir() {
            return Err(Error::new(ErrorKind::IsDirectory).with_local_path(target));
        }
        let newer = existing.modified().map_or(true, |existing| modified > existing);
        match overwrite {
            Overwrite::Refuse => Err(Error::new(ErrorKind::AlreadyExists).with_local_path(target)),
            Overwrite::Replace => Ok(Some(true)),
            Overwrite::Newer => Ok(newer.then_some(true)),
            Overwrite::Different => Ok((newer || existing.len() != length).then_some(true)),
        }
    })
    .await
}

/// Parts read at different times make up one file only if it stayed the same.
async fn check_unchanged(run: &Run, before: &FileStatus) -> Result<()> {
    let _request = run.queue.request().await;
    let now = run.client.stat(&before.path).await?;
    if (now.length, now.modified) == (before.length, before.modified) {
        return Ok(());
    }
    Err(Error::at(ErrorKind::Changed, &before.path))
}

impl FileDownload {
    /// All parts side by side, as far as the queue allows.
    async fn parts(self: &Arc<Self>, length: u64, part_size: u64) -> Result<()> {
        let mut tasks = JoinSet::new();
        for part in parts(0..length, part_size) {
            // Waits for room before a task exists, so that there are never more tasks than room.
            let room = self.run.queue.bytes(part.end - part.start).await;
            while let Some(ended) = tasks.try_join_next() {
                joined(ended)?;
            }
            let this = Arc::clone(self);
            tasks.spawn(async move {
                let _room = room;
                this.fetch(part).await
            });
        }
        while let Some(ended) = tasks.join_next().await {
            joined(ended)?;
        }
        Ok(())
    }

    async fn part(&self, part: Range<u64>) -> Result<()> {
        let _room = self.run.queue.bytes(part.end - part.start).await;
        self.fetch(part).await
    }

    /// Reads a part and writes it to its place.
    async fn fetch(&self, part: Range<u64>) -> Result<()> {
        if part.is_empty() {
            return Ok(());
        }
        let backend = Arc::clone(self.run.backend());
        let mut reader = RangeReader::new(backend, self.path.clone(), part.clone(), self.session);
        let request = self.run.queue.request().await;
        let mut frames = Vec::new();
        while let Some(frame) = reader.next().await? {
            frames.push(frame);
        }
        drop(request);
        self.writer.write(part.start, frames).await?;
        self.run.moved(&self.item, part.end - part.start);
        Ok(())
    }
}
