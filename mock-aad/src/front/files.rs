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

/// Takes a file away from everybody but its owner, whoever has made it.
pub(crate) fn keep_secret(path: &Path) -> Result<(), Error> {
    #[cfg(not(unix))]
    let _ = path;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let found = std::fs::metadata(path).map_err(|e| error("cannot read", path, e))?;
        if found.permissions().mode() & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "a key was readable by others");
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
                .map_err(|e| error("cannot take rights away from", path, e))?;
        }
    }
    Ok(())
}

/// An error about a file; `action` is such as "cannot write".
pub(crate) fn error(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { action, path: path.to_owned(), source }
}

/// A temporary file beside `path`; those have mode 0600.
fn filled(path: &Path, text: &str) -> Result<NamedTempFile, Error> {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let mut file = NamedTempFile::new_in(directory).map_err(|e| cannot_write(path, e))?;
    file.write_all(text.as_bytes()).map_err(|e| cannot_write(path, e))?;
    Ok(file)
}

fn persist(temporary: NamedTempFile, path: &Path) -> Result<(), Error> {
    temporary.persist(path).map(drop).map_err(|e| cannot_write(path, e.error))
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    error("cannot write", path, source)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_in_the_place_of_a_file_is_replaced_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let victim = directory.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        for write in [publish, write_secret] {
            let path = directory.path().join("file");
            let _ = fs::remove_file(&path);
            symlink(&victim, &path).unwrap();
            write(&path, "new").unwrap();
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
            assert!(fs::symlink_metadata(&path).unwrap().is_file());
            assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        }
        let dangling = directory.path().join("key");
        symlink(directory.path().join("nowhere"), &dangling).unwrap();
        write_secret_once(&dangling, "secret").unwrap();
        assert!(!directory.path().join("nowhere").exists());
    }

    #[test]
    fn a_secret_is_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        write_secret(&path, "secret").unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        keep_secret(&path).unwrap();
        assert_eq!(mode(), 0o600);
    }
}
