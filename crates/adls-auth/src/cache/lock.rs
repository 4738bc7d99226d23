//! Locks between processes that share a cache file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use adls_http::Clock;
use tracing::debug;

use super::file::{create_folder_of, failure};
use crate::{AuthErrorKind, Error, Result};

/// How long a lock file that exists already is respected: its maker may have died.
const STALE_AFTER: Duration = Duration::from_secs(5);
/// How long a lock that someone holds is waited for.
const HELD_LIMIT: Duration = Duration::from_secs(20);
/// How long another process may take to renew a token before this one does it too.
const REFRESH_LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// The lock on a cache file; ends with this value.
#[derive(Debug)]
pub(super) struct CacheLock {
    path: PathBuf,
    _file: File,
}

/// The right to renew tokens; ends with this value.
#[derive(Debug)]
pub(crate) struct RefreshGuard {
    _file: File,
}

/// Takes the lock as Microsoft's libraries do, so that they wait for this process and the other way
/// round: the file `<cache>.lockfile` is created, or taken over when it is there for too long; it
/// is locked by the system's means as well, and removed afterwards.
pub(super) async fn lock_cache(cache: &Path, clock: &dyn Clock) -> Result<CacheLock> {
    create_folder_of(cache).map_err(|error| failure("cannot make the folder of", cache, error))?;
    let path = beside(cache, ".lockfile");
    let start = clock.elapsed();
    loop {
        let waited = clock.elapsed().saturating_sub(start);
        if let Some(file) = try_lock(&path, waited >= STALE_AFTER)
            .map_err(|error| failure("cannot lock", cache, error))?
        {
            return Ok(CacheLock { path, _file: file });
        }
        if waited >= HELD_LIMIT {
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

/// One try to take the lock file. One that is there already belongs to someone else, unless
/// `take_over`.
fn try_lock(path: &Path, take_over: bool) -> std::io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.write(true);
    if take_over {
        options.create(true);
    } else {
        options.create_new(true);
    }
    private(&mut options);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        // Windows: being removed by its owner at this moment.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && cfg!(windows) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if !taken(&file)? || !is_still_at(&file, path) {
        return Ok(None);
    }
    // Who holds it, for people who look; nothing depends on it.
    let _ = file.set_len(0).and_then(|()| write!(file, "{} adls", std::process::id()));
    Ok(Some(file))
}

/// Waits for other processes that renew tokens of this cache. `None` when there is no waiting.
pub(super) async fn guard_refresh(cache: &Path, clock: &dyn Clock) -> Option<RefreshGuard> {
    let path = beside(cache, ".refresh.lock");
    create_folder_of(cache).ok()?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    let file = options.open(&path).ok()?;
    let start = clock.elapsed();
    while clock.elapsed().saturating_sub(start) < REFRESH_LIMIT {
        match taken(&file) {
            Ok(true) => return Some(RefreshGuard { _file: file }),
            Ok(false) => clock.sleep(PAUSE).await,
            Err(error) => {
                debug!(%error, "tokens are renewed without a lock");
                return None;
            }
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

fn taken(file: &File) -> std::io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(true),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Whether the file that was opened is the one that others see: its last owner may have removed it
/// meanwhile.
fn is_still_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let number = |metadata: std::io::Result<fs::Metadata>| {
            metadata.ok().map(|metadata| (metadata.dev(), metadata.ino()))
        };
        number(file.metadata()) == number(fs::metadata(path))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

fn beside(cache: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(cache);
    name.push(suffix);
    name.into()
}
