//! Files in the account that must not stay when an upload fails.

use std::sync::Arc;
use std::time::Duration;

use adls_wire::RemotePath;

use crate::backend::Backend;
use crate::cleanups::CleanupGuard;
use crate::transfer::local::SEGMENTS_SUFFIX;
use crate::transfer::run::Run;
use crate::{DeleteOptions, Result};

/// When to look again for what was removed: a request that was given up while the service worked on
/// it may make the item anew.
const SECOND_LOOKS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// What the directory of an upload's segments is called, beside its temporary file.
pub(in crate::transfer) fn segments_name(temporary_name: &str) -> String {
    format!("{temporary_name}{SEGMENTS_SUFFIX}")
}

/// The name of a file or directory in the account that must not stay if the upload fails. It is
/// removed by [`settle`](Self::settle), or in the background when the upload is given up.
pub(in crate::transfer) struct Temporary {
    pub(in crate::transfer) path: RemotePath,
    backend: Arc<dyn Backend>,
    /// Whether it stays for a later transfer as long as that can go on with it.
    kept: bool,
    settled: bool,
    _hold: CleanupGuard,
}

impl Temporary {
    /// The item called `name` in the directory of `target`; `kept` for an upload that goes on later.
    pub(in crate::transfer) fn beside(
        target: &RemotePath,
        name: &str,
        backend: &Arc<dyn Backend>,
        kept: bool,
    ) -> Result<Self> {
        let directory = target.parent().unwrap_or_else(RemotePath::root);
        let (path, hold) = (directory.child(name)?, backend.cleanups().hold());
        Ok(Self { path, backend: Arc::clone(backend), kept, settled: false, _hold: hold })
    }

    /// Removes it after a failure; after a success it has got its final name.
    pub(in crate::transfer) async fn settle<T>(mut self, result: Result<T>) -> Result<T> {
        let fails = result.as_ref().err();
        if fails.is_some_and(|error| !(self.kept && error.is_resumable())) {
            self.clear().await;
        }
        self.settled = true;
        result
    }

    /// Removes it, since nobody wants it any more. Says whether nothing is left.
    #[cfg(feature = "_object_store")]
    pub(in crate::transfer) async fn discard(mut self) -> bool {
        self.settled = true;
        self.clear().await
    }

    async fn clear(&self) -> bool {
        let gone = remove(&*self.backend, &self.path).await;
        self.in_background(look_again);
        gone
    }

    fn in_background<F>(&self, clean: impl FnOnce(Arc<dyn Backend>, RemotePath) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let work = clean(Arc::clone(&self.backend), self.path.clone());
        self.backend.cleanups().spawn(work);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.settled || self.kept {
            return;
        }
        self.in_background(|backend, path| async move {
            remove(&*backend, &path).await;
            look_again(backend, path).await;
        });
    }
}

/// Removes what earlier runs left whose sources have changed since. What cannot be removed stays noted, so
/// that a later run or a clean-up finds it.
pub(in crate::transfer) async fn remove_leftovers(run: &Run) {
    for (directory, name) in run.leftovers() {
        let mut gone = true;
        for name in [segments_name(&name), name.clone()] {
            if let Ok(path) = format!("{directory}/{name}").parse() {
                gone &= remove(&**run.backend(), &path).await;
            }
        }
        if !gone {
            run.keep_leftover(directory, name);
        }
    }
}

async fn look_again(backend: Arc<dyn Backend>, path: RemotePath) {
    for pause in SECOND_LOOKS {
        backend.clock().sleep(pause).await;
        remove(&*backend, &path).await;
    }
}

/// A failure to clean up must not hide the one that led here. Says whether nothing is left.
async fn remove(backend: &dyn Backend, path: &RemotePath) -> bool {
    let options = DeleteOptions::default().recursive(true);
    match backend.delete(path, options).await {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(%path, %error, "a temporary file may be left behind");
            false
        }
    }
}
