//! Files on this machine. Everything that may block runs on threads made for it.

mod existing;
mod positioned;
mod source;
mod state;
mod target;
mod walk;

use std::path::Path;

use uuid::Uuid;

use crate::{Error, ErrorKind, Result};
pub(super) use existing::{LocalTarget, look};
pub(super) use source::{SmallRead, SourceFile, SourceState};
pub(super) use state::{private_directory, private_file};
pub(super) use target::{FinishOptions, ResumedFile, TargetFile, TargetWriter, mark};
pub(super) use walk::{
    LocalDirectory, LocalEntry, LocalKind, Matching, list_local, local_entries, walk_local,
};

/// What temporary files are called, here and in the account.
const TEMPORARY_PREFIX: &str = ".adls-";
const TEMPORARY_SUFFIX: &str = ".part";

/// What the temporary file of a transfer is called.
pub(super) fn temporary_name(id: Uuid) -> String {
    format!("{TEMPORARY_PREFIX}{}{TEMPORARY_SUFFIX}", id.simple())
}

/// What the directory of an upload's segments is called has this behind the name of its temporary file.
pub(super) const SEGMENTS_SUFFIX: &str = ".segments";

/// Whether a name is one that transfers give to what is not complete, here or in the account:
/// `.adls-`, 32 hexadecimal digits, `.part`, and nothing else but the suffix of segments.
#[must_use]
pub fn is_temporary(name: &str) -> bool {
    let name = name.strip_suffix(SEGMENTS_SUFFIX).unwrap_or(name);
    let id = name.strip_prefix(TEMPORARY_PREFIX).and_then(|n| n.strip_suffix(TEMPORARY_SUFFIX));
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    id.is_some_and(|id| id.len() == 32 && id.bytes().all(digit))
}

/// Fails when a directory on the way from `root` to `path` is a symbolic link, which could lead
/// anywhere. `root` itself may be one: that is the user's own choice.
pub(super) fn check_no_links(root: &Path, path: &Path) -> Result<()> {
    let below = path.ancestors().take_while(|at| *at != root && at.starts_with(root));
    let is_link = |at: &&Path| at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    match below.into_iter().find(is_link) {
        Some(link) => Err(Error::new(ErrorKind::Invalid)
            .with_message(format!(
                "{} is a symbolic link, and what goes into it could leave {}; remove it, or \
                 download to where it leads",
                link.display(),
                root.display()
            ))
            .with_local_path(link)),
        None => Ok(()),
    }
}

/// Runs `work` on a thread where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::new(ErrorKind::Local)
            .with_message("a thread for local files failed")
            .with_source(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_the_right_thing_temporary_names_are_recognised_exactly() {
        let name = temporary_name(Uuid::new_v4());
        assert!(is_temporary(&name) && is_temporary(&format!("{name}{SEGMENTS_SUFFIX}")));
        for other in [
            ".adls-report.partial.csv",
            ".adls-.part",
            ".adls-0123456789abcdef0123456789abcde.part",
            ".adls-0123456789ABCDEF0123456789ABCDEF.part",
            ".adls-0123456789abcdef0123456789abcdef.part.bak",
            ".adls-0123456789abcdef0123456789abcdef.joined",
            "x.adls-0123456789abcdef0123456789abcdef.part",
        ] {
            assert!(!is_temporary(other), "{other}");
        }
    }
}
