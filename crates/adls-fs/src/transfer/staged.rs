//! A file that comes in parts, written beside its target until it is complete.

use adls_wire::RemotePath;
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::local::temporary_name;
use super::placement::Placement;
use super::upload::Temporary;
use crate::backend::{SyncMode, WriteHandle};
use crate::creation::check_write;
use crate::{Conditions, Error, ErrorKind, FileSystemClient, Result, WriteOptions, WriteResult};

/// The file in the making. Nobody sees it under its name before [`complete`](Self::complete), and nothing of
/// it is left after [`abort`](Self::abort), nor soon after it was dropped.
pub(crate) struct StagedFile {
    client: FileSystemClient,
    target: RemotePath,
    handle: WriteHandle,
    /// `None` when it is complete or given up.
    temporary: Option<Temporary>,
    /// The bytes of all parts so far.
    length: u64,
    /// Ends with the part before the next one, where parts have to come in order.
    turn: Option<oneshot::Receiver<()>>,
}

impl StagedFile {
    /// Begins a file that replaces what is at `target` when it is complete.
    pub(crate) async fn begin(
        client: &FileSystemClient,
        target: &RemotePath,
        options: WriteOptions,
    ) -> Result<Self> {
        check_write(client.capabilities(), target, &options)?;
        let name = temporary_name(Uuid::new_v4());
        let temporary = Temporary::beside(target, &name, client.backend(), false)?;
        let handle = WriteHandle::new(&temporary.path);
        let options = options.overwrite(true);
        client.backend().create(&handle, Bytes::new(), &options, SyncMode::Unflushed).await?;
        Ok(Self {
            client: client.clone(),
            target: target.clone(),
            handle,
            temporary: Some(temporary),
            length: 0,
            turn: None,
        })
    }

    /// Sends the next part, behind those before it, whether anybody waits for it or not; dropping what it
    /// gives stops that. Parts go side by side where the service takes them so.
    pub(crate) fn part(
        &mut self,
        mut content: Bytes,
    ) -> impl Future<Output = Result<()>> + Send + 'static {
        let (backend, handle) = (self.client.backend().clone(), self.handle.clone());
        let mut offset = self.length;
        self.length += content.len() as u64;
        let (done, next) = oneshot::channel::<()>();
        let in_order = !self.client.capabilities().parallel_write;
        let turn = self.turn.replace(next).filter(|_| in_order);
        let path = self.target.clone();
        let sending = AbortOnDropHandle::new(tokio::spawn(async move {
            let _done = done;
            if let Some(turn) = turn {
                // However it ended: after a failure the service refuses what would leave a gap.
                drop(turn.await);
            }
            while !content.is_empty() {
                let piece = content.split_to(content.len().min(backend.max_write()));
                let length = piece.len() as u64;
                backend.write_at(&handle, offset, piece, SyncMode::Unflushed).await?;
                offset += length;
            }
            Ok(())
        }));
        async move {
            sending.await.unwrap_or_else(|error| {
                Err(Error::at(ErrorKind::Transient, &path)
                    .with_message(format!("the task that sends a part of {path} was stopped"))
                    .with_source(error))
            })
        }
    }

    /// Publishes the file under its name when all parts have arrived; fails when one has not.
    pub(crate) async fn complete(&mut self) -> Result<WriteResult> {
        let Some(temporary) = &self.temporary else { return Err(self.ended()) };
        let (backend, length) = (self.client.backend(), self.length);
        let written = backend.flush(&self.handle, length, SyncMode::Closed).await?;
        let placement = Placement {
            client: &self.client,
            temporary: &temporary.path,
            target: &self.target,
            length,
            replace: true,
            replace_directory: false,
            conditions: &Conditions::default(),
        };
        placement.run(|_| ()).await?;
        match self.temporary.take() {
            Some(temporary) => temporary.settle(Ok(written)).await,
            None => Ok(written),
        }
    }

    /// Removes what was sent.
    pub(crate) async fn abort(&mut self) -> Result<()> {
        let Some(temporary) = self.temporary.take() else { return Err(self.ended()) };
        let path = temporary.path.clone();
        match temporary.discard().await {
            true => Ok(()),
            false => Err(Error::at(ErrorKind::Transient, &path)
                .with_message(format!("{path} could not be removed, which an upload has left"))),
        }
    }

    fn ended(&self) -> Error {
        let text = format!("the upload of {} has ended already; begin another one", self.target);
        Error::at(ErrorKind::Invalid, &self.target).with_message(text)
    }
}

impl std::fmt::Debug for StagedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StagedFile")
            .field("target", &self.target)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
