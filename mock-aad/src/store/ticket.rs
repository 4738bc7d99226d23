//! Waiting until a change is on disk, from a task or from a thread.

use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::StoreError;

/// Becomes ready when a change is on disk, or is known not to get there.
#[derive(Clone, Debug)]
pub(crate) struct Ticket(Option<Arc<Slot>>);

/// The other end of a [`Ticket`]. When it is dropped without a word, the change is lost.
#[derive(Debug)]
pub(super) struct Completion(Arc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<(), StoreError>>,
    wakers: Vec<Waker>,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn complete(&self, outcome: Result<(), StoreError>) {
        let mut state = self.state();
        if state.outcome.is_some() {
            return;
        }
        state.outcome = Some(outcome);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.done.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Ticket {
    /// Of a change for which there is nothing to wait.
    pub(crate) const DONE: Self = Self(None);

    /// A ticket and what completes it.
    pub(super) fn pair() -> (Self, Completion) {
        let slot = Arc::new(Slot::default());
        (Self(Some(slot.clone())), Completion(slot))
    }

    /// Blocks until the change is on disk.
    pub(crate) fn wait(&self) -> Result<(), StoreError> {
        let Some(slot) = &self.0 else { return Ok(()) };
        let mut state = slot.state();
        loop {
            if let Some(outcome) = &state.outcome {
                return outcome.clone();
            }
            state = slot.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether this is a ticket of the same change.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Whether the change is on disk.
    pub(crate) fn is_kept(&self) -> bool {
        self.0.as_ref().is_none_or(|slot| matches!(slot.state().outcome, Some(Ok(()))))
    }
}

impl Future for Ticket {
    type Output = Result<(), StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(slot) = &self.0 else { return Poll::Ready(Ok(())) };
        let mut state = slot.state();
        if let Some(outcome) = &state.outcome {
            return Poll::Ready(outcome.clone());
        }
        if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Completion {
    pub(super) fn complete(self, outcome: Result<(), StoreError>) {
        self.0.complete(outcome);
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        let lost = StoreError::Failed("what writes to the state directory has ended".into());
        self.0.complete(Err(lost));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiter_whose_other_end_is_dropped_gets_an_error_and_does_not_hang() {
        let (ticket, completion) = Ticket::pair();
        assert!(!ticket.is_kept());
        drop(completion);
        assert!(ticket.wait().unwrap_err().to_string().contains("has ended"));
        assert!(!ticket.is_kept());
        assert!(Ticket::DONE.wait().is_ok());
    }

    #[tokio::test]
    async fn tasks_and_threads_are_woken_alike() {
        let (ticket, completion) = Ticket::pair();
        let thread = std::thread::spawn({
            let ticket = ticket.clone();
            move || ticket.wait()
        });
        let task = tokio::spawn(ticket);
        tokio::task::yield_now().await;
        completion.complete(Ok(()));
        assert!(task.await.unwrap().is_ok());
        assert!(thread.join().unwrap().is_ok());
    }
}
