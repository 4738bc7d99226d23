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
/// How often nothing may be there after an answer was lost.
const MOST_LOOKS: u32 = 5;

impl Gen2 {
    /// Copies a file of a file system of this account to a new file, with its metadata and the headers of its
    /// content, and waits until that is done. Mostly it is at once; large copies go on in the background. `false` when
    /// the service refuses to begin, to which reading and writing may be an answer: it looks at other rights.
    pub(super) async fn copy_within(
        &self,
        file_system: &str,
        source: &FileStatus,
        target: &RemotePath,
    ) -> Result<bool> {
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
            Err(error) if error.http_error().is_some() && error.kind() != ErrorKind::Throttled => {
                tracing::debug!(path = %target, %error, "the service does not copy");
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let mut pause = FIRST_PAUSE;
        let mut looks_for_nothing = 0;
        while status.as_deref() == Some("pending") {
            self.account.pipeline.clock().sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let look = self.call("Get Blob Properties", Method::HEAD, target).by_blob();
            status = match self.account.send(target, look).await {
                Ok(found) => found.header(header::COPY_STATUS).map(str::to_owned),
                // The request may be under way still.
                Err(error)
                    if error.kind() == ErrorKind::NotFound && looks_for_nothing < MOST_LOOKS =>
                {
                    looks_for_nothing += 1;
                    continue;
                }
                Err(error) => return Err(error.with_kind(ErrorKind::Transient)),
            };
        }
        match status.as_deref() {
            Some("success") => Ok(true),
            other => Err(Error::at(ErrorKind::Transient, target).with_message(format!(
                "the service did not copy {} to {target}: {}",
                source.path,
                other.unwrap_or("it tells nothing of it")
            ))),
        }
    }
}
