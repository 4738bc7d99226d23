//! Rights and owners of a tree in a text file, from which they can be restored.

mod record;

use std::cmp::Reverse;

use adls_wire::RemotePath;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _};

use self::record::AccessRecord;
use crate::backend::Rights;
use crate::options::options;
use crate::{
    Conditions, Error, ErrorKind, FileStatus, FileSystemClient, IntoPath, Result, TreeChangeReport,
};

/// How many items are read or changed at once.
const CONCURRENCY: usize = 32;

options! {
    /// Options of [`restore_access_with`](FileSystemClient::restore_access_with).
    #[derive(Copy, Default)]
    pub struct RestoreAccessOptions {
        /// Restore owners and owning groups, too, which only super-users do.
        pub owners: bool,
    }
}

impl FileSystemClient {
    /// Writes the access control lists, mode bits and owners of `path`, and of everything below it, as text in
    /// the form of `getfacl -R`; says how many items there are. Paths are relative to `path`. What vanishes
    /// meanwhile is left out.
    ///
    /// With a copy on disk, which has no place for them, they make a copy that
    /// [`restore_access`](Self::restore_access) completes.
    ///
    /// ```no_run
    /// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
    /// client.download("/data", "backup").await?;
    /// client.save_access("/data", &mut tokio::fs::File::create("backup.acl").await?).await?;
    /// // And back, maybe to another account:
    /// client.upload("backup", "/restored").await?;
    /// let file = tokio::io::BufReader::new(tokio::fs::File::open("backup.acl").await?);
    /// client.restore_access("/restored", file).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing is at `path`; [`ErrorKind::Unsupported`] where items have no rights
    /// of their own; that of the first item that cannot be read; [`ErrorKind::Local`] when `output` fails.
    pub async fn save_access(
        &self,
        path: impl IntoPath,
        output: &mut (impl AsyncWrite + Unpin + ?Sized),
    ) -> Result<u64> {
        let path = path.into_path()?;
        self.require_access_control(&path)?;
        let top = self.stat(&path).await?;
        let below = match top.is_dir() {
            true => self.walk(&path).boxed(),
            false => stream::empty().boxed(),
        };
        let items = stream::iter([Ok(top)]).chain(below);
        let mut records = items
            .map_ok(|item| self.record_of(&path, item))
            .try_buffered(CONCURRENCY)
            .try_filter_map(async |record| Ok(record))
            .boxed();
        let mut count = 0;
        while let Some(record) = records.try_next().await? {
            let written = output.write_all(record.to_string().as_bytes()).await;
            written.map_err(|error| Error::of_stream(&path, error))?;
            count += 1;
        }
        output.flush().await.map_err(|error| Error::of_stream(&path, error))?;
        Ok(count)
    }

    /// Gives `path` and what is below it the rights that [`save_access`](Self::save_access) has written; that is
    /// what `getfacl -R` writes, but for the slash at the end of directories, and with object ids. Lists are replaced as a whole. Files come
    /// first, then the directories, the deepest first, so that rights that keep the caller out come last; memory
    /// holds the records of the directories.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`], with the line, when the text is not of that form or names something outside `path`:
    /// files that come before it may have been restored then, directories have not. Goes on after the failure of an item, such as one that is not
    /// there, and in the end fails with [`ErrorKind::Incomplete`], whose
    /// [`Error::tree_change_report`] lists every path that failed.
    pub async fn restore_access(
        &self,
        path: impl IntoPath,
        input: impl AsyncBufRead + Send + Unpin,
    ) -> Result<TreeChangeReport> {
        self.restore_access_with(path, input, RestoreAccessOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`restore_access`](Self::restore_access).
    pub async fn restore_access_with(
        &self,
        path: impl IntoPath,
        input: impl AsyncBufRead + Send + Unpin,
        options: RestoreAccessOptions,
    ) -> Result<TreeChangeReport> {
        let path = path.into_path()?;
        self.require_access_control(&path)?;
        let top = self.stat(&path).await?;
        let mut restoring =
            Restoring { client: self, top: &path, options, report: TreeChangeReport::default() };
        let mut directories = Vec::new();
        let files = records(&path, input).try_filter_map(|mut record| {
            // The top has no name that would tell.
            if record.0 == path {
                record.1.is_directory = top.is_dir();
            }
            let file = match record.1.is_directory {
                true => {
                    directories.push(record);
                    None
                }
                false => Some(record),
            };
            async move { Ok(file) }
        });
        restoring.all(files).await?;
        let depth = |path: &RemotePath| path.segments().count();
        directories.sort_by_key(|(path, _)| Reverse(depth(path)));
        for level in directories.chunk_by(|(a, _), (b, _)| depth(a) == depth(b)) {
            restoring.all(stream::iter(level.iter().cloned().map(Ok))).await?;
        }
        match restoring.report.failures.is_empty() {
            true => Ok(restoring.report),
            false => Err(Error::tree_change_incomplete(&path, restoring.report)),
        }
    }

    /// What an item below `top` has; nothing when it has vanished.
    async fn record_of(&self, top: &RemotePath, item: FileStatus) -> Result<Option<AccessRecord>> {
        match Rights::read(self, &item).await {
            Ok(rights) => {
                let path = item.path.relative_to(top).unwrap_or_default();
                Ok(Some(AccessRecord::new(path, rights)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The records of a text, with the paths that they are about.
fn records<'a>(
    top: &'a RemotePath,
    input: impl AsyncBufRead + Send + Unpin + 'a,
) -> impl futures_util::Stream<Item = Result<(RemotePath, AccessRecord)>> + 'a {
    let state = (input.lines(), 0_u64);
    stream::try_unfold(state, move |(mut lines, mut number)| async move {
        let mut record = Vec::new();
        loop {
            let line = lines.next_line().await.map_err(|error| Error::of_stream(top, error))?;
            number += 1;
            match line {
                Some(line) if !line.trim().is_empty() => record.push(line),
                None if record.is_empty() => return Ok(None),
                Some(_) if record.is_empty() => {}
                _ => break,
            }
        }
        let first = number - record.len() as u64;
        let invalid = |text: String| {
            Error::invalid(format!(
                "the record at line {first} of the access control lists: {text}"
            ))
        };
        let record = AccessRecord::parse(&record).map_err(invalid)?;
        let path = match &*record.path {
            "" => top.clone(),
            relative => top.join(relative).map_err(|error| invalid(error.to_string()))?,
        };
        if !path.starts_with(top) {
            return Err(invalid(format!("{} lies outside {top}", record.path)));
        }
        Ok(Some(((path, record), (lines, number))))
    })
}

/// Rights on their way to items.
struct Restoring<'a> {
    client: &'a FileSystemClient,
    top: &'a RemotePath,
    options: RestoreAccessOptions,
    report: TreeChangeReport,
}

impl Restoring<'_> {
    /// Gives rights to items that do not lie in each other. Fails when nothing else could succeed either.
    async fn all(
        &mut self,
        records: impl futures_util::Stream<Item = Result<(RemotePath, AccessRecord)>>,
    ) -> Result<()> {
        let (client, owners) = (self.client, self.options.owners);
        let mut given = std::pin::pin!(
            records
                .map_ok(|(path, record)| async move {
                    let rights = record.rights(owners);
                    let conditions = Conditions::default();
                    let given = client.backend().set_rights(&path, &rights, &conditions).await;
                    Ok((record.is_directory, given))
                })
                .try_buffer_unordered(CONCURRENCY)
        );
        while let Some((is_directory, given)) = given.try_next().await? {
            match given {
                Ok(()) if is_directory => self.report.directories += 1,
                Ok(()) => self.report.files += 1,
                Err(error) if error.is_unauthenticated() => return Err(error),
                Err(error) => {
                    let error =
                        if error.path().is_some() { error } else { error.with_path(self.top) };
                    self.report.failures.push(error);
                }
            }
        }
        Ok(())
    }
}
