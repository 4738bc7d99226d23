//! Files of the configuration directory: read whole, replaced whole, changed under a lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use adls_http::{Clock, text};

use crate::failure::{Failure, Outcome};

/// How long another command may hold a lock; it needs it for a few milliseconds.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// How often it is looked whether it has let go.
const LOCK_POLL: Duration = Duration::from_millis(10);

/// The text of a file; `None` when there is none.
pub(super) fn read(path: &Path) -> Outcome<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => match text::decode(&bytes) {
            Ok(text) => Ok(Some(text)),
            Err(why) => Err(Failure::usage(format!("{} cannot be read: {why}", path.display()))),
        },
        // `ADLS_CONFIG_DIR=/dev/null` means that there is none.
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(Failure::file("read", path, &error)),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Replaces a file as a whole, readable by its owner only.
pub(super) fn replace(directory: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    // tempfile makes the file 0600, which suits a file that names accounts.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Makes a directory that only its owner can look into; one that is there stays as it is.
pub(crate) fn create_directory(path: &Path) -> Outcome {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::file("create", path, &error))
}

/// Whether files can be made in a directory that may not be there yet.
pub(super) fn is_writable(directory: &Path) -> bool {
    if create_directory(directory).is_err() {
        return false;
    }
    #[cfg(unix)]
    return rustix::fs::access(directory, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    directory.metadata().is_ok_and(|metadata| !metadata.permissions().readonly())
}

/// A lock file, held until it is dropped; the system lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct FileLock(#[expect(dead_code, reason = "holds the lock")] File);

impl FileLock {
    /// Waits for the lock, but not for ever. The inner error says that there is none on this file
    /// system, or that its file cannot be made.
    pub(crate) async fn acquire(
        path: &Path,
        clock: &dyn Clock,
        timeout: Duration,
    ) -> Outcome<io::Result<Self>> {
        let file = match open(path) {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let started = clock.elapsed();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Ok(Self(file))),
                Err(TryLockError::Error(error)) => return Ok(Err(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if clock.elapsed().saturating_sub(started) >= timeout {
                return Err(Failure::new(format!(
                    "another adls holds {} for more than {} seconds",
                    path.display(),
                    timeout.as_secs()
                ))
                .hint("end it, and try again"));
            }
            clock.sleep(LOCK_POLL).await;
        }
    }
}

/// Opens a lock file without changing what is in it, and never what a link leads to.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW.bits();
        options.mode(0o600).custom_flags(i32::try_from(flags).unwrap_or_default());
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use adls_http::SystemClock;

    #[tokio::test(start_paused = true)]
    async fn a_lock_is_waited_for_but_not_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let (path, clock) = (directory.path().join("lock"), SystemClock::default());
        let held = FileLock::acquire(&path, &clock, LOCK_TIMEOUT).await.unwrap().unwrap();
        let refused = FileLock::acquire(&path, &clock, LOCK_TIMEOUT).await.unwrap_err();
        assert!(refused.to_string().contains("another adls holds"), "{refused}");
        drop(held);
        FileLock::acquire(&path, &clock, LOCK_TIMEOUT).await.unwrap().unwrap();
        let nowhere = directory.path().join("no/such/lock");
        assert!(FileLock::acquire(&nowhere, &clock, LOCK_TIMEOUT).await.unwrap().is_err());
    }
}
