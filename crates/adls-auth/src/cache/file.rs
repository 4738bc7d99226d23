//! The cache's file: read when it changed, replaced as a whole.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use adls_http::Clock;

use super::lock::CacheLock;
use super::place::{beside, create_directory_of, failure};
use super::{CacheKey, Document};
use crate::{AuthErrorKind, Error, Result};

/// How often a file is read that seems to be half written.
const READ_TRIES: u32 = 3;
const READ_PAUSE: Duration = Duration::from_millis(100);
/// How many broken files are kept beside a cache.
const MOST_BROKEN: u32 = 100;
/// What the names of half-written files end in.
const PARTIAL: &str = ".partial";

/// The file of a cache.
#[derive(Debug)]
pub(crate) struct CacheFile {
    path: PathBuf,
    /// Without one the content is plain.
    key: Option<CacheKey>,
}

/// Which state of the file was read. Replacing a file changes its number, so that two changes within
/// one tick of the file system's clock differ too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    number: u64,
}

impl CacheFile {
    pub(crate) fn new(path: PathBuf, key: Option<CacheKey>) -> Self {
        Self { path, key }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The state of the file; `None` when there is none.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        fs::metadata(&self.path).ok().map(|metadata| Stamp::of(&metadata))
    }

    /// Reads the file. No file is an empty cache.
    pub(crate) async fn load(&self, clock: &dyn Clock) -> Result<(Document, Option<Stamp>)> {
        for attempt in 1.. {
            // The stamp first: a change in between makes the next look read again.
            let stamp = self.stamp();
            let text = match fs::read(&self.path) {
                Ok(text) => text,
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) => return Err(self.failure("cannot read", error)),
            };
            if let Some(document) = self.decode(&text) {
                return Ok((document, stamp));
            }
            if attempt == READ_TRIES {
                return Err(Error::new(
                    AuthErrorKind::Cache,
                    format!(
                        "the token cache {} {}",
                        self.path.display(),
                        match self.key {
                            Some(_) => "is not sealed with this key",
                            None => "is not JSON",
                        }
                    ),
                ));
            }
            clock.sleep(READ_PAUSE).await;
        }
        Ok((Document::default(), None))
    }

    /// Replaces the file: readers see the old or the new content, never a part. Returns the new
    /// file's stamp. The lock goes with the writing, which goes on when the caller gives up.
    pub(crate) async fn replace(
        &self,
        document: &Document,
        lock: CacheLock,
    ) -> Result<Option<Stamp>> {
        let path = self.path.clone();
        let content = match &self.key {
            Some(key) => key.seal(document.to_bytes())?,
            None => document.to_bytes(),
        };
        let write = move || {
            let written = write_atomically(&path, &content);
            drop(lock);
            written
        };
        let written = tokio::task::spawn_blocking(write).await;
        match written {
            Ok(Ok(stamp)) => Ok(Some(stamp)),
            Ok(Err(error)) => Err(self.failure("cannot write", error)),
            Err(error) => Err(self.failure("cannot write", std::io::Error::other(error))),
        }
    }

    /// Moves a file that cannot be read aside, so that a new one can take its place, and returns where it
    /// is now. `None` when it is not certain that it is broken: one that is sealed may only need another
    /// key.
    pub(crate) fn move_aside(&self) -> Result<Option<PathBuf>> {
        let cannot = |error| self.failure("cannot move aside", error);
        if self.key.is_some() || !fs::metadata(&self.path).is_ok_and(|found| found.is_file()) {
            return Ok(None);
        }
        let content = fs::read(&self.path).map_err(cannot)?;
        if super::seal::is_sealed(&content) || Document::parse(&content).is_some() {
            return Ok(None);
        }
        let free = |place: &PathBuf| fs::symlink_metadata(place).is_err();
        let places = (1..=MOST_BROKEN).map(|number| match number {
            1 => beside(&self.path, ".broken"),
            _ => beside(&self.path, &format!(".broken-{number}")),
        });
        let place = places.into_iter().find(free).ok_or_else(|| {
            let text = "there are many broken ones beside it already; remove them";
            cannot(std::io::Error::other(text))
        })?;
        fs::rename(&self.path, &place).map_err(cannot)?;
        Ok(Some(place))
    }

    fn decode(&self, text: &[u8]) -> Option<Document> {
        match &self.key {
            Some(_) if text.is_empty() => Some(Document::default()),
            Some(key) => Document::parse(&key.open(text)?),
            None => Document::parse(text),
        }
    }

    fn failure(&self, what: &str, error: std::io::Error) -> Error {
        failure(what, &self.path, error)
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self { modified: metadata.modified().ok(), length: metadata.len(), number }
    }
}

/// Replaces the file at `path`. The caller holds its lock.
fn write_atomically(path: &Path, content: &[u8]) -> std::io::Result<Stamp> {
    // A link stays a link: what it leads to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = create_directory_of(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    remove_leftovers(directory, &prefix);
    // Temporary files are 0600 from the start on Unix, and inherit the directory's rights elsewhere.
    let mut file =
        tempfile::Builder::new().prefix(&prefix).suffix(PARTIAL).tempfile_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    let file: File = file.persist(path).map_err(|error| error.error)?;
    Ok(Stamp::of(&file.metadata()?))
}

/// Removes what processes have left that were killed while they wrote. Nobody else writes now.
fn remove_leftovers(directory: &Path, prefix: &str) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(PARTIAL) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
