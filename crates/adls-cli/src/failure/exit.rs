//! How a process ends: exit codes, and the signals that have one.

/// How `adls` ends other than well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing failed: whoever read the output has seen enough (`| head`).
    BrokenPipe,
    /// The answer to a question is no.
    No,
    /// The request failed.
    Failed,
    /// Wrong usage.
    Usage,
    /// Not signed in.
    NotSignedIn,
    /// A question of yes or no could not be answered.
    Unanswered,
    /// Ended by a signal.
    Signalled(Signal),
    /// A program that was run could not be started, in the words of `env`.
    #[cfg(feature = "emulator")]
    NotRun(u8),
    /// A program that was run has ended so, and has said itself why.
    #[cfg(feature = "emulator")]
    Ended(u8),
}

impl Exit {
    /// The exit code of the process.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::No | Self::Failed => 1,
            Self::Usage => 2,
            Self::NotSignedIn => 3,
            Self::Unanswered => 4,
            Self::Signalled(signal) => signal.code(),
            #[cfg(feature = "emulator")]
            Self::NotRun(code) | Self::Ended(code) => code,
        }
    }

    /// Whether there is nothing to say about it.
    pub(crate) fn is_silent(self) -> bool {
        #[cfg(feature = "emulator")]
        if matches!(self, Self::Ended(_)) {
            return true;
        }
        matches!(self, Self::BrokenPipe | Self::No)
    }
}

/// What ends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl+C.
    Interrupt,
    /// SIGTERM; on Windows the end of the session.
    Terminate,
    /// SIGHUP; on Windows the end of the console.
    HangUp,
}

impl Signal {
    /// The exit code that shells give a program that is killed by it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}
