//! Receiving file data.

use std::io;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::failure::Failure;
use crate::namespace::Account;
use crate::store::{AccountState, FileBytes, StoreError, Writer};

/// Frames below this size are gathered: a small frame would keep the whole buffer that it was
/// received into.
const SMALL: usize = 32 * 1024;
/// How much is gathered before a new buffer is begun, or before it is written.
const GATHERED: usize = 256 * 1024;

/// Receives a body, before anything is locked: into memory, or to where the account is stored.
pub(super) async fn receive(account: &Account, body: Body) -> Result<FileBytes, Failure> {
    match account.state() {
        Some(state) => to_disk(state, body).await,
        None => to_memory(body).await,
    }
}

/// Keeps large frames as they come.
async fn to_memory(mut body: Body) -> Result<FileBytes, Failure> {
    let mut bytes = FileBytes::default();
    let mut gathered = BytesMut::new();
    while let Some(data) = next(&mut body).await? {
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
    // What is left is copied so that it takes no more memory than it needs.
    bytes.append(Bytes::copy_from_slice(&gathered));
    Ok(bytes)
}

/// Holds no more in memory than one buffer, whatever the size of the body. What was written of a body
/// that breaks off goes with the writer.
async fn to_disk(state: &AccountState, mut body: Body) -> Result<FileBytes, Failure> {
    let mut writer = None;
    let mut gathered = BytesMut::new();
    while let Some(data) = next(&mut body).await? {
        gathered.extend_from_slice(&data);
        if gathered.len() >= GATHERED {
            let begun = writer.take().unwrap_or_else(|| state.writer());
            let piece = std::mem::take(&mut gathered);
            writer = Some(blocking(move || write(begun, &piece)).await?);
        }
    }
    match writer {
        Some(writer) => blocking(move || write(writer, &gathered).map(Writer::into_bytes)).await,
        None if gathered.is_empty() => Ok(FileBytes::default()),
        None => {
            let state = state.clone();
            blocking(move || state.write(&gathered)).await
        }
    }
}

/// The next bytes of a body, which may be none at all; `None` at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Failure> {
    match body.frame().await {
        Some(frame) => {
            let frame = frame.map_err(|_| Failure::broken_body())?;
            Ok(Some(frame.into_data().unwrap_or_default()))
        }
        None => Ok(None),
    }
}

fn write(mut writer: Writer, bytes: &[u8]) -> io::Result<Writer> {
    writer.write(bytes)?;
    Ok(writer)
}

/// Writes away from the threads that serve requests.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Result<R, Failure> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.flatten().map_err(|error| Failure::not_stored(&StoreError::of(&error)))
}
