//! Copies that the service makes itself, within one account.

use std::time::Duration;

use adls_wire::RemotePath;
use adls_wire::dfs::header;
use http::Method;

use super::Gen2;
use super::call::Call;
use crate::error::may_have_arrived;
use crate::{Error, ErrorKind, FileStatus, Result};

/// How long to wait before it is looked whether a copy is done; the next pauses are longer.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Gen2 {
    /// Copies a file of a file system of this account to a new file, with its metadata and the headers of its
    /// content, and waits until that is done. Mostly it is at once; large copies go on in the background.
    pub(super) async fn copy_within(
        &self,
        file_system: &str,
        source: &FileStatus,
        target: &RemotePath,
    ) -> Result<()> {
        let url = Call::path("Copy Blob", Method::GET, file_system, &source.path)
            .by_blob()
            .url(&self.account.endpoints);
        let call = self
            .call("Copy Blob", Method::PUT, target)
            .by_blob()
            .header(header::COPY_SOURCE, url.as_url().as_str())?
            .header_some(header::SOURCE_IF_MATCH, source.etag.as_ref().map(|etag| etag.as_str()))?;
        let mut status = match self.account.send(target, call).await {
            Ok(answer) => answer.header(header::COPY_STATUS).map(str::to_owned),
            // Whether it arrived shows at the target.
            Err(error) if may_have_arrived(&error) => Some("pending".to_owned()),
            Err(error) => return Err(error),
        };
        let mut pause = FIRST_PAUSE;
        while status.as_deref() == Some("pending") {
            self.account.pipeline.clock().sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let look = self.call("Get Blob Properties", Method::HEAD, target).by_blob();
            let found = self.account.send(target, look).await?;
            status = found.header(header::COPY_STATUS).map(str::to_owned);
        }
        match status.as_deref() {
            Some("success") => Ok(()),
            other => Err(Error::at(ErrorKind::Transient, target).with_message(format!(
                "the service did not copy {} to {target}: {}",
                source.path,
                other.unwrap_or("it tells nothing of it")
            ))),
        }
    }
}
