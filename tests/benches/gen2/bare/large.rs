//! A large file from the disk.

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::Method;

use super::Bare;
use crate::Result;
use crate::loops::local::{Source, temporary_name};
use crate::loops::tasks::Tasks;

impl Bare {
    /// Appends side by side into a file with a temporary name, a flush, and a rename that replaces nothing.
    pub(super) async fn put_large(
        self: &Arc<Self>,
        local: PathBuf,
        remote: &str,
        length: u64,
    ) -> Result<()> {
        let temporary = temporary_name(remote)?;
        self.create(&temporary).await?;
        let file: Arc<(PathBuf, String)> = Arc::new((local, temporary.clone()));
        let (part, mut tasks) = (self.room.bounds.part, Tasks::new(self.room.bounds.parts));
        for offset in (0..usize::try_from(length)?).step_by(part) {
            let (this, file) = (Arc::clone(self), Arc::clone(&file));
            tasks.start(this.send_part(file, offset, length)).await?;
        }
        tasks.finish().await?;
        self.account.flush(&temporary, usize::try_from(length)?).await?;
        let source = self.account.full_path(&temporary);
        let headers = [("if-none-match", "*"), ("x-ms-rename-source", source.as_str())];
        self.account.dfs(Method::PUT, remote, &[("mode", "legacy")], &headers).await?;
        Ok(())
    }

    async fn send_part(
        self: Arc<Self>,
        file: Arc<(PathBuf, String)>,
        offset: usize,
        length: u64,
    ) -> Result<()> {
        let (at, read) = (offset as u64, Arc::clone(&file));
        let wanted = (self.room.bounds.part as u64).min(length - at);
        let (_, part) = self.room.read(move || Source::open(&read.0, at), wanted).await?;
        let _request = self.room.request().await?;
        self.account.append(&file.1, offset, part.content.clone()).await
    }
}
