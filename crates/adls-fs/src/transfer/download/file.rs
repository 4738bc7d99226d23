//! One file under way to this machine: what is decided about it, and how it gets its place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fetch::{FetchOutcome, FileDownload, fetch_small, fetch_to_stream, identified};
use crate::reader::FileSource;
use crate::transfer::Overwrite;
use crate::transfer::TransferItem;
use crate::transfer::journal::{Item, ItemNotes};
use crate::transfer::local::{
    FinishOptions, LocalTarget, ResumedFile, TargetFile, blocking, look, mark,
};
use crate::transfer::options::{OverwriteDecision, decide};
use crate::transfer::progress::SkipReason;
use crate::transfer::run::{Outcome, Run};
use crate::{Error, ErrorKind, FileStatus, Result};

/// How often a file that changes while it is read is begun anew.
const BEGINNINGS: usize = 3;

/// Where a file goes.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct Destination {
    pub(in crate::transfer) path: PathBuf,
    /// The directory that it must not leave; the file itself when it is all of the transfer.
    pub(in crate::transfer) root: PathBuf,
    /// Whether it is known that nothing is there, which saves a look; it would not be overwritten.
    pub(in crate::transfer) vacant: bool,
    /// Whether a directory that is there goes when the file is complete.
    pub(in crate::transfer) replace_directory: bool,
}

/// What is to be done about a file.
enum DownloadAction {
    Write {
        target: PathBuf,
        finish: FinishOptions,
    },
    /// Its bytes go into something that is no file.
    Stream(PathBuf),
    Skip(SkipReason),
    /// It is there already, and was only not noted.
    Done,
    /// Something is there that an earlier run may have left complete; its bytes tell.
    Compare(PathBuf),
}

pub(in crate::transfer) async fn download_file(
    run: Run,
    item: TransferItem,
    mut status: FileStatus,
    destination: Destination,
) -> Result<Outcome> {
    let part_size = run.options.part_size as u64;
    for _ in 0..BEGINNINGS {
        let in_parts = status.length > part_size;
        if in_parts && status.incarnation.is_none() {
            // What the listing said is a hint; parts need to know what they are parts of.
            status = identified(&run, &status).await?;
        }
        let mut notes = notes(&run, &item, &status, part_size);
        let (target, finish) = match decide_about(&run, &notes, &status, &destination).await? {
            DownloadAction::Write { target, finish } => (target, finish),
            DownloadAction::Stream(path) => {
                return fetch_to_stream(&run, &item, &status, path).await;
            }
            DownloadAction::Skip(reason) => return Ok(Outcome::Skipped(reason)),
            DownloadAction::Compare(target) => {
                let FetchOutcome::Whole(content, _room) = fetch_small(&run, &status).await? else {
                    return Err(Error::at(ErrorKind::Changed, &status.path));
                };
                let done = done_if_same(&item, &notes, target, content.concat()).await?;
                run.resumed(&item, status.length);
                return Ok(done);
            }
            DownloadAction::Done => {
                notes.end(local_mark(destination.path.clone()).await?);
                run.resumed(&item, status.length);
                return Ok(Outcome::Done);
            }
        };
        let outcome = sized(&item, status.length);
        if !in_parts && !run.options.verify {
            match fetch_small(&run, &status).await? {
                FetchOutcome::Whole(content, room) => {
                    // If the process ends before the file has its name, a later run removes it.
                    notes.begin(&directory_of(&target)?);
                    let (held, name) = (run.backend().cleanups().hold(), notes.temporary_name());
                    let left = TargetFile::write_whole(target, name, content, finish, held).await;
                    if left.is_err() {
                        notes.drop_item();
                    }
                    let left = left?;
                    drop(room);
                    run.moved(&item, status.length);
                    notes.end(left);
                    return Ok(outcome);
                }
                FetchOutcome::Changed(now) => {
                    status = now;
                    continue;
                }
            }
        }
        // Stays with this future: when it is dropped the file goes, whatever the parts are doing.
        let file = match notes.are_kept() {
            true => kept_file(&mut notes, target).await?,
            false => TargetFile::create(target).await?,
        };
        let (writer, checksums) = (file.writer(), notes.checksums());
        let source = FileSource::new(run.backend(), &status);
        let download = FileDownload { run, item, notes, status, writer, checksums, source };
        let download = Arc::new(download);
        let fetched = download.all(part_size).await;
        return place(&download, file, fetched, finish).await.map(|()| outcome);
    }
    Err(Error::at(ErrorKind::Changed, &status.path))
}

/// Gives a complete file its name, and removes one that nobody can go on with.
async fn place(
    download: &FileDownload,
    file: TargetFile,
    fetched: Result<()>,
    finish: FinishOptions,
) -> Result<()> {
    let notes = &download.notes;
    if let Err(error) = fetched {
        if !error.is_resumable() {
            file.discard().await;
            notes.drop_item();
        }
        return Err(error);
    }
    notes.renaming(Some(download.writer.mark().await?));
    match file.finish(finish).await {
        Ok(left) => {
            notes.end(left);
            Ok(())
        }
        Err(error) => {
            if !error.is_resumable() {
                notes.drop_item();
            }
            Err(error)
        }
    }
}

fn sized(item: &TransferItem, length: u64) -> Outcome {
    if length == item.length { Outcome::Done } else { Outcome::Sized(length) }
}

fn notes(run: &Run, item: &TransferItem, status: &FileStatus, part_size: u64) -> ItemNotes {
    let noted = Item {
        target: item.target.clone(),
        length: status.length,
        modified: Some(status.modified),
        incarnation: status.incarnation.clone().filter(|_| status.length > part_size),
        part_size,
        segments: 0,
    };
    ItemNotes::of(run.journal(), &noted)
}

/// The file of an earlier run, or a new one that a later run can go on with.
async fn kept_file(notes: &mut ItemNotes, target: PathBuf) -> Result<TargetFile> {
    let directory = directory_of(&target)?;
    if notes.were_begun() {
        if !notes.are_of_this_boot() {
            // What was written before the machine went down need not be on the disk.
            notes.distrust_parts();
        }
        let kept = TargetFile::reopen(target.clone(), notes.temporary_name()).await?;
        if let ResumedFile::There(file, length) = kept {
            if length < notes.end_of_parts() {
                notes.distrust_parts();
            }
            notes.begin(&directory);
            return Ok(file);
        }
    }
    notes.begin_anew(&directory);
    TargetFile::keep(target, notes.temporary_name()).await
}

fn directory_of(target: &Path) -> Result<String> {
    let directory = target.parent().filter(|directory| !directory.as_os_str().is_empty());
    let directory = std::path::absolute(directory.unwrap_or(Path::new(".")));
    Ok(directory.map_err(|error| Error::local(target, error))?.display().to_string())
}

/// An earlier run may have ended between giving a small file its name and noting that.
async fn done_if_same(
    item: &TransferItem,
    notes: &ItemNotes,
    target: PathBuf,
    content: Vec<u8>,
) -> Result<Outcome> {
    let length = content.len() as u64;
    let path = target.clone();
    let same =
        blocking(move || Ok(std::fs::read(path).is_ok_and(|found| found == content))).await?;
    if !same {
        notes.drop_item();
        return Err(Error::new(ErrorKind::AlreadyExists).with_local_path(target));
    }
    notes.end(local_mark(target).await?);
    Ok(sized(item, length))
}

async fn local_mark(path: PathBuf) -> Result<Option<String>> {
    blocking(move || Ok(std::fs::metadata(path).ok().map(|metadata| mark(&metadata)))).await
}

async fn decide_about(
    run: &Run,
    notes: &ItemNotes,
    status: &FileStatus,
    destination: &Destination,
) -> Result<DownloadAction> {
    let Destination { path, root, vacant, replace_directory } = destination.clone();
    let modified = run.options.preserve_times.then_some(status.modified);
    if replace_directory {
        let finish = FinishOptions { replace: true, replace_directory, modified };
        return Ok(DownloadAction::Write { target: path, finish });
    }
    if vacant && notes.finished().is_none() && !notes.were_begun() {
        let finish = FinishOptions { modified, ..FinishOptions::default() };
        return Ok(DownloadAction::Write { target: path, finish });
    }
    let source = (status.length, Some(status.modified));
    let overwrite = run.options.overwrite;
    let finished = notes.finished().map(|left| left.map(str::to_owned));
    let complete = notes.was_renaming().map(|complete| complete.map(str::to_owned));
    let temporary = path.with_file_name(notes.temporary_name());
    let begun_whole = notes.were_begun() && status.length <= run.options.part_size as u64;
    blocking(move || {
        let place = look(&root, path)?;
        let (target, length, changed) = match place {
            LocalTarget::Vacant(target) => {
                let finish = FinishOptions { modified, ..FinishOptions::default() };
                return Ok(DownloadAction::Write { target, finish });
            }
            LocalTarget::Stream(path) => return Ok(DownloadAction::Stream(path)),
            LocalTarget::File { path, length, modified } => (path, length, modified),
        };
        let now = std::fs::metadata(&target).ok().map(|metadata| mark(&metadata));
        let same = |noted: &Option<String>| noted.is_none() && length == source.0 || *noted == now;
        // What an earlier run has finished is passed over if it is the very file.
        if finished.as_ref().is_some_and(|left| left.is_some() && *left == now)
            && matches!(overwrite, Overwrite::Refuse | Overwrite::Replace)
        {
            return Ok(DownloadAction::Skip(SkipReason::DoneBefore));
        }
        if complete.as_ref().is_some_and(same) && temporary.symlink_metadata().is_err() {
            return Ok(DownloadAction::Done);
        }
        match decide(overwrite, source, Some((length, changed))) {
            OverwriteDecision::Write { replace } => {
                let finish = FinishOptions { replace, modified, ..FinishOptions::default() };
                Ok(DownloadAction::Write { target, finish })
            }
            OverwriteDecision::Skip => Ok(DownloadAction::Skip(SkipReason::UpToDate)),
            OverwriteDecision::Refuse
                if begun_whole && length == source.0 && temporary.symlink_metadata().is_err() =>
            {
                Ok(DownloadAction::Compare(target))
            }
            OverwriteDecision::Refuse => {
                Err(Error::new(ErrorKind::AlreadyExists).with_local_path(target))
            }
        }
    })
    .await
}
