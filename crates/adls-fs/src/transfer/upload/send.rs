//! The bytes of one file on their way: as a stream, in segments, or to an end that nobody knows.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use adls_wire::RemotePath;
use bytes::Bytes;

use super::source::UploadSource;
use super::temporary::{Temporary, segments_name};
use crate::backend::{SyncMode, WriteHandle};
use crate::transfer::TransferItem;
use crate::transfer::checksum::{Checksums, crc32};
use crate::transfer::copy::ItemAttributes;
use crate::transfer::journal::ItemNotes;
use crate::transfer::placement::{Placement, check_length, mark};
use crate::transfer::plan::parts;
use crate::transfer::queue::BytesPermit;
use crate::transfer::run::Run;
use crate::{ConcatOptions, Conditions, ErrorKind, Result, WriteResult};

/// Whether the target may be written, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Permit {
    /// Whether an existing file may be replaced in the end.
    pub(super) replace: bool,
    /// Whether a directory may be.
    pub(super) replace_directory: bool,
}

/// A file, and everything that its parts need to know.
pub(super) struct FileUpload {
    pub(super) run: Run,
    pub(super) item: TransferItem,
    pub(super) notes: ItemNotes,
    pub(super) checksums: Checksums,
    /// Whether what is sent gets a checksum.
    pub(super) checked: bool,
    pub(super) source: UploadSource,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
    pub(super) target: RemotePath,
    /// What the file gets beside its content.
    pub(super) attributes: ItemAttributes,
    pub(super) part_size: u64,
    pub(super) permit: Permit,
}

impl FileUpload {
    pub(super) async fn streamed(self: &Arc<Self>) -> Result<()> {
        let temporary = self.temporary(&self.notes.temporary_name())?;
        let sent = async {
            self.stream(0..self.length, &temporary.path, 0).await?;
            self.check_source().await
        };
        let sent = sent.await;
        self.place_sent(temporary, sent).await
    }

    pub(super) async fn segmented(self: &Arc<Self>, segments: &[Range<u64>]) -> Result<()> {
        let name = self.notes.temporary_name();
        let directory = self.temporary(&segments_name(&name))?;
        let temporary = self.temporary(&name)?;
        let joined = match self.joined_before(&temporary.path).await {
            Ok(true) => {
                self.run.resumed(&self.item, self.length);
                Ok(())
            }
            Ok(false) => self.send_and_join(segments, &directory.path, &temporary.path).await,
            Err(error) => Err(error),
        };
        let joined = directory.settle(joined).await;
        self.place_sent(temporary, joined).await
    }

    /// Gives what was sent under a temporary name its own if it is whole, and clears up after a failure.
    pub(super) async fn place_sent(
        self: &Arc<Self>,
        temporary: Temporary,
        sent: Result<()>,
    ) -> Result<()> {
        let placed = async {
            sent?;
            self.verify(&temporary.path).await?;
            self.place(&temporary.path, self.length).await
        };
        let placed = placed.await;
        let placed = temporary.settle(placed).await;
        // After a failure that nobody can go on from, nothing is left to go on with.
        if placed.as_ref().is_err_and(|error| !error.is_resumable()) {
            self.notes.drop_item();
        }
        placed
    }

    /// Sends a file that does not tell its length until nothing more comes; gives the length.
    pub(super) async fn until_its_end(self: &Arc<Self>) -> Result<u64> {
        let temporary = self.temporary(&self.notes.temporary_name())?;
        let mut length = 0;
        let sent = async {
            length = self.stream_to_the_end(&temporary.path).await?;
            self.place(&temporary.path, length).await
        };
        let sent = sent.await;
        temporary.settle(sent).await?;
        Ok(length)
    }

    async fn stream_to_the_end(&self, path: &RemotePath) -> Result<u64> {
        let (handle, backend) = (WriteHandle::new(path), self.run.backend());
        let options = self.write_options(true);
        let mut offset = 0;
        loop {
            let room = self.run.queue.bytes(self.part_size).await;
            let content = self.source.read_some(offset, self.part_size).await?;
            let taken = content.len() as u64;
            let sync = if taken < self.part_size { SyncMode::Closed } else { SyncMode::Unflushed };
            let request = self.run.queue.request().await;
            if offset == 0 {
                backend.create(&handle, content, &options, sync).await?;
            } else {
                backend.write_at(&handle, offset, content, sync).await?;
            }
            drop((request, room));
            offset += taken;
            self.run.moved(&self.item, taken);
            if sync == SyncMode::Closed {
                return Ok(offset);
            }
        }
    }

    /// Fails when the source has become another one since it was opened. One that has only grown is
    /// sent as it was.
    pub(super) async fn check_source(self: &Arc<Self>) -> Result<()> {
        let this = Arc::clone(self);
        let sent = move |part: &Range<u64>, content: &Bytes| {
            this.checksums.of(part).is_some_and(|sent| sent == crc32([content]))
        };
        self.source.check_unchanged(self.length, self.part_size, sent).await
    }

    /// Whether an earlier run ended after the segments had been joined.
    async fn joined_before(&self, temporary: &RemotePath) -> Result<bool> {
        if !self.notes.are_resumed() {
            return Ok(false);
        }
        let status = self.run.client.try_stat(temporary).await?;
        Ok(status.is_some_and(|status| status.length == self.length))
    }

    /// Sends the segments side by side as files in `directory`, and joins them into `target`; the
    /// directory goes with that.
    async fn send_and_join(
        self: &Arc<Self>,
        segments: &[Range<u64>],
        directory: &RemotePath,
        target: &RemotePath,
    ) -> Result<()> {
        let mut names = Vec::new();
        let mut group = self.run.group();
        let mut started = Ok(());
        for (index, segment) in segments.iter().enumerate() {
            let name = directory.child(&format!("{index:04}"))?;
            names.push(name.clone());
            let (this, segment) = (Arc::clone(self), segment.clone());
            let work = async move { this.stream(segment, &name, index).await };
            started = started.and_then(|()| group.start(work));
        }
        group.finish(started).await?;
        self.check_source().await?;
        let _request = self.run.queue.request().await;
        let options = ConcatOptions::default().delete_source_directory(true);
        self.run.client.concat_with(target, &names, options).await?;
        let length = self.run.client.stat(target).await?.length;
        check_length(&self.target, length, self.length)
    }

    /// Sends a range of the source as a file of its own: one append after the other, the next part
    /// being read meanwhile. Each append is taken only at its offset.
    async fn stream(&self, range: Range<u64>, path: &RemotePath, index: usize) -> Result<()> {
        let handle = self.handle(path, index);
        let reached = self.resume_at(&range, &handle).await?;
        self.run.resumed(&self.item, reached - range.start);
        let options = self.write_options(true);
        let backend = self.run.backend();
        if range.is_empty() {
            return backend.put_whole(path, Bytes::new(), &options).await.map(drop);
        }
        let mut rest = parts(reached..range.end, self.part_size);
        let mut next = self.read_part(rest.next()).await?;
        while let Some((part, content, room)) = next {
            let sync = if part.end == range.end { SyncMode::Closed } else { SyncMode::Unflushed };
            let checksum = self.checksum(&part, &content);
            let request = self.run.queue.request().await;
            let send = async {
                let offset = part.start - range.start;
                if offset == 0 {
                    backend.create(&handle, content, &options, sync).await?;
                } else {
                    let end = offset + content.len() as u64;
                    let sent = backend.write_at(&handle, offset, content, sync).await;
                    self.sent_before(&handle, sent, end, sync).await?;
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
    async fn resume_at(&self, range: &Range<u64>, handle: &WriteHandle) -> Result<u64> {
        let done = parts(range.clone(), self.part_size).take_while(|part| self.notes.has(part));
        let noted = done.last().map_or(range.start, |part| part.end);
        if noted == range.start {
            return Ok(noted);
        }
        let _request = self.run.queue.request().await;
        let length = range.end - range.start;
        if noted == range.end {
            // It was closed then; what is asked is whether somebody has removed it since.
            let status = self.run.client.try_stat(&handle.path).await?;
            let complete = status.is_some_and(|status| status.length == length);
            return Ok(if complete { noted } else { range.start });
        }
        let one_more = (noted + self.part_size).min(range.end);
        let candidates = [noted, one_more].map(|reached| reached - range.start);
        let backend = self.run.backend();
        let reached = backend.resume(handle, candidates).await?.unwrap_or(0);
        if reached == length {
            backend.flush(handle, length, SyncMode::Closed).await?;
        }
        Ok(range.start + reached)
    }

    /// A request of an earlier run may have been under way still when this one looked: the part that
    /// is refused is there then, from the same writer and so with the same bytes.
    async fn sent_before(
        &self,
        handle: &WriteHandle,
        sent: Result<WriteResult>,
        end: u64,
        sync: SyncMode,
    ) -> Result<()> {
        let Err(error) = sent else { return Ok(()) };
        if error.kind() != ErrorKind::BadOffset || !self.notes.are_resumed() {
            return Err(error);
        }
        match self.run.backend().flush(handle, end, sync).await {
            Ok(_) => Ok(()),
            Err(_) => Err(error),
        }
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

    /// Gives a complete file its name.
    pub(super) async fn place(&self, temporary: &RemotePath, length: u64) -> Result<()> {
        let _request = self.run.queue.request().await;
        self.give_attributes(temporary, &Conditions::default()).await?;
        let placement = Placement {
            client: &self.run.client,
            temporary,
            target: &self.target,
            length,
            replace: self.permit.replace,
            replace_directory: self.permit.replace_directory,
            conditions: &self.run.options.conditions,
        };
        let placed = placement.run(|complete| self.notes.renaming(mark(complete))).await?;
        self.notes.end(mark(&placed));
        Ok(())
    }
}
