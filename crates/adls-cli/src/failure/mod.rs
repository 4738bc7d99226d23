//! What a command says when it cannot do its work, and the exit code that goes with it.

mod exit;
mod explain;

use std::fmt;
use std::io;
use std::path::Path;

pub(crate) use exit::{Exit, Signal};

/// How many failed items are named; the rest is counted.
const MAX_DETAILS: usize = 10;

/// A command's failure: one sentence, ways out, an exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    details: Vec<String>,
    hints: Vec<String>,
    exit: Exit,
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
    pub(crate) fn broken_pipe() -> Self {
        Self { exit: Exit::BrokenPipe, ..Self::new("nobody reads the output any more") }
    }

    /// Something that could not be printed; quiet when the reader went away (`| head`).
    pub(crate) fn printing(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::broken_pipe(),
            _ => Self::new(format!("cannot print: {error}")),
        }
    }

    /// The answer is no, which has been printed.
    pub(crate) fn no() -> Self {
        Self { exit: Exit::No, ..Self::new("no") }
    }

    /// The same failure where it leaves a question of yes or no open.
    pub(crate) fn unanswered(self) -> Self {
        let exit = if self.exit == Exit::Failed { Exit::Unanswered } else { self.exit };
        Self { exit, ..self }
    }

    /// Somebody has ended it.
    pub(crate) fn signalled(signal: Signal) -> Self {
        let message = match signal {
            Signal::Interrupt => "interrupted",
            Signal::Terminate => "told to end",
            Signal::HangUp => "ended, because the terminal is gone",
        };
        Self { exit: Exit::Signalled(signal), ..Self::new(message) }
    }

    /// A program that could not be started.
    #[cfg(feature = "emulator")]
    pub(crate) fn not_run(program: &str, error: &io::Error) -> Self {
        let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
        Self { exit: Exit::NotRun(code), ..Self::new(format!("cannot run {program}: {error}")) }
    }

    /// A local file that could not be read or written.
    pub(crate) fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {action} {}: {error}", path.display()))
    }

    /// Adds a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a way out, where one is known.
    pub(crate) fn maybe_hint(self, hint: Option<&str>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Adds a line for whoever looks into it: codes and ids.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Adds a line for each of many items that failed, up to a number that a person reads, and how
    /// many more there are.
    pub(crate) fn limited_details(self, items: impl ExactSizeIterator<Item = String>) -> Self {
        let more = items.len().saturating_sub(MAX_DETAILS);
        let failure = items.take(MAX_DETAILS).fold(self, Self::detail);
        if more > 0 { failure.detail(format!("and {more} more")) } else { failure }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn details(count: usize) -> Vec<String> {
        let items: Vec<_> = (0..count).map(|number| number.to_string()).collect();
        Failure::new("failed").limited_details(items.into_iter()).details().to_vec()
    }

    #[test]
    fn some_items_are_named_and_the_rest_is_counted() {
        assert_eq!(details(0), Vec::<String>::new());
        assert_eq!(details(MAX_DETAILS).last().map(String::as_str), Some("9"));
        assert_eq!(details(MAX_DETAILS + 2)[MAX_DETAILS - 1..], ["9", "and 2 more"]);
    }
}
