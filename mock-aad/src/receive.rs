//! Receiving file data: into memory, or to disk where an account is stored or memory has no room for it, and
//! through whatever looks at it on the way.

use std::io;
use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::namespace::Account;
use crate::store::{AccountState, FileBytes, Overflow, StoreError, Writer};

/// Frames below this size are gathered: a small frame would keep the whole buffer that it was
/// received into.
const SMALL: usize = 32 * 1024;
/// How much is gathered before a new buffer is begun, or before it is written.
const GATHERED: usize = 256 * 1024;
/// What comes of one body behind this goes to disk.
const LARGE: u64 = 64 << 20;

/// Why a body was not received.
#[derive(Debug)]
pub(crate) enum ReceiveError<E> {
    /// The connection ended amid it.
    Broken,
    NotStored(StoreError),
    /// What looks at the data on the way does not let it pass.
    Refused(E),
}

/// Looks at data on its way in.
pub(crate) trait Inspect: Send {
    type Error: Send;

    /// Takes what has arrived, and gives what of it is content. As long as it takes, nothing more is
    /// received.
    fn pass(
        &mut self,
        data: Bytes,
        content: &mut Vec<Bytes>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Lets everything pass.
#[derive(Debug)]
pub(crate) struct Everything;

impl Inspect for Everything {
    type Error = std::convert::Infallible;

    async fn pass(&mut self, data: Bytes, content: &mut Vec<Bytes>) -> Result<(), Self::Error> {
        content.push(data);
        Ok(())
    }
}

/// Where bytes are written that do not stay in memory.
#[derive(Clone)]
enum Place {
    State(AccountState),
    Overflow(Arc<Overflow>),
}

/// The bytes of one body on their way to such a place.
enum Sink {
    State(Writer),
    Overflow(Arc<Overflow>, FileBytes),
}

impl Place {
    fn sink(&self) -> Sink {
        match self {
            Self::State(state) => Sink::State(state.writer()),
            Self::Overflow(overflow) => Sink::Overflow(overflow.clone(), FileBytes::default()),
        }
    }

    /// Writes a body that is small.
    fn write(&self, bytes: &[u8]) -> io::Result<FileBytes> {
        match self {
            Self::State(state) => state.write(bytes),
            Self::Overflow(_) => write(self.sink(), bytes).map(Sink::into_bytes),
        }
    }
}

impl Sink {
    fn into_bytes(self) -> FileBytes {
        match self {
            Self::State(writer) => writer.into_bytes(),
            Self::Overflow(_, bytes) => bytes,
        }
    }
}

/// Receives a body, before anything is locked: into memory, or to disk.
pub(crate) async fn receive<I: Inspect>(
    account: &Account,
    body: Body,
    inspect: &mut I,
) -> Result<FileBytes, ReceiveError<I::Error>> {
    match account.state() {
        Some(state) => to_disk(&Place::State(state.clone()), body, inspect).await,
        None => to_memory_or_disk(Overflow::of_process(), body, inspect).await,
    }
}

/// A body that is too large for memory, or that comes when memory is full, goes to disk.
async fn to_memory_or_disk<I: Inspect>(
    overflow: &Arc<Overflow>,
    mut body: Body,
    inspect: &mut I,
) -> Result<FileBytes, ReceiveError<I::Error>> {
    let place = Place::Overflow(overflow.clone());
    if body.size_hint().lower() > LARGE || overflow.is_full() {
        return to_disk(&place, body, inspect).await;
    }
    let (mut bytes, ended) = to_memory(overflow, &mut body, inspect).await?;
    if !ended {
        bytes.append_file(to_disk(&place, body, inspect).await?);
    }
    Ok(bytes)
}

/// Keeps large frames as they come, until all are there or enough; says which.
async fn to_memory<I: Inspect>(
    overflow: &Overflow,
    body: &mut Body,
    inspect: &mut I,
) -> Result<(FileBytes, bool), ReceiveError<I::Error>> {
    let mut bytes = FileBytes::default();
    // One that says that it is small gets a buffer of its size, which then is the content.
    let expected = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let expected = expected.filter(|length| *length <= GATHERED).unwrap_or_default();
    let mut gathered = BytesMut::with_capacity(expected);
    let mut ended = true;
    while let Some(content) = next(body, inspect).await? {
        for data in content {
            if data.len() < SMALL {
                gathered.extend_from_slice(&data);
            }
            if data.len() >= SMALL || gathered.len() >= GATHERED {
                bytes.append(overflow.count(gathered.split().freeze()));
            }
            if data.len() >= SMALL {
                bytes.append(overflow.count(data));
            }
        }
        if bytes.len() > LARGE {
            ended = false;
            break;
        }
    }
    // What is left takes no more memory than it needs.
    let left = match gathered.len() == gathered.capacity() {
        true => gathered.freeze(),
        false => Bytes::copy_from_slice(&gathered),
    };
    bytes.append(overflow.count(left));
    Ok((bytes, ended))
}

/// Holds no more in memory than one buffer, whatever the size of the body. What was written of a body
/// that breaks off goes with the sink.
async fn to_disk<I: Inspect>(
    place: &Place,
    mut body: Body,
    inspect: &mut I,
) -> Result<FileBytes, ReceiveError<I::Error>> {
    let mut sink = None;
    let mut gathered = BytesMut::new();
    while let Some(content) = next(&mut body, inspect).await? {
        for data in content {
            gathered.extend_from_slice(&data);
            if gathered.len() >= GATHERED {
                let begun = sink.take().unwrap_or_else(|| place.sink());
                let (written, mut emptied) = blocking(move || {
                    // The buffer comes back, to be filled again.
                    write(begun, &gathered).map(|written| (written, gathered))
                })
                .await?;
                emptied.clear();
                (sink, gathered) = (Some(written), emptied);
            }
        }
    }
    match sink {
        Some(sink) => blocking(move || write(sink, &gathered).map(Sink::into_bytes)).await,
        None if gathered.is_empty() => Ok(FileBytes::default()),
        None => {
            let place = place.clone();
            blocking(move || place.write(&gathered)).await
        }
    }
}

/// The next pieces of content of a body, which may be none at all; `None` at its end.
async fn next<I: Inspect>(
    body: &mut Body,
    inspect: &mut I,
) -> Result<Option<Vec<Bytes>>, ReceiveError<I::Error>> {
    let Some(frame) = body.frame().await else { return Ok(None) };
    let frame = frame.map_err(|_| ReceiveError::Broken)?;
    let mut content = Vec::with_capacity(1);
    let data = frame.into_data().unwrap_or_default();
    inspect.pass(data, &mut content).await.map_err(ReceiveError::Refused)?;
    Ok(Some(content))
}

fn write(mut sink: Sink, bytes: &[u8]) -> io::Result<Sink> {
    match &mut sink {
        Sink::State(writer) => writer.write(bytes)?,
        Sink::Overflow(overflow, written) => written.spill(overflow, bytes)?,
    }
    Ok(sink)
}

/// Writes away from the threads that serve requests.
async fn blocking<R: Send + 'static, E>(
    work: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Result<R, ReceiveError<E>> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.flatten().map_err(|error| ReceiveError::NotStored(StoreError::of(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of pieces, whose length nobody knows.
    fn chunked(pieces: usize, piece: usize) -> Body {
        let bytes = move |number| Ok::<_, io::Error>(Bytes::from(vec![number as u8; piece]));
        Body::from_stream(futures_util::stream::iter((0..pieces).map(bytes)))
    }

    async fn received(overflow: Overflow, body: Body) -> FileBytes {
        to_memory_or_disk(&Arc::new(overflow), body, &mut Everything).await.unwrap()
    }

    fn is_right(bytes: &FileBytes, pieces: usize, piece: usize) -> bool {
        let all: Vec<u8> = bytes.range(0, u64::MAX).flat_map(Result::unwrap).collect();
        let expected = |(at, byte): (usize, &u8)| *byte == (at / piece) as u8;
        all.len() == pieces * piece && all.iter().enumerate().all(expected)
    }

    #[tokio::test]
    async fn a_large_body_goes_to_disk_also_when_it_does_not_say_so() {
        let (pieces, piece) = (72, 1 << 20);
        let bytes = received(Overflow::new(u64::MAX), chunked(pieces, piece)).await;
        assert!(bytes.range(0, u64::MAX).is_on_disk());
        assert!(!bytes.range(0, 60 << 20).is_on_disk());
        assert!(is_right(&bytes, pieces, piece));
        let said = Body::from(vec![0; (LARGE + 1) as usize]);
        assert!(received(Overflow::new(u64::MAX), said).await.range(0, 1).is_on_disk());
    }

    #[tokio::test]
    async fn a_small_body_stays_in_memory_until_that_is_full() {
        for (limit, on_disk) in [(u64::MAX, false), (0, true)] {
            for (pieces, piece) in [(3, 5), (40, 40_000)] {
                let bytes = received(Overflow::new(limit), chunked(pieces, piece)).await;
                assert_eq!(bytes.range(0, u64::MAX).is_on_disk(), on_disk);
                assert!(is_right(&bytes, pieces, piece));
            }
        }
    }
}
