//! Bytes that are read.

use adls_wire::RemotePath;
use futures_util::StreamExt;
use http::Method;

use super::{Gen2, convert, error};
use crate::backend::{Opened, ReadRequest};
use crate::error::check_plain;
use crate::{Error, ErrorKind, Result};

impl Gen2 {
    pub(super) async fn open(&self, path: &RemotePath, request: ReadRequest) -> Result<Opened> {
        let call = self
            .call("Path - Read", Method::GET, path)
            .range(request.range.start, request.range.end)
            .conditions(&request.conditions)?;
        let response = self.account.stream(path, call).await?;
        check_plain(path, response.headers())?;
        let status = convert::status(response.headers(), path);
        if status.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, path));
        }
        let path = path.clone();
        let frames = response.into_stream();
        let frames = frames.map(move |frame| frame.map_err(|error| error::from_http(&path, error)));
        Ok(Opened { status: Some(status), stream: frames.boxed() })
    }
}
