//! Directories of a tree that cannot be listed.

use adls_fs::{ErrorKind, FileStatus};
use adls_wire::RemotePath;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::escape;

/// Directories that could not be listed: others are, and in the end the command has failed.
#[derive(Default)]
pub(super) struct ListFailures(usize);

impl ListFailures {
    /// The entry, or a warning; a failure of all of the work is one.
    pub(super) fn check(
        &mut self,
        context: &Context,
        entry: adls_fs::Result<FileStatus>,
        root: &RemotePath,
    ) -> Outcome<Option<FileStatus>> {
        match entry {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.path() == Some(root) => Err(error.into()),
            Err(error) if error.kind() == ErrorKind::Unauthenticated => Err(error.into()),
            Err(error) => {
                self.0 += 1;
                context.printer.warning(&escape(&error.to_string()));
                Ok(None)
            }
        }
    }

    pub(super) fn finish(&self) -> Outcome {
        match self.0 {
            0 => Ok(()),
            1 => Err(Failure::new("a directory could not be listed")),
            count => Err(Failure::new(format!("{count} directories could not be listed"))),
        }
    }
}
