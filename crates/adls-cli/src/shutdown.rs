//! How a command is ended from outside: Ctrl+C, SIGTERM, a terminal that goes away.

use std::time::Duration;

use tokio::sync::watch;

use crate::failure::Signal;
use crate::terminal;

/// How long what has to be cleaned up may take once a command is to end.
pub(crate) const GRACE_PERIOD: Duration = Duration::from_secs(5);

/// Tells when the command is to end. Clones tell the same.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<Option<Signal>>);

impl Shutdown {
    /// Catches every signal that ends a process, from now on. A second one, or a command that has not
    /// ended a while after the first, ends the process at once: also one that is stuck in a write to
    /// a pipe that nobody reads.
    pub(crate) fn on_signal() -> Self {
        let (tell, told) = watch::channel(None);
        let mut signals = Signals::listen();
        tokio::spawn(async move {
            let first = signals.next().await;
            // Nobody listens once the command has ended by itself.
            let _ = tell.send(Some(first));
            tokio::select! {
                _ = signals.next() => {}
                // What is left of the process after the clean-ups takes no time.
                () = tokio::time::sleep(GRACE_PERIOD + Duration::from_secs(1)) => {}
            }
            terminal::restore();
            std::process::exit(first.code().into());
        });
        Self(told)
    }

    /// Leaves all signals to the system, for commands that have their own way with them.
    pub(crate) fn never() -> Self {
        Self(watch::channel(None).1)
    }

    /// Waits until the command is to end.
    pub(crate) async fn requested(&self) -> Signal {
        let mut told = self.0.clone();
        let signal = told.wait_for(Option::is_some).await.ok().and_then(|signal| *signal);
        match signal {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// The signals that are caught.
#[cfg(unix)]
struct Signals(Vec<(Signal, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![
            (Signal::Interrupt, SignalKind::interrupt()),
            (Signal::Terminate, SignalKind::terminate()),
        ];
        // A command under `nohup` goes on when the terminal goes away.
        if !is_ignored(SignalKind::hangup().as_raw_value()) {
            kinds.push((Signal::HangUp, SignalKind::hangup()));
        }
        // One that cannot be caught ends the process by itself.
        let caught = kinds.into_iter().filter_map(|(what, kind)| Some((what, signal(kind).ok()?)));
        Self(caught.collect())
    }

    async fn next(&mut self) -> Signal {
        use futures_util::FutureExt;
        let waiting = self.0.iter_mut().map(|(what, signal)| {
            let what = *what;
            async move {
                match signal.recv().await {
                    Some(()) => what,
                    None => std::future::pending().await,
                }
            }
            .boxed()
        });
        let waiting: Vec<_> = waiting.collect();
        if waiting.is_empty() {
            return std::future::pending().await;
        }
        futures_util::future::select_all(waiting).await.0
    }
}

/// Whether the process was started with a signal ignored.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    match std::fs::read_to_string("/proc/self/status") {
        Ok(status) => ignored_mask(&status) & (1 << (signal - 1)) != 0,
        // Where it cannot be seen: what runs without any terminal has none to lose.
        Err(_) => !crate::printer::has_terminal(),
    }
}

#[cfg(unix)]
fn ignored_mask(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(windows)]
struct Signals {
    interrupt: Option<tokio::signal::windows::CtrlC>,
    pause: Option<tokio::signal::windows::CtrlBreak>,
    close: Option<tokio::signal::windows::CtrlClose>,
    log_off: Option<tokio::signal::windows::CtrlLogoff>,
    shut_down: Option<tokio::signal::windows::CtrlShutdown>,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::windows;
        Self {
            interrupt: windows::ctrl_c().ok(),
            pause: windows::ctrl_break().ok(),
            close: windows::ctrl_close().ok(),
            log_off: windows::ctrl_logoff().ok(),
            shut_down: windows::ctrl_shutdown().ok(),
        }
    }

    async fn next(&mut self) -> Signal {
        macro_rules! of {
            ($signal:expr) => {
                async {
                    match &mut $signal {
                        Some(signal) => {
                            signal.recv().await;
                        }
                        None => std::future::pending().await,
                    }
                }
            };
        }
        tokio::select! {
            () = of!(self.interrupt) => Signal::Interrupt,
            () = of!(self.pause) => Signal::Interrupt,
            () = of!(self.close) => Signal::HangUp,
            () = of!(self.log_off) => Signal::Terminate,
            () = of!(self.shut_down) => Signal::Terminate,
        }
    }
}

#[cfg(not(any(unix, windows)))]
struct Signals;

#[cfg(not(any(unix, windows)))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_is_ignored_from_the_start() {
        let status = "Name:\tadls\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored_mask(status), 0x1001);
        assert_eq!(ignored_mask("nothing of the kind"), 0);
    }
}
