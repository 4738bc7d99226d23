//! Small files that appear in one step: whoever sees one sees all of it.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Error;

/// Writes a file that everybody on the machine may read.
pub(crate) fn publish(path: &Path, text: &str) -> Result<(), Error> {
    let temporary = filled(path, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::Permissions::from_mode(0o644);
        temporary.as_file().set_permissions(readable).map_err(|e| cannot_write(path, e))?;
    }
    persist(temporary, path)
}

/// Writes a file that only the owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), Error> {
    persist(filled(path, text)?, path)
}

/// Writes a file that only the owner may read, unless it is there already.
pub(crate) fn write_secret_once(path: &Path, text: &str) -> Result<(), Error> {
    match filled(path, text)?.persist_noclobber(path) {
        Err(e) if e.error.kind() != io::ErrorKind::AlreadyExists => {
            Err(cannot_write(path, e.error))
        }
        _ => Ok(()),
    }
}

/// An error about a file; `action` is such as "cannot write".
pub(crate) fn error(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { action, path: path.to_owned(), source }
}

/// A temporary file beside `path`; those have mode 0600.
fn filled(path: &Path, text: &str) -> Result<NamedTempFile, Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = NamedTempFile::new_in(folder).map_err(|e| cannot_write(path, e))?;
    file.write_all(text.as_bytes()).map_err(|e| cannot_write(path, e))?;
    Ok(file)
}

fn persist(temporary: NamedTempFile, path: &Path) -> Result<(), Error> {
    temporary.persist(path).map(drop).map_err(|e| cannot_write(path, e.error))
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    error("cannot write", path, source)
}
