//! Copies within and between accounts, which no kind of account can do by itself.

use adls_wire::RemotePath;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::local::temporary_name;
use super::upload::Temporary;
use crate::{
    Error, ErrorKind, FileStatus, FileSystemClient, ReadOptions, Reader, RenameOptions, Result,
    WriteOptions,
};

impl FileSystemClient {
    /// Copies a file to `target` in the account of `to`, which may be this one; says how many bytes
    /// it has. The bytes pass through this machine, a few blocks at a time.
    ///
    /// Nobody sees half a copy: up to 4 MiB it is a single request, else the copy is written beside
    /// its target and renamed when it is complete.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a source; [`ErrorKind::IsDirectory`] when either is a folder;
    /// [`ErrorKind::AlreadyExists`] when the target is there and [`WriteOptions::overwrite`] is off;
    /// [`ErrorKind::Invalid`] when both are the same file.
    pub async fn copy(
        &self,
        source: &RemotePath,
        to: &FileSystemClient,
        target: &RemotePath,
        options: WriteOptions,
    ) -> Result<u64> {
        if source == target && self.endpoint() == to.endpoint() {
            return Err(Error::invalid(format!("{source} cannot be copied onto itself")));
        }
        let reader = self.open(source, ReadOptions::default()).await?;
        let length = reader.len();
        if length <= to.backend().max_append() as u64 {
            let content = reader.read_at(0..length).await?;
            to.write(target, content, options).await?;
            return Ok(length);
        }
        match to.try_stat(target).await? {
            Some(status) if status.is_dir() => {
                return Err(Error::at(ErrorKind::IsDirectory, target));
            }
            Some(_) if !options.overwrite => {
                return Err(Error::at(ErrorKind::AlreadyExists, target));
            }
            _ => {}
        }
        let name = temporary_name(Uuid::new_v4());
        let temporary = Temporary::beside(target, &name, to.backend(), false)?;
        let copied = copy_beside(reader, to, &temporary.path, target, options).await;
        temporary.settle(copied).await?;
        Ok(length)
    }
}

async fn copy_beside(
    mut reader: Reader,
    to: &FileSystemClient,
    temporary: &RemotePath,
    target: &RemotePath,
    options: WriteOptions,
) -> Result<()> {
    let rename = RenameOptions::default().overwrite(options.overwrite);
    let mut writer = to.create(temporary, options).await?;
    let copied = async {
        tokio::io::copy_buf(&mut reader, &mut writer).await?;
        writer.shutdown().await
    };
    copied.await.map_err(|error| of_stream(reader.status(), error))?;
    to.rename(temporary, target, rename).await
}

/// The failure that a stream of this crate has wrapped.
fn of_stream(source: &FileStatus, error: std::io::Error) -> Error {
    error
        .downcast::<Error>()
        .unwrap_or_else(|error| Error::at(ErrorKind::Transient, &source.path).with_source(error))
}
