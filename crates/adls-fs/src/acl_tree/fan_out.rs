//! A change of a tree by several calls at once: the top by itself, then each of its entries with what is below
//! it, so that every item is counted once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use adls_wire::RemotePath;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, future};
use serde::{Deserialize, Serialize};

use super::Tree;
use crate::acl_batch::AclPage;
use crate::{AclBatch, Error, FileStatus, ListOptions, Result};

/// How far a change has got, which is what its continuation tokens hold. Those of the service are base64, so that
/// the brace at the beginning tells one from the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    /// The last entry of the top that was begun, in the order of its list.
    last: Option<String>,
    /// The entries that are not done yet, each with the token of its next call.
    open: BTreeMap<String, Option<String>>,
    /// Whether all entries were begun.
    listed: bool,
}

impl Progress {
    /// What a token holds, if it is one of these.
    pub(super) fn read(token: &str) -> Option<Result<Self>> {
        token.starts_with('{').then(|| {
            serde_json::from_str(token).map_err(|_| {
                Error::invalid(
                    "the continuation token is not one of a change of a tree; begin anew",
                )
            })
        })
    }

    /// Nothing when nothing is left.
    fn token(&self) -> Option<String> {
        let left = !self.listed || !self.open.is_empty();
        left.then(|| serde_json::to_string(self).ok()).flatten()
    }
}

/// A progress that all streams of one change share.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Progress>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the change can be taken up again.
    pub(super) fn token(&self) -> Option<String> {
        self.lock().token()
    }

    fn begin(&self, name: &str) {
        let mut progress = self.lock();
        progress.last = Some(name.to_owned());
        progress.open.insert(name.to_owned(), None);
    }

    fn done_up_to(&self, name: &str, token: Option<String>) {
        let mut progress = self.lock();
        match token {
            Some(token) => drop(progress.open.insert(name.to_owned(), Some(token))),
            None => drop(progress.open.remove(name)),
        }
    }
}

/// Everything at and below `path`, by at most `many` calls at once. Batches come in any order.
pub(super) fn begin(
    tree: Tree,
    path: &RemotePath,
    many: usize,
) -> (Shared, BoxStream<'static, Result<AclBatch>>) {
    let shared = Shared::default();
    let top = top(tree.clone(), path.clone(), shared.clone());
    let entries = entries(&tree, path);
    let below = below(tree, shared.clone(), entries, many);
    (shared, stream::once(top).chain(below).boxed())
}

/// The same from where it was left.
pub(super) fn resume(
    tree: Tree,
    path: &RemotePath,
    progress: Progress,
    many: usize,
) -> (Shared, BoxStream<'static, Result<AclBatch>>) {
    let shared = Shared(Arc::new(Mutex::new(progress.clone())));
    let left = progress.open.into_iter().map({
        let (tree, path, shared) = (tree.clone(), path.clone(), shared.clone());
        move |(name, token)| match path.child(&name) {
            Ok(path) => entry(&tree, &shared, path, token),
            Err(error) => stream::once(future::ready(Err(error.into()))).boxed(),
        }
    });
    let left = stream::iter(left.collect::<Vec<_>>()).flatten_unordered(many);
    let entries = match progress.last {
        _ if progress.listed => stream::empty().boxed(),
        Some(last) => behind(entries(&tree, path), entries(&tree, path), last),
        None => entries(&tree, path),
    };
    (shared.clone(), left.chain(below(tree, shared, entries, many)).boxed())
}

type Entries = BoxStream<'static, Result<FileStatus>>;

/// What is in the top. The list of a file is the file, which is the top.
fn entries(tree: &Tree, path: &RemotePath) -> Entries {
    let top = path.clone();
    let list = tree.backend.list(path, ListOptions::default());
    let is_below =
        move |entry: &Result<FileStatus>| entry.as_ref().map_or(true, |it| it.path != top);
    list.filter(move |entry| future::ready(is_below(entry))).boxed()
}

/// The entries behind the one that is named; all of `again` when it is not there any more, since nobody knows
/// then which of them were done. To do them twice does no harm.
fn behind(entries: Entries, again: Entries, last: String) -> Entries {
    let is_there = Arc::new(Mutex::new(false));
    let seen = Arc::clone(&is_there);
    let behind = entries.filter(move |entry| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_behind = *seen || entry.is_err();
        *seen |= entry.as_ref().is_ok_and(|entry| entry.name() == last);
        future::ready(is_behind)
    });
    let otherwise = stream::once(async move {
        let was_there = *is_there.lock().unwrap_or_else(PoisonError::into_inner);
        if was_there { stream::empty().boxed() } else { again }
    });
    behind.chain(otherwise.flatten()).boxed()
}

fn below(
    tree: Tree,
    shared: Shared,
    entries: Entries,
    many: usize,
) -> BoxStream<'static, Result<AclBatch>> {
    let end = shared.clone();
    let end = stream::poll_fn(move |_| {
        end.lock().listed = true;
        Poll::Ready(None)
    });
    let batches = entries.chain(end).map(move |found| match found {
        Ok(found) => {
            shared.begin(found.name());
            entry(&tree, &shared, found.path, None)
        }
        Err(error) => stream::once(future::ready(Err(error))).boxed(),
    });
    batches.flatten_unordered(many).boxed()
}

/// The top comes first in its tree, so a batch of one item is the top.
async fn top(tree: Tree, path: RemotePath, shared: Shared) -> Result<AclBatch> {
    let page = AclPage { batch_size: 1, ..tree.page };
    let page_goes_on = page.continue_on_failure;
    let batch = tree.backend.change_acl_page(&path, &tree.change, page).await?;
    // A failure that ends the change leaves the top to be changed again.
    let is_done = batch.failures.is_empty() || page_goes_on;
    Ok(AclBatch { continuation: shared.token().filter(|_| is_done), ..batch })
}

/// One entry of the top, with what is below it.
fn entry(
    tree: &Tree,
    shared: &Shared,
    path: RemotePath,
    token: Option<String>,
) -> BoxStream<'static, Result<AclBatch>> {
    let (shared, name) = (shared.clone(), path.file_name().unwrap_or_default().to_owned());
    let goes_on = tree.page.continue_on_failure;
    let batches = tree.pages(path, token).filter_map(move |batch| {
        future::ready(match batch {
            Ok(batch) => {
                // A failure that ends the change leaves its page to be made again.
                if batch.failures.is_empty() || goes_on {
                    shared.done_up_to(&name, batch.continuation);
                }
                Some(Ok(AclBatch { continuation: shared.token(), ..batch }))
            }
            // It has gone since it was listed, as things go while a tree is walked.
            Err(error) if error.is_not_found() => {
                shared.done_up_to(&name, None);
                None
            }
            Err(error) => Some(Err(error)),
        })
    });
    batches.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_from_those_of_the_service() {
        let shared = Shared::default();
        shared.begin("a, b");
        shared.begin("c");
        shared.done_up_to("c", Some("VBb==".to_owned()));
        let token = shared.token().unwrap();
        assert_eq!(Progress::read(&token).unwrap().unwrap(), *shared.lock());
        shared.done_up_to("c", None);
        assert_eq!(shared.lock().open.len(), 1);
        assert!(Progress::read("VBb+/==").is_none());
        assert!(Progress::read("{}x").unwrap().is_err());
    }
}
