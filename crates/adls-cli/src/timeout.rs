//! How long a command may take, and a word to whoever waits for it.

use std::convert::Infallible;
use std::time::Duration;

use adls_http::Clock;

use crate::failure::{Failure, Outcome};
use crate::printer::{self, Printer};
use crate::transport::Activity;

/// How long nothing comes before somebody is told what is waited for.
const IDLE_NOTICE: Duration = Duration::from_secs(5);

/// Does the work, or gives it up at the limit; the outer error says so.
pub(crate) async fn with_timeout(
    clock: &dyn Clock,
    limit: Option<Duration>,
    work: impl Future<Output = Outcome>,
) -> Outcome<Outcome> {
    let Some(limit) = limit else { return Ok(work.await) };
    tokio::select! {
        biased;
        outcome = work => Ok(outcome),
        () = clock.sleep(limit) => {
            Err(Failure::new(format!("gave up after {}, as --timeout says", in_words(limit))))
        }
    }
}

/// Says once what is waited for, when nothing has come for a while.
pub(crate) async fn report_idle(
    clock: &dyn Clock,
    activity: &Activity,
    printer: Printer,
) -> Infallible {
    loop {
        match activity.idle(clock.elapsed()) {
            Some((lasting, host)) if lasting >= IDLE_NOTICE => {
                // Whoever sees a bar that stands still knows.
                if !printer::is_live() {
                    printer.note(&format!("waiting for {host}; --timeout limits how long"));
                }
                break;
            }
            Some((lasting, _)) => clock.sleep(IDLE_NOTICE - lasting).await,
            None => activity.changed().await,
        }
    }
    std::future::pending().await
}

fn in_words(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_millis()) {
        (1, 0) => "1 second".to_owned(),
        (seconds, 0) => format!("{seconds} seconds"),
        _ => format!("{} seconds", duration.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::Format;
    use adls_http::SystemClock;
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn work_that_takes_too_long_is_given_up() {
        let clock = SystemClock::default();
        let limit = Some(Duration::from_millis(1500));
        let never = std::future::pending::<Outcome>();
        let failure = with_timeout(&clock, limit, never).await.unwrap_err();
        assert_eq!(failure.to_string(), "gave up after 1.5 seconds, as --timeout says");
        with_timeout(&clock, limit, async { Ok(()) }).await.unwrap().unwrap();
        with_timeout(&clock, None, async { Ok(()) }).await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_told_of_once_and_only_while_something_is_waited_for() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let activity = Activity::new(Arc::clone(&clock));
        let printer = Printer::new(Format::Table, true);
        let telling = report_idle(&*clock, &activity, printer);
        tokio::pin!(telling);
        let after = async |seconds| {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        };
        tokio::select! {
            never = &mut telling => match never {},
            () = after(60) => assert_eq!(activity.idle(clock.elapsed()), None),
        }
        let waiting = activity.start("lake.test");
        tokio::select! {
            never = &mut telling => match never {},
            () = after(60) => {}
        }
        let (lasting, host) = activity.idle(clock.elapsed()).unwrap();
        assert_eq!((lasting, host.as_str()), (Duration::from_secs(60), "lake.test"));
        activity.received(true);
        assert_eq!(activity.idle(clock.elapsed()).unwrap().0, Duration::ZERO);
        drop(waiting);
        assert_eq!(activity.idle(clock.elapsed()), None);
        // An error is no answer: the pause before the next try counts as waiting.
        activity.received(false);
        assert!(activity.idle(clock.elapsed()).is_some());
    }
}
