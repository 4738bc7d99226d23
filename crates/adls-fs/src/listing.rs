//! Lists that come in pages, as streams.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use adls_http::{Page, Pager};
use adls_wire::RemotePath;
use futures_core::Stream;

use crate::{Error, ErrorKind, FileStatus, Result};

type ErrorMap = fn(&adls_http::Error) -> ErrorKind;

/// A list that comes in pages: a stream of its entries, or page by page.
///
/// A page is asked for when it is needed, so memory holds one page whatever the length of the list.
/// After an error the stream ends; [`continuation`](Self::continuation) is where it can be taken up
/// again, as the `after` of the options.
pub struct Listing<T = FileStatus> {
    folder: RemotePath,
    pager: Pager<T>,
    kind: ErrorMap,
}

impl<T> Listing<T> {
    pub(crate) fn new(folder: RemotePath, pager: Pager<T>, kind: ErrorMap) -> Self {
        Self { folder, pager, kind }
    }

    /// The token of the page after the last one fetched; `None` when there is none.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.pager.continuation()
    }

    /// The next page, without what the stream has already given out of it; `None` at the end.
    pub async fn next_page(&mut self) -> Option<Result<Page<T>>> {
        let page = self.pager.next_page().await?;
        Some(page.map_err(|error| self.error(error)))
    }

    /// All remaining entries.
    ///
    /// # Errors
    /// The first error of a page.
    pub async fn collect_all(self) -> Result<Vec<T>> {
        let Self { folder, pager, kind } = self;
        pager.collect_all().await.map_err(|error| Error::http(kind(&error), &folder, error))
    }

    fn error(&self, error: adls_http::Error) -> Error {
        Error::http((self.kind)(&error), &self.folder, error)
    }
}

impl<T: Unpin> Stream for Listing<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let entry = Pin::new(&mut self.pager).poll_next(cx);
        entry.map(|entry| entry.map(|entry| entry.map_err(|error| self.error(error))))
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("folder", &self.folder).finish_non_exhaustive()
    }
}
