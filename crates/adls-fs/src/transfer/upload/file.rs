//! One file under way to the account: what is decided about it, and how it is sent.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_wire::RemotePath;
use bytes::Bytes;

use super::before::{Existing, done_before, holds_the_same, renamed_before};
use super::send::{FileUpload, Permit};
use super::source::UploadSource;
use super::temporary::Temporary;
use crate::backend::{SeenVersion, WriteHandle};
use crate::error::Mark;
use crate::transfer::Overwrite;
use crate::transfer::TransferItem;
use crate::transfer::copy::ItemAttributes;
use crate::transfer::journal::{Item, ItemNotes};
use crate::transfer::local::{LocalEntry, SmallRead, SourceFile, SourceState};
use crate::transfer::options::{OverwriteDecision, decide};
use crate::transfer::plan::{UploadPlan, upload_plan};
use crate::transfer::progress::SkipReason;
use crate::transfer::run::{Outcome, Run};
use crate::{Conditions, Error, ErrorKind, FileStatus, Result, TimesChange, WriteOptions};

/// How long ago a file must have been modified to count as at rest. The parts of others get a checksum,
/// with which they are told from what they become while they are sent.
const AT_REST: Duration = Duration::from_secs(3600);

/// A file on its way, before it is known how it is sent.
struct PendingUpload {
    run: Run,
    item: TransferItem,
    source: UploadSource,
    target: RemotePath,
    existing: Existing,
    attributes: ItemAttributes,
    part_size: u64,
}

/// A file that is to be sent, and where to.
pub(in crate::transfer) struct FileToSend {
    pub(in crate::transfer) source: UploadSource,
    /// How the listing has it.
    pub(in crate::transfer) listed: SourceState,
    pub(in crate::transfer) target: RemotePath,
    pub(in crate::transfer) existing: Existing,
    /// What it gets beside its content.
    pub(in crate::transfer) attributes: ItemAttributes,
}

pub(in crate::transfer) async fn upload_file(
    run: Run,
    item: TransferItem,
    entry: LocalEntry,
    target: RemotePath,
    existing: Existing,
) -> Result<Outcome> {
    let source = SourceFile::new(entry.path.clone(), run.queue.buffers());
    let file = FileToSend {
        source: UploadSource::Local(source),
        listed: SourceState { length: entry.length, modified: entry.modified },
        target,
        existing,
        attributes: ItemAttributes::default(),
    };
    send_file(run, item, file).await
}

pub(in crate::transfer) async fn send_file(
    run: Run,
    item: TransferItem,
    file: FileToSend,
) -> Result<Outcome> {
    let part_size = run.options.part_size.min(run.backend().max_write()) as u64;
    let FileToSend { source, listed, target, existing, attributes } = file;
    let begun = PendingUpload { run, item, source, target, existing, attributes, part_size };
    // What the listing said is a hint; the open file tells.
    if listed.length > part_size {
        let state = begun.source.open().await?;
        return begun.large(state).await;
    }
    begun.small(listed).await
}

impl PendingUpload {
    /// A file that fits into the request that makes it, as far as is known.
    async fn small(self, listed: SourceState) -> Result<Outcome> {
        let notes = self.notes(listed, 0);
        if done_before(&self.run, &notes, &self.target, &self.existing, listed.length).await? {
            return Ok(Outcome::Skipped(SkipReason::DoneBefore));
        }
        let Some(permit) = self.may_write(listed, true).await? else {
            return Ok(Outcome::Skipped(SkipReason::UpToDate));
        };
        let room = self.run.queue.bytes(listed.length.max(1)).await;
        match self.source.read_small(self.part_size).await? {
            SmallRead::Whole(content, state) if permit.replace_directory => {
                // It must be complete before the directory goes.
                drop((room, content));
                self.streamed(state, notes, permit).await
            }
            SmallRead::Whole(content, state) => {
                let notes = if state == listed { notes } else { self.notes(state, 0) };
                let upload = self.upload(state, notes, permit);
                upload.whole(content).await?;
                drop(room);
                Ok(upload.outcome(state.length))
            }
            SmallRead::Larger(state) => {
                drop(room);
                Box::pin(self.large(state)).await
            }
            SmallRead::Endless(state) => {
                drop(room);
                self.until_its_end(state, permit).await
            }
        }
    }

    /// A file that is sent in parts.
    async fn large(self, state: SourceState) -> Result<Outcome> {
        if state.length <= self.part_size {
            return Box::pin(self.small(state)).await;
        }
        let can = self.run.client.capabilities();
        let plan = upload_plan(state.length, self.part_size, can, &self.run.options);
        let segments = if let UploadPlan::Segments(segments) = &plan { segments.len() } else { 0 };
        let mut notes = self.notes(state, segments);
        let length = state.length;
        if done_before(&self.run, &notes, &self.target, &self.existing, length).await? {
            return Ok(Outcome::Skipped(SkipReason::DoneBefore));
        }
        let directory = self.target.parent().unwrap_or_else(RemotePath::root);
        if let Some(mark) =
            renamed_before(&self.run, &notes, &directory, &self.target, length).await?
        {
            notes.end(mark);
            self.run.resumed(&self.item, length);
            return Ok(Outcome::Done);
        }
        let Some(permit) = self.may_write(state, false).await? else {
            return Ok(Outcome::Skipped(SkipReason::UpToDate));
        };
        if self.source.goes_on_behind(state).await? {
            return self.until_its_end(state, permit).await;
        }
        match plan {
            UploadPlan::Segments(segments) => {
                begin(&mut notes, &directory);
                let upload = self.upload(state, notes, permit);
                upload.segmented(&segments).await?;
                Ok(upload.outcome(length))
            }
            UploadPlan::Parallel => {
                begin(&mut notes, &directory);
                let upload = self.upload(state, notes, permit);
                if !upload.copied_within().await? {
                    upload.parallel().await?;
                }
                Ok(upload.outcome(length))
            }
            UploadPlan::Whole | UploadPlan::Stream => self.streamed(state, notes, permit).await,
        }
    }

    async fn streamed(
        self,
        state: SourceState,
        mut notes: ItemNotes,
        permit: Permit,
    ) -> Result<Outcome> {
        let directory = self.target.parent().unwrap_or_else(RemotePath::root);
        begin(&mut notes, &directory);
        let upload = self.upload(state, notes, permit);
        upload.streamed().await?;
        Ok(upload.outcome(state.length))
    }

    /// A file that does not tell how long it is.
    async fn until_its_end(self, state: SourceState, permit: Permit) -> Result<Outcome> {
        if self.run.options.verify {
            let text =
                format!("{} does not tell its length, so it cannot be verified", self.item.source);
            return Err(Error::invalid(text));
        }
        // Nothing tells its state from another one, so nobody could go on with it.
        let upload = self.upload(state, ItemNotes::unkept(), permit);
        Ok(Outcome::Sized(upload.until_its_end().await?))
    }

    fn notes(&self, state: SourceState, segments: usize) -> ItemNotes {
        let item = Item {
            target: self.item.target.clone(),
            length: state.length,
            modified: state.modified,
            incarnation: self.source.incarnation(),
            part_size: self.part_size,
            segments,
        };
        ItemNotes::of(self.run.journal(), &item)
    }

    fn upload(self, state: SourceState, notes: ItemNotes, permit: Permit) -> Arc<FileUpload> {
        let Self { run, item, source, target, attributes, part_size, .. } = self;
        let now = run.client.clock().now();
        let at_rest = |time: SystemTime| now.duration_since(time).is_ok_and(|age| age > AT_REST);
        let checked = run.options.verify || !state.modified.is_some_and(at_rest);
        let checksums = notes.checksums();
        Arc::new(FileUpload {
            run,
            item,
            notes,
            checksums,
            checked,
            source,
            length: state.length,
            modified: state.modified,
            target,
            attributes,
            part_size,
            permit,
        })
    }

    /// Whether the target may be written, and how; `None` to skip it.
    async fn may_write(&self, source: SourceState, whole: bool) -> Result<Option<Permit>> {
        let overwrite = self.run.options.overwrite;
        let existing = match (&self.existing, overwrite) {
            (Existing::InTheWay, _) => {
                return Ok(Some(Permit { replace: true, replace_directory: true }));
            }
            (Existing::Known(status), _) => Some((**status).clone()),
            (Existing::Nothing, _) => None,
            // The one request that makes the file refuses by itself.
            (Existing::Unknown, Overwrite::Replace) if whole => {
                return Ok(Some(Permit { replace: true, ..Permit::default() }));
            }
            (Existing::Unknown, Overwrite::Refuse) if whole => return Ok(Some(Permit::default())),
            (Existing::Unknown, _) => {
                let _request = self.run.queue.request().await;
                self.run.client.try_stat(&self.target).await?
            }
        };
        if existing.as_ref().is_some_and(FileStatus::is_dir) {
            return Err(Error::at(ErrorKind::IsDirectory, &self.target));
        }
        let existing = existing.map(|status| (status.length, Some(status.modified)));
        match decide(overwrite, (source.length, source.modified), existing) {
            OverwriteDecision::Write { replace } => {
                Ok(Some(Permit { replace, ..Permit::default() }))
            }
            OverwriteDecision::Skip => Ok(None),
            OverwriteDecision::Refuse => Err(Error::at(ErrorKind::AlreadyExists, &self.target)),
        }
    }
}

/// Goes on under the temporary name of an earlier run only if that got anywhere: its first request may
/// be under way still, and would undo what this run sends.
fn begin(notes: &mut ItemNotes, directory: &RemotePath) {
    match notes.are_resumed() || notes.was_renaming().is_some() {
        true => notes.begin(directory.as_str()),
        false => notes.begin_anew(directory.as_str()),
    }
}

impl FileUpload {
    fn outcome(&self, length: u64) -> Outcome {
        if length == self.item.length { Outcome::Done } else { Outcome::Sized(length) }
    }

    pub(super) fn write_options(&self, overwrite: bool) -> WriteOptions {
        let options =
            WriteOptions::default().overwrite(overwrite).permission(self.run.options.permission);
        self.attributes.write_options(options)
    }

    /// The writer of segment number `index`, which says the headers of the content with all that it
    /// publishes.
    pub(super) fn handle(&self, path: &RemotePath, index: usize) -> WriteHandle {
        let handle = self.notes.handle(path, index);
        let headers = self.write_options(true).content_headers();
        handle.see(SeenVersion { headers, ..SeenVersion::default() });
        handle
    }

    /// The service acknowledges a request only with its whole body, so the length is certain.
    async fn whole(self: &Arc<Self>, content: Bytes) -> Result<()> {
        let sent = self.send_whole(content).await;
        let refused =
            |error: &Error| error.kind() == ErrorKind::AlreadyExists || !error.is_resumable();
        if sent.as_ref().is_err_and(refused) {
            self.notes.drop_item();
        }
        sent?;
        self.verify(&self.target).await?;
        self.give_attributes(&self.target, &self.run.options.conditions).await?;
        self.run.moved(&self.item, self.length);
        self.notes.end(None);
        Ok(())
    }

    async fn send_whole(&self, content: Bytes) -> Result<()> {
        self.checksum(&(0..self.length), &content);
        let _request = self.run.queue.request().await;
        let options =
            self.write_options(self.permit.replace).conditions(self.run.options.conditions.clone());
        self.notes.sending();
        let made = self.run.backend().put_whole(&self.target, content.clone(), &options).await;
        match made.map(drop) {
            // An earlier run, or an earlier try, may have made it; then it holds what it should.
            Err(error)
                if error.kind() == ErrorKind::AlreadyExists
                    && !self.permit.replace
                    && (self.notes.was_sending() || error.has_mark(Mark::Echo))
                    && holds_the_same(&self.run, &self.target, &content).await? =>
            {
                Ok(())
            }
            made => made,
        }
    }

    /// What a file has beside its content and its headers.
    pub(super) async fn give_attributes(
        &self,
        path: &RemotePath,
        conditions: &Conditions,
    ) -> Result<()> {
        self.preserve_times(path).await?;
        self.attributes.give_file(&self.run.client, path, conditions.lease.as_ref()).await
    }

    async fn preserve_times(&self, path: &RemotePath) -> Result<()> {
        if !self.run.options.preserve_times {
            return Ok(());
        }
        let modified = self.modified.ok_or_else(|| {
            Error::new(ErrorKind::Unsupported)
                .with_message(format!("{} has no modification time to preserve", self.item.source))
        })?;
        self.run.client.set_times(path, TimesChange::default().modified(modified)).await
    }

    pub(super) fn temporary(&self, name: &str) -> Result<Temporary> {
        Temporary::beside(&self.target, name, self.run.backend(), self.notes.are_kept())
    }
}
