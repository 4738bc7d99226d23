//! One file under way to the account.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use adls_wire::RemotePath;
use bytes::Bytes;

use super::temporary::{Temporary, segments_name};
use crate::backend::{Publish, WriteSession};
use crate::transfer::Overwrite;
use crate::transfer::checksum::Checksums;
use crate::transfer::journal::{Item, ItemNotes};
use crate::transfer::local::{LocalEntry, SourceFile};
use crate::transfer::options::{Decision, decide};
use crate::transfer::plan::{UploadPlan, parts, upload_plan};
use crate::transfer::progress::{SkipReason, TransferItem};
use crate::transfer::queue::BytesPermit;
use crate::transfer::run::{Outcome, Run};
use crate::{
    ConcatOptions, Error, ErrorKind, FileStatus, RenameOptions, Result, TimesChange, WriteOptions,
};

pub(super) struct FileUpload {
    pub(super) run: Run,
    pub(super) item: TransferItem,
    notes: ItemNotes,
    pub(super) checksums: Checksums,
    pub(super) source: SourceFile,
    pub(super) length: u64,
    modified: Option<SystemTime>,
    target: RemotePath,
    pub(super) part_size: u64,
    /// Whether an existing file may be replaced in the end.
    replace: bool,
}

/// What is known of an upload's target beforehand.
#[derive(Clone, Debug)]
pub(in crate::transfer) enum Existing {
    /// It has to be asked for if it matters.
    Unknown,
    /// Nothing is there.
    Nothing,
    /// This is there.
    Known(Box<FileStatus>),
}

pub(in crate::transfer) async fn upload_file(
    run: Run,
    item: TransferItem,
    entry: LocalEntry,
    target: RemotePath,
    existing: Existing,
) -> Result<Outcome> {
    let part_size = run.options.part_size.min(run.backend().max_append()) as u64;
    let can_concat = run.client.capabilities().concat;
    let plan = upload_plan(entry.length, part_size, can_concat, &run.options);
    let noted = Item {
        target: item.target.clone(),
        length: entry.length,
        modified: entry.modified,
        part_size,
        segments: if let UploadPlan::Segments(segments) = &plan { segments.len() } else { 0 },
    };
    let mut notes = ItemNotes::of(run.journal(), &noted);
    if notes.are_finished() && is_still_there(&run, &target, &existing, entry.length).await? {
        return Ok(Outcome::Skipped(SkipReason::DoneBefore));
    }
    let folder = target.parent().unwrap_or_else(RemotePath::root);
    if notes.was_renaming() && renamed_before(&run, &notes, &folder, &target, entry.length).await? {
        notes.end();
        return Ok(Outcome::Done);
    }
    let Some(replace) = may_write(&run, &entry, &target, &plan, existing).await? else {
        return Ok(Outcome::Skipped(SkipReason::UpToDate));
    };
    let source = SourceFile::new(entry.path);
    if plan != UploadPlan::Whole {
        source.open().await?;
        notes.begin(folder.as_str());
    }
    let (length, modified, checksums) = (entry.length, entry.modified, notes.checksums());
    let upload = FileUpload {
        run,
        item,
        notes,
        checksums,
        source,
        length,
        modified,
        target,
        part_size,
        replace,
    };
    let upload = Arc::new(upload);
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
    existing: Existing,
) -> Result<Option<bool>> {
    let overwrite = run.options.overwrite;
    let existing = match (existing, overwrite) {
        (Existing::Known(status), _) => Some(*status),
        (Existing::Nothing, _) => None,
        (Existing::Unknown, Overwrite::Replace) => return Ok(Some(true)),
        // The one request that makes the file refuses by itself.
        (Existing::Unknown, Overwrite::Refuse) if *plan == UploadPlan::Whole => {
            return Ok(Some(false));
        }
        (Existing::Unknown, _) => {
            let _request = run.queue.request().await;
            run.client.try_stat(target).await?
        }
    };
    if existing.as_ref().is_some_and(FileStatus::is_dir) {
        return Err(Error::at(ErrorKind::IsDirectory, target));
    }
    let existing = existing.map(|status| (status.length, Some(status.modified)));
    match decide(overwrite, (entry.length, entry.modified), existing) {
        Decision::Write { replace } => Ok(Some(replace)),
        Decision::Skip => Ok(None),
        Decision::Refuse => Err(Error::at(ErrorKind::AlreadyExists, target)),
    }
}

/// Whether what an earlier run finished is there, as far as its length tells.
async fn is_still_there(
    run: &Run,
    target: &RemotePath,
    existing: &Existing,
    length: u64,
) -> Result<bool> {
    let is_file = |status: &FileStatus| status.is_file() && status.length == length;
    match existing {
        Existing::Known(status) => Ok(is_file(status)),
        Existing::Nothing => Ok(false),
        Existing::Unknown => {
            let _request = run.queue.request().await;
            Ok(run.client.try_stat(target).await?.as_ref().is_some_and(is_file))
        }
    }
}

/// Whether an earlier run ended between giving the file its name and noting that.
async fn renamed_before(
    run: &Run,
    notes: &ItemNotes,
    folder: &RemotePath,
    target: &RemotePath,
    length: u64,
) -> Result<bool> {
    let _request = run.queue.request().await;
    let temporary = folder.child(&notes.temporary_name())?;
    if run.client.exists(&temporary).await? {
        return Ok(false);
    }
    Ok(run.client.try_stat(target).await?.is_some_and(|status| status.length == length))
}

impl FileUpload {
    fn write_options(&self, overwrite: bool) -> WriteOptions {
        WriteOptions::default().overwrite(overwrite).permission(self.run.options.permission)
    }

    /// The service acknowledges a request only with its whole body, so the length is certain.
    async fn whole(self: &Arc<Self>) -> Result<()> {
        self.send_whole().await?;
        self.verify(&self.target).await?;
        self.preserve_times(&self.target).await?;
        self.run.moved(&self.item, self.length);
        self.notes.end();
        Ok(())
    }

    async fn send_whole(&self) -> Result<()> {
        let _room = self.run.queue.bytes(self.length).await;
        let content = self.source.read_whole(self.length).await?;
        self.checksum(&(0..self.length), &content);
        let _request = self.run.queue.request().await;
        let options = self.write_options(self.replace);
        let session = WriteSession::new();
        let backend = self.run.backend();
        backend.create(&self.target, content, &options, session, Publish::Close).await
    }

    async fn preserve_times(&self, path: &RemotePath) -> Result<()> {
        let client = &self.run.client;
        if !self.run.options.preserve_times || !client.capabilities().set_times {
            return Ok(());
        }
        let Some(modified) = self.modified else { return Ok(()) };
        client.set_times(path, TimesChange::default().modified(modified)).await
    }

    fn temporary(&self, name: &str) -> Result<Temporary> {
        Temporary::beside(&self.target, name, self.run.backend(), self.notes.are_kept())
    }

    async fn streamed(self: &Arc<Self>) -> Result<()> {
        let temporary = self.temporary(&self.notes.temporary_name())?;
        let sent = async {
            self.stream(0..self.length, &temporary.path, 0).await?;
            self.source.check_length(self.length).await?;
            self.verify(&temporary.path).await?;
            self.rename(&temporary.path).await
        };
        let sent = sent.await;
        temporary.settle(sent).await
    }

    async fn segmented(self: &Arc<Self>, segments: &[Range<u64>]) -> Result<()> {
        let name = self.notes.temporary_name();
        let folder = self.temporary(&segments_name(&name))?;
        let temporary = self.temporary(&name)?;
        let joined = match self.joined_before(&temporary.path).await {
            Ok(true) => Ok(()),
            Ok(false) => self.send_and_join(segments, &folder.path, &temporary.path).await,
            Err(error) => Err(error),
        };
        let joined = folder.settle(joined).await;
        let renamed = async {
            joined?;
            self.verify(&temporary.path).await?;
            self.rename(&temporary.path).await
        };
        let renamed = renamed.await;
        temporary.settle(renamed).await
    }

    /// Whether an earlier run ended after the segments had been joined.
    async fn joined_before(&self, temporary: &RemotePath) -> Result<bool> {
        if !self.notes.are_resumed() {
            return Ok(false);
        }
        let status = self.run.client.try_stat(temporary).await?;
        Ok(status.is_some_and(|status| status.length == self.length))
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
        let mut group = self.run.group();
        let mut started = Ok(());
        for (index, segment) in segments.iter().enumerate() {
            let name = folder.child(&format!("{index:04}"))?;
            names.push(name.clone());
            let (this, segment) = (Arc::clone(self), segment.clone());
            let work = async move { this.stream(segment, &name, index).await };
            started = started.and_then(|()| group.start(work));
        }
        group.finish(started).await?;
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
    async fn stream(&self, range: Range<u64>, path: &RemotePath, index: usize) -> Result<()> {
        let session = self.notes.session(index);
        let reached = self.resume_at(&range, path, session).await?;
        self.run.moved(&self.item, reached - range.start);
        let options = self.write_options(true);
        let backend = self.run.backend();
        let mut rest = parts(reached..range.end, self.part_size);
        let mut next = self.read_part(rest.next()).await?;
        while let Some((part, content, room)) = next {
            let publish = if part.end == range.end { Publish::Close } else { Publish::Hold };
            let checksum = self.checksum(&part, &content);
            let request = self.run.queue.request().await;
            let send = async {
                let offset = part.start - range.start;
                if offset == 0 {
                    backend.create(path, content, &options, session, publish).await?;
                } else {
                    backend.append(path, offset, content, session, publish).await?;
                }
                self.notes.part(&part, checksum);
                drop((request, room));
                Ok(())
            };
            let ((), following) = tokio::try_join!(send, self.read_part(rest.next()))?;
            self.run.moved(&self.item, part.end - part.start);
            next = following;
        }
        Ok(())
    }

    /// Where an earlier run got to. What it noted is checked: the file may be gone, and one more
    /// part may have arrived than was noted.
    async fn resume_at(
        &self,
        range: &Range<u64>,
        path: &RemotePath,
        session: WriteSession,
    ) -> Result<u64> {
        let done = parts(range.clone(), self.part_size).take_while(|part| self.notes.has(part));
        let noted = done.last().map_or(range.start, |part| part.end);
        if noted == range.start {
            return Ok(noted);
        }
        let _request = self.run.queue.request().await;
        if noted == range.end {
            // It was closed then; what is asked is whether somebody has removed it since.
            let length = range.end - range.start;
            let status = self.run.client.try_stat(path).await?;
            let complete = status.is_some_and(|status| status.length == length);
            return Ok(if complete { noted } else { range.start });
        }
        let one_more = (noted + self.part_size).min(range.end);
        for reached in [noted, one_more] {
            let offset = reached - range.start;
            match self.run.backend().ends_at(path, offset, session).await {
                Ok(true) if reached == range.end => {
                    let (body, publish) = (Bytes::new(), Publish::Close);
                    self.run.backend().append(path, offset, body, session, publish).await?;
                    return Ok(reached);
                }
                Ok(true) => return Ok(reached),
                Ok(false) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(range.start),
                Err(error) => return Err(error),
            }
        }
        Ok(range.start)
    }

    async fn read_part(
        &self,
        part: Option<Range<u64>>,
    ) -> Result<Option<(Range<u64>, Bytes, BytesPermit)>> {
        let Some(part) = part else { return Ok(None) };
        let room = self.run.queue.bytes(part.end - part.start).await;
        let content = self.source.read(part.start, part.end - part.start).await?;
        Ok(Some((part, content, room)))
    }

    async fn rename(&self, temporary: &RemotePath) -> Result<()> {
        let _request = self.run.queue.request().await;
        self.preserve_times(temporary).await?;
        self.notes.renaming();
        let options = RenameOptions::default().overwrite(self.replace);
        self.run.client.rename(temporary, &self.target, options).await?;
        self.notes.end();
        Ok(())
    }
}
