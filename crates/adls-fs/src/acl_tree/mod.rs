//! Changes of the access control lists of whole trees that the service makes itself.

mod fan_out;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adls_http::{Page, Pager};
use adls_wire::RemotePath;
use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use self::fan_out::{Progress, Shared};
use crate::access_control::check_rights;
use crate::acl_batch::{AclPage, LARGEST_BATCH};
use crate::backend::Backend;
use crate::creation::refused;
use crate::{AclBatch, AclTreeChange, Error, FileSystemClient, IntoPath, Result, TreeAclOptions};

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
        let batches = path.into_path().and_then(|path| {
            self.check_acl_tree(&path, &change, &options)?;
            AclBatches::new(Tree::new(self, change, &options), path, options)
        });
        batches.unwrap_or_else(AclBatches::failed)
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
    continuation: Option<String>,
    stops_at_failure: bool,
    ended: bool,
}

enum Batches {
    OneByOne(Pager<AclBatch, Error>),
    FannedOut { shared: Shared, batches: BoxStream<'static, Result<AclBatch>> },
    Failed(Option<Error>),
}

impl AclBatches {
    fn new(tree: Tree, path: RemotePath, options: TreeAclOptions) -> Result<Self> {
        let TreeAclOptions { continuation, continue_on_failure, concurrency, .. } = options;
        let begun_at = continuation.clone();
        let fanned_out = |(shared, batches)| Batches::FannedOut { shared, batches };
        let batches = match (continuation.as_deref().and_then(Progress::read), continuation) {
            (Some(progress), _) => {
                fanned_out(fan_out::resume(tree, &path, progress?, concurrency.max(1)))
            }
            (None, None) if concurrency > 1 => fanned_out(fan_out::begin(tree, &path, concurrency)),
            (None, continuation) => Batches::OneByOne(tree.pages(path, continuation)),
        };
        Ok(Self {
            batches,
            continuation: begun_at,
            stops_at_failure: !continue_on_failure,
            ended: false,
        })
    }

    fn failed(error: Error) -> Self {
        let batches = Batches::Failed(Some(error));
        Self { batches, continuation: None, stops_at_failure: true, ended: false }
    }

    /// Where the change can be taken up again: see [`TreeAclOptions::continuation`]. After an error that is what
    /// has failed, after a batch with failures that was the last, that batch. `None` stands for the beginning,
    /// and behind the last batch for the end.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.continuation.as_deref()
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
            Batches::FannedOut { batches, .. } => batches.poll_next_unpin(cx),
            Batches::Failed(error) => Poll::Ready(error.take().map(Err)),
        });
        match &batch {
            Some(Ok(batch)) => {
                this.ended = this.stops_at_failure && !batch.failures.is_empty();
                // The service gives no token with a failure that ends the change.
                if !this.ended || batch.continuation.is_some() {
                    this.continuation.clone_from(&batch.continuation);
                }
            }
            // One call has failed; what the others have done by now counts.
            Some(Err(_)) => {
                this.ended = true;
                if let Batches::FannedOut { shared, .. } = &this.batches
                    && this.continuation.is_some()
                {
                    this.continuation = shared.token();
                }
            }
            None => {
                this.ended = true;
                this.continuation = None;
            }
        }
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
}
