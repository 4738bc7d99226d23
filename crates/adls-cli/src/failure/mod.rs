//! What a command says when it cannot do its work, and the exit code that goes with it.

mod explain;

use std::fmt;
use std::path::Path;

/// How many failed items are named; the rest is counted.
const NAMED: usize = 10;

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

    /// Adds a line for each of many items that failed, up to a number that a person reads, and how
    /// many more there are.
    pub(crate) fn details_of(self, items: impl ExactSizeIterator<Item = String>) -> Self {
        let more = items.len().saturating_sub(NAMED);
        let failure = items.take(NAMED).fold(self, Self::detail);
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
        Failure::new("failed").details_of(items.into_iter()).details().to_vec()
    }

    #[test]
    fn some_items_are_named_and_the_rest_is_counted() {
        assert_eq!(details(0), Vec::<String>::new());
        assert_eq!(details(NAMED).last().map(String::as_str), Some("9"));
        assert_eq!(details(NAMED + 2)[NAMED - 1..], ["9", "and 2 more"]);
    }
}
