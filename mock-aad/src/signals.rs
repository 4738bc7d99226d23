//! The signals that end a program.

use crate::error::Error;

/// What has come: which signal.
#[cfg(unix)]
pub(crate) type Caught = tokio::signal::unix::SignalKind;
#[cfg(not(unix))]
pub(crate) type Caught = ();

/// Signals are caught from the start: one that comes while the emulator starts is not lost.
#[cfg(unix)]
pub(crate) struct Signals(Vec<(Caught, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    pub(crate) fn listen() -> Result<Self, Error> {
        use tokio::signal::unix::signal;
        let mut kinds = vec![Caught::interrupt(), Caught::terminate()];
        if hangup_counts() {
            kinds.push(Caught::hangup());
        }
        let caught = |kind| Ok::<_, Error>((kind, signal(kind).map_err(Error::Signal)?));
        Ok(Self(kinds.into_iter().map(caught).collect::<Result<_, _>>()?))
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Caught {
        let waiting = self.0.iter_mut().map(|(kind, signal)| {
            let kind = *kind;
            Box::pin(async move {
                signal.recv().await;
                kind
            })
        });
        futures_util::future::select_all(waiting).await.0
    }
}

/// Whether the end of a terminal is to end the emulator: `nohup` says no, and a handler would undo that.
/// Where that cannot be found out, the signal is left alone.
#[cfg(unix)]
fn hangup_counts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|ignored| ignored & 1 == 0)
}

#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> Result<Self, Error> {
        Ok(Self)
    }

    pub(crate) async fn next(&mut self) -> Caught {
        // Without a handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
