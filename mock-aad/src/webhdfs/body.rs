//! Receiving file data.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::failure::Failure;
use crate::store::FileBytes;

/// Frames below this size are gathered: a small frame would keep the whole buffer that it was
/// received into.
const SMALL: usize = 32 * 1024;
/// How much is gathered before a new buffer is begun.
const GATHERED: usize = 256 * 1024;

/// Receives a body, keeping large frames as they come.
pub(super) async fn receive(mut body: Body) -> Result<FileBytes, Failure> {
    let mut bytes = FileBytes::default();
    let mut gathered = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::broken_body())?;
        let Ok(data) = frame.into_data() else { continue };
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
