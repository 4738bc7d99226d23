//! One file under way to this machine.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_wire::RemotePath;
use uuid::Uuid;

use crate::reader::RangeReader;
use crate::transfer::Overwrite;
use crate::transfer::journal::{Item, ItemNotes};
use crate::transfer::local::{TargetFile, TargetWriter, blocking};
use crate::transfer::options::{Decision, decide};
use crate::transfer::plan::parts;
use crate::transfer::progress::{SkipReason, TransferItem};
use crate::transfer::run::{Group, Outcome, Run};
use crate::{Error, ErrorKind, FileStatus, Result};

struct FileDownload {
    run: Run,
    item: TransferItem,
    notes: ItemNotes,
    path: RemotePath,
    writer: TargetWriter,
    session: Uuid,
}

pub(in crate::transfer) async fn download_file(
    run: Run,
    item: TransferItem,
    status: FileStatus,
    target: PathBuf,
) -> Result<Outcome> {
    let part_size = run.options.part_size as u64;
    let noted = Item {
        target: item.target.clone(),
        length: status.length,
        modified: Some(status.modified),
        part_size,
        segments: 0,
    };
    let Some(mut notes) = ItemNotes::of(run.journal(), &noted) else {
        return Ok(Outcome::Skipped(SkipReason::DoneBefore));
    };
    let in_parts = status.length > part_size;
    if notes.was_renaming() && renamed_before(&notes, &target, status.length).await? {
        notes.end();
        return Ok(Outcome::Done);
    }
    let Some(replace) = may_write(run.options.overwrite, &status, target.clone()).await? else {
        return Ok(Outcome::Skipped(SkipReason::UpToDate));
    };
    // Stays with this future: when it is dropped the file goes, whatever the parts are doing.
    let file = match in_parts && notes.are_kept() {
        true => kept_file(&mut notes, target).await?,
        false => TargetFile::create(target).await?,
    };
    let (path, writer) = (status.path.clone(), file.writer());
    let session = Uuid::new_v4();
    let download = Arc::new(FileDownload { run, item, notes, path, writer, session });
    if in_parts {
        download.parts(status.length, part_size).await?;
        download.check_unchanged(&status).await?;
        download.notes.renaming();
    } else {
        download.part(0..status.length).await?;
    }
    let modified = download.run.options.preserve_times.then_some(status.modified);
    file.finish(replace, modified).await?;
    download.notes.end();
    Ok(Outcome::Done)
}

/// The file of an earlier run, or a new one that a later run can go on with.
async fn kept_file(notes: &mut ItemNotes, target: PathBuf) -> Result<TargetFile> {
    let folder = target.parent().unwrap_or(Path::new(".")).display().to_string();
    notes.begin(&folder);
    let (file, length) = TargetFile::keep(target.clone(), notes.temporary_name()).await?;
    if length >= notes.end_of_parts() {
        return Ok(file);
    }
    notes.begin_anew(&folder);
    Ok(TargetFile::keep(target, notes.temporary_name()).await?.0)
}

/// Whether an earlier run ended between giving the file its name and noting that.
async fn renamed_before(notes: &ItemNotes, target: &Path, length: u64) -> Result<bool> {
    let temporary = target.with_file_name(notes.temporary_name());
    let target = target.to_owned();
    blocking(move || {
        let same = std::fs::metadata(&target).is_ok_and(|existing| existing.len() == length);
        Ok(same && !temporary.exists())
    })
    .await
}

/// Whether the target may be written, and if so, whether it may be replaced; `None` to skip it.
async fn may_write(
    overwrite: Overwrite,
    source: &FileStatus,
    target: PathBuf,
) -> Result<Option<bool>> {
    let source = (source.length, Some(source.modified));
    blocking(move || {
        let existing = std::fs::metadata(&target).ok();
        if existing.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(Error::new(ErrorKind::IsDirectory).with_local_path(target));
        }
        let existing = existing.map(|existing| (existing.len(), existing.modified().ok()));
        match decide(overwrite, source, existing) {
            Decision::Write { replace } => Ok(Some(replace)),
            Decision::Skip => Ok(None),
            Decision::Refuse => Err(Error::new(ErrorKind::AlreadyExists).with_local_path(target)),
        }
    })
    .await
}

impl FileDownload {
    /// All parts side by side, as far as the queue allows.
    async fn parts(self: &Arc<Self>, length: u64, part_size: u64) -> Result<()> {
        let mut group = Group::default();
        let started = self.start_parts(length, part_size, &mut group).await;
        group.finish(started).await
    }

    async fn start_parts(
        self: &Arc<Self>,
        length: u64,
        part_size: u64,
        group: &mut Group,
    ) -> Result<()> {
        for part in parts(0..length, part_size) {
            if self.notes.has(&part) {
                self.run.moved(&self.item, part.end - part.start);
                continue;
            }
            // Waits for room before a task exists, so that there are never more tasks than room.
            let room = self.run.queue.bytes(part.end - part.start).await;
            let this = Arc::clone(self);
            group.start(async move {
                let _room = room;
                this.fetch(&part).await?;
                this.notes.part(&part);
                Ok(())
            })?;
        }
        Ok(())
    }

    async fn part(&self, part: Range<u64>) -> Result<()> {
        let _room = self.run.queue.bytes(part.end - part.start).await;
        self.fetch(&part).await
    }

    /// Reads a part and writes it to its place.
    async fn fetch(&self, part: &Range<u64>) -> Result<()> {
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

    /// Parts read at different times make up one file only if it stayed the same.
    async fn check_unchanged(&self, before: &FileStatus) -> Result<()> {
        let _request = self.run.queue.request().await;
        let now = self.run.client.stat(&before.path).await?;
        if (now.length, now.modified) == (before.length, before.modified) {
            return Ok(());
        }
        Err(Error::at(ErrorKind::Changed, &before.path))
    }
}
