//! A stream as a file in the account.

use adls_wire::RemotePath;
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};
use uuid::Uuid;

use super::temporary::Temporary;
use crate::creation::check_conditions;
use crate::transfer::journal::TransferKey;
use crate::transfer::local::temporary_name;
use crate::transfer::options::{OverwriteDecision, decide};
use crate::transfer::placement::Placement;
use crate::transfer::run::{Outcome, Run};
use crate::transfer::{TransferItem, TransferOptions, TransferReport};
use crate::{
    Error, ErrorKind, FileKind, FileStatus, FileSystemClient, IntoPath, Result, WriteOptions,
};

/// What a stream is called among the sources of transfers.
const NAME: &str = "a stream";

impl FileSystemClient {
    /// Uploads what a stream gives, up to its end, as the file `target`, which gets its name when it is
    /// complete. Nothing can be resumed: a stream is not read twice.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] for a file that is there, unless
    /// [`TransferOptions::overwrite`] is [`Overwrite::Replace`](crate::transfer::Overwrite::Replace);
    /// [`ErrorKind::Local`] when the stream cannot be read, and those of the requests.
    pub async fn upload_stream(
        &self,
        source: impl AsyncRead + Unpin,
        target: impl IntoPath,
        options: TransferOptions,
    ) -> Result<TransferReport> {
        let target = target.into_path()?;
        check_conditions(self.capabilities(), &target, &options.conditions)?;
        let options = options.journal(None);
        let key = TransferKey::new(self, "upload", NAME.to_owned(), target.to_string());
        let work = async {
            let run = Run::new(self, &options, key).await?;
            let item = run.found(NAME, &target, FileKind::File, 0);
            let sent = send(&run, &item, source, &target);
            run.single(item.clone(), sent).await
        };
        Run::within_deadline(self, &options, work).await
    }
}

async fn send(
    run: &Run,
    item: &TransferItem,
    source: impl AsyncRead + Unpin,
    target: &RemotePath,
) -> Result<Outcome> {
    let existing = run.client.try_stat(target).await?;
    if existing.as_ref().is_some_and(FileStatus::is_dir) {
        return Err(Error::at(ErrorKind::IsDirectory, target));
    }
    let existing = existing.map(|status| (status.length, Some(status.modified)));
    // A stream has no time of its own, so it counts as newer than whatever is there.
    let replace = match decide(run.options.overwrite, (0, None), existing) {
        OverwriteDecision::Refuse => return Err(Error::at(ErrorKind::AlreadyExists, target)),
        decision => decision == OverwriteDecision::Write { replace: true },
    };
    if run.options.dry_run {
        return Ok(Outcome::Planned);
    }
    let name = temporary_name(Uuid::new_v4());
    let temporary = Temporary::beside(target, &name, run.backend(), false)?;
    let sent = async {
        let length = write(run, item, source, &temporary.path).await?;
        let placement = Placement {
            client: &run.client,
            temporary: &temporary.path,
            target,
            length,
            replace,
            replace_directory: false,
            conditions: &run.options.conditions,
        };
        placement.run(|_| ()).await?;
        Ok(length)
    };
    let sent = sent.await;
    Ok(Outcome::Sized(temporary.settle(sent).await?))
}

/// Writes the stream to a file of this name; gives its length.
async fn write(
    run: &Run,
    item: &TransferItem,
    mut source: impl AsyncRead + Unpin,
    path: &RemotePath,
) -> Result<u64> {
    let options = WriteOptions::default().overwrite(true).permission(run.options.permission);
    let mut writer = run.client.create_with(path, options).await?;
    let mut length = 0;
    loop {
        let mut piece = BytesMut::with_capacity(run.options.part_size);
        let room = run.queue.bytes(run.options.part_size as u64).await;
        while piece.len() < piece.capacity() {
            let read = source.read_buf(&mut piece).await;
            if read.map_err(|error| Error::new(ErrorKind::Local).with_source(error))? == 0 {
                break;
            }
        }
        let read = piece.len() as u64;
        if read == 0 {
            break;
        }
        writer.write_bytes(piece.freeze()).await?;
        drop(room);
        length += read;
        run.moved(item, read);
    }
    writer.close().await?;
    Ok(length)
}
