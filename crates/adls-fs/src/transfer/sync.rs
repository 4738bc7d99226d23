//! Makes a folder on one side like a folder on the other.

mod pairs;

use std::path::{Path, PathBuf};

use adls_wire::RemotePath;

use super::download::{Destination, download_file, make_folder};
use super::journal::Title;
use super::local::{LocalEntry, LocalKind, blocking};
use super::options::{Decision, decide};
use super::progress::{SkipReason, SyncStep};
use super::run::{Outcome, Run, Tasks};
use super::target::{local_below, remote_below};
use super::upload::{Existing, absolute, upload_file};
use super::{Overwrite, TransferOptions, TransferReport, download, upload};
use crate::{
    DeleteOptions, Error, ErrorKind, FileKind, FileStatus, FileSystemClient, MkdirsOptions, Result,
};
use pairs::{Pair, Pairs};

/// Options of [`sync_up`](FileSystemClient::sync_up) and
/// [`sync_down`](FileSystemClient::sync_down). Made by `default()` and adjusted by the methods that
/// are named like the fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncOptions {
    /// How files are transferred. [`Overwrite::Different`] by default: a file that is on both sides
    /// is transferred when lengths differ or the source was modified later.
    pub transfer: TransferOptions,
    /// Whether what the source does not have is deleted from the target.
    pub delete: bool,
    /// Whether to tell only what would be done, as
    /// [`TransferEvent::Planned`](super::TransferEvent::Planned) and in the report.
    pub dry_run: bool,
}

impl Default for SyncOptions {
    fn default() -> Self {
        let transfer = TransferOptions::default().overwrite(Overwrite::Different);
        Self { transfer, delete: false, dry_run: false }
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

    /// Whether to tell only what would be done.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }
}

impl FileSystemClient {
    /// Makes the remote folder `target` like the local folder `source`: what is in the one is then in
    /// the other, at the same relative path. Symbolic links to folders are left alone on both sides.
    ///
    /// # Errors
    /// As for [`upload`](Self::upload) of a folder. A folder that cannot be listed is reported, and
    /// nothing in it is deleted.
    pub async fn sync_up(
        &self,
        source: &Path,
        target: &RemotePath,
        options: &SyncOptions,
    ) -> Result<TransferReport> {
        if LocalEntry::of(source.to_owned()).await?.kind != LocalKind::Directory {
            return Err(Error::new(ErrorKind::NotDirectory).with_local_path(source));
        }
        let title = Title::new(self, "sync-up", absolute(source), target.to_string());
        let exists = self.try_stat(target).await?.is_some();
        let start = Folder { relative: String::new(), local: true, remote: exists };
        self.sync(title, source, target, start, options, Direction::Up).await
    }

    /// Makes the local folder `target` like the remote folder `source`.
    ///
    /// # Errors
    /// As for [`download`](Self::download) of a folder. A folder that cannot be listed is reported,
    /// and nothing in it is deleted.
    pub async fn sync_down(
        &self,
        source: &RemotePath,
        target: &Path,
        options: &SyncOptions,
    ) -> Result<TransferReport> {
        if self.stat(source).await?.is_file() {
            return Err(Error::at(ErrorKind::NotDirectory, source));
        }
        let title = Title::new(self, "sync-down", source.to_string(), absolute(target));
        let local = target.to_owned();
        let exists = blocking(move || Ok(local.exists())).await?;
        let start = Folder { relative: String::new(), local: exists, remote: true };
        self.sync(title, target, source, start, options, Direction::Down).await
    }

    async fn sync(
        &self,
        title: Title,
        local: &Path,
        remote: &RemotePath,
        start: Folder,
        options: &SyncOptions,
        direction: Direction,
    ) -> Result<TransferReport> {
        let mut transfer = options.transfer.clone();
        if options.dry_run {
            transfer.journal = None;
        }
        Run::within_deadline(self, &transfer, async {
            let run = Run::new(self, &transfer, title).await?;
            let mut sync = Sync {
                tasks: Tasks::new(&run),
                run,
                local: local.to_owned(),
                remote: remote.clone(),
                options: options.clone(),
                direction,
                folders: vec![start],
            };
            let started = sync.folders().await;
            sync.tasks.finish(started).await?;
            let report = sync.run.finish()?;
            match direction {
                Direction::Up => upload::remove_leftovers(&sync.run).await,
                Direction::Down => download::remove_leftovers(&sync.run).await?,
            }
            sync.run.forget();
            Ok(report)
        })
        .await
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// A folder to be compared, and on which sides it is.
struct Folder {
    relative: String,
    local: bool,
    remote: bool,
}

struct Sync {
    run: Run,
    tasks: Tasks,
    local: PathBuf,
    remote: RemotePath,
    options: SyncOptions,
    direction: Direction,
    /// Those that wait; the latest found comes first.
    folders: Vec<Folder>,
}

impl Sync {
    async fn folders(&mut self) -> Result<()> {
        while let Some(folder) = self.folders.pop() {
            let shown =
                format!("{}/{}", self.remote.as_str().trim_end_matches('/'), folder.relative);
            if let Err(error) = self.folder(folder).await {
                self.run.failed(self.run.found(shown, "", FileKind::Directory, 0), error)?;
            }
        }
        Ok(())
    }

    /// Compares what is in a folder; what is found to differ is worked on meanwhile. An error of the
    /// listing ends the folder: behind it, nothing is known to be missing.
    async fn folder(&mut self, folder: Folder) -> Result<()> {
        let local = local_below(&self.local, &folder.relative)?;
        let remote = remote_below(&self.remote, Path::new(&folder.relative))?;
        self.make_folder(&folder, &local, &remote).await?;
        let mut pairs = Pairs::new(
            folder.local.then_some(local),
            folder.remote.then(|| self.run.client.list(&remote, Default::default())),
        )
        .await?;
        for error in std::mem::take(&mut pairs.nameless) {
            let path = error.local_path().unwrap_or(&self.local).display().to_string();
            self.run.failed(self.run.found(path, "", FileKind::File, 0), error)?;
        }
        while let Some(pair) = pairs.next().await? {
            let relative = match folder.relative.as_str() {
                "" => pair.name.clone(),
                above => format!("{above}/{}", pair.name),
            };
            if let Err(error) = self.pair(pair, relative.clone()).await {
                self.run.failed(self.run.found(relative, "", FileKind::File, 0), error)?;
            }
        }
        Ok(())
    }

    /// Makes the folder on the side that lacks it.
    async fn make_folder(
        &mut self,
        folder: &Folder,
        local: &Path,
        remote: &RemotePath,
    ) -> Result<()> {
        match self.direction {
            Direction::Up if !folder.remote => {
                let item = self.run.found(local.display(), remote, FileKind::Directory, 0);
                if self.options.dry_run {
                    self.run.planned(&item, SyncStep::Transfer);
                    return Ok(());
                }
                let request = self.run.queue.request().await;
                self.run.client.mkdirs(remote, MkdirsOptions::default()).await?;
                drop(request);
                self.run.ended(&item, Outcome::Done);
                Ok(())
            }
            Direction::Down if !folder.local && self.options.dry_run => {
                let item = self.run.found(remote, local.display(), FileKind::Directory, 0);
                self.run.planned(&item, SyncStep::Transfer);
                Ok(())
            }
            Direction::Down if !folder.local => {
                make_folder(&self.run, remote.to_string(), local.to_owned(), &self.local).await
            }
            _ => Ok(()),
        }
    }

    /// Brings one name to the same state on both sides.
    async fn pair(&mut self, pair: Pair, relative: String) -> Result<()> {
        let link = |entry: &LocalEntry| {
            matches!(entry.kind, LocalKind::LinkToDirectory | LocalKind::Special)
        };
        let Pair { local, remote, .. } = pair;
        let local = local.transpose()?;
        if let Some(entry) = local.as_ref().filter(|entry| link(entry)) {
            let item = self.run.found(entry.path.display(), "", FileKind::File, 0);
            let special = entry.kind == LocalKind::Special;
            let reason = if special { SkipReason::SpecialFile } else { SkipReason::SymbolicLink };
            self.run.ended(&item, Outcome::Skipped(reason));
            return Ok(());
        }
        match (self.direction, local, remote) {
            (Direction::Up, Some(local), remote) => self.up(local, remote, relative).await,
            (Direction::Down, local, Some(remote)) => self.down(remote, local, relative).await,
            (Direction::Up, None, Some(remote)) => self.delete_remote(&remote).await,
            (Direction::Down, Some(local), None) => self.delete_local(local).await,
            (_, None, None) => Ok(()),
        }
    }

    async fn up(
        &mut self,
        local: LocalEntry,
        mut remote: Option<FileStatus>,
        relative: String,
    ) -> Result<()> {
        let is_folder = local.kind == LocalKind::Directory;
        if let Some(other) = remote.take_if(|other| other.is_dir() != is_folder) {
            self.in_the_way(|| Error::at(of_wrong_kind(is_folder), &other.path))?;
            self.delete_remote(&other).await?;
        }
        if is_folder {
            let remote = remote.is_some();
            self.folders.push(Folder { relative, local: true, remote });
            return Ok(());
        }
        let target = remote_below(&self.remote, Path::new(&relative))?;
        let item = self.run.found(local.path.display(), &target, FileKind::File, local.length);
        if self.options.dry_run {
            let existing = remote.map(|remote| (remote.length, Some(remote.modified)));
            return self.plan(&item, (local.length, local.modified), existing);
        }
        let existing = remote.map_or(Existing::Nothing, |s| Existing::Known(Box::new(s)));
        let work = upload_file(self.run.clone(), item.clone(), local, target, existing);
        self.tasks.start(item, work).await
    }

    async fn down(
        &mut self,
        remote: FileStatus,
        mut local: Option<LocalEntry>,
        relative: String,
    ) -> Result<()> {
        let is_folder = remote.is_dir();
        let differs = |other: &mut LocalEntry| (other.kind == LocalKind::Directory) != is_folder;
        if let Some(other) = local.take_if(differs) {
            let wrong = Error::new(of_wrong_kind(is_folder)).with_local_path(&*other.path);
            self.in_the_way(|| wrong)?;
            self.delete_local(other).await?;
        }
        if is_folder {
            let local = local.is_some();
            self.folders.push(Folder { relative, local, remote: true });
            return Ok(());
        }
        let target = local_below(&self.local, &relative)?;
        let item = self.run.found(&remote.path, target.display(), FileKind::File, remote.length);
        if self.options.dry_run {
            let existing = local.map(|local| (local.length, local.modified));
            return self.plan(&item, (remote.length, Some(remote.modified)), existing);
        }
        let (path, root) = (target, self.local.clone());
        let destination = Destination { path, root, vacant: local.is_none() };
        let work = download_file(self.run.clone(), item.clone(), remote, destination);
        self.tasks.start(item, work).await
    }

    /// A folder where a file should be, or the other way round, goes only if deleting is allowed.
    fn in_the_way(&self, error: impl FnOnce() -> Error) -> Result<()> {
        if self.options.delete { Ok(()) } else { Err(error()) }
    }

    fn plan(
        &self,
        item: &super::TransferItem,
        source: super::options::State,
        existing: Option<super::options::State>,
    ) -> Result<()> {
        match decide(self.run.options.overwrite, source, existing) {
            Decision::Write { .. } => self.run.planned(item, SyncStep::Transfer),
            Decision::Skip => self.run.ended(item, Outcome::Skipped(SkipReason::UpToDate)),
            Decision::Refuse => {
                let error = Error::new(ErrorKind::AlreadyExists).with_local_path(&*item.target);
                return self.run.failed(item.clone(), error);
            }
        }
        Ok(())
    }

    async fn delete_remote(&mut self, remote: &FileStatus) -> Result<()> {
        if !self.options.delete {
            return Ok(());
        }
        let item = self.run.found("", &remote.path, remote.kind, remote.length);
        if self.options.dry_run {
            self.run.planned(&item, SyncStep::Delete);
            return Ok(());
        }
        let _request = self.run.queue.request().await;
        let options = DeleteOptions::default().recursive(true);
        self.run.client.delete(&remote.path, options).await?;
        self.run.deleted(&item);
        Ok(())
    }

    async fn delete_local(&mut self, local: LocalEntry) -> Result<()> {
        if !self.options.delete {
            return Ok(());
        }
        let is_folder = local.kind == LocalKind::Directory;
        let kind = if is_folder { FileKind::Directory } else { FileKind::File };
        let item = self.run.found("", local.path.display(), kind, local.length);
        if self.options.dry_run {
            self.run.planned(&item, SyncStep::Delete);
            return Ok(());
        }
        blocking(move || {
            let path = &local.path;
            let gone = match is_folder {
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

fn of_wrong_kind(folder_wanted: bool) -> ErrorKind {
    if folder_wanted { ErrorKind::NotDirectory } else { ErrorKind::IsDirectory }
}
