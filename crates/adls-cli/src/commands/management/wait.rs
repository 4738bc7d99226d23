//! Waiting for what takes long.

use adls_mgmt::{PollStatus, Poller};

use super::{WaitArgs, WaitFor};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::progress;

/// Waits for the end of an operation, and shows its state meanwhile.
pub(crate) async fn complete<T>(
    context: &Context,
    mut poller: Poller<T>,
    doing: &str,
) -> Outcome<T> {
    let spinner = progress::spinner(context.printer, doing.to_owned());
    while let PollStatus::InProgress(state) = poller.status() {
        spinner.set_message(format!("{doing}: {state}"));
        poller.step().await?;
    }
    drop(spinner);
    Ok(poller.result().await?)
}

/// Polls until what is waited for has come. `get_state` gives the provisioning state, `None` when there
/// is nothing.
pub(crate) async fn poll_until(
    context: &Context,
    what: &str,
    how: WaitArgs,
    get_state: impl AsyncFn() -> Outcome<Option<String>>,
) -> Outcome {
    let spinner = progress::spinner(context.printer, format!("waiting for {what}"));
    let clock = &*context.clock;
    let started = clock.elapsed();
    loop {
        let state = get_state().await?;
        if is_reached(what, how.wait_for(), state.as_deref())? {
            return Ok(());
        }
        let state = state.unwrap_or_else(|| "not there".to_owned());
        let waited = clock.elapsed().saturating_sub(started);
        if waited + how.interval() > how.timeout() {
            let seconds = waited.as_secs();
            return Err(Failure::new(format!("{what} is still {state} after {seconds} seconds"))
                .hint("wait for longer with --timeout"));
        }
        spinner.set_message(format!("{what}: {state}"));
        clock.sleep(how.interval()).await;
    }
}

/// Whether the state is the one that is waited for; a state from which it never will be is a failure.
fn is_reached(what: &str, wait_for: WaitFor, state: Option<&str>) -> Outcome<bool> {
    let is = |word: &str| state.is_some_and(|state| state.eq_ignore_ascii_case(word));
    match wait_for {
        WaitFor::Deleted => Ok(state.is_none()),
        WaitFor::Created if is("Failed") || is("Canceled") => {
            Err(Failure::new(format!("{what} is {}", state.unwrap_or_default())))
        }
        WaitFor::Created => Ok(is("Succeeded")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_waiting_is_over() {
        let created = |state| is_reached("it", WaitFor::Created, state);
        assert!(created(Some("Succeeded")).unwrap());
        assert!(!created(Some("Creating")).unwrap() && !created(None).unwrap());
        assert_eq!(created(Some("Failed")).unwrap_err().to_string(), "it is Failed");
        assert!(is_reached("it", WaitFor::Deleted, None).unwrap());
        assert!(!is_reached("it", WaitFor::Deleted, Some("Failed")).unwrap());
    }
}
