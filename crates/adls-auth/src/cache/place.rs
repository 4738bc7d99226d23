//! The place of a cache file: its directory, the names beside it, and errors that name it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{AuthErrorKind, Error};

pub(super) fn failure(what: &str, path: &Path, error: std::io::Error) -> Error {
    let message = format!("{what} the token cache {}", path.display());
    Error::with_source(AuthErrorKind::Cache, message, error)
}

/// Makes the directory that the cache lies in, closed to others.
pub(super) fn create_directory_of(path: &Path) -> std::io::Result<&Path> {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    Ok(directory)
}

/// The path of a file that belongs to the cache and lies beside it.
pub(super) fn beside(cache: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(cache);
    name.push(suffix);
    name.into()
}
