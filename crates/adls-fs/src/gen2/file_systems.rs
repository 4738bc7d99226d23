//! The file systems of an account.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use adls_http::{Idempotency, Page, Response};
use adls_wire::RemotePath;
use adls_wire::dfs::{
    FileSystemEntry, FileSystemList, decode_properties, encode_properties, header, query,
};
use http::header::{ETAG, LAST_MODIFIED};
use http::{HeaderMap, Method};

use super::account::Account;
use super::call::Call;
use super::{convert, error, http_date};
use crate::account_client::{
    AccountInformation, CreateFileSystemOptions, DeleteFileSystemOptions, FileSystemProperties,
    FileSystemStatus, ListFileSystemsOptions,
};
use crate::error::{if_there, may_have_arrived};
use crate::listing::pages_ahead;
use crate::{ETag, Error, ErrorKind, Listing, Result};

/// The largest page that the service gives.
const PAGE_SIZE: u32 = 5000;
/// How long the name of a deleted file system stays taken at most; the service speaks of 30 seconds.
const LONGEST_DELETION: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(5);

impl Account {
    pub(crate) fn list_file_systems(
        self: &Arc<Self>,
        options: ListFileSystemsOptions,
    ) -> Listing<FileSystemStatus> {
        let this = Arc::clone(self);
        let ListFileSystemsOptions { prefix, page_size, start_after } = options;
        let pager = pages_ahead(start_after, move |token| {
            let (this, prefix) = (Arc::clone(&this), prefix.clone());
            Box::pin(async move {
                let call = Call::account("Filesystem - List", Method::GET)
                    .query(query::RESOURCE, &"account")
                    .query_some(query::PREFIX, prefix)
                    .query(query::MAX_RESULTS, &page_size.unwrap_or(PAGE_SIZE))
                    .query_some(query::CONTINUATION, token);
                let response = this.send_raw(call).await?;
                let list = response.json::<FileSystemList>()?;
                let items = list.filesystems.into_iter().map(|entry| Ok(listed(entry))).collect();
                Ok(Page { items, continuation: convert::continuation(&response) })
            })
        });
        Listing::new(RemotePath::root(), pager, error::error_kind)
    }

    pub(crate) async fn create_file_system(
        &self,
        name: &str,
        options: CreateFileSystemOptions,
    ) -> Result<FileSystemStatus> {
        self.check_manages(name)?;
        let properties = text_of(&options.properties);
        let call = Call::file_system("Filesystem - Create", Method::PUT, name)
            .query(query::RESOURCE, &"filesystem")
            .header_some(header::PROPERTIES, Some(properties).filter(|text| !text.is_empty()))?;
        let (mut losses, mut waited) = (0, Duration::ZERO);
        loop {
            match self.ask(name, call.clone()).await {
                Ok(response) => return Ok(status(response.headers(), name)),
                Err(error) if error.is_already_exists() && losses > 0 => {
                    // Nobody can tell whose it is, and it is what was wanted.
                    return self.file_system(name).await.map(|found| found.status);
                }
                Err(error)
                    if error.kind() == ErrorKind::BeingDeleted
                        && options.wait_for_deletion
                        && waited < LONGEST_DELETION =>
                {
                    self.pipeline.clock().sleep(PAUSE).await;
                    waited += PAUSE;
                }
                Err(error) if may_have_arrived(&error) => {
                    losses += 1;
                    if !self.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn file_system(&self, name: &str) -> Result<FileSystemProperties> {
        let call = Call::file_system("Filesystem - Get Properties", Method::HEAD, name)
            .query(query::RESOURCE, &"filesystem");
        let response = self.ask(name, call).await?;
        let text = response.header(header::PROPERTIES).unwrap_or_default();
        let properties = decode_properties(text)
            .map_err(|why| error_at(name, response.decode_error(why)))?
            .into_iter()
            .collect();
        Ok(FileSystemProperties {
            status: status(response.headers(), name),
            properties,
            hierarchical: response.header("x-ms-namespace-enabled").map(|it| it == "true"),
        })
    }

    /// Replaces all properties.
    pub(crate) async fn set_file_system_properties(
        &self,
        name: &str,
        properties: &BTreeMap<String, String>,
    ) -> Result<()> {
        let call = Call::file_system("Filesystem - Set Properties", Method::PATCH, name)
            .idempotency(Idempotency::Idempotent)
            .query(query::RESOURCE, &"filesystem")
            .header(header::PROPERTIES, text_of(properties))?;
        self.ask(name, call).await.map(drop)
    }

    /// After a lost answer, "there is none" says that it is done.
    pub(crate) async fn delete_file_system(
        &self,
        name: &str,
        options: DeleteFileSystemOptions,
    ) -> Result<bool> {
        self.check_manages(name)?;
        let call = Call::file_system("Filesystem - Delete", Method::DELETE, name)
            .query(query::RESOURCE, &"filesystem")
            .conditions(&options.conditions)?;
        let mut losses = 0;
        loop {
            match self.ask(name, call.clone()).await {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == ErrorKind::FileSystemNotFound => {
                    return Ok(losses > 0);
                }
                Err(error) if may_have_arrived(&error) => {
                    losses += 1;
                    if !self.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn information(&self) -> Result<AccountInformation> {
        let call = Call::account("Get Account Information", Method::GET)
            .by_blob()
            .query(query::RESTYPE, &"account")
            .query(query::COMP, &"properties");
        let response = self.ask("", call).await?;
        let text = |name| response.header(name).map(str::to_owned);
        Ok(AccountInformation {
            sku: text("x-ms-sku-name"),
            kind: text("x-ms-account-kind"),
            hierarchical: response.header("x-ms-is-hns-enabled").map(|it| it == "true"),
        })
    }

    pub(crate) async fn has_file_system(&self, name: &str) -> Result<bool> {
        match self.file_system(name).await {
            Err(error) if error.kind() == ErrorKind::FileSystemNotFound => Ok(false),
            found => if_there(found).map(|found| found.is_some()),
        }
    }

    /// Workspaces of OneLake come and go in Fabric only.
    fn check_manages(&self, name: &str) -> Result<()> {
        if !self.endpoints.is_one_lake() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsupported).with_message(format!(
            "{name:?} is a workspace of OneLake, which is made and deleted in Fabric only"
        )))
    }

    async fn ask(&self, name: &str, call: Call) -> Result<Response> {
        self.send_raw(call).await.map_err(|error| error_at(name, error))
    }
}

/// What is about a file system has no path; its name stands in the text.
pub(super) fn error_at(name: &str, http: adls_http::Error) -> Error {
    let kind = error::error_kind(&http);
    let lease =
        http.code().and_then(|code| error::lease_text(code, &format!("the file system {name:?}")));
    let error = Error::http(kind, &RemotePath::root(), http);
    if let Some(lease) = lease {
        return error.with_message(lease);
    }
    match kind {
        ErrorKind::FileSystemNotFound => {
            error.with_message(format!("there is no file system {name:?} in this account"))
        }
        ErrorKind::AlreadyExists => {
            error.with_message(format!("the file system {name:?} already exists"))
        }
        ErrorKind::BeingDeleted => error.with_message(format!(
            "the file system {name:?} is still being deleted; its name is free again in half a minute"
        )),
        ErrorKind::PermissionDenied => {
            error.with_message(format!("no permission for the file system {name:?}"))
        }
        _ => error,
    }
}

fn status(headers: &HeaderMap, name: &str) -> FileSystemStatus {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    FileSystemStatus {
        name: name.to_owned(),
        modified: text(LAST_MODIFIED.as_str()).and_then(http_date::parse),
        etag: text(ETAG.as_str()).map(ETag::new),
    }
}

fn listed(entry: FileSystemEntry) -> FileSystemStatus {
    let etag = Some(entry.etag).filter(|tag| !tag.is_empty());
    FileSystemStatus {
        name: entry.name,
        modified: http_date::parse(&entry.last_modified),
        etag: etag.map(|tag| ETag::new(format!("\"{}\"", tag.trim_matches('"')))),
    }
}

fn text_of(properties: &BTreeMap<String, String>) -> String {
    encode_properties(properties.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}
