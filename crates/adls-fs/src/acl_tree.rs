//! Changes of the access control lists of whole trees that the service makes itself.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adls_http::{Page, Pager};
use adls_wire::RemotePath;
use futures_core::Stream;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};

use crate::acl_batch::{AclPage, LARGEST_BATCH};
use crate::backend::Backend;
use crate::client::check_rights;
use crate::creation::refused;
use crate::{
    AclBatch, AclTreeChange, Error, FileStatus, FileSystemClient, IntoPath, ListOptions, Result,
    TreeAclOptions,
};

impl FileSystemClient {
    /// Changes the access control lists of `path` and of everything below it. The service does it, up to 2,000
    /// items in one call, the top first and then depth first; each call gives a batch. It is not atomic: what
    /// was changed before a failure stays changed, and to change it again does no harm.
    ///
    /// ```no_run
    /// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
    /// use adls_fs::AclTreeChange;
    /// use futures_util::StreamExt;
    ///
    /// let entries = "group:5a1e0000-0000-4000-8000-000000000001:r-x".parse()?;
    /// let mut batches = client.change_acl_tree("/data", AclTreeChange::Modify(entries));
    /// while let Some(batch) = batches.next().await {
    ///     let batch = batch?; // after an error: batches.continuation() is where to take it up again
    ///     println!("{} files, {} directories", batch.files, batch.directories);
    ///     for failure in &batch.failures {
    ///         eprintln!("{}: {}", failure.path, failure.message);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The stream fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`,
    /// with [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for lists that the service does not take, and with
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) without
    /// [`Capabilities::server_side_recursive_acl`](crate::Capabilities::server_side_recursive_acl), where
    /// [`change_tree`](Self::change_tree) does it item by item.
    #[must_use]
    pub fn change_acl_tree(&self, path: impl IntoPath, change: AclTreeChange) -> AclBatches {
        self.change_acl_tree_with(path, change, TreeAclOptions::default())
    }

    /// The same with options.
    #[must_use]
    pub fn change_acl_tree_with(
        &self,
        path: impl IntoPath,
        change: AclTreeChange,
        options: TreeAclOptions,
    ) -> AclBatches {
        let checked = path.into_path().and_then(|path| {
            self.check_acl_tree(&path, &change, &options)?;
            Ok(path)
        });
        match checked {
            Ok(path) => AclBatches::new(Tree::new(self, change, &options), path, options),
            Err(error) => AclBatches::failed(error),
        }
    }

    fn check_acl_tree(
        &self,
        path: &RemotePath,
        change: &AclTreeChange,
        options: &TreeAclOptions,
    ) -> Result<()> {
        if !self.capabilities().server_side_recursive_acl {
            let text = "changes no access control lists of whole trees by itself; use `change_tree`, \
                        which goes from item to item";
            return Err(refused(path, text));
        }
        if !(1..=LARGEST_BATCH).contains(&options.batch_size) {
            return Err(Error::invalid(format!(
                "a batch cannot have {} items; the service takes 1 to {LARGEST_BATCH}",
                options.batch_size
            )));
        }
        check_rights(change.entries(), !matches!(change, AclTreeChange::Remove(_)))
    }
}

/// The batches of a change of a tree, as a stream.
///
/// A call is made when its batch is asked for; dropping the stream leaves the rest unchanged. It ends after an
/// error, and after a batch with failures unless
/// [`continue_on_failure`](TreeAclOptions::continue_on_failure) is set.
pub struct AclBatches {
    batches: Batches,
    stops_at_failure: bool,
    ended: bool,
}

enum Batches {
    OneByOne(Pager<AclBatch, Error>),
    FannedOut(BoxStream<'static, Result<AclBatch>>),
}

impl AclBatches {
    fn new(tree: Tree, path: RemotePath, options: TreeAclOptions) -> Self {
        let batches = match options.concurrency {
            many @ 2.. if options.continuation.is_none() => {
                Batches::FannedOut(tree.fanned_out(path, many))
            }
            _ => Batches::OneByOne(tree.pages(path, options.continuation)),
        };
        Self { batches, stops_at_failure: !options.continue_on_failure, ended: false }
    }

    fn failed(error: Error) -> Self {
        let batches = Batches::FannedOut(stream::iter([Err(error)]).boxed());
        Self { batches, stops_at_failure: true, ended: false }
    }

    /// Where the change can be taken up again, also after an error: see [`TreeAclOptions::continuation`]. `None`
    /// at the beginning, at the end, and with a concurrency of more than one.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        match &self.batches {
            Batches::OneByOne(pager) => pager.continuation(),
            Batches::FannedOut(_) => None,
        }
    }

    /// Changes all that is left, and sums it up.
    ///
    /// # Errors
    /// The first error of a batch.
    pub async fn total(mut self) -> Result<AclBatch> {
        let mut total = AclBatch::default();
        while let Some(batch) = self.next().await {
            total.add(batch?);
        }
        Ok(total)
    }
}

impl Stream for AclBatches {
    type Item = Result<AclBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        let batch = ready!(match &mut this.batches {
            Batches::OneByOne(pager) => pager.poll_next_unpin(cx),
            Batches::FannedOut(batches) => batches.poll_next_unpin(cx),
        });
        this.ended = match &batch {
            Some(Ok(batch)) => this.stops_at_failure && !batch.failures.is_empty(),
            Some(Err(_)) | None => true,
        };
        Poll::Ready(batch)
    }
}

impl fmt::Debug for AclBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AclBatches").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// What is done to a tree.
#[derive(Clone)]
struct Tree {
    backend: Arc<dyn Backend>,
    change: Arc<AclTreeChange>,
    page: AclPage,
}

impl Tree {
    fn new(client: &FileSystemClient, change: AclTreeChange, options: &TreeAclOptions) -> Self {
        let TreeAclOptions { batch_size, continue_on_failure, .. } = *options;
        Self {
            backend: Arc::clone(client.backend()),
            change: Arc::new(change),
            page: AclPage { batch_size, continue_on_failure, continuation: None },
        }
    }

    /// Everything at and below `path`, one call after the other.
    fn pages(&self, path: RemotePath, continuation: Option<String>) -> Pager<AclBatch, Error> {
        let tree = self.clone();
        Pager::resume(continuation, move |continuation| {
            let (tree, path) = (tree.clone(), path.clone());
            Box::pin(async move {
                let page = AclPage { continuation, ..tree.page };
                let batch = tree.backend.change_acl_page(&path, &tree.change, page).await?;
                let continuation = batch.continuation.clone();
                Ok(Page { items: vec![batch], continuation })
            })
        })
    }

    /// The same in any order: the top by itself, then each of its entries with what is below it, so that
    /// every item is counted once.
    fn fanned_out(self, path: RemotePath, many: usize) -> BoxStream<'static, Result<AclBatch>> {
        let top = self.clone().top(path.clone());
        let list = self.backend.list(&path, ListOptions::default());
        // The list of a file is the file, which is the top.
        let entries = list.filter(move |entry| {
            let is_top = entry.as_ref().is_ok_and(|entry| entry.path == path);
            std::future::ready(!is_top)
        });
        let below = entries.map(move |entry| self.entry(entry)).flatten_unordered(many);
        stream::once(top).chain(below).boxed()
    }

    /// The top comes first in its tree, so a batch of one item is the top.
    async fn top(self, path: RemotePath) -> Result<AclBatch> {
        let page = AclPage { batch_size: 1, ..self.page };
        let batch = self.backend.change_acl_page(&path, &self.change, page).await?;
        Ok(AclBatch { continuation: None, ..batch })
    }

    fn entry(&self, entry: Result<FileStatus>) -> BoxStream<'static, Result<AclBatch>> {
        let path = match entry {
            Ok(entry) => entry.path,
            Err(error) => return std::future::ready(Err(error)).into_stream().boxed(),
        };
        let batches = self.pages(path, None).filter_map(|batch| {
            std::future::ready(match batch {
                Ok(batch) => Some(Ok(AclBatch { continuation: None, ..batch })),
                // It has gone since it was listed, as things go while a tree is walked.
                Err(error) if error.is_not_found() => None,
                Err(error) => Some(Err(error)),
            })
        });
        batches.boxed()
    }
}
