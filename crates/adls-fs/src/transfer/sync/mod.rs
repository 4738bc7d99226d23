//! Makes a directory on one side like a directory on the other.

mod pairs;

use std::path::{Path, PathBuf};

use adls_wire::RemotePath;

use super::count::CountAhead;
use super::download::{Destination, download_file, make_directory, make_parents};
use super::journal::TransferKey;
use super::local::{LocalEntry, LocalKind, blocking, is_temporary};
use super::progress::{SkipReason, SyncStep};
use super::run::{Outcome, Run, Tasks};
use super::target::remote_below;
use super::upload::{Existing, absolute, upload_file};
use super::{Overwrite, TransferOptions, TransferReport, download, upload};
use crate::walk::{MAX_DEPTH, too_deep};
use crate::{
    DeleteOptions, Error, ErrorKind, FileKind, FileStatus, FileSystemClient, IntoPath, Result,
};
use pairs::{Pair, Pairs};

/// Options of [`sync_up_with`](FileSystemClient::sync_up_with) and
/// [`sync_down_with`](FileSystemClient::sync_down_with). Made by `default()` and adjusted by the methods that
/// are named like the fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncOptions {
    /// How files are transferred. [`Overwrite::Different`] by default: a file that is on both sides
    /// is transferred when lengths differ or the source was modified later.
    pub transfer: TransferOptions,
    /// Whether what the source does not have is deleted from the target.
    pub delete: bool,
    /// Whether a source without anything in it may empty the target, with [`delete`](Self::delete).
    /// Without it that is an error: mostly the source is not where it should be.
    pub allow_empty: bool,
    /// The most items to delete, those in directories counted; with more, nothing is done at all.
    pub max_delete: Option<u64>,
    /// Whether to tell only what would be done, as
    /// [`TransferEvent::Planned`](super::TransferEvent::Planned) and in the report.
    pub dry_run: bool,
}

impl Default for SyncOptions {
    fn default() -> Self {
        let transfer = TransferOptions::default().overwrite(Overwrite::Different);
        Self { transfer, delete: false, allow_empty: false, max_delete: None, dry_run: false }
    }
}

impl SyncOptions {
    /// How files are transferred.
    #[must_use]
    pub fn transfer(mut self, transfer: TransferOptions) -> Self {
        self.transfer = transfer;
        self
    }

    /// Whether what the source does not have is deleted from the target.
    #[must_use]
    pub fn delete(mut self, delete: bool) -> Self {
        self.delete = delete;
        self
    }

    /// Whether a source without anything in it may empty the target.
    #[must_use]
    pub fn allow_empty(mut self, allow: bool) -> Self {
        self.allow_empty = allow;
        self
    }

    /// The most items to delete.
    #[must_use]
    pub fn max_delete(mut self, most: impl Into<Option<u64>>) -> Self {
        self.max_delete = most.into();
        self
    }

    /// Whether to tell only what would be done.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }
}

impl FileSystemClient {
    /// Makes the remote directory `target` like the local directory `source`: what is in the one is then in
    /// the other, at the same relative path. Symbolic links to directories are left alone on both sides.
    ///
    /// # Errors
    /// As for [`upload`](Self::upload) of a directory. A directory that cannot be listed is reported, and
    /// nothing in it is deleted. [`ErrorKind::NotDirectory`] when `target` is a file;
    /// [`ErrorKind::Invalid`] when [`SyncOptions::allow_empty`] or [`SyncOptions::max_delete`] forbids
    /// what would be deleted.
    pub async fn sync_up(
        &self,
        source: impl AsRef<Path>,
        target: impl IntoPath,
    ) -> Result<TransferReport> {
        self.sync_up_with(source, target, SyncOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`sync_up`](Self::sync_up).
    pub async fn sync_up_with(
        &self,
        source: impl AsRef<Path>,
        target: impl IntoPath,
        options: SyncOptions,
    ) -> Result<TransferReport> {
        let (source, target) = (source.as_ref(), &target.into_path()?);
        if LocalEntry::of(source.to_owned()).await?.kind != LocalKind::Directory {
            return Err(Error::new(ErrorKind::NotDirectory).with_local_path(source));
        }
        let key = TransferKey::new(self, "sync-up", absolute(source), target.to_string());
        let found = self.try_stat(target).await?;
        if found.as_ref().is_some_and(FileStatus::is_file) {
            return Err(Error::at(ErrorKind::NotDirectory, target));
        }
        let exists = found.is_some();
        let start = Directory { relative: String::new(), local: true, remote: exists };
        self.sync(key, source, target, start, &options, Direction::Up).await
    }

    /// Makes the local directory `target` like the remote directory `source`.
    ///
    /// # Errors
    /// As for [`download`](Self::download) of a directory. A directory that cannot be listed is reported,
    /// and nothing in it is deleted. Otherwise as for [`sync_up`](Self::sync_up).
    pub async fn sync_down(
        &self,
        source: impl IntoPath,
        target: impl AsRef<Path>,
    ) -> Result<TransferReport> {
        self.sync_down_with(source, target, SyncOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`sync_down`](Self::sync_down).
    pub async fn sync_down_with(
        &self,
        source: impl IntoPath,
        target: impl AsRef<Path>,
        options: SyncOptions,
    ) -> Result<TransferReport> {
        let (source, target) = (&source.into_path()?, target.as_ref());
        if self.stat(source).await?.is_file() {
            return Err(Error::at(ErrorKind::NotDirectory, source));
        }
        let key = TransferKey::new(self, "sync-down", source.to_string(), absolute(target));
        let local = target.to_owned();
        let exists = blocking(move || match std::fs::metadata(&local) {
            Ok(found) if !found.is_dir() => {
                Err(Error::new(ErrorKind::NotDirectory).with_local_path(local))
            }
            found => Ok(found.is_ok()),
        })
        .await?;
        let start = Directory { relative: String::new(), local: exists, remote: true };
        self.sync(key, target, source, start, &options, Direction::Down).await
    }

    async fn sync(
        &self,
        key: TransferKey,
        local: &Path,
        remote: &RemotePath,
        start: Directory,
        options: &SyncOptions,
        direction: Direction,
    ) -> Result<TransferReport> {
        let sides = SyncRoots { local: local.to_owned(), remote: remote.clone(), direction };
        Run::within_deadline(self, &options.transfer, async {
            check_deletions(self, &key, &sides, &start, options).await?;
            let mut transfer = options.transfer.clone();
            if options.dry_run {
                transfer.journal = None;
            }
            Run::noted(self, &transfer, key, async |run| {
                let _counting = match direction {
                    Direction::Up => CountAhead::local(run, local, None),
                    Direction::Down => CountAhead::remote(run, &run.client, remote),
                };
                let work = run.many(async |tasks| {
                    Sync::new(run, tasks, &sides, start, options).directories().await
                });
                let report = work.await?;
                match direction {
                    Direction::Up => upload::remove_leftovers(run).await,
                    Direction::Down => download::remove_leftovers(run).await?,
                }
                Ok(report)
            })
            .await
        })
        .await
    }
}

/// Looks through both sides before anything is changed, as far as options ask for it.
async fn check_deletions(
    client: &FileSystemClient,
    key: &TransferKey,
    sides: &SyncRoots,
    start: &Directory,
    options: &SyncOptions,
) -> Result<()> {
    if !options.delete {
        return Ok(());
    }
    if !options.allow_empty && start.local && start.remote && sides.is_source_empty(client).await? {
        let text = format!(
            "{} holds nothing, so all of {} would be deleted; if that is what you want, \
             allow it with `allow_empty` (--allow-empty)",
            key.source, key.target
        );
        if !sides.is_target_empty(client).await? {
            return Err(Error::invalid(text));
        }
    }
    let Some(most) = options.max_delete else { return Ok(()) };
    let look = SyncOptions { dry_run: true, ..options.clone() };
    let mut transfer = options.transfer.clone();
    (transfer.journal, transfer.progress) = (None, None);
    let run = Run::new(client, &transfer, key.clone()).await?;
    let mut tasks = Tasks::new(&run);
    let mut sync = Sync::new(&run, &mut tasks, sides, start.clone(), &look);
    sync.counts_all = true;
    let started = sync.directories().await;
    let deletions = sync.deletions;
    tasks.finish(started).await?;
    if deletions <= most {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{deletions} items would be deleted from {}, and no more than {most} are allowed",
        key.target
    )))
}

/// What is compared with what.
#[derive(Clone, Debug)]
struct SyncRoots {
    local: PathBuf,
    remote: RemotePath,
    direction: Direction,
}

impl SyncRoots {
    async fn is_source_empty(&self, client: &FileSystemClient) -> Result<bool> {
        match self.direction {
            Direction::Up => self.is_local_empty().await,
            Direction::Down => self.is_remote_empty(client).await,
        }
    }

    async fn is_target_empty(&self, client: &FileSystemClient) -> Result<bool> {
        match self.direction {
            Direction::Up => self.is_remote_empty(client).await,
            Direction::Down => self.is_local_empty().await,
        }
    }

    async fn is_local_empty(&self) -> Result<bool> {
        let local = self.local.clone();
        blocking(move || {
            let entries = std::fs::read_dir(&local).map_err(|error| Error::local(&local, error));
            Ok(entries?.next().is_none())
        })
        .await
    }

    async fn is_remote_empty(&self, client: &FileSystemClient) -> Result<bool> {
        let options = crate::ListOptions::default().page_size(1);
        let mut entries = client.list_with(&self.remote, options);
        Ok(futures_util::StreamExt::next(&mut entries).await.transpose()?.is_none())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// A directory to be compared, and on which sides it is.
#[derive(Clone, Debug)]
struct Directory {
    relative: String,
    local: bool,
    remote: bool,
}

struct Sync<'a> {
    run: Run,
    tasks: &'a mut Tasks,
    local: PathBuf,
    remote: RemotePath,
    options: SyncOptions,
    direction: Direction,
    /// Those that wait; the latest found comes first.
    directories: Vec<Directory>,
    /// What the source does not have, of the directory that is being compared.
    surplus: Vec<Surplus>,
    /// How many items were deleted, or would be.
    deletions: u64,
    /// Whether what is in directories counts too.
    counts_all: bool,
}

/// Something that the source does not have.
enum Surplus {
    Local(LocalEntry),
    Remote(FileStatus),
}

impl Surplus {
    fn is_directory(&self) -> bool {
        match self {
            Self::Local(entry) => entry.kind == LocalKind::Directory,
            Self::Remote(status) => status.is_dir(),
        }
    }
}

impl<'a> Sync<'a> {
    fn new(
        run: &Run,
        tasks: &'a mut Tasks,
        sides: &SyncRoots,
        start: Directory,
        options: &SyncOptions,
    ) -> Self {
        Self {
            tasks,
            run: run.clone(),
            local: sides.local.clone(),
            remote: sides.remote.clone(),
            options: options.clone(),
            direction: sides.direction,
            directories: vec![start],
            surplus: Vec::new(),
            deletions: 0,
            counts_all: false,
        }
    }

    async fn directories(&mut self) -> Result<()> {
        while let Some(directory) = self.directories.pop() {
            let shown =
                format!("{}/{}", self.remote.as_str().trim_end_matches('/'), directory.relative);
            if let Err(error) = self.directory(directory).await {
                self.run.failed(self.run.found(shown, "", FileKind::Directory, 0), error)?;
            }
        }
        Ok(())
    }

    /// Compares what is in a directory; what is found to differ is worked on meanwhile. An error of the
    /// listing ends the directory: behind it, nothing is known to be missing. So what is to be deleted is
    /// deleted when the whole directory has been seen, in its order.
    async fn directory(&mut self, directory: Directory) -> Result<()> {
        self.surplus.clear();
        let local = self.run.local_place(&self.local, &directory.relative)?;
        let remote = remote_below(&self.remote, Path::new(&directory.relative))?;
        if directory.relative.split('/').count() > MAX_DEPTH {
            return Err(too_deep(&remote));
        }
        self.make_directory(&directory, &local, &remote).await?;
        let mut pairs = Pairs::new(
            directory.local.then_some(local),
            remote.clone(),
            directory.remote.then(|| self.run.client.list(&remote)),
        )
        .await?;
        for error in std::mem::take(&mut pairs.nameless) {
            let path = error.local_path().unwrap_or(&self.local).display().to_string();
            self.run.failed(self.run.found(path, "", FileKind::File, 0), error)?;
        }
        while let Some(pair) = pairs.next().await? {
            let relative = match directory.relative.as_str() {
                "" => pair.name.clone(),
                above => format!("{above}/{}", pair.name),
            };
            if let Err(error) = self.pair(pair, relative.clone()).await {
                self.run.failed(self.run.found(relative, "", FileKind::File, 0), error)?;
            }
        }
        let unusable = !pairs.unusable.is_empty();
        for error in std::mem::take(&mut pairs.unusable) {
            let path = error.path().unwrap_or(&self.remote).to_string();
            self.run.failed(self.run.found(path, "", FileKind::File, 0), error)?;
        }
        if unusable && self.direction == Direction::Down {
            // A name that cannot be used may stand for one that is here.
            return Ok(());
        }
        self.delete_surplus().await
    }

    async fn delete_surplus(&mut self) -> Result<()> {
        let only_files = !self.run.options.selection.is_everything();
        for surplus in std::mem::take(&mut self.surplus) {
            // This system takes it for what has just come from the account under another spelling.
            if let Surplus::Local(entry) = &surplus
                && self.run.stands_for_another(&self.local, &entry.path)
            {
                continue;
            }
            // There may be something in a directory that is not selected.
            if only_files && surplus.is_directory() {
                continue;
            }
            let (shown, deleted) = match surplus {
                Surplus::Remote(status) => {
                    (status.path.to_string(), self.delete_remote(&status).await)
                }
                Surplus::Local(entry) => {
                    (entry.path.display().to_string(), self.delete_local(entry).await)
                }
            };
            if let Err(error) = deleted {
                self.run.failed(self.run.found("", shown, FileKind::File, 0), error)?;
            }
        }
        Ok(())
    }

    /// Makes the directory on the side that lacks it.
    async fn make_directory(
        &mut self,
        directory: &Directory,
        local: &Path,
        remote: &RemotePath,
    ) -> Result<()> {
        if !directory.relative.is_empty() && !self.run.options.selection.selects_directories() {
            // Files that are selected bring it along.
            return Ok(());
        }
        match self.direction {
            Direction::Up if !directory.remote => {
                let item = self.run.found(local.display(), remote, FileKind::Directory, 0);
                if self.options.dry_run {
                    self.run.planned(&item, SyncStep::Transfer);
                    return Ok(());
                }
                let request = self.run.queue.request().await;
                self.run.client.mkdirs(remote).await?;
                drop(request);
                self.run.ended(&item, Outcome::Done);
                Ok(())
            }
            Direction::Down if !directory.local && self.options.dry_run => {
                let item = self.run.found(remote, local.display(), FileKind::Directory, 0);
                self.run.planned(&item, SyncStep::Transfer);
                Ok(())
            }
            Direction::Down if !directory.local => {
                make_directory(&self.run, remote.to_string(), local.to_owned(), &self.local).await
            }
            _ => Ok(()),
        }
    }

    /// Brings one name to the same state on both sides, as far as it is selected.
    async fn pair(&mut self, pair: Pair, relative: String) -> Result<()> {
        let Some(Pair { name, local, remote }) = self.selected(pair, &relative) else {
            return Ok(());
        };
        if is_temporary(&name) {
            let remote = remote.as_ref().map(|remote| remote.path.to_string());
            let local = local.and_then(Result::ok).map(|local| local.path.display().to_string());
            let shown = match self.direction {
                Direction::Up => local.or(remote),
                Direction::Down => remote.or(local),
            };
            let item = self.run.found(shown.unwrap_or(name), "", FileKind::File, 0);
            self.run.ended(&item, Outcome::Skipped(SkipReason::Temporary));
            return Ok(());
        }
        let local = local.transpose()?;
        let left_out = local.as_ref().and_then(|entry| match entry.kind {
            LocalKind::LinkToDirectory => Some((entry, SkipReason::SymbolicLink)),
            LocalKind::Special => Some((entry, SkipReason::SpecialFile)),
            LocalKind::Temporary => Some((entry, SkipReason::Temporary)),
            LocalKind::File | LocalKind::Directory => None,
        });
        if let Some((entry, reason)) = left_out {
            let item = self.run.found(entry.path.display(), "", FileKind::File, 0);
            self.run.ended(&item, Outcome::Skipped(reason));
            return Ok(());
        }
        match (self.direction, local, remote) {
            (Direction::Up, Some(local), remote) => self.up(local, remote, relative).await,
            (Direction::Down, local, Some(remote)) => self.down(remote, local, relative).await,
            (Direction::Up, None, Some(remote)) => {
                self.surplus.push(Surplus::Remote(remote));
                Ok(())
            }
            (Direction::Down, Some(local), None) => {
                self.surplus.push(Surplus::Local(local));
                Ok(())
            }
            (_, None, None) => Ok(()),
        }
    }

    /// What is selected on the side that is brought over, or else on the other; `None` when nothing is.
    fn selected(&self, pair: Pair, relative: &str) -> Option<Pair> {
        let selection = &self.run.options.selection;
        if selection.is_everything() {
            return Some(pair);
        }
        let is_local = |entry: &Result<LocalEntry>| match entry {
            Ok(entry) if entry.kind == LocalKind::Directory => selection.enters(relative),
            Ok(entry) => selection.selects_file(relative, entry.modified),
            Err(_) => selection.selects_file(relative, None),
        };
        let is_remote = |status: &FileStatus| match status.is_dir() {
            true => selection.enters(relative),
            false => selection.selects_file(relative, Some(status.modified)),
        };
        let (local, remote) =
            (pair.local.as_ref().map(is_local), pair.remote.as_ref().map(is_remote));
        let selected = match self.direction {
            Direction::Up => local.or(remote),
            Direction::Down => remote.or(local),
        };
        selected.unwrap_or(false).then_some(pair)
    }

    async fn up(
        &mut self,
        local: LocalEntry,
        mut remote: Option<FileStatus>,
        relative: String,
    ) -> Result<()> {
        let is_directory = local.kind == LocalKind::Directory;
        let mut in_the_way = false;
        if let Some(other) = remote.take_if(|other| other.is_dir() != is_directory) {
            self.in_the_way(|| Error::at(of_wrong_kind(is_directory), &other.path))?;
            // A directory goes when the file that takes its name is complete.
            in_the_way = other.is_dir() && !self.options.dry_run;
            match in_the_way {
                true => self.replaced(other.path.as_str()),
                false => self.delete_remote(&other).await?,
            }
        }
        if is_directory {
            let remote = remote.is_some();
            self.directories.push(Directory { relative, local: true, remote });
            return Ok(());
        }
        let target = remote_below(&self.remote, Path::new(&relative))?;
        let item = self.run.found(local.path.display(), &target, FileKind::File, local.length);
        if self.options.dry_run {
            let existing = remote.map(|remote| (remote.length, Some(remote.modified)));
            let outcome = self.run.plan(&item, (local.length, local.modified), existing);
            return self.run.record(item, outcome);
        }
        let existing = match remote {
            _ if in_the_way => Existing::InTheWay,
            Some(status) => Existing::Known(Box::new(status)),
            None => Existing::Nothing,
        };
        let work = upload_file(self.run.clone(), item.clone(), local, target, existing);
        self.tasks.start(item, work).await
    }

    async fn down(
        &mut self,
        remote: FileStatus,
        mut local: Option<LocalEntry>,
        relative: String,
    ) -> Result<()> {
        let is_directory = remote.is_dir();
        let differs = |other: &mut LocalEntry| (other.kind == LocalKind::Directory) != is_directory;
        let mut replace_directory = false;
        if let Some(other) = local.take_if(differs) {
            let wrong = Error::new(of_wrong_kind(is_directory)).with_local_path(&*other.path);
            self.in_the_way(|| wrong)?;
            replace_directory = !is_directory && !self.options.dry_run;
            match replace_directory {
                true => self.replaced(&other.path.display().to_string()),
                false => self.delete_local(other).await?,
            }
        }
        if is_directory {
            let local = local.is_some();
            self.directories.push(Directory { relative, local, remote: true });
            return Ok(());
        }
        let target = match self.run.local_place(&self.local, &relative) {
            Ok(target) => target,
            Err(error) => {
                let item = self.run.found(&remote.path, "", FileKind::File, remote.length);
                return self.run.failed(item, error);
            }
        };
        let item = self.run.found(&remote.path, target.display(), FileKind::File, remote.length);
        if self.options.dry_run {
            let existing = local.map(|local| (local.length, local.modified));
            let source = (remote.length, Some(remote.modified));
            let outcome = self.run.plan(&item, source, existing);
            return self.run.record(item, outcome);
        }
        if !self.run.options.selection.selects_directories() {
            make_parents(&self.local, &target).await?;
        }
        let (path, root) = (target, self.local.clone());
        let vacant = local.is_none();
        let destination = Destination { path, root, vacant, replace_directory };
        let work = download_file(self.run.clone(), item.clone(), remote, destination);
        self.tasks.start(item, work).await
    }

    /// Records that a directory goes with the file that takes its place.
    fn replaced(&mut self, path: &str) {
        self.deletions += 1;
        self.run.deleted(&self.run.found("", path, FileKind::Directory, 0));
    }

    /// A directory where a file should be, or the other way round, goes only if deleting is allowed.
    fn in_the_way(&self, error: impl FnOnce() -> Error) -> Result<()> {
        if self.options.delete { Ok(()) } else { Err(error()) }
    }

    async fn delete_remote(&mut self, remote: &FileStatus) -> Result<()> {
        if !self.options.delete {
            return Ok(());
        }
        let item = self.run.found("", &remote.path, remote.kind, remote.length);
        self.deletions += match self.counts_all && remote.is_dir() {
            true => {
                let summary = self.run.client.summarize(&remote.path).await?;
                summary.files + summary.directories
            }
            false => 1,
        };
        if self.options.dry_run {
            self.run.planned(&item, SyncStep::Delete);
            return Ok(());
        }
        let _request = self.run.queue.request().await;
        let options = DeleteOptions::default().recursive(true);
        self.run.client.delete_with(&remote.path, options).await?;
        self.run.deleted(&item);
        Ok(())
    }

    async fn delete_local(&mut self, local: LocalEntry) -> Result<()> {
        if !self.options.delete {
            return Ok(());
        }
        let is_directory = local.kind == LocalKind::Directory;
        let kind = if is_directory { FileKind::Directory } else { FileKind::File };
        let item = self.run.found("", local.path.display(), kind, local.length);
        self.deletions += match self.counts_all && is_directory {
            true => count_local(local.path.clone()).await?,
            false => 1,
        };
        if self.options.dry_run {
            self.run.planned(&item, SyncStep::Delete);
            return Ok(());
        }
        blocking(move || {
            let path = &local.path;
            let gone = match is_directory {
                true => std::fs::remove_dir_all(path),
                false => std::fs::remove_file(path),
            };
            gone.map_err(|error| Error::local(path, error))
        })
        .await?;
        self.run.deleted(&item);
        Ok(())
    }
}

/// How many items lie at and below a local directory.
async fn count_local(directory: PathBuf) -> Result<u64> {
    blocking(move || Ok(walkdir::WalkDir::new(directory).into_iter().count() as u64)).await
}

fn of_wrong_kind(directory_wanted: bool) -> ErrorKind {
    if directory_wanted { ErrorKind::NotDirectory } else { ErrorKind::IsDirectory }
}
