//! Reads an upload back and compares it with what was sent.

use std::ops::Range;
use std::sync::Arc;

use adls_wire::RemotePath;
use bytes::Bytes;

use super::send::FileUpload;
use crate::reader::FileSource;
use crate::transfer::checksum::{crc32, crc32_of};
use crate::transfer::plan::parts;
use crate::transfer::run::Group;
use crate::{Error, ErrorKind, Result};

impl FileUpload {
    /// Notes the checksum of a part that is sent, if it will be needed.
    pub(super) fn checksum(&self, part: &Range<u64>, content: &Bytes) -> Option<u32> {
        self.checked.then(|| {
            let checksum = crc32([content]);
            self.checksums.note(part, checksum);
            checksum
        })
    }

    /// Compares the file at `path` with what was sent, if that was asked for.
    pub(super) async fn verify(self: &Arc<Self>, path: &RemotePath) -> Result<()> {
        if !self.run.options.verify {
            return Ok(());
        }
        let mut group = self.run.group();
        let started = self.start_to_verify(path, &mut group).await;
        group.finish(started).await?;
        self.run.verified(&self.item, self.checksums.whole());
        Ok(())
    }

    async fn start_to_verify(self: &Arc<Self>, path: &RemotePath, group: &mut Group) -> Result<()> {
        for part in parts(0..self.length, self.part_size) {
            let room = self.run.queue.bytes(part.end - part.start).await;
            let (this, path) = (Arc::clone(self), path.clone());
            group.start(async move {
                let _room = room;
                this.verify_part(&path, part).await
            })?;
        }
        Ok(())
    }

    async fn verify_part(&self, path: &RemotePath, part: Range<u64>) -> Result<()> {
        let sent = match self.checksums.of(&part) {
            Some(checksum) => checksum,
            // Sent by an earlier run that was not asked to verify.
            None => {
                let content = self.source.read(part.start, part.end - part.start).await?;
                let checksum = crc32([&content]);
                self.checksums.note(&part, checksum);
                checksum
            }
        };
        let _request = self.run.queue.request().await;
        let reader = FileSource::at(self.run.backend(), path).range(part);
        if crc32_of(reader).await? == sent {
            Ok(())
        } else {
            Err(Error::at(ErrorKind::Corrupt, path))
        }
    }
}
