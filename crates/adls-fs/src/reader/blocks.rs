//! The blocks that a reader holds: being fetched, or kept for reads that come back.

use std::ops::Range;
use std::task::{Context, Poll, ready};

use adls_wire::RemotePath;
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::task::AbortOnDropHandle;

use super::ReadOptions;
use super::range::{FileSource, RangeReader};
use crate::Result;

/// The blocks in memory, least recently used first.
pub(super) struct Blocks {
    source: FileSource,
    /// Where the file ends.
    length: u64,
    block_size: u64,
    read_ahead: u64,
    capacity: usize,
    held: Vec<Block>,
    /// Where a reader that goes straight on will need the next block.
    expected: u64,
    /// How many blocks in a row it needed where expected: read-ahead grows with the evidence, so
    /// that a few bytes here and there do not fetch what nobody reads.
    run: u64,
}

/// How many frames may wait for the reader; what comes meanwhile is put together.
const FRAMES_WAITING: usize = 64;

/// A piece of the file. Its frames are usable as they arrive.
struct Block {
    range: Range<u64>,
    /// Frames with the position of their first byte.
    frames: Vec<(u64, Bytes)>,
    received: u64,
    incoming: mpsc::Receiver<Result<Bytes>>,
    _fetch: AbortOnDropHandle<()>,
}

impl Blocks {
    pub(super) fn new(source: FileSource, length: u64, options: &ReadOptions) -> Self {
        Self {
            source,
            length,
            block_size: u64::from(options.block_size),
            read_ahead: u64::from(options.read_ahead),
            capacity: usize::from(options.cached_blocks).max(usize::from(options.read_ahead) + 1),
            held: Vec::new(),
            expected: 0,
            run: 0,
        }
    }

    /// Bytes from `position` on, at least one; `position` lies before the end of the file.
    pub(super) fn poll_slice(
        &mut self,
        cx: &mut Context<'_>,
        position: u64,
    ) -> Poll<Result<&[u8]>> {
        let index = self.enter(position);
        let received = ready!(self.held[index].poll_receive(cx, position));
        if let Err(error) = received {
            // The next read tries again.
            self.held.remove(index);
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(self.held[index].slice(position)))
    }

    /// The block that holds `position`, moved to the end of the list; fetched if need be.
    fn enter(&mut self, position: u64) -> usize {
        if self.held.last().is_none_or(|block| !block.range.contains(&position)) {
            let block = match self.held.iter().position(|b| b.range.contains(&position)) {
                Some(index) => self.held.remove(index),
                None => self.fetch(position),
            };
            self.run = if block.range.start == self.expected { self.run + 1 } else { 0 };
            self.expected = block.range.end;
            let next = block.range.end;
            self.fetch_ahead(next);
            self.held.push(block);
            let surplus = self.held.len().saturating_sub(self.capacity);
            self.held.drain(..surplus);
        }
        self.held.len() - 1
    }

    fn fetch_ahead(&mut self, mut position: u64) {
        // The first block of a file is where every read begins; only the second one tells.
        let count = self.run.saturating_sub(1).min(self.read_ahead);
        for _ in 0..count {
            if position >= self.length {
                return;
            }
            let known = self.held.iter().position(|block| block.range.contains(&position));
            let block = match known {
                Some(index) => self.held.remove(index),
                None => self.fetch(position),
            };
            position = block.range.end;
            self.held.push(block);
        }
    }

    /// Starts to fetch from `position` to the next multiple of the block size, or to where a block
    /// that is there already begins.
    fn fetch(&self, position: u64) -> Block {
        let aligned = (position / self.block_size + 1) * self.block_size;
        let held = self.held.iter().map(|block| block.range.start).filter(|at| *at > position);
        let end = held.min().unwrap_or(u64::MAX).min(aligned).min(self.length);
        Block::fetch(&self.source, position..end)
    }
}

impl Block {
    fn fetch(source: &FileSource, range: Range<u64>) -> Self {
        let mut reader = source.range(range.clone());
        let (sender, incoming) = mpsc::channel(FRAMES_WAITING);
        let fetch = tokio::spawn(async move {
            if let Err(error) = hand_over(&mut reader, &sender).await {
                drop(sender.send(Err(error)).await);
            }
        });
        Self {
            received: range.start,
            range,
            frames: Vec::new(),
            incoming,
            _fetch: AbortOnDropHandle::new(fetch),
        }
    }

    /// Waits until the byte at `position` is there.
    fn poll_receive(&mut self, cx: &mut Context<'_>, position: u64) -> Poll<Result<()>> {
        while self.received <= position {
            let Some(frame) = ready!(self.incoming.poll_recv(cx)) else {
                // Only a task that was torn down with its runtime ends early.
                let error = std::io::Error::other("the task that reads was stopped");
                return Poll::Ready(Err(crate::Error::at(
                    crate::ErrorKind::Transient,
                    &RemotePath::root(),
                )
                .with_source(error)));
            };
            let frame = frame?;
            let start = self.received;
            self.received += frame.len() as u64;
            self.keep(start, frame);
        }
        Poll::Ready(Ok(()))
    }

    /// Puts a frame behind the others; into the last one if both are small, since each costs far more
    /// than its bytes.
    fn keep(&mut self, start: u64, frame: Bytes) {
        match self.frames.last_mut() {
            Some((_, last)) if last.len() + frame.len() <= SMALL => {
                let mut both = BytesMut::with_capacity(last.len() + frame.len());
                both.extend_from_slice(last);
                both.extend_from_slice(&frame);
                *last = both.freeze();
            }
            _ => self.frames.push((start, frame)),
        }
    }

    fn slice(&self, position: u64) -> &[u8] {
        let index = self.frames.partition_point(|(start, _)| *start <= position);
        let Some((start, frame)) = index.checked_sub(1).map(|index| &self.frames[index]) else {
            return &[];
        };
        frame.get(usize::try_from(position - start).unwrap_or(usize::MAX)..).unwrap_or_default()
    }
}

/// Up to this size frames are put together.
const SMALL: usize = 512;

/// Gives the frames to the reader as they come. While it is behind, they are put together, so that a
/// block costs little more than its bytes however small its frames are.
async fn hand_over(reader: &mut RangeReader, sender: &mpsc::Sender<Result<Bytes>>) -> Result<()> {
    let mut behind = BytesMut::new();
    while let Some(frame) = reader.next().await? {
        match sender.try_reserve() {
            Ok(permit) if behind.is_empty() => permit.send(Ok(frame)),
            Ok(permit) => {
                behind.extend_from_slice(&frame);
                permit.send(Ok(behind.split().freeze()));
            }
            Err(TrySendError::Full(())) => behind.extend_from_slice(&frame),
            Err(TrySendError::Closed(())) => return Ok(()),
        }
    }
    if !behind.is_empty() {
        drop(sender.send(Ok(behind.freeze())).await);
    }
    Ok(())
}
