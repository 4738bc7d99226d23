//! Holding a lease: it renews itself while it lives, and is released when it is dropped.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adls_http::{BoxFuture, Clock};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::request::{LeaseAnswer, LeaseRequest, lease_seconds, parse_id};
use crate::cleanups::CleanupGuard;
use crate::error::may_have_arrived;
use crate::options::options;
use crate::{Cleanups, Conditions, Error, ErrorKind, Result};

/// The longest that the service takes, besides for ever.
const LONGEST: Duration = Duration::from_secs(60);
/// The pause after a renewal that did not come through; the next ones are longer.
const PAUSE: Duration = Duration::from_secs(1);

options! {
    /// Options of [`lease_with`](crate::FileSystemClient::lease_with) and
    /// [`lease_file_system_with`](crate::AccountClient::lease_file_system_with).
    pub struct LeaseOptions {
        /// How long the lease lasts unless it is renewed, in whole seconds from 15 to 60; 60 by default. With
        /// `None` it has no end: if the program ends without releasing it, somebody has to break it.
        pub duration: Option<Duration>,
        /// The id that it shall have, a GUID; one is made up when `None`. Who names the id of a lease that is
        /// held takes it over, with the new duration.
        pub id: Option<String>,
        /// What must hold. A file system knows only times.
        pub conditions: Conditions,
    }
}

impl Default for LeaseOptions {
    fn default() -> Self {
        Self { duration: Some(LONGEST), id: None, conditions: Conditions::default() }
    }
}

/// A lease that is held on a file, a directory or a file system: as long as it lives, only requests that name its
/// [id](Self::id) in [`Conditions::lease`] change or delete what it is on.
///
/// It renews itself in the background at half of its duration. **Dropping it releases it** in the background; await
/// [`Cleanups::finished`] before the program ends, or [`release`](Self::release) it, which says whether it was held
/// to its end. No task stays behind.
///
/// ```no_run
/// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
/// use adls_fs::WriteOptions;
///
/// let lease = client.lease("/state.json").await?;
/// let options = WriteOptions::default().overwrite(true).conditions(lease.conditions());
/// client.put_with("/state.json", "{}", options).await?;
/// lease.release().await?;
/// # Ok(())
/// # }
/// ```
///
/// Source: <https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/lease>.
pub struct Lease {
    held: Arc<Held>,
    renewal: Option<AbortOnDropHandle<()>>,
    /// Whether nothing is left to release.
    ended: bool,
    _hold: CleanupGuard,
}

/// How a lease is asked for something.
pub(crate) type Ask =
    Arc<dyn Fn(LeaseRequest) -> BoxFuture<'static, Result<LeaseAnswer>> + Send + Sync>;

/// What a lease is on.
#[derive(Clone)]
pub(crate) struct LeaseTarget {
    /// As texts name it.
    pub(crate) name: String,
    pub(crate) ask: Ask,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cleanups: Cleanups,
}

struct Held {
    target: LeaseTarget,
    state: Mutex<State>,
    /// Calls come one after the other: a renewal must not overtake a change of the id.
    turn: tokio::sync::Mutex<()>,
    /// Whether the service has said that it is not held any more.
    refused: watch::Sender<bool>,
    duration: Option<Duration>,
}

struct State {
    id: Uuid,
    /// The id that it may have by now, after a change whose end is not known.
    perhaps: Option<Uuid>,
    /// When it ends by the clock's elapsed time, unless it is renewed before.
    ends: Option<Duration>,
}

impl Lease {
    /// Takes a lease.
    pub(crate) async fn acquire(target: LeaseTarget, options: LeaseOptions) -> Result<Self> {
        let LeaseOptions { duration, id, conditions } = options;
        let seconds = lease_seconds(duration)?;
        let given = id.as_deref().map(parse_id).transpose()?;
        let id = given.unwrap_or_else(Uuid::new_v4);
        let cleanups = target.cleanups.clone();
        // The service may have given it before it says so, so a caller who goes must not keep it from being
        // dropped.
        let acquired = cleanups.uncut(async move {
            let asked = target.clock.elapsed();
            let request = LeaseRequest::Acquire { id, seconds, conditions };
            match (target.ask)(request).await {
                Ok(_) => Ok(Self::new(target, id, duration, asked)),
                Err(error) => {
                    // A made-up id is nobody else's, so that what may be held can be released.
                    if may_have_arrived(&error) && given.is_none() {
                        let ask = Arc::clone(&target.ask);
                        target.cleanups.spawn(async move {
                            drop(ask(LeaseRequest::Release { id }).await);
                        });
                    }
                    Err(error)
                }
            }
        });
        acquired.await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Transient)
                .with_message("the task that takes a lease was stopped")
                .with_source(error))
        })
    }

    fn new(target: LeaseTarget, id: Uuid, duration: Option<Duration>, asked: Duration) -> Self {
        let hold = target.cleanups.hold();
        let ends = duration.map(|duration| asked + duration);
        let held = Arc::new(Held {
            target,
            state: Mutex::new(State { id, perhaps: None, ends }),
            turn: tokio::sync::Mutex::new(()),
            refused: watch::Sender::new(false),
            duration,
        });
        let keep = duration.map(|duration| Arc::clone(&held).keep(duration / 2));
        let renewal = keep.map(|keep| AbortOnDropHandle::new(tokio::spawn(keep)));
        Self { held, renewal, ended: false, _hold: hold }
    }

    /// Its id, a GUID, for [`Conditions::lease`].
    #[must_use]
    pub fn id(&self) -> String {
        self.held.state().id.to_string()
    }

    /// The condition that it is held, and no other.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        Conditions::default().lease(self.id())
    }

    /// Whether it is not held any more, as far as is known: the service has refused to renew it, or its time
    /// has passed without a renewal that came through. That somebody has broken it is noticed with the next
    /// renewal; one without an end is renewed only on [demand](Self::renew).
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.held.is_lost()
    }

    /// Waits until it is [lost](Self::is_lost), which may be never.
    pub async fn lost(&self) {
        let mut refused = self.held.refused.subscribe();
        while !self.held.is_lost() {
            let ends = self.held.state().ends;
            let clock = &self.held.target.clock;
            let over = async {
                match ends {
                    Some(ends) => clock.sleep(ends.saturating_sub(clock.elapsed())).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = refused.wait_for(|refused| *refused) => {}
                () = over => {}
            }
        }
    }

    /// Lets it last for its whole duration again, and so asks whether it is still held.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`] when it was lost.
    pub async fn renew(&self) -> Result<()> {
        self.held.renew().await
    }

    /// Gives it another id, a GUID, for somebody else who takes over.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for what is no GUID; [`ErrorKind::LeaseConflict`] when it was lost.
    pub async fn change(&mut self, new: impl AsRef<str>) -> Result<()> {
        self.held.change(parse_id(new.as_ref())?).await
    }

    /// Lets it go on without this guard, and gives its id: nothing renews or releases it any more, so that it
    /// lasts until its end, or until somebody releases or breaks it. Whoever has the id takes it over with
    /// [`LeaseOptions::id`].
    #[must_use = "whoever has the id can release it"]
    pub fn keep(mut self) -> String {
        self.renewal = None;
        self.ended = true;
        self.id()
    }

    /// Gives it up, and says whether it was held until then.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`] when it was lost: somebody has broken it, or it had ended and was taken or
    /// written over. [`ErrorKind::NotFound`] when nothing is there any more: it was deleted with its lease, or
    /// renamed, and then the lease went along and lasts until it ends.
    pub async fn release(mut self) -> Result<()> {
        self.renewal = None;
        // The service releases one that was broken without a word of it.
        let held = self.held.renew().await;
        let released = self.held.release().await;
        self.ended = released.as_ref().err().is_none_or(is_final);
        match held {
            Err(error) if error.kind() == ErrorKind::LeaseConflict => Err(error),
            _ => released,
        }
    }
}

impl Held {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_lost(&self) -> bool {
        let over = |ends| self.target.clock.elapsed() >= ends;
        *self.refused.borrow() || self.state().ends.is_some_and(over)
    }

    /// Renews it until it is lost.
    async fn keep(self: Arc<Self>, interval: Duration) {
        let (mut pause, mut next) = (interval, PAUSE);
        loop {
            self.target.clock.sleep(pause).await;
            match self.renew().await {
                Ok(()) => (pause, next) = (interval, PAUSE),
                Err(error) if is_final(&error) => return,
                // It may still be there when the service can be reached again.
                Err(_) => (pause, next) = (next, (next * 2).min(interval)),
            }
        }
    }

    async fn renew(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        let asked = self.target.clock.elapsed();
        let renewed = self.as_holder(|id| LeaseRequest::Renew { id }).await;
        match renewed {
            Ok(()) => {
                self.state().ends = self.duration.map(|duration| asked + duration);
                Ok(())
            }
            Err(error) => {
                if is_final(&error) {
                    self.refused.send_replace(true);
                }
                Err(error)
            }
        }
    }

    async fn release(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.as_holder(|id| LeaseRequest::Release { id }).await
    }

    async fn change(&self, new: Uuid) -> Result<()> {
        let _turn = self.turn.lock().await;
        // From here on it may have either: also when the caller goes before the answer comes.
        self.state().perhaps = Some(new);
        let changed = self.as_holder(|id| LeaseRequest::Change { id, new }).await;
        let mut state = self.state();
        match &changed {
            Ok(()) => (state.id, state.perhaps) = (new, None),
            Err(error) if !may_have_arrived(error) => state.perhaps = None,
            Err(_) => {}
        }
        changed
    }

    /// Asks under the id that it has, or under that which it may have got.
    async fn as_holder(&self, request: impl Fn(Uuid) -> LeaseRequest + Send) -> Result<()> {
        let State { id, perhaps, .. } = *self.state();
        let conflict = |error: &Error| error.kind() == ErrorKind::LeaseConflict;
        let asked = match ((self.target.ask)(request(id)).await, perhaps) {
            (Err(error), Some(other)) if conflict(&error) => {
                let asked = (self.target.ask)(request(other)).await;
                if asked.is_ok() {
                    let mut state = self.state();
                    (state.id, state.perhaps) = (other, None);
                }
                asked
            }
            (asked, _) => asked,
        };
        match asked {
            Ok(_) => Ok(()),
            Err(error) if conflict(&error) => Err(error.with_message(format!(
                "the lease on {} was lost: it was broken, or it had ended and somebody else came",
                self.target.name
            ))),
            Err(error) => Err(error),
        }
    }
}

/// Whether a refusal says that it is held no more.
fn is_final(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::LeaseConflict
            | ErrorKind::NotFound
            | ErrorKind::FileSystemNotFound
            | ErrorKind::BeingDeleted
    )
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal = None;
        if self.ended {
            return;
        }
        let held = Arc::clone(&self.held);
        self.held.target.cleanups.spawn(async move {
            if let Err(error) = held.release().await {
                let name = &held.target.name;
                tracing::debug!(name, %error, "a dropped lease may stay until it ends");
            }
        });
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("on", &self.held.target.name)
            .field("id", &self.id())
            .field("is_lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}
