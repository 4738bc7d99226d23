//! A file whose parts go side by side to their places, where the service takes them in any order: readers
//! see nothing of them until they are published together.

use std::ops::Range;
use std::sync::Arc;

use adls_wire::RemotePath;
use bytes::Bytes;

use super::send::FileUpload;
use crate::backend::{SyncMode, WriteHandle};
use crate::transfer::placement::check_length;
use crate::transfer::plan::parts;
use crate::transfer::queue::BytesPermit;
use crate::{ErrorKind, Result};

/// How many parts are published at once: the time that it takes the service grows with their number.
const PUBLISHED_AT_ONCE: u64 = 7500;

impl FileUpload {
    pub(super) async fn parallel(self: &Arc<Self>) -> Result<()> {
        let temporary = self.temporary(&self.notes.temporary_name())?;
        let sent = async {
            self.send_parts(&temporary.path).await?;
            self.check_source().await
        };
        let sent = sent.await;
        self.place_sent(temporary, sent).await
    }

    /// What an earlier run has sent is not sent again, as far as the service still has it: it forgets what
    /// was not published after a week, and then everything goes once more.
    async fn send_parts(self: &Arc<Self>, path: &RemotePath) -> Result<()> {
        let handle = self.handle(path, 0);
        if let Some(published) = self.reopen(&handle).await? {
            match self.send_behind(&handle, published, true).await {
                Err(error) if error.kind() == ErrorKind::BadOffset => {}
                sent => return sent,
            }
        }
        let request = self.run.queue.request().await;
        let options = self.write_options(true);
        self.run.backend().create(&handle, Bytes::new(), &options, SyncMode::Unflushed).await?;
        drop(request);
        self.send_behind(&handle, 0, false).await
    }

    /// How far the file of an earlier run was published, if it is there.
    async fn reopen(&self, handle: &WriteHandle) -> Result<Option<u64>> {
        if !self.notes.are_resumed() {
            return Ok(None);
        }
        let _request = self.run.queue.request().await;
        let status = self.run.client.try_stat(&handle.path).await?;
        let status = status.filter(|status| status.is_file() && status.length <= self.length);
        Ok(status.map(|status| {
            handle.see_etag(status.etag);
            status.length
        }))
    }

    /// Sends what lies behind the published length, and publishes it.
    async fn send_behind(
        self: &Arc<Self>,
        handle: &WriteHandle,
        published: u64,
        resumed: bool,
    ) -> Result<()> {
        let step = self.part_size.saturating_mul(PUBLISHED_AT_ONCE);
        for batch in parts(0..self.length, step) {
            if batch.end <= published {
                self.run.resumed(&self.item, batch.end - batch.start);
                continue;
            }
            self.send_batch(handle, batch.clone(), published, resumed).await?;
            let last = batch.end == self.length;
            let sync = if last { SyncMode::Closed } else { SyncMode::Flushed };
            let _request = self.run.queue.request().await;
            let written = self.run.backend().flush(handle, batch.end, sync).await?;
            check_length(&self.target, written.length, batch.end)?;
        }
        Ok(())
    }

    async fn send_batch(
        self: &Arc<Self>,
        handle: &WriteHandle,
        batch: Range<u64>,
        published: u64,
        resumed: bool,
    ) -> Result<()> {
        let mut group = self.run.group();
        let mut started = Ok(());
        for part in parts(batch, self.part_size) {
            if part.end <= published || (resumed && self.notes.has(&part)) {
                self.run.resumed(&self.item, part.end - part.start);
                continue;
            }
            // Memory comes first, so that only what there is room for waits.
            let room = self.run.queue.bytes(part.end - part.start).await;
            let (this, handle) = (Arc::clone(self), handle.clone());
            started = group.start(async move { this.send_part(&handle, part, room).await });
            if started.is_err() {
                break;
            }
        }
        group.finish(started).await
    }

    async fn send_part(
        &self,
        handle: &WriteHandle,
        part: Range<u64>,
        room: BytesPermit,
    ) -> Result<()> {
        let content = self.source.read(part.start, part.end - part.start).await?;
        let checksum = self.checksum(&part, &content);
        let request = self.run.queue.request().await;
        let backend = self.run.backend();
        backend.write_at(handle, part.start, content, SyncMode::Unflushed).await?;
        self.notes.part(&part, checksum);
        drop((request, room));
        self.run.moved(&self.item, part.end - part.start);
        Ok(())
    }
}
