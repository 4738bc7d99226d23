//! Directories and files that hold what nobody else needs to see.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a directory and those above it that only their owner may enter. One that is there is left as
/// it is.
pub(in crate::transfer) fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file that, if it is made, only its owner may read, and that must not be reached through a
/// symbolic link.
pub(in crate::transfer) fn private_file(mut how: OpenOptions, path: &Path) -> io::Result<File> {
    let is_link = path.symlink_metadata().is_ok_and(|metadata| !metadata.is_file());
    if is_link {
        return Err(io::Error::other("it is not a plain file"));
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
    how.open(path)
}
