//! Changes of rights for everything below a directory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use adls_wire::{AclEntry, AclScope, AclSpec, ModeChange, Permission, RemotePath};
use futures_util::StreamExt;
use tokio::task::JoinSet;

use crate::options::OwnerChange;
use crate::{
    AclBatch, AclFailure, AclTreeChange, Error, ErrorKind, FileStatus, FileSystemClient, IntoPath,
    Result, TreeAclOptions, TreeChangeReport, WalkOptions,
};

/// A change that is made to every item of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeChange {
    /// The mode bits.
    Permission(Permission),
    /// The mode bits, starting from those that an item has.
    Mode(ModeChange),
    /// Owner, group, or both.
    Owner(OwnerChange),
    /// The whole access control list. Default entries are left out for files, which take none.
    SetAcl(AclSpec),
    /// Entries to add or replace; default ones only for directories.
    ModifyAcl(AclSpec),
    /// Entries to remove; default ones only for directories.
    RemoveAclEntries(AclSpec),
    /// Everything that mode bits do not say.
    RemoveAcl,
    /// The default entries; files are passed over.
    RemoveDefaultAcl,
}

type OnChanged = dyn Fn(&RemotePath, std::result::Result<(), &Error>) + Send + Sync;
type OnBatch = dyn Fn(&AclBatch) + Send + Sync;

/// Options of [`change_tree_with`](FileSystemClient::change_tree_with).
#[derive(Clone)]
#[non_exhaustive]
pub struct TreeChangeOptions {
    /// The most requests at once; 16 by default.
    pub concurrency: usize,
    /// Told about every item as it is done, or where the service changes lists by itself, about those that
    /// fail: it names no others. Called from the change: return quickly.
    pub progress: Option<Arc<OnChanged>>,
    /// Told about every batch that the service has changed by itself. Called from the change: return quickly.
    pub batches: Option<Arc<OnBatch>>,
}

impl Default for TreeChangeOptions {
    fn default() -> Self {
        Self { concurrency: 16, progress: None, batches: None }
    }
}

impl TreeChangeOptions {
    /// The most requests at once.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Told about every item as it is done.
    #[must_use]
    pub fn progress(
        mut self,
        progress: impl Fn(&RemotePath, std::result::Result<(), &Error>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Told about every batch that the service has changed by itself.
    #[must_use]
    pub fn batches(mut self, batches: impl Fn(&AclBatch) + Send + Sync + 'static) -> Self {
        self.batches = Some(Arc::new(batches));
        self
    }
}

impl fmt::Debug for TreeChangeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeChangeOptions")
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

impl FileSystemClient {
    /// Makes a change to one item.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`, and those of the change itself.
    pub async fn change(&self, path: impl IntoPath, change: &TreeChange) -> Result<()> {
        let item = self.stat(path).await?;
        self.change_one(&item, change).await
    }

    /// Makes a change to `path` and to everything below it. A directory is changed after everything in it,
    /// the deepest first, so a change that takes the caller's own rights reaches all of the tree. Only
    /// a directory that cannot be listed is changed before, in case that gives the right to list it.
    /// What vanishes meanwhile is passed over. Memory holds the paths of all directories.
    ///
    /// Where the service changes access control lists of whole trees itself
    /// ([`Capabilities::server_side_recursive_acl`](crate::Capabilities::server_side_recursive_acl)) it is left to
    /// it, from the top to the bottom, if the outcome is the same: for entries to add or replace, for named
    /// entries to remove, and for a whole list with default entries.
    ///
    /// ```no_run
    /// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use adls_fs::TreeChange;
    ///
    /// let change = TreeChange::Permission("750".parse()?);
    /// match client.change_tree("/data", change).await {
    ///     Ok(report) => println!("{} files, {} directories", report.files, report.directories),
    ///     Err(error) => match error.tree_change_report() {
    ///         Some(report) => report.failures.iter().for_each(|failure| eprintln!("{failure}")),
    ///         None => return Err(error.into()),
    ///     },
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`. Goes on after a failure, and in the end
    /// fails with [`ErrorKind::Incomplete`], whose [`Error::tree_change_report`] lists every path
    /// that failed.
    pub async fn change_tree(
        &self,
        path: impl IntoPath,
        change: TreeChange,
    ) -> Result<TreeChangeReport> {
        self.change_tree_with(path, change, TreeChangeOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`change_tree`](Self::change_tree).
    pub async fn change_tree_with(
        &self,
        path: impl IntoPath,
        change: TreeChange,
        options: TreeChangeOptions,
    ) -> Result<TreeChangeReport> {
        let path = &path.into_path()?;
        if self.capabilities().server_side_recursive_acl
            && let Some(change) = by_service(&change)
        {
            return self.change_tree_by_service(path, change, &options).await;
        }
        let top = self.stat(path).await?;
        let mut work = Work {
            client: self.clone(),
            change: Arc::new(change),
            options,
            tasks: JoinSet::new(),
            report: TreeChangeReport::default(),
        };
        if top.is_dir() {
            let directories = work.below(&top).await?;
            work.directories(directories).await?;
        } else {
            work.start(top).await?;
        }
        work.drain(0).await?;
        match work.report.failures.is_empty() {
            true => Ok(work.report),
            false => Err(Error::tree_change_incomplete(path, work.report)),
        }
    }

    /// Gives `path`, and everything below it, the access control lists that they would have if they were made where
    /// they are now. A rename keeps lists as they were at the old place, which is not what the new directory
    /// means to give.
    ///
    /// That is the default list of the directory above, as the list of every item and as the default list of every
    /// directory. If it has none, the lists go, and directories get the mode bits `750`, files `640`.
    ///
    /// # Errors
    /// As for [`change_tree`](Self::change_tree); [`ErrorKind::Invalid`] for the root, above which nothing is.
    pub async fn inherit_acl(&self, path: impl IntoPath) -> Result<TreeChangeReport> {
        let path = path.into_path()?;
        let Some(above) = path.parent() else {
            return Err(Error::invalid("nothing is above the root, from which it could inherit"));
        };
        let above = self.acl(&above).await?;
        let defaults: Vec<_> =
            above.entries.into_iter().filter(|e| e.scope == AclScope::Default).collect();
        if defaults.is_empty() {
            self.change_tree(&path, TreeChange::RemoveAcl).await?;
            let bits: ModeChange = "a-x,u=rwX,g=rX,o=".parse().map_err(|error| {
                Error::invalid(format!("the mode bits of what is new: {error}"))
            })?;
            return self.change_tree(&path, TreeChange::Mode(bits)).await;
        }
        let access =
            defaults.iter().map(|entry| AclEntry { scope: AclScope::Access, ..entry.clone() });
        let list = access.chain(defaults.iter().cloned()).collect();
        self.change_tree(&path, TreeChange::SetAcl(list)).await
    }

    async fn change_tree_by_service(
        &self,
        path: &RemotePath,
        change: AclTreeChange,
        options: &TreeChangeOptions,
    ) -> Result<TreeChangeReport> {
        let all = TreeAclOptions::default().continue_on_failure(true);
        let mut batches = self.change_acl_tree_with(path, change, all);
        let mut report = TreeChangeReport::default();
        while let Some(batch) = batches.next().await {
            let batch = match batch {
                Ok(batch) => batch,
                // Without a token nothing else would succeed either, and what begins with a failure is one.
                Err(error)
                    if error.is_unauthenticated()
                        || (report.files, report.directories, report.failures.len())
                            == (0, 0, 0) =>
                {
                    return Err(error);
                }
                Err(error) => {
                    report.failures.push(error);
                    break;
                }
            };
            report.files += batch.files;
            report.directories += batch.directories;
            if let Some(told) = &options.batches {
                told(&batch);
            }
            for failure in batch.failures {
                let error = error_of(failure);
                if let (Some(progress), Some(path)) = (&options.progress, error.path()) {
                    progress(path, Err(&error));
                }
                report.failures.push(error);
            }
        }
        match report.failures.is_empty() {
            true => Ok(report),
            false => Err(Error::tree_change_incomplete(path, report)),
        }
    }

    /// Makes a change to the mode bits of an item as it was found.
    async fn change_mode(&self, item: &FileStatus, change: &ModeChange) -> Result<()> {
        let before = match (change.absolute(), item.permission) {
            (Some(permission), _) => permission,
            (None, Some(before)) => before,
            (None, None) => {
                return Err(Error::at(ErrorKind::Unsupported, &item.path)
                    .with_message(format!("{} has no mode bits to start from", item.path)));
            }
        };
        let after = change.apply(before, item.is_dir());
        if Some(after) == item.permission {
            return Ok(());
        }
        self.set_permission(&item.path, after).await
    }

    async fn change_one(&self, item: &FileStatus, change: &TreeChange) -> Result<()> {
        let path = &item.path;
        let entries = |acl: &AclSpec| match item.is_dir() {
            true => acl.clone(),
            false => acl.0.iter().filter(|e| e.scope == AclScope::Access).cloned().collect(),
        };
        match change {
            TreeChange::Permission(permission) => self.set_permission(path, *permission).await,
            TreeChange::Mode(change) => self.change_mode(item, change).await,
            TreeChange::Owner(change) => self.set_owner(path, change.clone()).await,
            TreeChange::SetAcl(acl) if entries(acl).0.is_empty() => Ok(()),
            TreeChange::SetAcl(acl) => self.set_acl(path, &entries(acl)).await,
            TreeChange::ModifyAcl(acl) if entries(acl).0.is_empty() => Ok(()),
            TreeChange::ModifyAcl(acl) => self.modify_acl(path, &entries(acl)).await,
            TreeChange::RemoveAclEntries(acl) if entries(acl).0.is_empty() => Ok(()),
            TreeChange::RemoveAclEntries(acl) => self.remove_acl_entries(path, &entries(acl)).await,
            TreeChange::RemoveAcl => self.remove_acl(path).await,
            TreeChange::RemoveDefaultAcl if item.is_file() => Ok(()),
            TreeChange::RemoveDefaultAcl => self.remove_default_acl(path).await,
        }
    }
}

/// The change as the service makes it itself, where that has the same outcome as item by item: there a list
/// without default entries leaves those of a directory as they are, and entries that every list must have are
/// not removed, for which the service has nothing but a refusal.
fn by_service(change: &TreeChange) -> Option<AclTreeChange> {
    let has = |acl: &AclSpec, scope| acl.0.iter().any(|entry| entry.scope == scope);
    match change {
        TreeChange::SetAcl(acl) if has(acl, AclScope::Access) && has(acl, AclScope::Default) => {
            Some(AclTreeChange::Set(acl.clone()))
        }
        TreeChange::ModifyAcl(acl) if !acl.0.is_empty() => Some(AclTreeChange::Modify(acl.clone())),
        TreeChange::RemoveAclEntries(acl)
            if !acl.0.is_empty() && acl.0.iter().all(|entry| !entry.qualifier.is_empty()) =>
        {
            Some(AclTreeChange::Remove(acl.clone()))
        }
        _ => None,
    }
}

/// The service says why in words alone.
fn error_of(failure: AclFailure) -> Error {
    let AclFailure { path, message, .. } = failure;
    if message.contains("not authorized") {
        return Error::at(ErrorKind::PermissionDenied, &path);
    }
    let text = format!("the service refused to change {path}: {}", message.trim());
    Error::at(ErrorKind::Invalid, &path).with_message(text)
}

/// The changes under way.
struct Work {
    client: FileSystemClient,
    change: Arc<TreeChange>,
    options: TreeChangeOptions,
    tasks: JoinSet<(FileStatus, Result<()>)>,
    report: TreeChangeReport,
}

impl Work {
    /// Changes all files below a directory; gives the directories, those that were changed already left out.
    async fn below(&mut self, top: &FileStatus) -> Result<Vec<FileStatus>> {
        let mut directories = BTreeMap::from([(top.path.clone(), top.clone())]);
        let mut roots = vec![top.path.clone()];
        while let Some(root) = roots.pop() {
            let walk = WalkOptions::default().concurrency(self.options.concurrency);
            let mut entries = self.client.walk_with(&root, walk);
            while let Some(entry) = entries.next().await {
                let error = match entry {
                    Ok(directory) if directory.is_dir() => {
                        directories.insert(directory.path.clone(), directory);
                        continue;
                    }
                    Ok(file) => {
                        self.start(file).await?;
                        continue;
                    }
                    Err(error) => error,
                };
                // Each directory is changed early only once: it is not among the others any more then.
                let closed = error.path().filter(|_| error.kind() == ErrorKind::PermissionDenied);
                let Some(directory) = closed.and_then(|path| directories.remove(path)) else {
                    self.failed(error)?;
                    continue;
                };
                roots.push(directory.path.clone());
                let result = self.client.change_one(&directory, &self.change).await;
                self.record(&directory, result)?;
            }
        }
        Ok(directories.into_values().collect())
    }

    /// Changes directories, the deepest first.
    async fn directories(&mut self, mut directories: Vec<FileStatus>) -> Result<()> {
        let depth = |directory: &FileStatus| directory.path.segments().count();
        directories.sort_by_key(|directory| std::cmp::Reverse(depth(directory)));
        self.drain(0).await?;
        let mut level = usize::MAX;
        for directory in directories {
            if depth(&directory) < level {
                level = depth(&directory);
                self.drain(0).await?;
            }
            self.start(directory).await?;
        }
        Ok(())
    }

    async fn start(&mut self, item: FileStatus) -> Result<()> {
        self.drain(self.options.concurrency.max(1) - 1).await?;
        let (client, change) = (self.client.clone(), Arc::clone(&self.change));
        self.tasks.spawn(async move {
            let result = client.change_one(&item, &change).await;
            (item, result)
        });
        Ok(())
    }

    /// Waits until at most `most` are under way.
    async fn drain(&mut self, most: usize) -> Result<()> {
        while self.tasks.len() > most {
            let Some(ended) = self.tasks.join_next().await else { return Ok(()) };
            let (item, result) = ended.map_err(|error| {
                Error::new(ErrorKind::Transient)
                    .with_message("a task of the change was stopped")
                    .with_source(error)
            })?;
            self.record(&item, result)?;
        }
        Ok(())
    }

    fn record(&mut self, item: &FileStatus, result: Result<()>) -> Result<()> {
        match result {
            Ok(()) => {
                match item.is_dir() {
                    true => self.report.directories += 1,
                    false => self.report.files += 1,
                }
                self.tell(&item.path, Ok(()));
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => self.failed(error),
        }
    }

    /// Keeps a failure; without a token nothing else would succeed either.
    fn failed(&mut self, error: Error) -> Result<()> {
        if let Some(path) = error.path() {
            self.tell(path, Err(&error));
        }
        if error.kind() == ErrorKind::Unauthenticated {
            return Err(error);
        }
        self.report.failures.push(error);
        Ok(())
    }

    fn tell(&self, path: &RemotePath, result: std::result::Result<(), &Error>) {
        if let Some(progress) = &self.options.progress {
            progress(path, result);
        }
    }
}
