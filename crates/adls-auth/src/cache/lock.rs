//! Locks between processes that share a cache file.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use adls_http::Clock;
use tracing::debug;

use super::place::{beside, create_directory_of, failure};
use crate::{AuthErrorKind, Error, Result};

/// How long a lock file that nobody holds is respected: other programs make it first and lock it then, or
/// its maker has died.
const OWNERLESS_LIMIT: Duration = Duration::from_millis(200);
/// The same where it cannot be told whether somebody holds it, as other programs have it.
const STALE_AFTER: Duration = Duration::from_secs(5);
/// How long a lock that someone holds is waited for, and by those who did without it before.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(20);
pub(super) const SHORT_LOCK_TIMEOUT: Duration = Duration::from_secs(1);
/// How long another process may take to renew a token before this one does it too.
const REFRESH_LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// The lock on a cache file; ends with this value.
#[derive(Debug)]
pub(super) struct CacheLock {
    path: PathBuf,
    _file: Option<File>,
}

/// The right to renew tokens; ends with this value.
#[derive(Debug)]
pub(crate) struct RefreshGuard {
    _file: File,
}

/// What is found in the place of the lock file.
enum LockFile {
    /// It was not there, so this process has made it.
    Made(File),
    /// Somebody holds it.
    Held,
    /// Nobody holds it but this process, as of now.
    Ownerless(File),
    /// Whether somebody holds it cannot be told here.
    Unclear,
    /// Something else than a file, such as a link: nothing that a program with this lock has made.
    Foreign,
    /// It went away while it was looked at.
    Gone,
}

/// Takes the lock as Microsoft's libraries do, so that they wait for this process and the other way
/// round: the file `<cache>.lockfile` is created, or taken over when nobody holds it; it is locked by
/// the system's means as well, and removed afterwards.
pub(super) async fn lock_cache(
    cache: &Path,
    clock: &dyn Clock,
    timeout: Duration,
) -> Result<CacheLock> {
    create_directory_of(cache)
        .map_err(|error| failure("cannot make the directory of", cache, error))?;
    let path = beside(cache, ".lockfile");
    let cannot = |error| failure("cannot lock", cache, error);
    let start = clock.elapsed();
    // Since when it has been seen without an owner.
    let mut ownerless = None;
    loop {
        let now = clock.elapsed();
        let waited = now.saturating_sub(start);
        let limit = match inspect(&path).map_err(cannot)? {
            LockFile::Made(file) => return Ok(CacheLock { path, _file: Some(file) }),
            LockFile::Ownerless(file) => {
                let since = *ownerless.get_or_insert(now);
                if now.saturating_sub(since) >= OWNERLESS_LIMIT {
                    return Ok(CacheLock { path, _file: Some(file) });
                }
                None
            }
            LockFile::Held => {
                ownerless = None;
                None
            }
            LockFile::Unclear => Some(STALE_AFTER),
            LockFile::Foreign => Some(OWNERLESS_LIMIT),
            LockFile::Gone => None,
        };
        if limit.is_some_and(|limit| waited >= limit) {
            // Of a link it is the link that goes, not what it leads to.
            fs::remove_file(&path).map_err(cannot)?;
            continue;
        }
        if waited >= timeout {
            return Err(Error::new(
                AuthErrorKind::Cache,
                format!(
                    "another process keeps the token cache {} locked; if there is none, remove {}",
                    cache.display(),
                    path.display()
                ),
            ));
        }
        clock.sleep(PAUSE).await;
    }
}

fn inspect(path: &Path) -> std::io::Result<LockFile> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict_to_owner(&mut options);
    match options.open(path) {
        Ok(mut file) => {
            if matches!(try_lock(&file), SystemLock::HeldElsewhere) || !is_still_at(&file, path) {
                return Ok(LockFile::Held);
            }
            // Who holds it, for people who look; nothing depends on it.
            let _ = write!(file, "{} adls", std::process::id());
            return Ok(LockFile::Made(file));
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        // Windows: being removed by its owner at this moment.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && cfg!(windows) => {
            return Ok(LockFile::Held);
        }
        Err(error) => return Err(error),
    }
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(_) => return Ok(LockFile::Foreign),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(LockFile::Gone),
        Err(error) => return Err(error),
    }
    // Nothing is written and nothing cut off: it may be another name of somebody's file.
    match OpenOptions::new().write(true).open(path) {
        Ok(file) if !is_still_at(&file, path) => Ok(LockFile::Gone),
        Ok(file) => Ok(match try_lock(&file) {
            SystemLock::Acquired => LockFile::Ownerless(file),
            SystemLock::HeldElsewhere => LockFile::Held,
            SystemLock::Unsupported => LockFile::Unclear,
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(LockFile::Gone),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(LockFile::Unclear),
        Err(error) => Err(error),
    }
}

/// Waits for other processes that renew tokens of this cache. `None` when there is no waiting.
pub(super) async fn guard_refresh(cache: &Path, clock: &dyn Clock) -> Option<RefreshGuard> {
    let path = beside(cache, ".refresh.lock");
    create_directory_of(cache).ok()?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    restrict_to_owner(&mut options);
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        // Nothing that a program like this one has made.
        return None;
    }
    let file = options.open(&path).ok()?;
    let start = clock.elapsed();
    while clock.elapsed().saturating_sub(start) < REFRESH_LIMIT {
        match try_lock(&file) {
            SystemLock::Acquired => return Some(RefreshGuard { _file: file }),
            SystemLock::HeldElsewhere => clock.sleep(PAUSE).await,
            SystemLock::Unsupported => return None,
        }
    }
    None
}

impl Drop for CacheLock {
    fn drop(&mut self) {
        // Before the handle closes, so that nobody can take a lock on a file that is about to go.
        let _ = fs::remove_file(&self.path);
    }
}

/// Who holds the system's lock of a file, after a try to take it.
enum SystemLock {
    Acquired,
    HeldElsewhere,
    /// The file system has no such locks. That the file is there has to be enough.
    Unsupported,
}

fn try_lock(file: &File) -> SystemLock {
    match file.try_lock() {
        Ok(()) => SystemLock::Acquired,
        Err(fs::TryLockError::WouldBlock) => SystemLock::HeldElsewhere,
        Err(fs::TryLockError::Error(error)) => {
            debug!(%error, "the file system has no locks");
            SystemLock::Unsupported
        }
    }
}

/// Whether the file that was opened is the one that others see, and not what a link leads to: its last
/// owner may have removed it meanwhile.
fn is_still_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let number = |metadata: std::io::Result<fs::Metadata>| {
            metadata.ok().map(|metadata| (metadata.dev(), metadata.ino()))
        };
        number(file.metadata()) == number(fs::symlink_metadata(path))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

fn restrict_to_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}
