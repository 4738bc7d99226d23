//! Lists that come in pages.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::{BoxFuture, Error};

/// How many pages in a row may hold nothing: a service that filters sends some, one that sends more does
/// not come to an end.
const MOST_EMPTY_PAGES: u32 = 1000;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it; may be empty although more pages follow.
    pub items: Vec<T>,
    /// The continuation token of the next page; `None` on the last one.
    pub continuation: Option<String>,
}

type PageResult<T, E> = Result<Page<T>, E>;
type Fetch<T, E> = dyn FnMut(Option<String>) -> BoxFuture<'static, PageResult<T, E>> + Send;

/// A list as a stream: of items, or by [`next_page`](Self::next_page).
///
/// A page is asked for when it is needed, so memory holds one page. After an error the stream ends;
/// [`continuation`](Self::continuation) is where it can be taken up again.
///
/// `E` is the error of the crate that hands the pager out.
pub struct Pager<T, E = Error> {
    fetch: Box<Fetch<T, E>>,
    /// The token of the page to fetch next; `None` means the first one.
    next: Option<String>,
    /// Tells when tokens go round in a circle.
    cycle: CycleDetector,
    /// How many pages in a row held nothing.
    empty: u32,
    /// How many more pages there may be.
    left: u32,
    ended: bool,
    items: VecDeque<T>,
    pending: Option<BoxFuture<'static, PageResult<T, E>>>,
}

impl<T, E: From<Error>> Pager<T, E> {
    /// A list whose pages `fetch` gets by continuation token, `None` for the first.
    pub fn new(
        fetch: impl FnMut(Option<String>) -> BoxFuture<'static, PageResult<T, E>> + Send + 'static,
    ) -> Self {
        Self::resume(None, fetch)
    }

    /// The same from a continuation token on.
    pub fn resume(
        continuation: Option<String>,
        fetch: impl FnMut(Option<String>) -> BoxFuture<'static, PageResult<T, E>> + Send + 'static,
    ) -> Self {
        Self {
            fetch: Box::new(fetch),
            cycle: CycleDetector::from(continuation.clone()),
            next: continuation,
            empty: 0,
            left: u32::MAX,
            ended: false,
            items: VecDeque::new(),
            pending: None,
        }
    }

    /// The same with an end: more pages than these are an error.
    #[must_use]
    pub fn with_most_pages(mut self, pages: u32) -> Self {
        self.left = pages;
        self
    }

    /// The token of the page after the last one fetched. `None` when there is none, and as long as
    /// the first page has not been fetched.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// The next page: first what the stream has fetched but not yet given out, if anything.
    ///
    /// After an error the same page may be asked for again.
    pub async fn next_page(&mut self) -> Option<PageResult<T, E>> {
        if !self.items.is_empty() {
            let items = std::mem::take(&mut self.items).into();
            return Some(Ok(Page { items, continuation: self.next.clone() }));
        }
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    /// All remaining items.
    ///
    /// # Errors
    /// The first error of a page.
    pub async fn collect_all(mut self) -> Result<Vec<T>, E> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await {
            all.extend(page?.items);
        }
        Ok(all)
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<PageResult<T, E>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let Self { fetch, next, pending, .. } = self;
        let fetching = pending.get_or_insert_with(|| fetch(next.clone()));
        let page = ready!(fetching.as_mut().poll(cx));
        self.pending = None;
        Poll::Ready(Some(page.and_then(|page| self.accept(page))))
    }

    /// Moves on to the token of `page`. Tokens that come again would go round for ever.
    fn accept(&mut self, page: Page<T>) -> PageResult<T, E> {
        self.left = self.left.saturating_sub(1);
        self.empty = if page.items.is_empty() { self.empty + 1 } else { 0 };
        let endless = self.left == 0 || self.empty >= MOST_EMPTY_PAGES;
        match &page.continuation {
            Some(token) if self.cycle.is_repeated(token) => {
                self.ended = true;
                Err(Error::repeated_page(token).into())
            }
            Some(_) if endless => {
                self.ended = true;
                Err(Error::endless_list().into())
            }
            continuation => {
                self.ended = continuation.is_none();
                self.next.clone_from(continuation);
                Ok(page)
            }
        }
    }
}

/// Finds any circle of tokens, whatever its length, and holds one token only (Brent's algorithm):
/// each token is compared with one that came before it, which moves on after 1, 2, 4, 8... tokens.
/// A circle is noticed at the latest when it has been gone round three times.
#[derive(Debug)]
pub struct CycleDetector {
    seen: Option<String>,
    /// How many tokens came after `seen`, and how many may before it moves on.
    since: u64,
    until: u64,
}

impl From<Option<String>> for CycleDetector {
    fn from(first: Option<String>) -> Self {
        Self { seen: first, since: 0, until: 1 }
    }
}

impl CycleDetector {
    /// Whether `token` was there before.
    pub fn is_repeated(&mut self, token: &str) -> bool {
        if self.seen.as_deref() == Some(token) {
            return true;
        }
        self.since += 1;
        if self.since >= self.until {
            self.since = 0;
            self.until = self.until.saturating_mul(2);
            self.seen = Some(token.to_owned());
        }
        false
    }
}

impl<T: Unpin, E: From<Error>> Stream for Pager<T, E> {
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(this.poll_page(cx)) {
                Some(Ok(page)) => this.items = page.items.into(),
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T, E> fmt::Debug for Pager<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A token may be a link with a signature in it.
        f.debug_struct("Pager").field("ended", &self.ended).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use futures_util::StreamExt;

    fn pages(answers: Vec<Result<Page<u32>, Error>>) -> Pager<u32> {
        let mut answers = answers.into_iter();
        Pager::new(move |_| {
            let page = answers.next().unwrap();
            Box::pin(async move { page })
        })
    }

    fn page(items: &[u32], continuation: Option<&str>) -> Result<Page<u32>, Error> {
        Ok(Page { items: items.to_vec(), continuation: continuation.map(str::to_owned) })
    }

    #[tokio::test]
    async fn empty_pages_are_passed_over() {
        let list = pages(vec![page(&[1], Some("a")), page(&[], Some("b")), page(&[2, 3], None)]);
        let items: Vec<u32> = list.map(Result::unwrap).collect().await;
        assert_eq!(items, [1, 2, 3]);
    }

    #[tokio::test]
    async fn each_page_is_asked_for_by_the_token_before_it() {
        let mut list: Pager<Option<String>> = Pager::resume(Some("a".to_owned()), |token| {
            let next = (token.as_deref() == Some("a")).then(|| "b".to_owned());
            Box::pin(async move { Ok(Page { items: vec![token], continuation: next }) })
        });
        assert_eq!(list.continuation(), Some("a"));
        assert_eq!(list.next().await.unwrap().unwrap().as_deref(), Some("a"));
        assert_eq!(list.continuation(), Some("b"));
        assert_eq!(list.next().await.unwrap().unwrap().as_deref(), Some("b"));
        assert_eq!(list.continuation(), None);
        assert!(list.next().await.is_none());
        assert!(list.next_page().await.is_none());
    }

    #[tokio::test]
    async fn pages_and_items_may_be_mixed() {
        let mut list = pages(vec![page(&[1, 2, 3], Some("a")), page(&[4], None)]);
        assert_eq!(list.next().await.unwrap().unwrap(), 1);
        let rest = list.next_page().await.unwrap().unwrap();
        assert_eq!((rest.items.as_slice(), rest.continuation.as_deref()), (&[2, 3][..], Some("a")));
        assert_eq!(list.collect_all().await.unwrap(), [4]);
    }

    #[tokio::test]
    async fn a_token_that_repeats_is_an_error_not_a_loop() {
        let list = pages(vec![page(&[1], Some("a")), page(&[1], Some("a"))]);
        let error = list.collect_all().await.unwrap_err();
        assert!(error.to_string().contains("same page"), "{error}");
    }

    #[tokio::test]
    async fn a_circle_of_tokens_is_an_error_however_long_it_is() {
        for (lead, length) in [(0, 1), (0, 2), (1, 2), (3, 5), (20, 7), (0, 1000)] {
            let mut asked = 0;
            let mut list: Pager<u32> = Pager::new(move |_| {
                let place = if asked < lead { asked } else { lead + (asked - lead) % length };
                asked += 1;
                let page = page(&[place], Some(&place.to_string()));
                Box::pin(async move { page })
            });
            let mut pages = 0;
            let error = loop {
                match list.next_page().await.unwrap() {
                    Ok(_) => pages += 1,
                    Err(error) => break error,
                }
            };
            assert!(error.to_string().contains("same page"), "{error}");
            assert!((length..=3 * (lead + length)).contains(&pages), "{lead} {length}: {pages}");
            assert!(list.next_page().await.is_none());
        }
    }

    #[tokio::test]
    async fn a_list_without_end_is_an_error() {
        // Each page leads to a new one, so that no circle is seen.
        let endless = |items: &'static [u32]| {
            let mut asked = 0;
            Pager::<u32>::new(move |_| {
                asked += 1;
                let page = page(items, Some(&asked.to_string()));
                Box::pin(async move { page })
            })
        };
        for list in [endless(&[]), endless(&[1]).with_most_pages(5000)] {
            let error = list.collect_all().await.unwrap_err();
            assert!(error.to_string().contains("no end"), "{error}");
        }
        let two = pages(vec![page(&[1], Some("a")), page(&[2], None)]).with_most_pages(2);
        assert_eq!(two.collect_all().await.unwrap(), [1, 2]);
    }

    #[tokio::test]
    async fn an_error_ends_the_stream_and_leaves_the_token() {
        let fault = Err(Error::invalid_input("broken"));
        let mut list = pages(vec![page(&[1], Some("a")), fault.clone()]);
        assert_eq!(list.next().await.unwrap().unwrap(), 1);
        assert_eq!(list.next().await.unwrap().unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(list.next().await.is_none());
        assert_eq!(list.continuation(), Some("a"));

        let mut list = pages(vec![page(&[1], Some("a")), fault, page(&[2], None)]);
        assert_eq!(list.next_page().await.unwrap().unwrap().items, [1]);
        assert!(list.next_page().await.unwrap().is_err());
        assert_eq!(list.next_page().await.unwrap().unwrap().items, [2]);
    }
}
