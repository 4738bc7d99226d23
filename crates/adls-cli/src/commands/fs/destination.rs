//! Where the result of `mv` goes, by the rule that transfers have too.

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

/// Fails when a file is where a slash at the end asks for a directory.
pub(super) async fn check_is_directory(remote: &Remote) -> Outcome {
    match remote.client.try_stat(&remote.path).await? {
        Some(status) if status.is_file() => Err(not_a_directory(&remote.path)),
        _ => Ok(()),
    }
}

/// Where the result goes: into a directory under the source's own name, where there is one or the
/// target ends in a slash; else it is the target itself. Nothing is made yet.
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
    /// Makes the directory that a slash at the end of `target` asks for, as an upload does.
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
