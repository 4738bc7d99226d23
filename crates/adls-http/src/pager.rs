//! Lists that come in pages.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::{BoxFuture, Error, Result};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it; may be empty although more pages follow.
    pub items: Vec<T>,
    /// The continuation token of the next page; `None` on the last one.
    pub continuation: Option<String>,
}

type Fetch<T> = dyn FnMut(Option<String>) -> BoxFuture<'static, Result<Page<T>>> + Send;

/// A list as a stream: of items, or by [`next_page`](Self::next_page).
///
/// A page is asked for when it is needed, so memory holds one page. After an error the stream ends;
/// [`continuation`](Self::continuation) is where it can be taken up again.
pub struct Pager<T> {
    fetch: Box<Fetch<T>>,
    state: State,
    items: VecDeque<T>,
    pending: Option<BoxFuture<'static, Result<Page<T>>>>,
}

#[derive(Clone, Debug)]
enum State {
    Next(Option<String>),
    Done,
}

impl<T> Pager<T> {
    /// A list whose pages `fetch` gets by continuation token, `None` for the first.
    pub fn new(
        fetch: impl FnMut(Option<String>) -> BoxFuture<'static, Result<Page<T>>> + Send + 'static,
    ) -> Self {
        Self::resume(None, fetch)
    }

    /// The same from a continuation token on.
    pub fn resume(
        continuation: Option<String>,
        fetch: impl FnMut(Option<String>) -> BoxFuture<'static, Result<Page<T>>> + Send + 'static,
    ) -> Self {
        Self {
            fetch: Box::new(fetch),
            state: State::Next(continuation),
            items: VecDeque::new(),
            pending: None,
        }
    }

    /// The token of the page after the last one fetched; `None` when there is none.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        match &self.state {
            State::Next(token) => token.as_deref(),
            State::Done => None,
        }
    }

    /// The next page, without what the stream has already given out of it.
    pub async fn next_page(&mut self) -> Option<Result<Page<T>>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    /// All remaining items.
    ///
    /// # Errors
    /// The first error of a page.
    pub async fn collect_all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::from(std::mem::take(&mut self.items));
        while let Some(page) = self.next_page().await {
            all.extend(page?.items);
        }
        Ok(all)
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        if self.pending.is_none() {
            let State::Next(token) = &self.state else { return Poll::Ready(None) };
            self.pending = Some((self.fetch)(token.clone()));
        }
        let Some(pending) = &mut self.pending else { return Poll::Ready(None) };
        let Poll::Ready(page) = pending.as_mut().poll(cx) else { return Poll::Pending };
        self.pending = None;
        Poll::Ready(Some(page.and_then(|page| self.accept(page))))
    }

    /// Moves on to the token of `page`. A token that does not change would go round for ever.
    fn accept(&mut self, page: Page<T>) -> Result<Page<T>> {
        let before = std::mem::replace(&mut self.state, State::Done);
        if let Some(token) = &page.continuation {
            if matches!(&before, State::Next(Some(last)) if last == token) {
                return Err(Error::repeated_page(token));
            }
            self.state = State::Next(Some(token.clone()));
        }
        Ok(page)
    }
}

impl<T: Unpin> Stream for Pager<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match this.poll_page(cx) {
                Poll::Ready(Some(Ok(page))) => this.items = page.items.into(),
                Poll::Ready(Some(Err(error))) => {
                    this.state = State::Done;
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<T> fmt::Debug for Pager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager").field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;

    fn pages(answers: Vec<Page<u32>>) -> Pager<u32> {
        let mut answers = answers.into_iter();
        Pager::new(move |_| {
            let page = answers.next().unwrap();
            Box::pin(async move { Ok(page) })
        })
    }

    fn page(items: &[u32], continuation: Option<&str>) -> Page<u32> {
        Page { items: items.to_vec(), continuation: continuation.map(str::to_owned) }
    }

    #[tokio::test]
    async fn empty_pages_are_passed_over() {
        let list = pages(vec![page(&[1], Some("a")), page(&[], Some("b")), page(&[2, 3], None)]);
        let items: Vec<u32> = list.map(Result::unwrap).collect().await;
        assert_eq!(items, [1, 2, 3]);
    }

    #[tokio::test]
    async fn pages_and_items_may_be_mixed() {
        let mut list = pages(vec![page(&[1, 2], Some("a")), page(&[3], None)]);
        assert_eq!(list.next().await.unwrap().unwrap(), 1);
        assert_eq!(list.continuation(), Some("a"));
        assert_eq!(list.collect_all().await.unwrap(), [2, 3]);
    }

    #[tokio::test]
    async fn a_token_that_repeats_is_an_error_not_a_loop() {
        let list = pages(vec![page(&[1], Some("a")), page(&[1], Some("a"))]);
        let error = list.collect_all().await.unwrap_err();
        assert!(error.to_string().contains("same page"), "{error}");
    }
}
