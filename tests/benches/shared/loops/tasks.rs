//! Tasks of which only so many exist at once.

use tokio::task::JoinSet;

use crate::Result;

pub(crate) struct Tasks {
    set: JoinSet<Result<()>>,
    most: usize,
}

impl Tasks {
    pub(crate) fn new(most: usize) -> Self {
        Self { set: JoinSet::new(), most }
    }

    pub(crate) async fn start(
        &mut self,
        work: impl Future<Output = Result<()>> + Send + 'static,
    ) -> Result<()> {
        while self.set.len() >= self.most
            && let Some(ended) = self.set.join_next().await
        {
            ended??;
        }
        self.set.spawn(work);
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<()> {
        while let Some(ended) = self.set.join_next().await {
            ended??;
        }
        Ok(())
    }
}

/// Runs work on a thread where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}
