//! A large file from the disk: in one stream, or in segments side by side that the service joins.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use adls_fs::transfer::TransferOptions;
use bytes::Bytes;
use futures_util::future::try_join;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use uuid::Uuid;

use super::{Bare, Publish};
use crate::Result;
use crate::bounds::Bounds;
use crate::loops::local::{Part, Source, temporary_name};
use crate::loops::tasks::Tasks;

/// The most segments of an upload, and the fewest parts of one, as the client cuts files.
const MAX_SEGMENTS: u64 = 16;
const MIN_PARTS_PER_SEGMENT: u64 = 8;

impl Bare {
    /// To a temporary name, which becomes the file's.
    pub(super) async fn put_large(
        self: &Arc<Self>,
        local: PathBuf,
        remote: &str,
        length: u64,
    ) -> Result<()> {
        let temporary = temporary_name(remote)?;
        let segment = segment(self.room.bounds, length);
        if segment == length {
            Arc::clone(self).stream(local, temporary.clone(), 0..length).await?;
        } else {
            let (mut names, mut tasks) = (Vec::new(), Tasks::new(usize::MAX));
            for start in (0..length).step_by(usize::try_from(segment)?) {
                let name = format!("{temporary}.segments/{:04}", names.len());
                names.push(name.clone());
                let range = start..(start + segment).min(length);
                tasks.start(Arc::clone(self).stream(local.clone(), name, range)).await?;
            }
            tasks.finish().await?;
            self.join(&temporary, &names).await?;
        }
        let query = format!("op=RENAME&destination={remote}");
        self.ask(Method::PUT, &temporary, &query, Bytes::new()).await?;
        Ok(())
    }

    /// Sends a range of a file part by part, and reads the next one meanwhile if there is room.
    async fn stream(
        self: Arc<Self>,
        local: PathBuf,
        file: String,
        range: Range<u64>,
    ) -> Result<()> {
        let (session, length) = (Uuid::new_v4(), range.end - range.start);
        let size = |offset: u64| (self.room.bounds.part as u64).min(length - offset);
        let at_start = move || Source::open(&local, range.start);
        let (mut offset, (mut source, mut part)) = (0, self.room.read(at_start, size(0)).await?);
        loop {
            let end = offset + part.content.len() as u64;
            if end == length {
                return self.send_part(&file, session, offset, part, Publish::Close).await;
            }
            let send = self.send_part(&file, session, offset, part, Publish::Hold);
            let ((), next) = try_join(send, self.room.read(|| Ok(source), size(end))).await?;
            (offset, (source, part)) = (end, next);
        }
    }

    async fn send_part(
        &self,
        file: &str,
        session: Uuid,
        offset: u64,
        part: Part,
        publish: Publish,
    ) -> Result<()> {
        let _request = self.room.request().await?;
        self.send(file, session, offset, part.content.clone(), publish).await
    }

    async fn join(&self, target: &str, segments: &[String]) -> Result<()> {
        let url = self.url(target, "op=MSCONCAT&deleteSourceDirectory=true");
        let request = self.client.post(url).bearer_auth(&self.token);
        let body = json!({ "sources": segments }).to_string();
        let answer = request.header(CONTENT_TYPE, "application/json").body(body).send().await?;
        answer.error_for_status()?;
        Ok(())
    }
}

/// How many bytes of a large file go up in one segment; all of them when it is not cut.
fn segment(bounds: Bounds, length: u64) -> u64 {
    let part = bounds.part as u64;
    let segments = (bounds.requests.min(bounds.parts) as u64)
        .min(MAX_SEGMENTS)
        .min(length / (part * MIN_PARTS_PER_SEGMENT));
    match TransferOptions::default().segment_threshold {
        Some(threshold) if length >= threshold && segments > 1 => {
            length.div_ceil(segments).next_multiple_of(part)
        }
        _ => length,
    }
}
