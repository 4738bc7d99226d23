//! Receiving file data: into memory, or to where an account is stored, and through whatever looks at it on
//! the way.

use std::io;

use axum::body::{Body, HttpBody as _};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::namespace::Account;
use crate::store::{AccountState, FileBytes, StoreError, Writer};

/// Frames below this size are gathered: a small frame would keep the whole buffer that it was
/// received into.
const SMALL: usize = 32 * 1024;
/// How much is gathered before a new buffer is begun, or before it is written.
const GATHERED: usize = 256 * 1024;

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

/// Receives a body, before anything is locked: into memory, or to where the account is stored.
pub(crate) async fn receive<I: Inspect>(
    account: &Account,
    body: Body,
    inspect: &mut I,
) -> Result<FileBytes, ReceiveError<I::Error>> {
    match account.state() {
        Some(state) => to_disk(state, body, inspect).await,
        None => to_memory(body, inspect).await,
    }
}

/// Keeps large frames as they come.
async fn to_memory<I: Inspect>(
    mut body: Body,
    inspect: &mut I,
) -> Result<FileBytes, ReceiveError<I::Error>> {
    let mut bytes = FileBytes::default();
    // One that says that it is small gets a buffer of its size, which then is the content.
    let expected = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let expected = expected.filter(|length| *length <= GATHERED).unwrap_or_default();
    let mut gathered = BytesMut::with_capacity(expected);
    while let Some(content) = next(&mut body, inspect).await? {
        for data in content {
            if data.len() < SMALL {
                gathered.extend_from_slice(&data);
            }
            if data.len() >= SMALL || gathered.len() >= GATHERED {
                bytes.append(gathered.split().freeze());
            }
            if data.len() >= SMALL {
                bytes.append(data);
            }
        }
    }
    // What is left takes no more memory than it needs.
    bytes.append(match gathered.len() == gathered.capacity() {
        true => gathered.freeze(),
        false => Bytes::copy_from_slice(&gathered),
    });
    Ok(bytes)
}

/// Holds no more in memory than one buffer, whatever the size of the body. What was written of a body
/// that breaks off goes with the writer.
async fn to_disk<I: Inspect>(
    state: &AccountState,
    mut body: Body,
    inspect: &mut I,
) -> Result<FileBytes, ReceiveError<I::Error>> {
    let mut writer = None;
    let mut gathered = BytesMut::new();
    while let Some(content) = next(&mut body, inspect).await? {
        for data in content {
            gathered.extend_from_slice(&data);
            if gathered.len() >= GATHERED {
                let begun = writer.take().unwrap_or_else(|| state.writer());
                let (written, mut emptied) = blocking(move || write(begun, gathered)).await?;
                emptied.clear();
                (writer, gathered) = (Some(written), emptied);
            }
        }
    }
    match writer {
        Some(writer) => {
            blocking(move || write(writer, gathered).map(|(writer, _)| writer.into_bytes())).await
        }
        None if gathered.is_empty() => Ok(FileBytes::default()),
        None => {
            let state = state.clone();
            blocking(move || state.write(&gathered)).await
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

/// Gives the buffer back, to be filled again.
fn write(mut writer: Writer, buffer: BytesMut) -> io::Result<(Writer, BytesMut)> {
    writer.write(&buffer)?;
    Ok((writer, buffer))
}

/// Writes away from the threads that serve requests.
async fn blocking<R: Send + 'static, E>(
    work: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Result<R, ReceiveError<E>> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.flatten().map_err(|error| ReceiveError::NotStored(StoreError::of(&error)))
}
