//! Files on this machine. Everything that may block runs on threads made for it.

mod walk;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use tempfile::TempPath;
use uuid::Uuid;

use crate::{Error, ErrorKind, Result};
pub(super) use walk::{LocalEntry, LocalFolder, LocalKind, Matching, list_local, walk_local};

/// What temporary files are called, here and in the account.
const TEMPORARY_PREFIX: &str = ".adls-";
const TEMPORARY_SUFFIX: &str = ".part";

/// What the temporary file of a transfer is called.
pub(super) fn temporary_name(id: Uuid) -> String {
    format!("{TEMPORARY_PREFIX}{}{TEMPORARY_SUFFIX}", id.simple())
}

/// Whether a name is one that transfers give to what is not complete, here or in the account.
pub(super) fn is_temporary(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(TEMPORARY_PREFIX) else { return false };
    rest.contains(TEMPORARY_SUFFIX)
}

/// Fails when a folder on the way from `root` to `path` is a symbolic link, which could lead
/// anywhere. `root` itself may be one: that is the user's own choice.
pub(super) fn check_no_links(root: &Path, path: &Path) -> Result<()> {
    let below = path.ancestors().take_while(|at| *at != root && at.starts_with(root));
    let is_link = |at: &&Path| at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    match below.into_iter().find(is_link) {
        Some(link) => Err(Error::new(ErrorKind::Invalid)
            .with_message(format!(
                "{} is a symbolic link, and what goes into it could leave {}; remove it, or \
                 download to where it leads",
                link.display(),
                root.display()
            ))
            .with_local_path(link)),
        None => Ok(()),
    }
}

/// Runs `work` on a thread where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::new(ErrorKind::Local)
            .with_message("a thread for local files failed")
            .with_source(error)),
    }
}

/// A local file that is read at positions; opened when it is needed first.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    path: Arc<Path>,
    file: Arc<OnceLock<Positioned>>,
}

impl SourceFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path: path.into(), file: Arc::default() }
    }

    /// Opens it now, so that nothing is begun for a file that cannot be read.
    pub(super) async fn open(&self) -> Result<()> {
        let this = self.clone();
        blocking(move || this.opened().map(drop)).await
    }

    /// Exactly `length` bytes from `offset` on.
    pub(super) async fn read(&self, offset: u64, length: u64) -> Result<Bytes> {
        let this = self.clone();
        blocking(move || this.read_now(offset, length)).await
    }

    /// All bytes of a file that must have `length` of them, with one change of threads.
    pub(super) async fn read_whole(&self, length: u64) -> Result<Bytes> {
        let this = self.clone();
        blocking(move || {
            let content = this.read_now(0, length)?;
            this.check_length_now(length)?;
            Ok(content)
        })
        .await
    }

    /// Fails when the file has no longer the length that it had.
    pub(super) async fn check_length(&self, expected: u64) -> Result<()> {
        let this = self.clone();
        blocking(move || this.check_length_now(expected)).await
    }

    fn opened(&self) -> Result<&Positioned> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = File::open(&self.path).map_err(|error| Error::local(&*self.path, error))?;
        Ok(self.file.get_or_init(|| Positioned::new(file)))
    }

    fn read_now(&self, offset: u64, length: u64) -> Result<Bytes> {
        let length = usize::try_from(length)
            .map_err(|_| Error::invalid("the part is larger than this machine's memory"))?;
        let mut buffer = vec![0; length];
        match self.opened()?.read_exact_at(&mut buffer, offset) {
            Ok(()) => Ok(buffer.into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.changed("became shorter"))
            }
            Err(error) => Err(Error::local(&*self.path, error)),
        }
    }

    fn check_length_now(&self, expected: u64) -> Result<()> {
        let metadata = self.opened()?.file.metadata();
        let length = metadata.map_err(|error| Error::local(&*self.path, error))?.len();
        if length == expected { Ok(()) } else { Err(self.changed("changed its length")) }
    }

    fn changed(&self, how: &str) -> Error {
        Error::new(ErrorKind::Changed)
            .with_message(format!("{} {how} while it was sent", self.path.display()))
            .with_local_path(&*self.path)
    }
}

/// A local file in the making, beside its final place. Dropping it removes it, whoever still writes.
#[derive(Debug)]
pub(super) struct TargetFile {
    writer: TargetWriter,
    temporary: TempPath,
}

/// Writes to a [`TargetFile`] at positions.
#[derive(Clone, Debug)]
pub(super) struct TargetWriter {
    target: Arc<Path>,
    file: Arc<Positioned>,
}

impl TargetFile {
    /// A file with a name of its own, which goes when it is dropped.
    pub(super) async fn create(target: PathBuf) -> Result<Self> {
        blocking(move || Self::create_now(target)).await
    }

    /// A file of this name beside its target, which stays until it is finished: for a transfer that
    /// goes on later. Says how long it is already.
    pub(super) async fn keep(target: PathBuf, name: String) -> Result<(Self, u64)> {
        blocking(move || {
            let folder = folder_of(&target);
            std::fs::create_dir_all(folder).map_err(|error| Error::local(folder, error))?;
            let path = folder.join(name);
            let local = |error| Error::local(&path, error);
            let mut how = File::options();
            how.read(true).write(true).create(true).truncate(false);
            let file = how.open(&path).map_err(local)?;
            let length = file.metadata().map_err(local)?.len();
            let mut temporary = TempPath::try_from_path(&path).map_err(local)?;
            temporary.disable_cleanup(true);
            Ok((Self::new(target, file, temporary), length))
        })
        .await
    }

    /// Writes a whole file, with one change of threads instead of one for each step.
    pub(super) async fn write_whole(
        target: PathBuf,
        content: Vec<Bytes>,
        replace: bool,
        modified: Option<SystemTime>,
    ) -> Result<()> {
        blocking(move || {
            let file = Self::create_now(target)?;
            file.writer.write_now(0, &content)?;
            file.finish_now(replace, modified)
        })
        .await
    }

    pub(super) fn writer(&self) -> TargetWriter {
        self.writer.clone()
    }

    /// Gives the file its final name, and a modification time if there is one to keep.
    pub(super) async fn finish(self, replace: bool, modified: Option<SystemTime>) -> Result<()> {
        blocking(move || self.finish_now(replace, modified)).await
    }

    fn new(target: PathBuf, file: File, temporary: TempPath) -> Self {
        let file = Arc::new(Positioned::new(file));
        Self { writer: TargetWriter { target: target.into(), file }, temporary }
    }

    fn create_now(target: PathBuf) -> Result<Self> {
        let folder = folder_of(&target);
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX).rand_bytes(12);
        #[cfg(unix)]
        {
            // As for any new file: what the umask leaves, not the secrecy of a scratch file.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = match builder.tempfile_in(folder) {
            // Mostly the folder is there, so it is not looked for beforehand.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(folder).map_err(|error| Error::local(folder, error))?;
                builder.tempfile_in(folder)
            }
            made => made,
        };
        let (file, temporary) = file.map_err(|error| Error::local(&target, error))?.into_parts();
        Ok(Self::new(target, file, temporary))
    }

    fn finish_now(self, replace: bool, modified: Option<SystemTime>) -> Result<()> {
        let Self { writer: TargetWriter { target, file }, temporary } = self;
        let local = |error| Error::local(&*target, error);
        if let Some(modified) = modified {
            file.file.set_modified(modified).map_err(local)?;
        }
        // Some platforms rename only files that nobody has open.
        drop(file);
        let kept =
            if replace { temporary.persist(&target) } else { temporary.persist_noclobber(&target) };
        kept.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => {
                Error::new(ErrorKind::AlreadyExists).with_local_path(&*target)
            }
            io::ErrorKind::IsADirectory => {
                Error::new(ErrorKind::IsDirectory).with_local_path(&*target)
            }
            _ => Error::local(&*target, error.error),
        })
    }
}

/// The folder of a local file.
fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

impl TargetWriter {
    /// What is in the file now.
    pub(super) async fn read(&self, offset: u64, length: u64) -> Result<Bytes> {
        let this = self.clone();
        blocking(move || {
            let mut buffer = vec![0; usize::try_from(length).unwrap_or_default()];
            let read = this.file.read_exact_at(&mut buffer, offset);
            read.map_err(|error| Error::local(&*this.target, error))?;
            Ok(buffer.into())
        })
        .await
    }

    /// Writes frames one behind the other from `offset` on.
    pub(super) async fn write(&self, offset: u64, frames: Vec<Bytes>) -> Result<()> {
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

/// A file that is read and written at positions by several threads at once.
#[derive(Debug)]
struct Positioned {
    file: File,
    /// Where the platform has no positioned access of its own, one at a time.
    #[cfg(not(unix))]
    turn: std::sync::Mutex<()>,
}

#[cfg(unix)]
impl Positioned {
    fn new(file: File) -> Self {
        Self { file }
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.file, bytes, offset)
    }
}

#[cfg(not(unix))]
impl Positioned {
    fn new(file: File) -> Self {
        Self { file, turn: std::sync::Mutex::default() }
    }

    fn at(&self, offset: u64) -> io::Result<(std::sync::MutexGuard<'_, ()>, &File)> {
        use std::io::Seek;
        let turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (&self.file).seek(io::SeekFrom::Start(offset))?;
        Ok((turn, &self.file))
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let (_turn, mut file) = self.at(offset)?;
        io::Read::read_exact(&mut file, buffer)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let (_turn, mut file) = self.at(offset)?;
        io::Write::write_all(&mut file, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_appears_complete_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a/b.bin");
        let file = TargetFile::create(target.clone()).await.unwrap();
        let writer = file.writer();
        writer.write(3, vec![Bytes::from_static(b"de"), Bytes::from_static(b"f")]).await.unwrap();
        writer.write(0, vec![Bytes::from_static(b"abc")]).await.unwrap();
        assert!(!target.exists());
        file.finish(false, None).await.unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"abcdef");

        drop(TargetFile::create(target.clone()).await.unwrap());
        let refused = TargetFile::create(target.clone()).await.unwrap().finish(false, None).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::AlreadyExists);
        TargetFile::create(target.clone()).await.unwrap().finish(true, None).await.unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"");
        let names = std::fs::read_dir(folder.path().join("a")).unwrap().count();
        assert_eq!(names, 1, "temporary files were left behind");
    }

    #[tokio::test]
    async fn a_source_that_shrinks_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"abcdef").unwrap();
        let file = SourceFile::new(path.clone());
        assert_eq!(file.read(2, 3).await.unwrap(), &b"cde"[..]);
        std::fs::write(&path, b"ab").unwrap();
        assert_eq!(file.read(0, 6).await.unwrap_err().kind(), ErrorKind::Changed);
        assert_eq!(file.check_length(6).await.unwrap_err().kind(), ErrorKind::Changed);
    }
}
