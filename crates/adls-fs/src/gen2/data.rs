//! Bytes that are read.

use adls_wire::RemotePath;
use futures_util::StreamExt;
use http::header::CONTENT_RANGE;
use http::{HeaderMap, Method};

use super::{Gen2, convert, error};
use crate::backend::{Opened, ReadRequest};
use crate::{Error, ErrorKind, Result};

impl Gen2 {
    pub(super) async fn open(&self, path: &RemotePath, request: ReadRequest) -> Result<Opened> {
        let call = self
            .call("Path - Read", Method::GET, path)
            .range(request.range.start, request.range.end)
            .conditions(&request.conditions)?;
        let response = self.account.stream(path, call).await?;
        check_range(path, request.range.start, response.headers())?;
        let status = convert::status(response.headers(), path);
        if status.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, path));
        }
        let attributes = convert::attributes(response.headers()).ok();
        let path = path.clone();
        let frames = response.into_stream();
        let frames = frames.map(move |frame| frame.map_err(|error| error::from_http(&path, error)));
        Ok(Opened { status: Some(status), attributes, stream: frames.boxed() })
    }
}

/// Fails for an answer whose bytes begin elsewhere than was asked for: they would be taken for others. A
/// coding of the content is no matter here: it is a property that is stored with the file, whose bytes
/// come as they are.
fn check_range(path: &RemotePath, start: u64, headers: &HeaderMap) -> Result<()> {
    let range = headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let first = match range {
        // Without a word about it, it is the whole file.
        None => Some(0),
        Some(range) => range
            .strip_prefix("bytes ")
            .and_then(|range| range.split('-').next())
            .and_then(|first| first.parse().ok()),
    };
    if first == Some(start) {
        return Ok(());
    }
    Err(Error::at(ErrorKind::Protocol, path).with_message(format!(
        "the bytes of {path} from {start} on were asked for, and others came; is there a proxy on the way \
         that changes answers?"
    )))
}
