//! Lists that come in pages, as streams.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use adls_http::{BoxFuture, Page, Pager};
use adls_wire::RemotePath;
use futures_core::Stream;
use tokio_util::task::AbortOnDropHandle;

use crate::error::Mark;
use crate::{Error, ErrorKind, FileStatus, Result};

type ErrorMap = fn(&adls_http::Error) -> ErrorKind;

/// A list that comes in pages: a stream of its entries, or page by page.
///
/// From the second page on, the next one is asked for while the caller works on what has come; memory
/// holds two pages, whatever the length of the list.
/// After an error the stream ends; [`continuation`](Self::continuation) is where it can be taken up
/// again, as the `start_after` of the options. Only an entry whose name cannot be one, because it would lead
/// out of the directory, is an error behind which the stream goes on.
pub struct Listing<T = FileStatus> {
    directory: RemotePath,
    pager: Pager<Entry<T>>,
    kind: ErrorMap,
    /// What could not be given with the page that it was on.
    unusable: Vec<Error>,
}

/// An entry, or why it cannot be one: a name that leads elsewhere must not end the whole list.
pub(crate) type Entry<T> = std::result::Result<T, String>;

impl<T> Listing<T> {
    pub(crate) fn new(directory: RemotePath, pager: Pager<Entry<T>>, kind: ErrorMap) -> Self {
        Self { directory, pager, kind, unusable: Vec::new() }
    }

    /// A list that cannot be begun.
    pub(crate) fn failed(error: Error) -> Self
    where
        T: Send + 'static,
    {
        let nothing = || Page { items: Vec::new(), continuation: None };
        let pager = Pager::resume(None, move |_| Box::pin(async move { Ok(nothing()) }));
        let mut this = Self::new(RemotePath::root(), pager, |_| ErrorKind::Invalid);
        this.unusable.push(error);
        this
    }

    /// The token of the page after the last one fetched; `None` when there is none.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.pager.continuation()
    }

    /// The next page, without what the stream has already given out of it; `None` at the end. Errors
    /// of single entries come behind the last page.
    pub async fn next_page(&mut self) -> Option<Result<Page<T>>> {
        let Some(page) = self.pager.next_page().await else {
            return self.unusable.pop().map(Err);
        };
        Some(page.map_err(|error| self.error(error)).map(|page| {
            let Page { items, continuation } = page;
            let items = items.into_iter().filter_map(|entry| match entry {
                Ok(item) => Some(item),
                Err(why) => {
                    let error = self.entry_error(why);
                    self.unusable.push(error);
                    None
                }
            });
            Page { items: items.collect(), continuation }
        }))
    }

    /// All remaining entries.
    ///
    /// # Errors
    /// The first error of a page.
    pub async fn collect_all(self) -> Result<Vec<T>> {
        let mut this = self;
        let mut all = Vec::new();
        while let Some(page) = this.next_page().await {
            all.extend(page?.items);
        }
        Ok(all)
    }

    fn entry_error(&self, why: String) -> Error {
        Error::at(ErrorKind::Protocol, &self.directory).with_message(why).with_mark(Mark::Entry)
    }

    fn error(&self, error: adls_http::Error) -> Error {
        Error::http((self.kind)(&error), &self.directory, error)
    }
}

/// Has the page after next under way when pages are taken one after the other. Whoever takes only the
/// first one causes no further request.
pub(crate) fn pages_ahead<T: Send + 'static>(
    after: Option<String>,
    fetch: impl Fn(Option<String>) -> BoxFuture<'static, PageResult<T>> + Send + Sync + 'static,
) -> Pager<T> {
    let (fetch, ahead) = (Arc::new(fetch), Arc::new(Mutex::new(None::<Ahead<T>>)));
    let mut first = true;
    Pager::resume(after, move |token| {
        let (fetch, ahead) = (Arc::clone(&fetch), Arc::clone(&ahead));
        let goes_on = !std::mem::replace(&mut first, false);
        Box::pin(async move {
            let under_way = lock(&ahead).take().filter(|page| Some(&page.token) == token.as_ref());
            let page = match under_way {
                // A task that was torn down with its runtime has brought nothing.
                Some(page) => match page.answer.await {
                    Ok(answer) => answer,
                    Err(_) => fetch(token).await,
                },
                None => fetch(token).await,
            }?;
            if let Some(token) = page.continuation.clone().filter(|_| goes_on) {
                let answer = AbortOnDropHandle::new(tokio::spawn(fetch(Some(token.clone()))));
                *lock(&ahead) = Some(Ahead { token, answer });
            }
            Ok(page)
        })
    })
}

type PageResult<T> = std::result::Result<Page<T>, adls_http::Error>;

/// A page that nobody has asked for yet.
struct Ahead<T> {
    token: String,
    answer: AbortOnDropHandle<PageResult<T>>,
}

fn lock<T>(ahead: &Mutex<Option<Ahead<T>>>) -> MutexGuard<'_, Option<Ahead<T>>> {
    ahead.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Unpin> Stream for Listing<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let entry = Pin::new(&mut self.pager).poll_next(cx);
        entry.map(|entry| {
            entry
                .map(|entry| match entry {
                    Ok(Ok(item)) => Ok(item),
                    Ok(Err(why)) => Err(self.entry_error(why)),
                    Err(error) => Err(self.error(error)),
                })
                .or_else(|| self.unusable.pop().map(Err))
        })
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("directory", &self.directory).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Five pages of one number each; the fourth fails the first time.
    fn pages(asked: &Arc<AtomicU32>) -> Pager<u32> {
        let (asked, failed) = (Arc::clone(asked), Arc::new(AtomicU32::new(0)));
        pages_ahead(None, move |token| {
            asked.fetch_add(1, Ordering::Relaxed);
            let number: u32 = token.map_or(0, |token| token.parse().unwrap());
            let fails = number == 3 && failed.fetch_add(1, Ordering::Relaxed) == 0;
            Box::pin(async move {
                if fails {
                    return Err(adls_http::Error::invalid_input("the page is torn out"));
                }
                let continuation = (number < 4).then(|| (number + 1).to_string());
                Ok(Page { items: vec![number], continuation })
            })
        })
    }

    #[tokio::test]
    async fn the_first_page_alone_is_one_request_and_then_one_is_ahead() {
        let asked = Arc::new(AtomicU32::new(0));
        let mut pager = pages(&asked);
        for (page, requests) in [(0, 1), (1, 3), (2, 4)] {
            assert_eq!(pager.next_page().await.unwrap().unwrap().items, [page]);
            tokio::task::yield_now().await;
            assert_eq!(asked.load(Ordering::Relaxed), requests, "after page {page}");
        }
        // What fails ahead fails when it is its turn, and may be asked for again.
        assert!(pager.next_page().await.unwrap().is_err());
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [3]);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [4]);
        assert!(pager.next_page().await.is_none());
        assert_eq!(asked.load(Ordering::Relaxed), 6);
    }
}
