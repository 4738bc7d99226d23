//! Local files in the making, beside their final places.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use tempfile::{PathPersistError, TempPath};
use uuid::Uuid;

use super::existing::check_replaceable;
use super::positioned::Positioned;
use super::{blocking, temporary_name};
use crate::error::Mark;
use crate::transfer::buffers::Buffers;
use crate::{Error, ErrorKind, Result};

/// A local file in the making, beside its final place. Dropping it removes it, whoever still writes,
/// unless it is kept for a later transfer.
#[derive(Debug)]
pub(in crate::transfer) struct TargetFile {
    writer: TargetWriter,
    temporary: TempPath,
}

/// Writes to a [`TargetFile`] at positions.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct TargetWriter {
    target: Arc<Path>,
    file: Arc<Positioned>,
}

/// How a file gets its final name.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::transfer) struct FinishOptions {
    /// Whether it replaces a file that is there.
    pub(in crate::transfer) replace: bool,
    /// Whether it replaces a directory that is there, with everything in it.
    pub(in crate::transfer) replace_directory: bool,
    /// The modification time that it is to have.
    pub(in crate::transfer) modified: Option<SystemTime>,
}

/// What was found of a file that an earlier transfer has begun.
pub(in crate::transfer) enum ResumedFile {
    /// It is there, and so long.
    There(TargetFile, u64),
    /// It is not, or something else is in its place.
    Gone,
}

impl TargetFile {
    /// A file with a name of its own, which goes when it is dropped.
    pub(in crate::transfer) async fn create(target: PathBuf) -> Result<Self> {
        blocking(move || Self::create_now(target, &temporary_name(Uuid::new_v4()))).await
    }

    /// A new file of this name beside its target, which stays until it is finished: for a transfer
    /// that goes on later.
    pub(in crate::transfer) async fn keep(target: PathBuf, name: String) -> Result<Self> {
        blocking(move || {
            let mut this = Self::create_now(target, &name)?;
            this.temporary.disable_cleanup(true);
            Ok(this)
        })
        .await
    }

    /// The file of this name that an earlier transfer has kept.
    pub(in crate::transfer) async fn reopen(target: PathBuf, name: String) -> Result<ResumedFile> {
        blocking(move || {
            let path = directory_of(&target).join(name);
            let local = |error| Error::local(&path, error);
            // Somebody may have put a link in its place, to have something else overwritten.
            let Ok(before) = path.symlink_metadata() else { return Ok(ResumedFile::Gone) };
            if !before.is_file() {
                return Ok(ResumedFile::Gone);
            }
            let file = File::options().read(true).write(true).open(&path).map_err(local)?;
            let opened = file.metadata().map_err(local)?;
            if !is_alone(&before, &opened) {
                return Ok(ResumedFile::Gone);
            }
            let mut temporary = TempPath::try_from_path(&path).map_err(local)?;
            temporary.disable_cleanup(true);
            Ok(ResumedFile::There(Self::new(target, file, temporary), opened.len()))
        })
        .await
    }

    /// Writes a whole file, with one change of threads instead of one for each step.
    pub(in crate::transfer) async fn write_whole(
        target: PathBuf,
        name: String,
        content: Vec<Bytes>,
        finish: FinishOptions,
        held: crate::cleanups::CleanupGuard,
    ) -> Result<Option<String>> {
        blocking(move || {
            let _held = held;
            let file = match Self::create_now(target.clone(), &name) {
                // What an earlier run left under its own name.
                Err(error) if error.io_kind() == Some(io::ErrorKind::AlreadyExists) => {
                    let path = directory_of(&target).join(&name);
                    std::fs::remove_file(&path).map_err(|error| Error::local(path, error))?;
                    Self::create_now(target, &name)?
                }
                file => file?,
            };
            file.writer.write_now(0, &content)?;
            file.finish_now(finish)
        })
        .await
    }

    pub(in crate::transfer) fn writer(&self) -> TargetWriter {
        self.writer.clone()
    }

    /// Gives the file its final name, and says how it looks there.
    pub(in crate::transfer) async fn finish(self, finish: FinishOptions) -> Result<Option<String>> {
        blocking(move || self.finish_now(finish)).await
    }

    /// Removes it although it was to be kept: nobody can go on with it.
    pub(in crate::transfer) async fn discard(mut self) {
        self.temporary.disable_cleanup(false);
        let removed = blocking(move || {
            drop(self);
            Ok(())
        });
        drop(removed.await);
    }

    fn new(target: PathBuf, file: File, temporary: TempPath) -> Self {
        let file = Arc::new(Positioned::new(file));
        Self { writer: TargetWriter { target: target.into(), file }, temporary }
    }

    fn create_now(target: PathBuf, name: &str) -> Result<Self> {
        let directory = directory_of(&target);
        let path = directory.join(name);
        // Never follows a link, and never takes over what is there.
        let open = || File::options().read(true).write(true).create_new(true).open(&path);
        let file = match open() {
            // Mostly the directory is there, so it is not looked for beforehand.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(directory)
                    .map_err(|error| Error::local(directory, error))?;
                open()
            }
            made => made,
        };
        let file = file.map_err(|error| Error::local(&target, error))?;
        let temporary = TempPath::try_from_path(&path).map_err(|e| Error::local(&path, e))?;
        Ok(Self::new(target, file, temporary))
    }

    fn finish_now(self, finish: FinishOptions) -> Result<Option<String>> {
        let Self { writer: TargetWriter { target, file }, temporary } = self;
        let give_up = |mut temporary: TempPath, error: Error| {
            if !error.is_resumable() {
                temporary.disable_cleanup(false);
            }
            error
        };
        let (mark, aside) = match prepare(&target, &file.file, &finish) {
            Ok(prepared) => prepared,
            Err(error) => return Err(give_up(temporary, error)),
        };
        // Some platforms rename only files that nobody has open.
        drop(file);
        let kept = match finish.replace {
            true => temporary.persist(&target),
            false => temporary.persist_noclobber(&target),
        };
        let Err(PathPersistError { error, path }) = kept else {
            if let Some(aside) = aside {
                std::fs::remove_dir_all(&aside).map_err(|error| Error::local(&aside, error))?;
            }
            return Ok(Some(mark));
        };
        if let Some(aside) = aside {
            // The error to tell is that of the file, which is why the directory comes back.
            drop(std::fs::rename(aside, &target));
        }
        let why = match error.kind() {
            io::ErrorKind::AlreadyExists => ErrorKind::AlreadyExists,
            io::ErrorKind::IsADirectory => ErrorKind::IsDirectory,
            _ => return Err(give_up(path, Error::local(&*target, error))),
        };
        let error = Error::new(why).with_local_path(&*target).with_mark(Mark::Refused);
        Err(give_up(path, error))
    }
}

/// Brings a complete file into its final state, and clears the way for it; says how it looks, and
/// where a directory is now that was in its place.
fn prepare(
    target: &Path,
    file: &File,
    finish: &FinishOptions,
) -> Result<(String, Option<PathBuf>)> {
    let local = |error| Error::local(target, error);
    if let Some(modified) = finish.modified {
        file.set_modified(modified).map_err(local)?;
    }
    let mut aside = None;
    if finish.replace_directory && target.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        let name = target.with_file_name(temporary_name(Uuid::new_v4()));
        std::fs::rename(target, &name).map_err(local)?;
        aside = Some(name);
    }
    if finish.replace
        && let Some(replaced) = check_replaceable(target)?
    {
        keep_mode(file, &replaced);
    }
    Ok((mark(&file.metadata().map_err(local)?), aside))
}

/// What a local file is told from another one by, under whatever name.
pub(in crate::transfer) fn mark(metadata: &std::fs::Metadata) -> String {
    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let nanos = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        format!("{}:{}:{}:{nanos}", metadata.dev(), metadata.ino(), metadata.len())
    }
    #[cfg(not(unix))]
    {
        format!("{}:{nanos}", metadata.len())
    }
}

/// Whether what was opened is what was looked at before, and has no other name.
fn is_alone(before: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (before.dev(), before.ino()) == (opened.dev(), opened.ino()) && opened.nlink() == 1
    }
    #[cfg(not(unix))]
    {
        before.len() == opened.len()
    }
}

/// What replaces a file is no more open to others than it was.
fn keep_mode(file: &File, replaced: &std::fs::Metadata) {
    #[cfg(unix)]
    if let Err(error) = file.set_permissions(replaced.permissions()) {
        tracing::debug!(%error, "the mode of the replaced file cannot be kept");
    }
    #[cfg(not(unix))]
    let _ = (file, replaced);
}

/// The directory of a local file.
fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

impl TargetWriter {
    /// What is in the file now.
    pub(in crate::transfer) async fn read(
        &self,
        offset: u64,
        length: u64,
        buffers: &Buffers,
    ) -> Result<Bytes> {
        let (this, buffers) = (self.clone(), buffers.clone());
        blocking(move || {
            buffers.fill(usize::try_from(length).unwrap_or_default(), |buffer| {
                let read = this.file.read_exact_at(buffer, offset);
                read.map_err(|error| Error::local(&*this.target, error))?;
                Ok(buffer.len())
            })
        })
        .await
    }

    /// How the file looks that is complete.
    pub(in crate::transfer) async fn mark(&self) -> Result<String> {
        let this = self.clone();
        blocking(move || {
            let metadata = this.file.file.metadata();
            Ok(mark(&metadata.map_err(|error| Error::local(&*this.target, error))?))
        })
        .await
    }

    /// Writes frames one behind the other from `offset` on.
    pub(in crate::transfer) async fn write(&self, offset: u64, frames: Vec<Bytes>) -> Result<()> {
        let this = self.clone();
        blocking(move || this.write_now(offset, &frames)).await
    }

    fn write_now(&self, mut offset: u64, frames: &[Bytes]) -> Result<()> {
        for frame in frames {
            let written = self.file.write_all_at(frame, offset);
            written.map_err(|error| Error::local(&*self.target, error))?;
            offset += frame.len() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn finish(file: TargetFile, replace: bool) -> Result<Option<String>> {
        file.finish(FinishOptions { replace, ..FinishOptions::default() }).await
    }

    #[tokio::test]
    async fn replace_only_with_what_is_complete_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a/b.bin");
        let file = TargetFile::create(target.clone()).await.unwrap();
        let writer = file.writer();
        writer.write(3, vec![Bytes::from_static(b"de"), Bytes::from_static(b"f")]).await.unwrap();
        writer.write(0, vec![Bytes::from_static(b"abc")]).await.unwrap();
        assert!(!target.exists());
        finish(file, false).await.unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"abcdef");

        drop(TargetFile::create(target.clone()).await.unwrap());
        let refused = finish(TargetFile::create(target.clone()).await.unwrap(), false).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::AlreadyExists);
        let mark = finish(TargetFile::create(target.clone()).await.unwrap(), true).await.unwrap();
        assert_eq!(mark, Some(super::mark(&target.metadata().unwrap())));
        assert_eq!(std::fs::read(&target).unwrap(), b"");
        let names = std::fs::read_dir(directory.path().join("a")).unwrap().count();
        assert_eq!(names, 1, "temporary files were left behind");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn replace_only_with_what_is_complete_never_a_device_a_pipe_or_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("t");
        std::os::unix::fs::symlink("/dev/null", &target).unwrap();
        let error = finish(TargetFile::create(target.clone()).await.unwrap(), true).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Invalid);
        assert!(target.symlink_metadata().unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_in_place_of_a_kept_file_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let victim = directory.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        let (target, name) = (directory.path().join("t"), temporary_name(Uuid::new_v4()));
        let planted = directory.path().join(&name);
        for hard in [false, true] {
            match hard {
                false => std::os::unix::fs::symlink(&victim, &planted).unwrap(),
                true => std::fs::hard_link(&victim, &planted).unwrap(),
            }
            let kept = TargetFile::reopen(target.clone(), name.clone()).await.unwrap();
            assert!(matches!(kept, ResumedFile::Gone));
            assert!(TargetFile::keep(target.clone(), name.clone()).await.is_err());
            std::fs::remove_file(&planted).unwrap();
        }
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
        TargetFile::keep(target.clone(), name.clone()).await.unwrap();
        let kept = TargetFile::reopen(target, name).await.unwrap();
        assert!(matches!(kept, ResumedFile::There(_, 0)));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_replaces_a_private_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("t");
        std::fs::write(&target, "secret").unwrap();
        std::fs::set_permissions(&target, PermissionsExt::from_mode(0o600)).unwrap();
        finish(TargetFile::create(target.clone()).await.unwrap(), true).await.unwrap();
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
