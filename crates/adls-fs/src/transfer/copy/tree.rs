//! Copies of files and directories between places in accounts, with what they have beside their content.

use std::cmp::Reverse;
use std::sync::Arc;

use adls_wire::RemotePath;
use futures_util::StreamExt;

use super::PreservedAttributes;
use super::attributes::ItemAttributes;
use super::source::RemoteSource;
use crate::creation::check_conditions;
use crate::transfer::count::CountAhead;
use crate::transfer::journal::TransferKey;
use crate::transfer::local::is_temporary;
use crate::transfer::progress::SkipReason;
use crate::transfer::run::{Outcome, Run, Tasks};
use crate::transfer::upload::{
    Existing, FileToSend, UploadSource, plan_upload, remove_leftovers, send_file,
};
use crate::transfer::{RemoteTarget, TransferItem, TransferOptions, TransferReport};
use crate::{
    Error, ErrorKind, FileKind, FileStatus, FileSystemClient, IntoPath, Result, StatOptions,
    WalkOptions,
};

/// Options of [`copy_tree_with`](FileSystemClient::copy_tree_with). Made by `default()` and adjusted by the
/// methods that are named like the fields.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CopyTreeOptions {
    /// How files are brought over, as for an upload.
    pub transfer: TransferOptions,
    /// What goes along with the content.
    pub preserve: PreservedAttributes,
}

impl CopyTreeOptions {
    /// How files are brought over.
    #[must_use]
    pub fn transfer(mut self, options: TransferOptions) -> Self {
        self.transfer = options;
        self
    }

    /// What goes along with the content.
    #[must_use]
    pub fn preserve(mut self, attributes: PreservedAttributes) -> Self {
        self.preserve = attributes;
        self
    }
}

impl FileSystemClient {
    /// Copies a file, or a directory with everything in it, to a place in the account of `to`, which may be
    /// this one and may be of another generation. Where it goes is told by the rule of
    /// [`transfer`](crate::transfer), and what is promised there holds: it resumes with a journal,
    /// verifies, and leaves no half file. The bytes pass through this machine, but those of large files within
    /// one account ([`Capabilities::server_side_copy`](crate::Capabilities::server_side_copy)) whose
    /// [properties](PreservedAttributes::properties) go along and that are not to be verified: the service copies them,
    /// and where it refuses, they are read and written.
    ///
    /// What the other account has no place for is told and counted, and keeps nothing from being copied: see
    /// [`TransferReport::incomplete_copies`]. What it refuses, such as another owner by somebody who is no
    /// super-user, is a failure; a file of one request is there then, with what its directory gives it.
    /// Directories get their attributes when everything in them is there, the deepest first; memory holds their
    /// paths for that. With a selection that leaves out directories, they come into being with the files in them
    /// and keep what the other account gives them.
    ///
    /// A dry run also tells what could not be kept, so that it is a report of what a migration would lose.
    ///
    /// ```no_run
    /// # async fn example(gen1: &adls_fs::FileSystemClient, gen2: &adls_fs::FileSystemClient)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// use adls_fs::transfer::{CopyTreeOptions, PreservedAttributes};
    ///
    /// let options = CopyTreeOptions::default().preserve(PreservedAttributes::all());
    /// let report = gen1.copy_tree_with("/data", gen2, "/data", options).await?;
    /// println!("{} files, {} of them without all that they had", report.files, report.incomplete_copies);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`upload`](Self::upload); [`ErrorKind::Invalid`] when the target is the source or lies in it.
    pub async fn copy_tree(
        &self,
        source: impl IntoPath,
        to: &FileSystemClient,
        target: impl TryInto<RemoteTarget, Error: Into<Error>>,
    ) -> Result<TransferReport> {
        self.copy_tree_with(source, to, target, CopyTreeOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`copy_tree`](Self::copy_tree).
    pub async fn copy_tree_with(
        &self,
        source: impl IntoPath,
        to: &FileSystemClient,
        target: impl TryInto<RemoteTarget, Error: Into<Error>>,
        options: CopyTreeOptions,
    ) -> Result<TransferReport> {
        let (source, target) = (source.into_path()?, target.try_into().map_err(Into::into)?);
        target.check_file_system(to)?;
        check_conditions(to.capabilities(), target.path(), &options.transfer.conditions)?;
        let work = self.copy_all(&source, to, &target, &options);
        Run::within_deadline(to, &options.transfer, work).await
    }

    async fn copy_all(
        &self,
        source: &RemotePath,
        to: &FileSystemClient,
        target: &RemoteTarget,
        options: &CopyTreeOptions,
    ) -> Result<TransferReport> {
        let found = self.stat_with(source, StatOptions::default().incarnation(true)).await?;
        let onto_directory = found.is_file()
            && target.is_open_for_files()
            && to.try_stat(target.path()).await?.is_some_and(|status| status.is_dir());
        let target = target.place_remote(source, onto_directory)?;
        let is_within = target == *source || (found.is_dir() && target.starts_with(source));
        if self.file_system_url() == to.file_system_url() && is_within {
            return Err(Error::invalid(match target == *source {
                true => format!("{source} cannot be copied onto itself"),
                false => format!("{source} cannot be copied to {target}, which lies inside it"),
            }));
        }
        let key = TransferKey::new(to, "copy", self.url(source).to_string(), target.to_string());
        Run::noted(to, &options.transfer, key, async |run| {
            let copy = TreeCopy::new(self, source, run, &target, options.preserve);
            let report = match found.kind {
                FileKind::File => {
                    let item = run.found(source, &target, FileKind::File, found.length);
                    let work = copy.clone().copy_file(item.clone(), found, target.clone());
                    run.single(item, work).await
                }
                FileKind::Directory => copy.directory(found).await,
            }?;
            remove_leftovers(run).await;
            Ok(report)
        })
        .await
    }
}

/// A copy under way.
#[derive(Clone)]
struct TreeCopy {
    from: FileSystemClient,
    source: Arc<RemotePath>,
    run: Run,
    target: Arc<RemotePath>,
    preserve: PreservedAttributes,
}

impl TreeCopy {
    fn new(
        from: &FileSystemClient,
        source: &RemotePath,
        run: &Run,
        target: &RemotePath,
        preserve: PreservedAttributes,
    ) -> Self {
        if preserve.times && !run.client.capabilities().set_times {
            run.warn("the account sets no times, so those of the source are not kept");
        }
        Self {
            from: from.clone(),
            source: Arc::new(source.clone()),
            run: run.clone(),
            target: Arc::new(target.clone()),
            preserve,
        }
    }

    /// Copies everything in a directory, and in the end gives all directories what they have.
    async fn directory(&self, top: FileStatus) -> Result<TransferReport> {
        let descend = self.run.descend(&self.source);
        let _counting = CountAhead::remote(&self.run, &self.from, &self.source);
        let mut entries = self.from.walk_into(&self.source, WalkOptions::default(), descend);
        self.run
            .many(async |tasks| {
                let mut directories = Vec::new();
                directories.extend(self.entry(tasks, top).await?);
                while let Some(entry) = entries.next().await {
                    match entry {
                        Ok(entry) => directories.extend(self.entry(tasks, entry).await?),
                        Err(error) => {
                            let path = error.path().unwrap_or(&self.source).to_string();
                            let item = self.run.found(path, "", FileKind::Directory, 0);
                            self.run.failed(item, error)?;
                        }
                    }
                }
                tasks.wait().await?;
                self.give_directories(tasks, directories).await
            })
            .await
    }

    /// Copies what was found; gives a directory back that is to get its attributes.
    async fn entry(
        &self,
        tasks: &mut Tasks,
        entry: FileStatus,
    ) -> Result<Option<(TransferItem, FileStatus)>> {
        let relative = entry.path.relative_to(&self.source).unwrap_or_default();
        if !self.run.options.selection.selects(relative, &entry) {
            return Ok(None);
        }
        let target = self.place_of(&entry)?;
        let item = self.run.found(&entry.path, &target, entry.kind, entry.length);
        if is_temporary(entry.name()) {
            self.run.ended(&item, Outcome::Skipped(SkipReason::Temporary));
        } else if entry.is_file() {
            let work = self.clone().copy_file(item.clone(), entry, target);
            tasks.start(item, work).await?;
        } else if self.run.options.dry_run {
            let work = self.clone().plan_directory(item.clone(), entry, target);
            tasks.start(item, work).await?;
        } else {
            match self.make_directory(&target).await {
                Ok(()) if self.preserve.is_empty() => self.run.ended(&item, Outcome::Done),
                Ok(()) => return Ok(Some((item, entry))),
                Err(error) => self.run.failed(item, error)?,
            }
        }
        Ok(None)
    }

    /// What would be done about a directory.
    async fn plan_directory(
        self,
        item: TransferItem,
        found: FileStatus,
        target: RemotePath,
    ) -> Result<Outcome> {
        self.attributes(&item, &found).await?;
        let request = self.run.queue.request().await;
        let existing = self.run.client.try_stat(&target).await?;
        drop(request);
        Ok(match existing {
            None => Outcome::Planned,
            Some(status) if status.is_dir() => Outcome::Skipped(SkipReason::UpToDate),
            Some(_) => return Err(Error::at(ErrorKind::AlreadyExists, &target)),
        })
    }

    fn place_of(&self, found: &FileStatus) -> Result<RemotePath> {
        match found.path.relative_to(&self.source) {
            None | Some("") => Ok((*self.target).clone()),
            Some(relative) => Ok(self.target.join(relative)?),
        }
    }

    async fn make_directory(&self, target: &RemotePath) -> Result<()> {
        let _request = self.run.queue.request().await;
        self.run.client.mkdirs(target).await
    }

    async fn copy_file(
        self,
        item: TransferItem,
        found: FileStatus,
        target: RemotePath,
    ) -> Result<Outcome> {
        let attributes = self.attributes(&item, &found).await?;
        if self.run.options.dry_run {
            let state = (found.length, Some(found.modified));
            return plan_upload(&self.run, &item, state, &target).await;
        }
        let source = RemoteSource::new(&self.from, found);
        let file = FileToSend {
            listed: source.state(),
            source: UploadSource::Remote(source),
            target,
            existing: Existing::Unknown,
            attributes,
        };
        send_file(self.run, item, file).await
    }

    /// What an item has that is kept; what is not is told.
    async fn attributes(&self, item: &TransferItem, found: &FileStatus) -> Result<ItemAttributes> {
        if self.preserve.is_empty() {
            return Ok(ItemAttributes::default());
        }
        let _request = self.run.queue.request().await;
        let (attributes, lost) =
            ItemAttributes::read(&self.from, found, self.preserve, &self.run.client).await?;
        self.run.not_kept(item, &lost);
        Ok(attributes)
    }

    /// The deepest first: rights that keep the caller out of a directory come when nothing is left to do in it.
    async fn give_directories(
        &self,
        tasks: &mut Tasks,
        mut directories: Vec<(TransferItem, FileStatus)>,
    ) -> Result<()> {
        let depth = |found: &FileStatus| found.path.segments().count();
        directories.sort_by_key(|(_, found)| Reverse(depth(found)));
        let mut level = usize::MAX;
        for (item, found) in directories {
            if depth(&found) < level {
                level = depth(&found);
                tasks.wait().await?;
            }
            let (this, about) = (self.clone(), item.clone());
            tasks.start(item, async move { this.give_directory(&about, &found).await }).await?;
        }
        Ok(())
    }

    async fn give_directory(&self, item: &TransferItem, found: &FileStatus) -> Result<Outcome> {
        let attributes = self.attributes(item, found).await?;
        let target = self.place_of(found)?;
        let _request = self.run.queue.request().await;
        attributes.give_directory(&self.run.client, &target).await?;
        Ok(Outcome::Done)
    }
}
