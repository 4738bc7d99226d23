//! What a command says when it cannot do its work, and the exit code that goes with it.

mod explain;

use std::fmt;
use std::path::Path;

/// A command's failure: one sentence, ways out, an exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    details: Vec<String>,
    hints: Vec<String>,
    exit: Exit,
}

/// The exit codes of `adls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing failed: whoever read the output has seen enough (`| head`).
    ReaderGone = 0,
    /// The request failed.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Not signed in.
    NotSignedIn = 3,
    /// Ended by Ctrl+C; what shells say of a program that is killed by it.
    Interrupted = 130,
}

/// What a command returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// The request failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: Vec::new(), hints: Vec::new(), exit: Exit::Failed }
    }

    /// The command was used wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(message) }
    }

    /// Nobody is signed in, or the sign-in is no longer good.
    pub(crate) fn not_signed_in(message: impl Into<String>) -> Self {
        Self { exit: Exit::NotSignedIn, ..Self::new(message) }
    }

    /// Nobody reads the output any more, so that nothing is left to do and nothing to say.
    pub(crate) fn reader_gone() -> Self {
        Self { exit: Exit::ReaderGone, ..Self::new("nobody reads the output any more") }
    }

    /// The user has ended it.
    pub(crate) fn interrupted() -> Self {
        Self { exit: Exit::Interrupted, ..Self::new("interrupted") }
    }

    /// A local file that could not be read or written.
    pub(crate) fn file(action: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {action} {}: {error}", path.display()))
    }

    /// Adds a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a line for whoever looks into it: codes and ids.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    pub(crate) fn details(&self) -> &[String] {
        &self.details
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
