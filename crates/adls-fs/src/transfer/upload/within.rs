//! Files that the service copies itself, because source and target lie in one account.

use std::sync::Arc;

use super::send::FileUpload;
use super::source::UploadSource;
use crate::Result;
use crate::transfer::copy::RemoteSource;

impl FileUpload {
    /// Has the service copy the file beside its target, and gives it its name. `false` where it does not, and the
    /// bytes have to come through here.
    pub(super) async fn copied_within(self: &Arc<Self>) -> Result<bool> {
        let Some((source, file_system)) = self.source_within() else { return Ok(false) };
        let temporary = self.temporary(&self.notes.temporary_name())?;
        let request = self.run.queue.request().await;
        let backend = self.run.backend();
        let copied = backend.copy_within(file_system, &source.held(), &temporary.path).await;
        drop(request);
        if let Ok(false) = copied {
            temporary.settle(Ok(())).await?;
            return Ok(false);
        }
        self.place_sent(temporary, copied.map(drop)).await?;
        self.run.moved(&self.item, self.length);
        Ok(true)
    }

    /// The file, where the service can copy it with everything that is wanted of it. What is to be verified is read,
    /// what gets mode bits of its own is made with them, and what an earlier run has begun to send goes on.
    fn source_within(&self) -> Option<(&RemoteSource, &str)> {
        let UploadSource::Remote(source) = &self.source else { return None };
        let options = &self.run.options;
        let plain = !options.verify && options.permission.is_none();
        let wanted = self.attributes.has_all_properties() && plain;
        let fits = wanted && !self.notes.are_resumed();
        source.file_system_within(&self.run.client).filter(|_| fits).map(|name| (source, name))
    }
}
