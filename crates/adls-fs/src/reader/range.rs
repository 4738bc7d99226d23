//! The bytes of one range, whatever happens to the answers on the way.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use adls_wire::RemotePath;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use crate::backend::{Backend, ByteStream};
use crate::{Error, ErrorKind, Result};

/// How many answers in a row may bring no byte.
const MAX_FRUITLESS: u32 = 5;
/// The pause after the first of them; doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Reads a range frame by frame. An answer that breaks or ends early is followed by one for the
/// rest: the service sends fewer bytes than asked for when it throttles.
pub(crate) struct RangeReader {
    backend: Arc<dyn Backend>,
    path: RemotePath,
    rest: Range<u64>,
    session: Uuid,
    body: Option<ByteStream>,
    fruitless: u32,
}

impl RangeReader {
    /// `range` must end at or before the end of the file.
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        path: RemotePath,
        range: Range<u64>,
        session: Uuid,
    ) -> Self {
        Self { backend, path, rest: range, session, body: None, fruitless: 0 }
    }

    /// The bytes still to come.
    pub(crate) fn remaining(&self) -> u64 {
        self.rest.end.saturating_sub(self.rest.start)
    }

    /// The next frame, never empty; `None` when the range is complete.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        while !self.rest.is_empty() {
            let body = match &mut self.body {
                Some(body) => body,
                None => {
                    let answer = self.backend.open(&self.path, self.rest.clone(), self.session);
                    self.body.insert(answer.await?)
                }
            };
            match body.next().await {
                Some(Ok(frame)) if frame.is_empty() => {}
                Some(Ok(frame)) => return Ok(Some(self.accept(frame))),
                Some(Err(error)) if error.kind() == ErrorKind::Transient => {
                    self.resume(Some(error)).await?;
                }
                Some(Err(error)) => return Err(error),
                None => self.resume(None).await?,
            }
        }
        Ok(None)
    }

    /// All frames to the end of the range.
    pub(crate) async fn frames(mut self) -> Result<Vec<Bytes>> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await? {
            frames.push(frame);
        }
        Ok(frames)
    }

    pub(crate) fn into_stream(self) -> ByteStream {
        stream::try_unfold(self, |mut this| async move {
            Ok(this.next().await?.map(|frame| (frame, this)))
        })
        .boxed()
    }

    fn accept(&mut self, mut frame: Bytes) -> Bytes {
        // A server that sends more than it was asked for must not shift what follows.
        frame.truncate(usize::try_from(self.remaining()).unwrap_or(usize::MAX));
        self.rest.start += frame.len() as u64;
        self.fruitless = 0;
        frame
    }

    /// Drops the answer; fails when too many in a row brought nothing.
    async fn resume(&mut self, error: Option<Error>) -> Result<()> {
        self.body = None;
        self.fruitless += 1;
        if self.fruitless == 1 {
            return Ok(());
        }
        if self.fruitless > MAX_FRUITLESS {
            return Err(error.unwrap_or_else(|| {
                let Range { start, end } = self.rest;
                Error::at(ErrorKind::Truncated, &self.path).with_message(format!(
                    "{} gives no more bytes at {start}, though it should have {end}; it was cut \
                     while it was read, or is damaged",
                    self.path
                ))
            }));
        }
        self.backend.clock().sleep(FIRST_PAUSE * 2_u32.pow(self.fruitless - 2)).await;
        Ok(())
    }
}

impl fmt::Debug for RangeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeReader")
            .field("path", &self.path)
            .field("rest", &self.rest)
            .finish_non_exhaustive()
    }
}
