//! A listing, page by page.

use std::io::Write as _;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::{Entry, Service};
use crate::Result;

/// What one request lists.
pub(crate) struct Page<E> {
    pub(crate) entries: Vec<E>,
    /// What the next page comes after, if there is one.
    pub(crate) continuation: Option<String>,
}

/// The pages of a directory. As the client has it, the next one is under way from the second one on.
pub(crate) struct Pages<S: Service> {
    service: Arc<S>,
    directory: Arc<str>,
    /// What the next page comes after; `None` at first.
    after: Option<String>,
    ahead: Option<JoinHandle<Result<Page<S::Entry>>>>,
    ended: bool,
}

impl<S: Service> Pages<S> {
    pub(crate) fn new(service: &Arc<S>, directory: &str) -> Self {
        let service = Arc::clone(service);
        Self { service, directory: directory.into(), after: None, ahead: None, ended: false }
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Vec<S::Entry>>> {
        if self.ended {
            return Ok(None);
        }
        let is_first = self.after.is_none();
        let page = match self.ahead.take() {
            Some(page) => page.await??,
            None => self.fetch().await?,
        };
        self.ended = page.continuation.is_none();
        self.after = page.continuation;
        if !is_first && !self.ended {
            self.ahead = Some(tokio::spawn(self.fetch()));
        }
        Ok(Some(page.entries))
    }

    fn fetch(&self) -> impl Future<Output = Result<Page<S::Entry>>> + Send + use<S> {
        Arc::clone(&self.service).page(Arc::clone(&self.directory), self.after.clone())
    }
}

/// Prints what a directory holds, a line of JSON for each entry.
pub(crate) async fn print(service: &Arc<impl Service>, directory: &str) -> Result<()> {
    let mut pages = Pages::new(service, directory);
    while let Some(entries) = pages.next().await? {
        let mut lines = Vec::new();
        for entry in &entries {
            entry.write_json(directory, &mut lines)?;
            lines.push(b'\n');
        }
        std::io::stdout().lock().write_all(&lines)?;
    }
    Ok(())
}
