//! Work that outlives whoever began it: what a dropped writer, upload or copy has to put in order.

use std::future::Future;

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Tells when everything has been put in order that work which was given up leaves to do: temporary
/// files to remove, leases to release. Clones are the same handle.
///
/// Dropping a future cannot wait, so what it holds in the account is released in the background. A
/// program that ends before that leaves temporary files behind, and leases that lock files for about
/// ten minutes. So before its end it awaits [`finished`](Self::finished), for as long as it wants
/// to wait:
///
/// ```no_run
/// # async fn example(mut options: adls_fs::FileSystemOptions) {
/// use std::time::Duration;
/// use adls_fs::Cleanups;
///
/// let cleanups = Cleanups::default();
/// options.cleanups = cleanups.clone();
/// // Work with a client of these options; then, also after an interruption:
/// tokio::time::timeout(Duration::from_secs(5), cleanups.finished()).await.ok();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cleanups(TaskTracker);

impl Default for Cleanups {
    fn default() -> Self {
        let tracker = TaskTracker::new();
        // Only a closed tracker says when it is empty; it takes more all the same.
        tracker.close();
        Self(tracker)
    }
}

impl Cleanups {
    /// Waits until nothing is left to put in order. What is still at work, such as a writer that
    /// nobody has shut down or dropped yet, is waited for too: it may leave something.
    pub async fn finished(&self) {
        self.0.wait().await;
    }

    /// How many pieces of work may still leave something to put in order, or are doing that.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.0.len()
    }

    /// Counts as one piece of work until it is dropped.
    pub(crate) fn hold(&self) -> CleanupGuard {
        CleanupGuard { _token: self.0.token() }
    }

    /// Puts something in order in the background. Without a runtime nothing can be done any more.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(self.0.spawn_on(work, &runtime)),
            Err(_) => tracing::debug!("dropped outside of a runtime, so nothing is cleaned up"),
        }
    }

    /// Carries `work` to its end also when this future is dropped: for steps after which somebody
    /// holds something in the account. What it makes is then dropped where it has ended.
    pub(crate) async fn uncut<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        self.0.spawn(work).await
    }
}

/// See [`Cleanups::hold`].
pub(crate) struct CleanupGuard {
    _token: TaskTrackerToken,
}

impl std::fmt::Debug for CleanupGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CleanupGuard")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    mod every_end_is_like_ctrl_c {
        use super::*;

        #[tokio::test]
        async fn nothing_is_finished_before_what_is_held_and_what_it_leaves() {
            let cleanups = Cleanups::default();
            cleanups.finished().await;
            let hold = cleanups.hold();
            let (release, released) = tokio::sync::oneshot::channel::<()>();
            cleanups.spawn(async { drop(released.await) });
            drop(hold);
            assert_eq!(cleanups.pending(), 1);
            let waiting = cleanups.clone();
            let waiting = tokio::spawn(async move { waiting.finished().await });
            tokio::task::yield_now().await;
            assert!(!waiting.is_finished());
            release.send(()).unwrap();
            waiting.await.unwrap();
            assert_eq!(cleanups.pending(), 0);
        }

        #[tokio::test]
        async fn a_step_that_must_not_be_cut_goes_on() {
            let cleanups = Cleanups::default();
            let (release, released) = tokio::sync::oneshot::channel::<()>();
            let (done, ended) = tokio::sync::oneshot::channel::<()>();
            let step = cleanups.uncut(async move {
                released.await.unwrap();
                done.send(()).unwrap();
            });
            assert!(futures_util::FutureExt::now_or_never(step).is_none());
            release.send(()).unwrap();
            cleanups.finished().await;
            ended.await.unwrap();
        }
    }
}
