//! Directories and names: status, listing, make, delete.

use adls_http::{CycleDetector, Idempotency};
use adls_wire::RemotePath;
use adls_wire::dfs::query;
use http::Method;

use super::call::Call;
use super::version::Version;
use super::{Gen2, convert, creation, error};
use crate::error::{if_there, may_have_arrived};
use crate::listing::pages_ahead;
use crate::options::{DeleteOptions, ListOptions, MkdirsOptions, StatOptions};
use crate::{Conditions, ContentSummary, ETag, Error, ErrorKind, FileStatus, Listing, Result};

/// The largest page that the service gives.
const PAGE_SIZE: u32 = 5000;

impl Gen2 {
    /// A call about an item of this file system.
    pub(super) fn call(&self, operation: &'static str, method: Method, path: &RemotePath) -> Call {
        Call::path(operation, method, &self.file_system, path)
    }

    pub(super) async fn stat(&self, path: &RemotePath, options: StatOptions) -> Result<FileStatus> {
        let call = self
            .call("Path - Get Status", Method::HEAD, path)
            .query(query::ACTION, &"getStatus")
            .query_if(options.principal_names, query::UPN, &true)
            .conditions(&options.conditions)?;
        let response = self.account.send(path, call).await?;
        Ok(convert::status(response.headers(), path))
    }

    pub(super) fn list(&self, path: &RemotePath, options: ListOptions) -> Listing {
        if options.before.is_some() {
            let text =
                format!("the account of {path} lists up to no name; stop where it is enough");
            return Listing::failed(Error::at(ErrorKind::Unsupported, path).with_message(text));
        }
        let ListOptions { page_size, start_after, begin_from, recursive, principal_names, .. } =
            options;
        // All pages of a list are asked for by one version.
        let version = match begin_from.is_some() {
            true => Version::BEGIN_FROM,
            false => Version::BASE,
        };
        if !self.account.knows(version) {
            let text = format!(
                "the account of {path} begins no list at a name, its service is older than that; list all of it, \
                 or go on from a continuation token"
            );
            return Listing::failed(Error::at(ErrorKind::Unsupported, path).with_message(text));
        }
        let (this, directory) = (self.clone(), path.clone());
        let pager = pages_ahead(start_after, move |token| {
            let (this, directory) = (this.clone(), directory.clone());
            // The token knows better where the list goes on.
            let begin_from = begin_from.clone().filter(|_| token.is_none());
            Box::pin(async move {
                let below = Some(directory.as_str().trim_start_matches('/'));
                let call = Call::file_system("Path - List", Method::GET, &this.file_system)
                    .version(version)
                    .query(query::RESOURCE, &"filesystem")
                    .query(query::RECURSIVE, &recursive)
                    .query_some(query::DIRECTORY, below.filter(|below| !below.is_empty()))
                    .query(query::MAX_RESULTS, &page_size.unwrap_or(PAGE_SIZE))
                    .query_if(principal_names, query::UPN, &true)
                    .query_some(query::BEGIN_FROM, begin_from)
                    .query_some(query::CONTINUATION, token);
                let response = this.account.send_raw(call).await?;
                convert::page(&response, &directory)
            })
        });
        Listing::new(path.clone(), pager, error::error_kind)
    }

    /// A directory that is there stays as it is: a creation without the condition might set its rights
    /// anew.
    pub(super) async fn mkdirs(&self, path: &RemotePath, options: MkdirsOptions) -> Result<()> {
        if path.is_root() {
            return self.stat(path, StatOptions::default()).await.map(drop);
        }
        let call = self
            .call("Path - Create", Method::PUT, path)
            .idempotency(Idempotency::Idempotent)
            .query(query::RESOURCE, &"directory")
            .conditions(&Conditions::default().if_none_match(ETag::any()))?;
        let call = creation::of_directory(call, &options)?;
        match self.account.send(path, call).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_already_exists() => {
                let found = if_there(self.stat(path, StatOptions::default()).await)?;
                match found {
                    Some(found) if found.is_dir() => Ok(()),
                    Some(_) => Err(error.with_kind(ErrorKind::NotDirectory)),
                    None => Err(error),
                }
            }
            Err(error) => Err(self.name_file_above(path, error).await),
        }
    }

    /// The service says that something on the way is a file, and not what: whatever lies nearest above.
    pub(super) async fn name_file_above(&self, path: &RemotePath, error: Error) -> Error {
        if error.kind() != ErrorKind::NotDirectory {
            return error;
        }
        let mut at = Some(path.clone());
        while let Some(above) = at {
            match self.stat(&above, StatOptions::default()).await {
                Ok(status) if status.is_file() => return error.with_path(&above),
                Ok(_) if above == *path => return error.with_kind(ErrorKind::IsDirectory),
                Err(lookup)
                    if lookup.is_not_found() || lookup.kind() == ErrorKind::NotDirectory =>
                {
                    at = above.parent();
                }
                _ => break,
            }
        }
        error
    }

    /// Deletes, in as many calls as it takes. After an answer was lost, "nothing is there" says that it is
    /// done.
    pub(super) async fn delete(&self, path: &RemotePath, options: DeleteOptions) -> Result<bool> {
        let mut conditions = options.conditions;
        let expected = options.if_incarnation.is_some();
        conditions.if_match = options.if_incarnation.map(ETag::new).or(conditions.if_match);
        // Only callers whose rights depend on each item are checked item by item.
        let paginated = options.recursive
            && self.account.has_token
            && self.account.knows(Version::PAGINATED_DELETE);
        let version = if paginated { Version::PAGINATED_DELETE } else { Version::BASE };
        let call = self
            .call("Path - Delete", Method::DELETE, path)
            .version(version)
            .query(query::RECURSIVE, &options.recursive)
            .query_if(paginated, query::PAGINATED, &true)
            .conditions(&conditions)?;
        let (mut losses, mut continuation) = (0, None::<String>);
        let mut begun = false;
        let mut cycle = CycleDetector::from(None);
        loop {
            let page = call.clone().query_some(query::CONTINUATION, continuation.as_ref());
            match self.account.send(path, page).await {
                Ok(response) => {
                    begun = true;
                    let next = convert::continuation(&response);
                    if next.is_none() {
                        return Ok(true);
                    }
                    if next.as_deref().is_some_and(|next| cycle.is_repeated(next)) {
                        let text = format!("the deletion of {path} goes in circles; try it again");
                        return Err(Error::at(ErrorKind::Protocol, path).with_message(text));
                    }
                    continuation = next;
                }
                Err(error) if error.is_not_found() => return Ok(begun || losses > 0),
                Err(error) if may_have_arrived(&error) => {
                    losses += 1;
                    if !self.account.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                Err(error) if expected && error.kind() == ErrorKind::ConditionNotMet => {
                    return Err(error.with_kind(ErrorKind::Changed));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Sums up a list of everything below: the service does it no other way.
    pub(super) async fn content_summary(&self, path: &RemotePath) -> Result<ContentSummary> {
        let top = self.stat(path, StatOptions::default()).await?;
        let mut summary = ContentSummary::default();
        let mut count = |status: &FileStatus| match status.is_dir() {
            true => summary.directories += 1,
            false => {
                summary.files += 1;
                summary.length += status.length;
            }
        };
        count(&top);
        if top.is_dir() {
            let mut list = self.list(path, ListOptions::default().recursive(true));
            while let Some(page) = list.next_page().await {
                page?.items.iter().for_each(&mut count);
            }
        }
        Ok(summary)
    }
}
