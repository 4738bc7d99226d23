//! Directories and names: status, listing, make, rename, delete, join.

use adls_http::Idempotency;
use adls_wire::RemotePath;
use adls_wire::webhdfs::{
    BooleanResponse, ConcatSources, ContentSummaryResponse, FILE_CONTEXT_API_VERSION,
    FileStatusResponse, Op, query,
};

use super::data::refuse_conditions;
use super::{Call, Gen1, convert, error};
use crate::error::{if_there, may_have_arrived};
use crate::listing::pages_ahead;
use crate::options::{
    ConcatOptions, DeleteOptions, ListOptions, MkdirsOptions, RenameOptions, StatOptions,
};
use crate::{ContentSummary, Error, ErrorKind, FileStatus, Listing, Result};

/// The page size of the official clients.
const PAGE_SIZE: u32 = 4000;

impl Gen1 {
    pub(super) async fn stat(&self, path: &RemotePath, options: StatOptions) -> Result<FileStatus> {
        refuse_conditions(path, &options.conditions)?;
        let call = Call::new(Op::GetFileStatus, path, Idempotency::Safe)
            .query_if(options.unpublished, query::CONSISTENT_LENGTH, &true)
            .query_if(options.principal_names, query::TOO_ID, &false);
        let call = if options.incarnation { call.version(FILE_CONTEXT_API_VERSION) } else { call };
        let response = self.send(path, call).await?;
        let status = response
            .json::<FileStatusResponse>()
            .map_err(|error| error::from_http(path, error))?
            .file_status;
        Ok(convert::status(status, path.clone()))
    }

    pub(super) fn list(&self, path: &RemotePath, options: ListOptions) -> Listing {
        let ListOptions { page_size, start_after, before, begin_from, recursive, principal_names } =
            options;
        if recursive || begin_from.is_some() {
            let text = format!(
                "the account of {path} lists one directory at a time, from behind a name; use `walk` or \
                 `start_after`"
            );
            return Listing::failed(Error::at(ErrorKind::Unsupported, path).with_message(text));
        }
        let (this, directory) = (self.clone(), path.clone());
        let pager = pages_ahead(start_after, move |token| {
            let (this, directory, before) = (this.clone(), directory.clone(), before.clone());
            Box::pin(async move {
                let call = Call::new(Op::ListStatus, &directory, Idempotency::Safe)
                    .query(query::LIST_SIZE, &page_size.unwrap_or(PAGE_SIZE))
                    .query_some(query::LIST_AFTER, token)
                    .query_some(query::LIST_BEFORE, before)
                    .query_if(principal_names, query::TOO_ID, &false);
                let response = this.send_raw(call).await?;
                convert::page(&response, &directory)
            })
        });
        Listing::new(path.clone(), pager, error::error_kind)
    }

    pub(super) async fn mkdirs(&self, path: &RemotePath, options: MkdirsOptions) -> Result<()> {
        let call = Call::new(Op::MkDirs, path, Idempotency::Idempotent)
            .query_some(query::PERMISSION, options.permission);
        match self.boolean(path, call).await {
            Ok((true, _)) => Ok(()),
            // The service says no more than "no"; a file in the way is the one known reason.
            Ok((false, _)) => Err(Error::at(ErrorKind::NotDirectory, path)),
            Err(error) => Err(self.name_file_above(path, error).await),
        }
    }

    /// The service refuses to make something below a file in general words; whether one is there
    /// tells the reason.
    pub(super) async fn name_file_above(&self, path: &RemotePath, error: Error) -> Error {
        if error.kind() != ErrorKind::Invalid {
            return error;
        }
        let mut at = path.parent();
        while let Some(above) = at {
            match self.stat(&above, StatOptions::default()).await {
                Ok(status) if status.is_file() => {
                    return error.with_kind(ErrorKind::NotDirectory).with_path(&above);
                }
                Err(lookup) if lookup.kind() == ErrorKind::NotFound => at = above.parent(),
                _ => break,
            }
        }
        error
    }

    pub(super) async fn rename(
        &self,
        from: &RemotePath,
        to: &RemotePath,
        options: RenameOptions,
        has_looked: bool,
    ) -> Result<()> {
        refuse_conditions(from, &options.conditions)?;
        refuse_conditions(to, &options.target_conditions)?;
        // The service would move it into a directory that is there.
        if !has_looked
            && let Some(found) = if_there(self.stat(to, StatOptions::default()).await)?
            && found.is_dir()
        {
            return Err(self.why_not_renamed(from, to).await?);
        }
        let call = Call::new(Op::Rename, from, Idempotency::Unsafe)
            .query(query::DESTINATION, &to)
            .query_if(options.overwrite, query::RENAME_OPTIONS, &"OVERWRITE");
        let mut losses = 0;
        // What was to be renamed, as it was seen after an answer was lost.
        let mut item = None;
        loop {
            let error = match self.boolean(from, call.clone()).await {
                Ok((true, _)) => return Ok(()),
                // A try that seemed lost was only late: its echo says that there is nothing to do.
                Ok((false, _)) if losses > 0 && self.is_renamed(from, to, &mut item).await? => {
                    return Ok(());
                }
                Ok((false, _)) => return Err(self.why_not_renamed(from, to).await?),
                Err(error) => error,
            };
            let echo = losses > 0 && error.kind() == ErrorKind::NotFound;
            if !(echo || may_have_arrived(&error)) {
                return Err(error);
            }
            if self.is_renamed(from, to, &mut item).await? {
                return Ok(());
            }
            losses += 1;
            if echo || !self.may_send_again(losses).await {
                return Err(error);
            }
        }
    }

    /// Whether a rename with a lost answer has been done: what was to be renamed is gone, and the
    /// target is there; the same item, if it was seen before.
    async fn is_renamed(
        &self,
        from: &RemotePath,
        to: &RemotePath,
        item: &mut Option<String>,
    ) -> Result<bool> {
        if let Some(found) = self.identified(from).await? {
            *item = found.incarnation;
            return Ok(false);
        }
        let found = self.identified(to).await?;
        let other = |found: &FileStatus| {
            let incarnation = found.incarnation.as_ref();
            incarnation.zip(item.as_ref()).is_some_and(|(found, item)| found != item)
        };
        Ok(found.is_some_and(|found| found.is_dir() || !other(&found)))
    }

    /// What is at a path, with its identity.
    async fn identified(&self, path: &RemotePath) -> Result<Option<FileStatus>> {
        if_there(self.stat(path, StatOptions::default().incarnation(true)).await)
    }

    /// The service answers a bare `false` to a rename that it does not do; the state of both names
    /// tells the reason.
    async fn why_not_renamed(&self, from: &RemotePath, to: &RemotePath) -> Result<Error> {
        if !self.exists(from).await? {
            return Ok(Error::at(ErrorKind::NotFound, from));
        }
        if to != from && to.starts_with(from) {
            let text = format!("{from} cannot be renamed to {to}, which lies inside it");
            return Ok(Error::at(ErrorKind::Invalid, from).with_message(text));
        }
        Ok(match self.stat(to, StatOptions::default()).await {
            // Also with `overwrite`: only a file is replaced, and only by a file.
            Ok(_) => Error::at(ErrorKind::AlreadyExists, to),
            Err(error) if error.kind() != ErrorKind::NotFound => error,
            _ => {
                let text = format!(
                    "the service refused to rename {from} to {to}; does the directory of the new name \
                     exist?"
                );
                Error::at(ErrorKind::Invalid, from).with_message(text)
            }
        })
    }

    async fn exists(&self, path: &RemotePath) -> Result<bool> {
        Ok(if_there(self.stat(path, StatOptions::default()).await)?.is_some())
    }

    pub(super) async fn delete(&self, path: &RemotePath, options: DeleteOptions) -> Result<bool> {
        refuse_conditions(path, &options.conditions)?;
        let call = Call::new(Op::Delete, path, Idempotency::Idempotent)
            .query(query::RECURSIVE, &options.recursive);
        let call = match options.if_incarnation {
            Some(id) => call.query(query::FILE_CONTEXT_ID, &id).version(FILE_CONTEXT_API_VERSION),
            None => call,
        };
        let (deleted, arrived_before) = self.boolean(path, call).await?;
        // "Not there" after a lost answer is the echo of the try that did it; a try that was refused
        // before it had any effect says nothing.
        Ok(deleted || arrived_before)
    }

    pub(super) async fn concat(
        &self,
        target: &RemotePath,
        sources: &[RemotePath],
        options: ConcatOptions,
    ) -> Result<()> {
        let call = concat_call(target, sources, &options)?;
        let mut losses = 0;
        loop {
            match self.send(target, call.clone()).await {
                Ok(_) => return Ok(()),
                // Never sent again blindly: the target could get the bytes twice.
                Err(error) if may_have_arrived(&error) => {
                    match self.join_state(target, sources).await? {
                        JoinState::Done => return Ok(()),
                        JoinState::Unclear => return Err(error),
                        JoinState::NotDone => {}
                    }
                    losses += 1;
                    if !self.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                // A try that seemed lost was only late.
                Err(error) if losses > 0 && error.kind() == ErrorKind::NotFound => {
                    let state = self.join_state(target, sources).await?;
                    return if state == JoinState::Done { Ok(()) } else { Err(error) };
                }
                Err(error) if error.kind() == ErrorKind::Invalid => {
                    return Err(self.name_directory_among(sources, target, error).await);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The service refuses to join directories in general words; whether one is there tells the reason.
    async fn name_directory_among(
        &self,
        sources: &[RemotePath],
        target: &RemotePath,
        error: Error,
    ) -> Error {
        for path in sources.iter().chain([target]) {
            let status = self.stat(path, StatOptions::default()).await;
            if status.is_ok_and(|status| status.is_dir()) {
                return error.with_kind(ErrorKind::IsDirectory).with_path(path);
            }
        }
        error
    }

    /// What became of a join: its sources vanish with it, and its target is there.
    async fn join_state(&self, target: &RemotePath, sources: &[RemotePath]) -> Result<JoinState> {
        let Some(last) = sources.last() else { return Ok(JoinState::Unclear) };
        let (source, target) = (self.exists(last).await?, self.exists(target).await?);
        Ok(match (source, target) {
            (false, true) => JoinState::Done,
            (true, false) => JoinState::NotDone,
            // The target may have been there before.
            _ => JoinState::Unclear,
        })
    }

    pub(super) async fn content_summary(&self, path: &RemotePath) -> Result<ContentSummary> {
        let call = Call::new(Op::GetContentSummary, path, Idempotency::Safe);
        let response = self.send(path, call).await?;
        let summary = response
            .json::<ContentSummaryResponse>()
            .map_err(|error| error::from_http(path, error))?
            .content_summary;
        Ok(ContentSummary {
            directories: summary.directory_count,
            files: summary.file_count,
            length: summary.length,
        })
    }

    /// The answer of an operation that says yes or no, and whether a try before the one that was
    /// answered may have been carried out.
    async fn boolean(&self, path: &RemotePath, call: Call<'_>) -> Result<(bool, bool)> {
        let response = self.send(path, call).await?;
        let answer =
            response.json::<BooleanResponse>().map_err(|error| error::from_http(path, error))?;
        Ok((answer.boolean, response.may_have_arrived()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JoinState {
    Done,
    NotDone,
    Unclear,
}

fn concat_call<'a>(
    target: &'a RemotePath,
    sources: &[RemotePath],
    options: &ConcatOptions,
) -> Result<Call<'a>> {
    let names: Vec<String> = sources.iter().map(ToString::to_string).collect();
    if !options.in_query {
        let body = serde_json::to_vec(&ConcatSources { sources: names })
            .map_err(|error| Error::invalid(error.to_string()))?;
        let call = Call::new(Op::MsConcat, target, Idempotency::Unsafe);
        return Ok(call
            .query_if(options.delete_source_directory, query::DELETE_SOURCE_DIRECTORY, &true)
            .body("application/json", body));
    }
    if options.delete_source_directory {
        return Err(Error::invalid("CONCAT cannot delete the directory of its sources"));
    }
    if let Some(name) = names.iter().find(|name| name.contains(',')) {
        let text = format!("{name} has a comma in its name, which CONCAT takes for a separator");
        return Err(Error::invalid(text));
    }
    let call = Call::new(Op::Concat, target, Idempotency::Unsafe);
    Ok(call.query(query::SOURCES, &names.join(",")))
}
