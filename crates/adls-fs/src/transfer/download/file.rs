//! One file under way to this machine.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_wire::RemotePath;
use bytes::Bytes;
use uuid::Uuid;

use crate::reader::RangeReader;
use crate::transfer::Overwrite;
use crate::transfer::checksum::{Checksums, crc32};
use crate::transfer::journal::{Item, ItemNotes};
use crate::transfer::local::{TargetFile, TargetWriter, blocking, check_no_links};
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
    checksums: Checksums,
    session: Uuid,
}

/// Where a file goes.
pub(in crate::transfer) struct Destination {
    pub(in crate::transfer) path: PathBuf,
    /// The folder that it must not leave; the file itself when it is all of the transfer.
    pub(in crate::transfer) root: PathBuf,
    /// Whether it is known that nothing is there, which saves a look; it would not be overwritten.
    pub(in crate::transfer) vacant: bool,
}

pub(in crate::transfer) async fn download_file(
    run: Run,
    item: TransferItem,
    status: FileStatus,
    destination: Destination,
) -> Result<Outcome> {
    let Destination { path: target, root, vacant } = destination;
    let part_size = run.options.part_size as u64;
    let noted = Item {
        target: item.target.clone(),
        length: status.length,
        modified: Some(status.modified),
        part_size,
        segments: 0,
    };
    let mut notes = ItemNotes::of(run.journal(), &noted);
    if notes.are_finished() && is_still_there(target.clone(), status.length).await? {
        return Ok(Outcome::Skipped(SkipReason::DoneBefore));
    }
    let in_parts = status.length > part_size;
    if notes.was_renaming() && renamed_before(&notes, &target, status.length).await? {
        notes.end();
        return Ok(Outcome::Done);
    }
    let replace = match vacant {
        true => Some(false),
        false => may_write(run.options.overwrite, &status, target.clone(), root).await?,
    };
    let Some(replace) = replace else { return Ok(Outcome::Skipped(SkipReason::UpToDate)) };
    let modified = run.options.preserve_times.then_some(status.modified);
    if !in_parts && !run.options.verify {
        let _room = run.queue.bytes(status.length).await;
        let request = run.queue.request().await;
        let whole = 0..status.length;
        let content = read_frames(&run, &status.path, whole, Uuid::new_v4()).await?;
        drop(request);
        TargetFile::write_whole(target, content, replace, modified).await?;
        run.moved(&item, status.length);
        notes.end();
        return Ok(Outcome::Done);
    }
    // Stays with this future: when it is dropped the file goes, whatever the parts are doing.
    let file = match notes.are_kept() {
        true => kept_file(&mut notes, target).await?,
        false => TargetFile::create(target).await?,
    };
    let (path, writer) = (status.path.clone(), file.writer());
    let (checksums, session) = (notes.checksums(), Uuid::new_v4());
    let download = FileDownload { run, item, notes, path, writer, checksums, session };
    let download = Arc::new(download);
    download.parts(status.length, part_size).await?;
    if in_parts {
        download.check_unchanged(&status).await?;
    }
    download.verify(status.length, part_size).await?;
    download.notes.renaming();
    file.finish(replace, modified).await?;
    download.notes.end();
    Ok(Outcome::Done)
}

async fn read_frames(
    run: &Run,
    path: &RemotePath,
    range: Range<u64>,
    session: Uuid,
) -> Result<Vec<Bytes>> {
    RangeReader::new(Arc::clone(run.backend()), path.clone(), range, session).frames().await
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

/// Whether what an earlier run finished is there, as far as its length tells.
async fn is_still_there(target: PathBuf, length: u64) -> Result<bool> {
    blocking(move || {
        let existing = std::fs::metadata(&target);
        Ok(existing.is_ok_and(|existing| existing.is_file() && existing.len() == length))
    })
    .await
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
    root: PathBuf,
) -> Result<Option<bool>> {
    let source = (source.length, Some(source.modified));
    blocking(move || {
        check_no_links(&root, target.parent().unwrap_or(&root))?;
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
        let mut group = self.run.group();
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
                let checksum = this.fetch(&part).await?;
                this.notes.part(&part, checksum);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Reads a part and writes it to its place; gives its checksum if that will be needed.
    async fn fetch(&self, part: &Range<u64>) -> Result<Option<u32>> {
        let request = self.run.queue.request().await;
        let frames = read_frames(&self.run, &self.path, part.clone(), self.session).await?;
        drop(request);
        let checksum = self.run.options.verify.then(|| crc32(&frames));
        if let Some(checksum) = checksum {
            self.checksums.note(part, checksum);
        }
        self.writer.write(part.start, frames).await?;
        self.run.moved(&self.item, part.end - part.start);
        Ok(checksum)
    }

    /// Compares what is in the local file with what came from the network, if that was asked for.
    /// Parts of an earlier run that was not are taken as they are.
    async fn verify(&self, length: u64, part_size: u64) -> Result<()> {
        if !self.run.options.verify {
            return Ok(());
        }
        for part in parts(0..length, part_size) {
            let _room = self.run.queue.bytes(part.end - part.start).await;
            let written = crc32([&self.writer.read(part.start, part.end - part.start).await?]);
            if self.checksums.of(&part).is_some_and(|received| received != written) {
                return Err(Error::new(ErrorKind::Corrupt).with_local_path(&*self.item.target));
            }
            self.checksums.note(&part, written);
        }
        self.run.verified(&self.item, self.checksums.whole());
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
