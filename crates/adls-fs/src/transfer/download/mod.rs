//! From the account to this machine.

mod fetch;
mod file;

use std::path::{Path, PathBuf};

use adls_wire::RemotePath;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::count::CountAhead;
use super::journal::TransferKey;
use super::local::{blocking, check_no_links, is_temporary};
use super::progress::{SkipReason, SyncStep};
use super::run::{Outcome, Run, Tasks};
use super::target::{is_directory_form, place_local};
use super::upload::absolute;
use super::{TransferItem, TransferOptions, TransferReport};
use crate::{
    Error, ErrorKind, FileKind, FileStatus, FileSystemClient, GlobPattern, IntoPath, Result,
    StatOptions, WalkOptions,
};
pub(super) use file::{Destination, download_file};

impl FileSystemClient {
    /// Downloads a file or a directory with everything in it. Where it goes is told by the rule of
    /// [`transfer`](crate::transfer).
    ///
    /// # Errors
    /// A single file fails with its own error. A directory goes on after a failure and in the end fails
    /// with [`ErrorKind::Incomplete`], whose [`Error::report`] lists
    /// what failed; only what no other file could survive (a full disk, no token) ends it at once.
    pub async fn download(
        &self,
        source: impl IntoPath,
        target: impl AsRef<Path>,
    ) -> Result<TransferReport> {
        self.download_with(source, target, TransferOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`download`](Self::download).
    pub async fn download_with(
        &self,
        source: impl IntoPath,
        target: impl AsRef<Path>,
        options: TransferOptions,
    ) -> Result<TransferReport> {
        let source = source.into_path()?;
        let work = self.download_all(&source, target.as_ref(), &options);
        Run::within_deadline(self, &options, work).await
    }

    /// Downloads everything that matches a pattern, directories with everything in them, into the local
    /// directory `target`: each at its path below the pattern's [base](GlobPattern::base).
    ///
    /// # Errors
    /// As for [`download`](Self::download) of a directory; [`ErrorKind::NotFound`] when nothing matches.
    pub async fn download_matching(
        &self,
        pattern: &GlobPattern,
        target: impl AsRef<Path>,
    ) -> Result<TransferReport> {
        self.download_matching_with(pattern, target, TransferOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`download_matching`](Self::download_matching).
    pub async fn download_matching_with(
        &self,
        pattern: &GlobPattern,
        target: impl AsRef<Path>,
        options: TransferOptions,
    ) -> Result<TransferReport> {
        let target = target.as_ref();
        let key = TransferKey::new(self, "download", pattern.to_string(), absolute(target));
        let work = Run::noted(self, &options, key, async |run| {
            let into = Into { source: pattern.base(), target, vacant: false };
            let report = download_entries(run, &into, self.glob_trees(pattern).boxed()).await?;
            if report.is_empty() {
                return Err(Error::at(ErrorKind::NotFound, pattern.base())
                    .with_message(format!("nothing matches {pattern}")));
            }
            remove_leftovers(run).await?;
            Ok(report)
        });
        Run::within_deadline(self, &options, work).await
    }

    async fn download_all(
        &self,
        source: &RemotePath,
        target: &Path,
        options: &TransferOptions,
    ) -> Result<TransferReport> {
        let wanted =
            StatOptions::default().incarnation(true).conditions(options.conditions.clone());
        let status = self.stat_with(source, wanted).await?;
        let onto_directory = status.is_file()
            && !is_directory_form(target)
            && is_local_directory(target.to_owned()).await?;
        let result = place_local(source, target, onto_directory)?;
        let key = TransferKey::new(self, "download", source.to_string(), absolute(&result));
        Run::noted(self, options, key, async |run| {
            let report = if status.is_dir() {
                download_tree(run, source, &result).await?
            } else {
                let item = run.found(source, result.display(), FileKind::File, status.length);
                if options.dry_run {
                    let work = plan_download(run, &item, &status, result);
                    return run.single(item.clone(), work).await;
                }
                let (path, root) = (result.clone(), result);
                let destination =
                    Destination { path, root, vacant: false, replace_directory: false };
                let work = download_file(run.clone(), item.clone(), status, destination);
                run.single(item, work).await?
            };
            remove_leftovers(run).await?;
            Ok(report)
        })
        .await
    }
}

async fn is_local_directory(path: PathBuf) -> Result<bool> {
    blocking(move || Ok(path.is_dir())).await
}

/// Removes what earlier runs left whose sources have changed since.
pub(super) async fn remove_leftovers(run: &Run) -> Result<()> {
    let leftovers = run.leftovers();
    blocking(move || {
        for (directory, name) in leftovers {
            let path = Path::new(&directory).join(name);
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::debug!(path = %path.display(), %error, "no temporary file there");
            }
        }
        Ok(())
    })
    .await
}

/// The directories between which entries are transferred.
struct Into<'a> {
    source: &'a RemotePath,
    target: &'a Path,
    /// Whether the target did not exist before.
    vacant: bool,
}

async fn download_tree(run: &Run, source: &RemotePath, target: &Path) -> Result<TransferReport> {
    let vacant = !exists(target.to_owned()).await?;
    make_directory(run, source.to_string(), target.to_owned(), target).await?;
    let descend = run.descend(source);
    let _counting = CountAhead::remote(run, &run.client, source);
    let entries = run.client.walk_into(source, WalkOptions::default(), descend).boxed();
    download_entries(run, &Into { source, target, vacant }, entries).await
}

async fn exists(path: PathBuf) -> Result<bool> {
    blocking(move || Ok(path.symlink_metadata().is_ok())).await
}

async fn download_entries(
    run: &Run,
    into: &Into<'_>,
    mut entries: BoxStream<'_, Result<FileStatus>>,
) -> Result<TransferReport> {
    run.many(async |tasks| {
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(entry) => download_entry(run, tasks, into, entry).await?,
                Err(error) => {
                    let path = error.path().unwrap_or(into.source).to_string();
                    run.failed(run.found(path, "", FileKind::Directory, 0), error)?;
                }
            }
        }
        Ok(())
    })
    .await
}

async fn download_entry(
    run: &Run,
    tasks: &mut Tasks,
    into: &Into<'_>,
    entry: FileStatus,
) -> Result<()> {
    let relative = entry.path.relative_to(into.source).unwrap_or_default();
    let selection = &run.options.selection;
    if !selection.selects(relative, &entry) {
        return Ok(());
    }
    if relative.split('/').any(is_temporary) {
        let item = run.found(&entry.path, "", entry.kind, 0);
        run.ended(&item, Outcome::Skipped(SkipReason::Temporary));
        return Ok(());
    }
    let path = match run.local_place(into.target, relative) {
        Ok(placed) => placed,
        Err(error) => {
            let item = run.found(&entry.path, "", entry.kind, entry.length);
            return run.failed(item, error);
        }
    };
    if entry.is_dir() {
        return make_directory(run, entry.path.to_string(), path, into.target).await;
    }
    let item = run.found(&entry.path, path.display(), FileKind::File, entry.length);
    if run.options.dry_run {
        let (run, planned) = (run.clone(), item.clone());
        let work = async move { plan_download(&run, &planned, &entry, path).await };
        return tasks.start(item, work).await;
    }
    if !selection.selects_directories()
        && let Err(error) = make_parents(into.target, &path).await
    {
        return run.failed(item, error);
    }
    let (root, vacant) = (into.target.to_owned(), into.vacant);
    let destination = Destination { path, root, vacant, replace_directory: false };
    let work = download_file(run.clone(), item.clone(), entry, destination);
    tasks.start(item, work).await
}

/// What would be done about a file.
async fn plan_download(
    run: &Run,
    item: &TransferItem,
    status: &FileStatus,
    target: PathBuf,
) -> Result<Outcome> {
    let existing = blocking(move || Ok(std::fs::metadata(target).ok())).await?;
    let existing = existing.map(|metadata| (metadata.len(), metadata.modified().ok()));
    run.plan(item, (status.length, Some(status.modified)), existing)
}

/// Makes the directories of a file, where they are not made for their own sake.
pub(super) async fn make_parents(root: &Path, path: &Path) -> Result<()> {
    let (root, path) = (root.to_owned(), path.to_owned());
    blocking(move || {
        let Some(directory) = path.parent() else { return Ok(()) };
        check_no_links(&root, directory)?;
        std::fs::create_dir_all(directory).map_err(|error| Error::local(directory, error))
    })
    .await
}

/// Made before anything below it is listed, so that files find their directory.
pub(super) async fn make_directory(
    run: &Run,
    source: String,
    path: PathBuf,
    root: &Path,
) -> Result<()> {
    let item = run.found(source, path.display(), FileKind::Directory, 0);
    if run.options.dry_run {
        if !exists(path).await? {
            run.planned(&item, SyncStep::Transfer);
        }
        return Ok(());
    }
    let root = root.to_owned();
    let made = blocking(move || {
        check_no_links(&root, &path)?;
        std::fs::create_dir_all(&path).map_err(|error| Error::local(&path, error))
    })
    .await;
    match made {
        Ok(()) => {
            run.ended(&item, Outcome::Done);
            Ok(())
        }
        Err(error) => run.failed(item, error),
    }
}
