//! From this machine to the account.

mod before;
mod file;
mod parallel;
mod send;
mod source;
mod stream;
mod temporary;
mod verify;
mod within;

use std::path::Path;
use std::sync::Arc;

use super::count::CountAhead;
use super::journal::TransferKey;
use super::local::{LocalEntry, LocalKind, Matching, walk_local};
use super::options::State;
use super::progress::{SkipReason, SyncStep};
use super::run::{Outcome, Run, Tasks};
use super::target::remote_below;
use super::{RemoteTarget, TransferItem, TransferOptions, TransferReport};
use crate::creation::check_conditions;
use crate::{Error, ErrorKind, FileKind, FileSystemClient, IntoPath, Result};
use adls_wire::RemotePath;
pub(super) use before::Existing;
pub(super) use file::{FileToSend, send_file, upload_file};
pub(super) use source::UploadSource;
pub(super) use temporary::{Temporary, remove_leftovers, segments_name};

impl FileSystemClient {
    /// Uploads a file or a directory with everything in it. Where it goes is told by the rule of
    /// [`transfer`](crate::transfer).
    ///
    /// # Errors
    /// A single file fails with its own error. A directory goes on after a failure and in the end fails
    /// with [`ErrorKind::Incomplete`], whose [`Error::report`] lists
    /// what failed; only what no other file could survive (no token, for instance) ends it at once.
    pub async fn upload(
        &self,
        source: impl AsRef<Path>,
        target: impl TryInto<RemoteTarget, Error: Into<Error>>,
    ) -> Result<TransferReport> {
        self.upload_with(source, target, TransferOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`upload`](Self::upload).
    pub async fn upload_with(
        &self,
        source: impl AsRef<Path>,
        target: impl TryInto<RemoteTarget, Error: Into<Error>>,
        options: TransferOptions,
    ) -> Result<TransferReport> {
        let target = target.try_into().map_err(Into::into)?;
        target.check_file_system(self)?;
        let work = self.upload_all(source.as_ref(), &target, &options);
        Run::within_deadline(self, &options, work).await
    }

    /// Uploads everything local that matches a pattern, directories with everything in them, into the
    /// directory `target`: each at its path below the part of the pattern that has no wildcards. For
    /// shells that leave patterns to the program.
    ///
    /// # Errors
    /// As for [`upload`](Self::upload) of a directory; [`ErrorKind::Invalid`]
    /// for a pattern that makes no sense, [`ErrorKind::NotFound`] when
    /// nothing matches.
    pub async fn upload_matching(
        &self,
        pattern: &str,
        target: impl IntoPath,
    ) -> Result<TransferReport> {
        self.upload_matching_with(pattern, target, TransferOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`upload_matching`](Self::upload_matching).
    pub async fn upload_matching_with(
        &self,
        pattern: &str,
        target: impl IntoPath,
        options: TransferOptions,
    ) -> Result<TransferReport> {
        let (target, matching) = (target.into_path()?, Matching::parse(pattern)?);
        let key =
            TransferKey::new(self, "upload", absolute(Path::new(pattern)), target.to_string());
        let work = Run::noted(self, &options, key, async |run| {
            let base = matching.base().to_owned();
            let report = upload_entries(run, &base, &target, Some(matching)).await?;
            if report.is_empty() {
                return Err(Error::new(ErrorKind::NotFound)
                    .with_message(format!("nothing matches {pattern}")));
            }
            remove_leftovers(run).await;
            Ok(report)
        });
        Run::within_deadline(self, &options, work).await
    }

    async fn upload_all(
        &self,
        source: &Path,
        target: &RemoteTarget,
        options: &TransferOptions,
    ) -> Result<TransferReport> {
        check_conditions(self.capabilities(), target.path(), &options.conditions)?;
        let found = LocalEntry::of(source.to_owned()).await?;
        let onto_directory = found.kind == LocalKind::File
            && target.is_open_for_files()
            && self.try_stat(target.path()).await?.is_some_and(|status| status.is_dir());
        let result = target.place(source, onto_directory)?;
        let key = TransferKey::new(self, "upload", absolute(source), result.to_string());
        Run::noted(self, options, key, async |run| {
            let report = match found.kind {
                LocalKind::File => {
                    let item = run.found(source.display(), &result, FileKind::File, found.length);
                    if options.dry_run {
                        let state = (found.length, found.modified);
                        return run
                            .single(item.clone(), plan_upload(run, &item, state, &result))
                            .await;
                    }
                    let (run, existing) = (run.clone(), Existing::Unknown);
                    let work = upload_file(run.clone(), item.clone(), found, result, existing);
                    run.single(item, work).await
                }
                LocalKind::Directory => upload_entries(run, source, &result, None).await,
                _ => Err(Error::invalid(format!(
                    "{} is neither a file nor a directory",
                    source.display()
                ))),
            }?;
            remove_leftovers(run).await;
            Ok(report)
        })
        .await
    }
}

/// A local path as the key of a journal has it.
pub(super) fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// Uploads what is in a directory, as far as it matches.
async fn upload_entries(
    run: &Run,
    source: &Path,
    target: &RemotePath,
    matching: Option<Matching>,
) -> Result<TransferReport> {
    let _counting = CountAhead::local(run, source, matching.clone());
    let mut entries = walk_local(source, matching, Arc::clone(&run.options.selection));
    run.many(async |tasks| {
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(entry) => upload_entry(run, tasks, source, target, entry).await?,
                Err(error) => {
                    let path = error.local_path().unwrap_or(source).display().to_string();
                    run.failed(run.found(path, "", FileKind::File, 0), error)?;
                }
            }
        }
        Ok(())
    })
    .await
}

async fn upload_entry(
    run: &Run,
    tasks: &mut Tasks,
    source: &Path,
    target: &RemotePath,
    entry: LocalEntry,
) -> Result<()> {
    let relative = entry.path.strip_prefix(source).unwrap_or(Path::new(""));
    let placed = remote_below(target, relative);
    let (kind, length) = match entry.kind {
        LocalKind::Directory => (FileKind::Directory, 0),
        _ => (FileKind::File, entry.length),
    };
    let shown = placed.as_ref().map_or_else(|_| String::new(), ToString::to_string);
    let item = run.found(entry.path.display(), shown, kind, length);
    let placed = match placed {
        Ok(placed) => placed,
        Err(error) => return run.failed(item, error),
    };
    match entry.kind {
        LocalKind::LinkToDirectory => run.ended(&item, Outcome::Skipped(SkipReason::SymbolicLink)),
        LocalKind::Special => run.ended(&item, Outcome::Skipped(SkipReason::SpecialFile)),
        LocalKind::Temporary => run.ended(&item, Outcome::Skipped(SkipReason::Temporary)),
        LocalKind::Directory if run.options.dry_run => {
            if entry.empty_directory {
                run.planned(&item, SyncStep::Transfer);
            }
        }
        LocalKind::File if run.options.dry_run => {
            let state = (entry.length, entry.modified);
            let (run, planned) = (run.clone(), item.clone());
            tasks
                .start(item, async move { plan_upload(&run, &planned, state, &placed).await })
                .await?;
        }
        // Files bring their directories along; only empty ones need a request.
        LocalKind::Directory if !entry.empty_directory => run.ended(&item, Outcome::Done),
        LocalKind::Directory => {
            let run = run.clone();
            tasks.start(item, async move { make_directory(&run, &placed).await }).await?;
        }
        LocalKind::File => {
            let work = upload_file(run.clone(), item.clone(), entry, placed, Existing::Unknown);
            tasks.start(item, work).await?;
        }
    }
    Ok(())
}

/// What would be done about a file.
pub(super) async fn plan_upload(
    run: &Run,
    item: &TransferItem,
    source: State,
    target: &RemotePath,
) -> Result<Outcome> {
    let request = run.queue.request().await;
    let existing = run.client.try_stat(target).await?;
    drop(request);
    run.plan(item, source, existing.map(|there| (there.length, Some(there.modified))))
        .map_err(|error| error.with_path(target))
}

async fn make_directory(run: &Run, path: &RemotePath) -> Result<Outcome> {
    let _request = run.queue.request().await;
    run.client.mkdirs(path).await.map(|()| Outcome::Done)
}
