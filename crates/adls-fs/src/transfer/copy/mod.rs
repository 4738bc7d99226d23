//! Copies within and between accounts, which no kind of account can do by itself, and files that are
//! written whole although they take more than one request.

mod attributes;
mod source;
mod tree;

use adls_wire::RemotePath;
use bytes::Bytes;
use uuid::Uuid;

use super::local::{SmallRead, temporary_name};
use super::placement::Placement;
use super::upload::Temporary;
use crate::creation::{check_conditions, check_write};
use crate::{
    ETag, Error, ErrorKind, FileSystemClient, IntoPath, ReadOptions, Reader, Result, WriteOptions,
    WriteResult,
};
pub(super) use attributes::ItemAttributes;
pub use attributes::{Attribute, PreservedAttributes};
pub(super) use source::RemoteSource;
pub use tree::CopyTreeOptions;

impl FileSystemClient {
    /// Makes a file that holds `content`; readers see all of the file or nothing. Up to 4 MiB it takes
    /// one request; more is written beside the file and renamed when it is complete.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn put(&self, path: impl IntoPath, content: impl Into<Bytes>) -> Result<WriteResult> {
        self.put_with(path, content, WriteOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`put`](Self::put).
    pub async fn put_with(
        &self,
        path: impl IntoPath,
        content: impl Into<Bytes>,
        options: WriteOptions,
    ) -> Result<WriteResult> {
        let (path, content) = (path.into_path()?, content.into());
        check_write(self.capabilities(), &path, &options)?;
        if content.len() > self.backend().max_write() {
            return write_beside(self, &path, content, options).await;
        }
        self.backend().put_whole(&path, content, &options).await
    }

    /// Copies a file to `target` in the account of `to`, which may be this one; says how many bytes
    /// it has. The bytes pass through this machine, a few blocks at a time.
    ///
    /// Nobody sees half a copy: up to 4 MiB it is a single request, else the copy is written beside
    /// its target and renamed when it is complete. A source that is appended to meanwhile is copied
    /// as it was.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a source; [`ErrorKind::IsDirectory`] when either is a directory;
    /// [`ErrorKind::AlreadyExists`] when the target is there and [`WriteOptions::overwrite`] is off;
    /// [`ErrorKind::Changed`] when the source becomes another file meanwhile;
    /// [`ErrorKind::Invalid`] when both are the same file.
    pub async fn copy(
        &self,
        source: impl IntoPath,
        to: &FileSystemClient,
        target: impl IntoPath,
    ) -> Result<u64> {
        self.copy_with(source, to, target, WriteOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`copy`](Self::copy).
    pub async fn copy_with(
        &self,
        source: impl IntoPath,
        to: &FileSystemClient,
        target: impl IntoPath,
        options: WriteOptions,
    ) -> Result<u64> {
        self.copy_file(&source.into_path()?, to, &target.into_path()?, options).await
    }

    async fn copy_file(
        &self,
        source: &RemotePath,
        to: &FileSystemClient,
        target: &RemotePath,
        options: WriteOptions,
    ) -> Result<u64> {
        if source == target && self.file_system_url() == to.file_system_url() {
            return Err(Error::invalid(format!("{source} cannot be copied onto itself")));
        }
        let source = RemoteSource::new(self, self.identified(source).await?);
        match source.read_small(to.backend().max_write() as u64).await? {
            SmallRead::Whole(content, state) => {
                to.put_with(target, content, options).await?;
                Ok(state.length)
            }
            SmallRead::Larger(state) | SmallRead::Endless(state) => {
                beside(to, target, state.length, options, async |writer| {
                    let held = source.held();
                    let mut reader =
                        Reader::new(self.backend(), held.clone(), &ReadOptions::default())?;
                    tokio::io::copy_buf(&mut reader, writer)
                        .await
                        .map_err(|error| Error::of_stream(&held.path, error))?;
                    source.check_same().await
                })
                .await?;
                Ok(state.length)
            }
        }
    }
}

/// Writes more than fits into one request, so that nobody sees a part of it.
async fn write_beside(
    client: &FileSystemClient,
    target: &RemotePath,
    content: Bytes,
    options: WriteOptions,
) -> Result<WriteResult> {
    let length = content.len() as u64;
    beside(client, target, length, options, async |writer| writer.write_bytes(content).await).await
}

/// Has a file of `length` bytes written beside `target`, which gets its name when it is complete.
async fn beside(
    to: &FileSystemClient,
    target: &RemotePath,
    length: u64,
    mut options: WriteOptions,
    write: impl AsyncFnOnce(&mut crate::Writer) -> Result<()>,
) -> Result<WriteResult> {
    // They are about what is replaced, not about what is written beside it.
    let mut conditions = std::mem::take(&mut options.conditions);
    let only_new = conditions.if_none_match == Some(ETag::any());
    if only_new {
        conditions.if_none_match = None;
    }
    check_conditions(to.capabilities(), target, &conditions)?;
    let replace = options.overwrite && !only_new;
    match to.try_stat(target).await? {
        Some(status) if status.is_dir() => return Err(Error::at(ErrorKind::IsDirectory, target)),
        Some(_) if !replace => {
            return Err(Error::at(ErrorKind::AlreadyExists, target));
        }
        _ => {}
    }
    let name = temporary_name(Uuid::new_v4());
    let temporary = Temporary::beside(target, &name, to.backend(), false)?;
    let written = async {
        let mut writer = to.create_unguarded(&temporary.path, options.overwrite(true)).await?;
        write(&mut writer).await?;
        let written = writer.close().await?;
        let placement = Placement {
            client: to,
            temporary: &temporary.path,
            target,
            length,
            replace,
            replace_directory: false,
            conditions: &conditions,
        };
        placement.run(|_| ()).await?;
        Ok(written)
    };
    let written = written.await;
    temporary.settle(written).await
}
