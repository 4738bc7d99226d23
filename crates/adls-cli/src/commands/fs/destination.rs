//! Where the result of `cp` and `mv` goes, by the rule that transfers have too.

use adls_fs::{ErrorKind, FileStatus, RemotePath};

use crate::context::{Remote, not_a_directory};
use crate::failure::{Failure, Outcome};

/// What is at the source. A slash at its end asks for a directory.
pub(super) async fn source_status(remote: &Remote) -> Outcome<FileStatus> {
    let status = remote.client.stat(&remote.path).await?;
    if remote.directory_form && !status.is_dir() {
        return Err(not_a_directory(&remote.path));
    }
    Ok(status)
}

/// Where the result goes: into a directory under the source's own name, where there is one or the
/// target ends in a slash; else it is the target itself. A directory that the slash asks for comes into
/// being, as for an upload.
pub(super) async fn resolve(source: &Remote, target: &Remote) -> Outcome<Destination> {
    let destination = look(source, target).await?;
    destination.prepare(target).await?;
    Ok(destination)
}

/// The same without making anything.
pub(super) async fn look(source: &Remote, target: &Remote) -> Outcome<Destination> {
    let existing = target.client.try_stat(&target.path).await?;
    let into = match &existing {
        Some(status) if status.is_dir() => true,
        Some(_) if target.directory_form => return Err(not_a_directory(&target.path)),
        _ => target.directory_form,
    };
    let Some(name) = source.path.file_name().filter(|_| into) else {
        let path = target.path.clone();
        return Ok(Destination { path, existing, lacks_directory: false });
    };
    let lacks_directory = existing.is_none();
    let path = target.path.child(name).map_err(|error| Failure::usage(error.to_string()))?;
    let existing = match lacks_directory {
        true => None,
        false => target.client.try_stat(&path).await?,
    };
    Ok(Destination { path, existing, lacks_directory })
}

/// Where a result goes, and what is there now.
pub(super) struct Destination {
    pub(super) path: RemotePath,
    pub(super) existing: Option<FileStatus>,
    /// Whether the directory is missing that it goes into.
    lacks_directory: bool,
}

impl Destination {
    /// Makes the directory that a slash at the end of `target` asks for.
    pub(super) async fn prepare(&self, target: &Remote) -> Outcome {
        if self.lacks_directory {
            target.client.mkdirs(&target.path).await?;
        }
        Ok(())
    }
}

/// The failure of a command that has `--overwrite`, which is offered where it helps: a file that is in
/// the way of a file.
pub(super) fn offer_overwrite(
    error: adls_fs::Error,
    overwrite: bool,
    source: &FileStatus,
    existing: Option<&FileStatus>,
) -> Failure {
    let exists = error.kind() == ErrorKind::AlreadyExists;
    let failure = Failure::from(error);
    let helps = source.is_file() && existing.is_none_or(FileStatus::is_file);
    if exists && helps && !overwrite {
        return failure.hint("add --overwrite to replace it");
    }
    failure
}
