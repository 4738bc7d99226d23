//! The last step of what is written beside its target in the account: it gets its name.

use adls_wire::RemotePath;
use uuid::Uuid;

use super::local::temporary_name;
use crate::error::Mark;
use crate::{
    Conditions, DeleteOptions, Error, ErrorKind, FileStatus, FileSystemClient, RenameOptions,
    Result,
};

/// A complete temporary file, and what it is to become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placement<'a> {
    pub(crate) client: &'a FileSystemClient,
    pub(crate) temporary: &'a RemotePath,
    pub(crate) target: &'a RemotePath,
    /// How long it must be.
    pub(crate) length: u64,
    /// Whether it replaces a file that is there.
    pub(crate) replace: bool,
    /// Whether it replaces a directory that is there, with everything in it.
    pub(crate) replace_directory: bool,
    /// What must hold for what it replaces.
    pub(crate) conditions: &'a Conditions,
}

impl Placement<'_> {
    /// Looks at both ends, renames, and looks again: somebody may have made a directory of the new name
    /// in between, into which a service moves the file and calls that done. `ready` is told how the file looks just before. Gives how it
    /// looks at its target.
    pub(crate) async fn run(self, ready: impl FnOnce(&FileStatus)) -> Result<FileStatus> {
        let Self { client, temporary, target, length, replace, replace_directory, conditions } =
            self;
        let (complete, existing) =
            tokio::try_join!(client.identified(temporary), client.try_stat(target))?;
        check_length(target, complete.length, length)?;
        let mut aside = None;
        match existing {
            Some(found) if found.is_dir() && replace_directory => {
                let place = target.parent().unwrap_or_else(RemotePath::root);
                let name = place.child(&temporary_name(Uuid::new_v4()))?;
                client.rename(target, &name).await?;
                aside = Some(name);
            }
            Some(found) if found.is_dir() => return Err(Error::at(ErrorKind::IsDirectory, target)),
            Some(_) if !replace => {
                let error = Error::at(ErrorKind::AlreadyExists, target);
                return Err(error.with_mark(Mark::Refused));
            }
            _ => {}
        }
        ready(&complete);
        let options =
            RenameOptions::default().overwrite(replace).target_conditions(conditions.clone());
        if let Err(error) = client.backend().rename(temporary, target, options, true).await {
            if let Some(aside) = &aside {
                // The error to tell is that of the file, which is why the directory comes back.
                drop(client.rename(aside, target).await);
            }
            // Nobody else has anything to do with the temporary file, so it is about the target.
            let error = match error.kind() {
                ErrorKind::LeaseConflict | ErrorKind::ConditionNotMet => error.with_path(target),
                _ => error,
            };
            // Seen by looking, after the service said no.
            let taken = error.kind() == ErrorKind::AlreadyExists && error.http_error().is_none();
            return Err(if taken { error.with_mark(Mark::Refused) } else { error });
        }
        if let Some(aside) = &aside {
            client.delete_with(aside, DeleteOptions::default().recursive(true)).await?;
        }
        let placed = client.stat(target).await?;
        if placed.is_file() {
            return Ok(FileStatus { path: target.clone(), ..complete });
        }
        // Somebody has made a directory meanwhile.
        let stray = target.child(temporary.file_name().unwrap_or_default())?;
        client.delete(&stray).await?;
        Err(Error::at(ErrorKind::IsDirectory, target))
    }
}

/// Fails when a file that was sent has another length in the account.
pub(crate) fn check_length(path: &RemotePath, found: u64, sent: u64) -> Result<()> {
    if found == sent {
        return Ok(());
    }
    Err(Error::at(ErrorKind::Truncated, path)
        .with_message(format!("{path} has {found} bytes after the upload instead of {sent}")))
}

/// What a file in the account is told from another one by, where the service says enough.
pub(crate) fn mark(status: &FileStatus) -> Option<String> {
    let modified = status.modified.duration_since(std::time::SystemTime::UNIX_EPOCH);
    let millis = modified.unwrap_or_default().as_millis();
    status.incarnation.as_ref().map(|id| format!("{id}:{}:{millis}", status.length))
}
