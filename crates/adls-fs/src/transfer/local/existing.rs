//! What is where a download goes.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::check_no_links;
use crate::{Error, ErrorKind, Result};

/// What is at the target of a download.
#[derive(Debug)]
pub(in crate::transfer) enum LocalTarget {
    /// Nothing; the file is to be called this.
    Vacant(PathBuf),
    /// A file of this length and time; a symbolic link has been followed to it.
    File { path: PathBuf, length: u64, modified: Option<SystemTime> },
    /// Something that takes bytes and cannot be replaced: a device or a pipe.
    Stream(PathBuf),
}

/// Looks what is at `target`, which is the user's own choice if it is `root`, and else has its name
/// from the service.
///
/// # Errors
/// For directories, and for what is no file and must not be replaced by one.
pub(in crate::transfer) fn look(root: &Path, target: PathBuf) -> Result<LocalTarget> {
    check_no_links(root, target.parent().unwrap_or(root))?;
    let Ok(found) = target.symlink_metadata() else { return Ok(LocalTarget::Vacant(target)) };
    if !found.is_symlink() {
        return place_of(&found, target.clone(), target, root);
    }
    if target != root {
        return Err(refuse(&target, "is a symbolic link, which could lead anywhere"));
    }
    let Ok(found) = target.metadata() else {
        return Err(refuse(&target, "is a symbolic link to nothing"));
    };
    if found.is_file() {
        // What the link leads to is replaced, not the link.
        let path = target.canonicalize().map_err(|error| Error::local(&target, error))?;
        return place_of(&found, path, target, root);
    }
    place_of(&found, target.clone(), target, root)
}

fn place_of(found: &Metadata, path: PathBuf, named: PathBuf, root: &Path) -> Result<LocalTarget> {
    if found.is_file() {
        let (length, modified) = (found.len(), found.modified().ok());
        return Ok(LocalTarget::File { path, length, modified });
    }
    if found.is_dir() {
        return Err(Error::new(ErrorKind::IsDirectory).with_local_path(named));
    }
    if named == root && takes_bytes(found) {
        return Ok(LocalTarget::Stream(path));
    }
    Err(refuse(&named, "is not a file"))
}

fn refuse(path: &Path, what: &str) -> Error {
    let text = format!("{} {what}; remove it, or choose another target", path.display());
    Error::new(ErrorKind::Invalid).with_message(text).with_local_path(path)
}

/// Whether bytes can be written to something that is no file, without a file system being lost.
fn takes_bytes(found: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        found.file_type().is_char_device() || found.file_type().is_fifo()
    }
    #[cfg(not(unix))]
    {
        let _ = found;
        false
    }
}

/// Fails when there is something at a path now that must not be replaced by a rename; gives what is
/// known of a file there.
pub(super) fn check_replaceable(path: &Path) -> Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => Ok(Some(found)),
        Ok(found) if found.is_dir() => {
            Err(Error::new(ErrorKind::IsDirectory).with_local_path(path))
        }
        Ok(_) => Err(refuse(path, "is not a file any more")),
        Err(_) => Ok(None),
    }
}
