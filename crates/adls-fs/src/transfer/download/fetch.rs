//! The bytes of one file on their way to this machine.

use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::reader::{FileSource, RangeReader};
use crate::transfer::TransferItem;
use crate::transfer::checksum::{Checksums, crc32, crc32_of};
use crate::transfer::journal::ItemNotes;
use crate::transfer::local::{TargetWriter, blocking};
use crate::transfer::plan::parts;
use crate::transfer::queue::BytesPermit;
use crate::transfer::run::{Group, Outcome, Run};
use crate::{Error, ErrorKind, FileStatus, Result};

/// What came of a file that fits into one part.
pub(super) enum FetchOutcome {
    /// All of it, and the room that it takes.
    Whole(Vec<Bytes>, BytesPermit),
    /// It is not the file any more that it was, but this one.
    Changed(FileStatus),
}

/// Reads a file of one part in one request, which also sees its end.
pub(super) async fn fetch_small(run: &Run, status: &FileStatus) -> Result<FetchOutcome> {
    let room = run.queue.bytes(status.length.max(1)).await;
    let request = run.queue.request().await;
    let source = FileSource::new(run.backend(), status);
    let seen = source.range(0..status.length).frames_and_end().await;
    drop(request);
    let seen = match seen {
        Ok(seen) if !seen.goes_on && !seen.in_pieces => {
            return Ok(FetchOutcome::Whole(seen.frames, room));
        }
        Ok(seen) => seen,
        Err(error) if error.kind() == ErrorKind::Truncated => {
            let now = identified(run, status).await?;
            if now.length == status.length {
                return Err(error);
            }
            return Ok(FetchOutcome::Changed(now));
        }
        Err(error) => return Err(error),
    };
    let now = identified(run, status).await?;
    // A listing does not tell identities; two looks at the same length and time are as good.
    let same = is_same(status, &now) || (!seen.goes_on && is_as_listed(status, &now));
    Ok(if same { FetchOutcome::Whole(seen.frames, room) } else { FetchOutcome::Changed(now) })
}

/// The file as it is now, with its identity.
pub(super) async fn identified(run: &Run, status: &FileStatus) -> Result<FileStatus> {
    let _request = run.queue.request().await;
    let now = run.client.identified(&status.path).await?;
    match now.is_file() {
        true => Ok(now),
        false => Err(Error::at(ErrorKind::IsDirectory, &status.path)),
    }
}

/// Whether all bytes of the file as it was are in the file as it is. A file of one identity is only
/// ever appended to, so a longer one begins with them.
fn is_same(before: &FileStatus, now: &FileStatus) -> bool {
    before.incarnation.is_some()
        && before.incarnation == now.incarnation
        && now.length >= before.length
}

fn is_as_listed(before: &FileStatus, now: &FileStatus) -> bool {
    (before.length, before.modified) == (now.length, now.modified)
        && (before.incarnation.is_none() || before.incarnation == now.incarnation)
}

/// Writes the bytes of a file to something that takes them one after the other.
pub(super) async fn fetch_to_stream(
    run: &Run,
    item: &TransferItem,
    status: &FileStatus,
    path: PathBuf,
) -> Result<Outcome> {
    if run.options.verify {
        let text = format!("what {} takes cannot be verified; it is not a file", path.display());
        return Err(Error::invalid(text).with_local_path(path));
    }
    let status = identified(run, status).await?;
    let shown = path.clone();
    let mut sink = blocking(move || {
        std::fs::File::options().write(true).open(&path).map_err(|error| Error::local(path, error))
    })
    .await?;
    let source = FileSource::new(run.backend(), &status);
    for part in parts(0..status.length, run.options.part_size as u64) {
        let room = run.queue.bytes(part.end - part.start).await;
        let request = run.queue.request().await;
        let mut reader = source.range(part.clone());
        while let frames = reader.some_frames().await?
            && !frames.is_empty()
        {
            let path = shown.clone();
            sink = blocking(move || {
                for frame in &frames {
                    sink.write_all(frame).map_err(|error| Error::local(&path, error))?;
                }
                Ok(sink)
            })
            .await?;
        }
        drop((request, room));
        run.moved(item, part.end - part.start);
    }
    let now = identified(run, &status).await?;
    if is_same(&status, &now) || is_as_listed(&status, &now) {
        return Ok(Outcome::Sized(status.length));
    }
    Err(Error::at(ErrorKind::Changed, &status.path))
}

/// A file that is fetched in parts, side by side, into a local file.
pub(super) struct FileDownload {
    pub(super) run: Run,
    pub(super) item: TransferItem,
    pub(super) notes: ItemNotes,
    pub(super) status: FileStatus,
    pub(super) writer: TargetWriter,
    pub(super) checksums: Checksums,
    pub(super) source: FileSource,
}

impl FileDownload {
    /// Everything up to the file's final name.
    pub(super) async fn all(self: &Arc<Self>, part_size: u64) -> Result<()> {
        self.parts(part_size).await?;
        self.check_unchanged().await?;
        self.verify(part_size).await
    }

    /// All parts side by side, as far as the queue allows.
    async fn parts(self: &Arc<Self>, part_size: u64) -> Result<()> {
        let mut group = self.run.group();
        let started = self.start_parts(part_size, &mut group).await;
        group.finish(started).await
    }

    async fn start_parts(self: &Arc<Self>, part_size: u64, group: &mut Group) -> Result<()> {
        for part in parts(0..self.status.length, part_size) {
            if self.notes.has(&part) {
                self.run.resumed(&self.item, part.end - part.start);
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

    fn reader(&self, part: &Range<u64>) -> RangeReader {
        self.source.range(part.clone())
    }

    /// Reads a part and writes it to its place as it comes; gives its checksum if that will be needed.
    async fn fetch(&self, part: &Range<u64>) -> Result<Option<u32>> {
        let _request = self.run.queue.request().await;
        let (mut reader, mut at) = (self.reader(part), part.start);
        let mut checksum = self.run.options.verify.then(crc32fast::Hasher::new);
        while let frames = reader.some_frames().await?
            && !frames.is_empty()
        {
            if let Some(checksum) = &mut checksum {
                frames.iter().for_each(|frame| checksum.update(frame));
            }
            let length: usize = frames.iter().map(Bytes::len).sum();
            self.writer.write(at, frames).await?;
            at += length as u64;
        }
        self.run.moved(&self.item, part.end - part.start);
        Ok(checksum.map(crc32fast::Hasher::finalize))
    }

    /// Compares what is in the local file with what the account holds, which is read once more for
    /// that: an answer that was damaged on its way looks like any other.
    async fn verify(self: &Arc<Self>, part_size: u64) -> Result<()> {
        if !self.run.options.verify {
            return Ok(());
        }
        let mut group = self.run.group();
        let started = self.start_to_verify(part_size, &mut group).await;
        group.finish(started).await?;
        self.run.verified(&self.item, self.checksums.whole());
        Ok(())
    }

    async fn start_to_verify(self: &Arc<Self>, part_size: u64, group: &mut Group) -> Result<()> {
        for part in parts(0..self.status.length, part_size) {
            let room = self.run.queue.bytes(part.end - part.start).await;
            let this = Arc::clone(self);
            group.start(async move {
                let _room = room;
                this.verify_part(&part).await
            })?;
        }
        Ok(())
    }

    async fn verify_part(&self, part: &Range<u64>) -> Result<()> {
        let expected = {
            let _request = self.run.queue.request().await;
            crc32_of(self.reader(part)).await?
        };
        let (length, buffers) = (part.end - part.start, self.run.queue.buffers());
        let written = crc32([&self.writer.read(part.start, length, buffers).await?]);
        if expected != written {
            return Err(Error::new(ErrorKind::Corrupt).with_local_path(&*self.item.target));
        }
        self.checksums.note(part, written);
        Ok(())
    }

    /// Parts read at different times make up one file only if it stayed the same.
    async fn check_unchanged(&self) -> Result<()> {
        let now = identified(&self.run, &self.status).await?;
        if is_same(&self.status, &now) || is_as_listed(&self.status, &now) {
            return Ok(());
        }
        Err(Error::at(ErrorKind::Changed, &self.status.path))
    }
}
