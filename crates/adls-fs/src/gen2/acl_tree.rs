//! Access control lists of whole trees, page by page.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update>
//! (`setAccessControlRecursive`).

use adls_http::{Idempotency, Response};
use adls_wire::RemotePath;
use adls_wire::dfs::{AclChangeResponse, FailedAclEntry, header, query};
use http::Method;

use super::{Gen2, convert, error};
use crate::acl_batch::{AclBatch, AclFailure, AclPage, AclTreeChange};
use crate::{FileKind, Result};

impl Gen2 {
    /// The same page twice is as good as once.
    pub(super) async fn change_acl_page(
        &self,
        path: &RemotePath,
        change: &AclTreeChange,
        page: AclPage,
    ) -> Result<AclBatch> {
        let mode = match change {
            AclTreeChange::Set(_) => "set",
            AclTreeChange::Modify(_) => "modify",
            AclTreeChange::Remove(_) => "remove",
        };
        let call = self
            .call("Path - Set Access Control Recursive", Method::PATCH, path)
            .idempotency(Idempotency::Idempotent)
            .query(query::ACTION, &"setAccessControlRecursive")
            .query(query::MODE, &mode)
            .query(query::MAX_RECORDS, &page.batch_size)
            .query_if(page.continue_on_failure, query::FORCE_FLAG, &true)
            .query_some(query::CONTINUATION, page.continuation)
            .header(header::ACL, change.entries().to_string())?;
        let response = self.account.send(path, call).await?;
        batch(&response).map_err(|error| error::from_http(path, error))
    }
}

fn batch(response: &Response) -> adls_http::Result<AclBatch> {
    let page = response.json::<AclChangeResponse>()?;
    let failures = page.failed_entries.into_iter().map(|entry| failure(response, entry));
    Ok(AclBatch {
        directories: page.directories_successful,
        files: page.files_successful,
        failures: failures.collect::<adls_http::Result<_>>()?,
        continuation: convert::continuation(response),
    })
}

fn failure(response: &Response, entry: FailedAclEntry) -> adls_http::Result<AclFailure> {
    let FailedAclEntry { name, entry_type, error_message } = entry;
    let is_directory = entry_type.eq_ignore_ascii_case("directory");
    Ok(AclFailure {
        path: convert::path_of(&name).ok_or_else(|| {
            response.decode_error(format!("{name:?}, which could not be changed, is not a path"))
        })?,
        kind: if is_directory { FileKind::Directory } else { FileKind::File },
        message: error_message,
    })
}
