//! Files on this machine: parts of them in memory, and new ones that appear whole.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use bytes::Bytes;
use tempfile::NamedTempFile;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::Room;
use super::tasks::blocking;
use crate::Result;

/// A part of a local file in memory.
pub(crate) struct Part {
    pub(crate) content: Bytes,
    _room: OwnedSemaphorePermit,
}

/// A local file that is read from where it is.
pub(crate) struct Source(File);

impl Source {
    pub(crate) fn open(local: &Path, start: u64) -> Result<Self> {
        let mut file = File::open(local)?;
        file.seek(SeekFrom::Start(start))?;
        Ok(Self(file))
    }
}

impl Room {
    /// Opens or goes on with a file, and reads the next bytes of it as soon as there is room.
    pub(crate) async fn read(
        &self,
        source: impl FnOnce() -> Result<Source> + Send + 'static,
        length: u64,
    ) -> Result<(Source, Part)> {
        let room = self.part().await?;
        blocking(move || {
            let mut source = source()?;
            let mut content = vec![0; usize::try_from(length)?];
            source.0.read_exact(&mut content)?;
            Ok((source, Part { content: content.into(), _room: room }))
        })
        .await
    }
}

/// A name for a file of the account beside its target.
pub(crate) fn temporary_name(remote: &str) -> Result<String> {
    let (directory, _) = remote.rsplit_once('/').ok_or("a path without a directory")?;
    Ok(format!("{directory}/.bare-{}.part", Uuid::new_v4().simple()))
}

/// A file beside its target, with the rights of any new file.
pub(super) fn temporary(target: &Path) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bare-").suffix(".part").rand_bytes(12);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    Ok(builder.tempfile_in(target.parent().ok_or("a path without a directory")?)?)
}

/// Gives it its name, unless there is something by that name.
pub(super) fn finish(temporary: NamedTempFile, target: &Path) -> Result<()> {
    temporary.into_temp_path().persist_noclobber(target)?;
    Ok(())
}
