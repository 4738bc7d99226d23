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
    details: Vec<Detail>,
    hints: Vec<String>,
    /// The path for which a right is missing.
    denied: Option<String>,
    exit: Exit,
}

/// A line below the sentence.
#[derive(Debug)]
struct Detail {
    text: String,
    /// Whether only whoever looks into it wants to know.
    is_trace: bool,
}

/// What a command returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// The request failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            details: Vec::new(),
            hints: Vec::new(),
            denied: None,
            exit: Exit::Failed,
        }
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

    /// The same failure, and how far the work had got.
    pub(crate) fn at(self, position: &str) -> Self {
        Self { message: format!("{} at {position}", self.message), ..self }
    }

    /// A program that could not be started.
    #[cfg(feature = "emulator")]
    pub(crate) fn not_run(program: &str, error: &io::Error) -> Self {
        let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
        Self { exit: Exit::NotRun(code), ..Self::new(format!("cannot run {program}: {error}")) }
    }

    /// A program that was run has ended with this exit code.
    #[cfg(feature = "emulator")]
    pub(crate) fn ended(code: u8) -> Self {
        Self { exit: Exit::Ended(code), ..Self::new("the program has failed") }
    }

    /// A local file that could not be read or written.
    pub(crate) fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {action} {}: {}", path.display(), io_text(error)))
    }

    /// A right is missing for this path.
    pub(crate) fn denied(mut self, path: impl Into<String>) -> Self {
        self.denied = Some(path.into());
        self
    }

    /// The path for which a right is missing, if that is it.
    pub(crate) fn denied_path(&self) -> Option<&str> {
        self.denied.as_deref()
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

    /// Adds a line that is shown with `--verbose`: codes and ids.
    pub(crate) fn trace(mut self, trace: impl Into<String>) -> Self {
        self.details.push(Detail { text: trace.into(), is_trace: true });
        self
    }

    /// Shows what is known in any case, where somebody has to look into it.
    pub(crate) fn with_traces_shown(mut self) -> Self {
        self.details.iter_mut().for_each(|detail| detail.is_trace = false);
        self
    }

    /// Adds a line.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(Detail { text: detail.into(), is_trace: false });
        self
    }

    /// Adds a line for each of many items that failed, up to a number that a person reads, and how
    /// many more there are.
    pub(crate) fn limited_details(self, items: impl ExactSizeIterator<Item = String>) -> Self {
        let more = items.len().saturating_sub(MAX_DETAILS);
        let failure = items.take(MAX_DETAILS).fold(self, Self::detail);
        if more > 0 { failure.detail(format!("and {more} more")) } else { failure }
    }

    /// The lines, for whoever looks into it all of them.
    pub(crate) fn details(&self, all: bool) -> Vec<&str> {
        let shown = self.details.iter().filter(|detail| all || !detail.is_trace);
        shown.map(|detail| detail.text.as_str()).collect()
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }
}

/// What the system says of an error, without its number.
pub(crate) fn io_text(error: &io::Error) -> String {
    let text = error.to_string();
    match (error.raw_os_error(), text.rfind(" (os error ")) {
        (Some(_), Some(end)) => text[..end].to_owned(),
        _ => text,
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
        let failure = Failure::new("failed").limited_details(items.into_iter());
        failure.details(false).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn ids_are_for_whoever_looks_into_it() {
        let failure = Failure::new("failed").detail("why").trace("id");
        assert_eq!(
            (failure.details(false), failure.details(true)),
            (vec!["why"], vec!["why", "id"])
        );
        assert_eq!(failure.with_traces_shown().details(false), ["why", "id"]);
    }

    #[test]
    fn some_items_are_named_and_the_rest_is_counted() {
        assert_eq!(details(0), Vec::<String>::new());
        assert_eq!(details(MAX_DETAILS).last().map(String::as_str), Some("9"));
        assert_eq!(details(MAX_DETAILS + 2)[MAX_DETAILS - 1..], ["9", "and 2 more"]);
    }
}
