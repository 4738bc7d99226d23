//! The one place that prints: results on stdout, everything else on stderr. What comes from others is
//! made harmless here, and long texts are cut.

pub(crate) mod amount;
mod escape;
mod listing;
mod live;
mod table;
mod time;

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use crate::failure::{Failure, Outcome};

pub(crate) use escape::escape;
use escape::{EscapedLines, escape_json, escape_lines, truncate};
pub(crate) use listing::Listing;
use live::above;
pub(crate) use live::{clear_live, is_live, set_live};
use table::{HEADING, details, table, tsv_row};
pub(crate) use time::time;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// How much of a message is shown. Services put pages of HTML into theirs.
const MESSAGE_LIMIT: usize = 2000;
/// How much of what the user is to do; there may be a long URL in it.
const PROMPT_LIMIT: usize = 10_000;
/// What stands before the further lines of a message.
const INDENT: &str = "       ";

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// A line of JSON for each object.
    Jsonl,
    /// Tab-separated values without a heading, for scripts.
    Tsv,
}

/// One column of a table: its heading, and the JSON pointer of its value (`/properties/state`).
pub(crate) type Column = (&'static str, &'static str);

/// Prints for one command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    format: Format,
    quiet: bool,
    verbose: bool,
    progress: ProgressMode,
}

/// How it is shown how far something has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A line that moves on a terminal, elsewhere one now and then.
    #[default]
    Auto,
    /// Not at all.
    Never,
    /// A JSON object a line on stderr.
    Json,
}

impl Printer {
    pub(crate) fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet, verbose: false, progress: ProgressMode::Auto }
    }

    /// The same, telling more about the way or less.
    pub(crate) fn telling(self, verbose: bool, progress: ProgressMode) -> Self {
        Self { verbose, progress, ..self }
    }

    pub(crate) fn format(self) -> Format {
        self.format
    }

    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    pub(crate) fn progress(self) -> ProgressMode {
        self.progress
    }

    /// Whether progress is shown by a line that moves.
    pub(crate) fn draws_progress(self) -> bool {
        self.reports_progress() && io::stderr().is_terminal()
    }

    /// Whether people are told of progress, whatever stderr is.
    pub(crate) fn reports_progress(self) -> bool {
        !self.quiet && self.progress == ProgressMode::Auto
    }

    /// Prints one object; as a table, a line for each column that has a value.
    pub(crate) fn object(self, object: &impl Serialize, columns: &[Column]) -> Outcome {
        let value = to_json(object)?;
        match self.format {
            Format::Json | Format::Jsonl => self.json(&value),
            Format::Tsv => self.line(&tsv_row(&value, columns)),
            Format::Table => {
                let lines = details(&value, columns);
                let width = lines.iter().map(|(title, _)| title.len()).max().unwrap_or(0);
                lines.iter().try_for_each(|(title, text)| {
                    self.line(&format!("{HEADING}{title:width$}{HEADING:#}  {text}"))
                })
            }
        }
    }

    /// Prints a list; as a table, a row for each item.
    pub(crate) fn list(self, items: &[impl Serialize], columns: &'static [Column]) -> Outcome {
        let items = items.iter().map(to_json).collect::<Outcome<Vec<_>>>()?;
        match self.format {
            Format::Json => self.json(&Value::Array(items)),
            Format::Table => table(&items, columns).iter().try_for_each(|line| self.line(line)),
            Format::Jsonl | Format::Tsv => {
                let mut listing = self.listing(columns);
                listing.page(items)?;
                listing.end()
            }
        }
    }

    /// Begins a list that is too long to be held.
    pub(crate) fn listing(self, columns: &'static [Column]) -> Listing {
        Listing::new(self, columns)
    }

    /// Prints a plain line on stdout.
    pub(crate) fn line(self, text: &str) -> Outcome {
        let mut stdout = anstream::stdout();
        let printed = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
        printed.map_err(|error| Failure::printing(&error))
    }

    /// Prints the answer to a question of yes or no, which is the exit code as well.
    pub(crate) fn answer(self, yes: bool) -> Outcome {
        self.line(&yes.to_string())?;
        if yes { Ok(()) } else { Err(Failure::no()) }
    }

    /// Prints JSON in the form that was asked for: also what has no other good form.
    pub(crate) fn json(self, value: &Value) -> Outcome {
        let text = match self.format {
            Format::Jsonl => serde_json::to_string(value),
            _ => serde_json::to_string_pretty(value),
        };
        self.line(&escape_json(&text.map_err(|error| not_json(&error))?))
    }

    /// Prints text in which there is no style that a file or a pipe must be spared.
    fn write(self, text: &str) -> Outcome {
        let mut stdout = io::stdout().lock();
        let printed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        printed.map_err(|error| Failure::printing(&error))
    }

    /// Says something on stderr, unless the user wants quiet.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            self.prompt(text);
        }
    }

    /// Tells the user what to do, however quiet they want it.
    pub(crate) fn prompt(self, text: &str) {
        let text = escape_lines(&truncate(text, PROMPT_LIMIT), INDENT);
        let _ = above(|| writeln!(anstream::stderr(), "{text}"));
    }

    /// Says something on stderr to whoever wants to know more.
    pub(crate) fn verbose(self, text: &str) {
        if self.verbose {
            self.prompt(text);
        }
    }

    /// Tells programs on stderr how far something has got.
    pub(crate) fn progress_json(self, value: &Value) {
        let text = value.to_string();
        let _ = above(|| writeln!(io::stderr(), "{}", escape_json(&text)));
    }

    /// Warns on stderr, unless the user wants quiet.
    pub(crate) fn warning(self, text: &str) {
        if self.quiet {
            return;
        }
        let text = escape_lines(&truncate(text, MESSAGE_LIMIT), "         ");
        let _ = above(|| writeln!(anstream::stderr(), "{WARNING}warning:{WARNING:#} {text}"));
    }

    /// Reports a failure on stderr.
    pub(crate) fn failure(self, failure: &Failure) {
        let harmless = |text: &str| escape_lines(&truncate(text, MESSAGE_LIMIT), INDENT);
        let mut lines = vec![format!("{ERROR}error:{ERROR:#} {}", harmless(&failure.to_string()))];
        let details = failure.details(self.verbose).into_iter();
        lines.extend(details.map(|text| format!("{INDENT}{}", harmless(text))));
        let hints = failure.hints().iter();
        lines.extend(hints.map(|hint| format!("{HINT}hint:{HINT:#} {}", harmless(hint))));
        let _ = above(|| writeln!(anstream::stderr(), "{}", lines.join("\n")));
    }
}

/// A model as JSON.
pub(crate) fn to_json(model: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(model).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> Failure {
    Failure::new(format!("cannot be written as JSON: {error}"))
}

/// Prints what the parser of the command line has to say: help and versions are results.
pub(crate) fn usage(said: &clap::Error, hints: &[String]) -> io::Result<()> {
    if said.use_stderr() {
        // Whoever does not read it sees the exit code.
        let _ = said.print();
        for hint in hints {
            let _ = writeln!(anstream::stderr(), "{HINT}hint:{HINT:#} {hint}");
        }
        return Ok(());
    }
    let mut stdout = anstream::stdout();
    write!(stdout, "{}", said.render().ansi())?;
    stdout.flush()
}

/// Ends the line of a question that nobody answers any more.
pub(crate) fn end_prompt() {
    let _ = writeln!(io::stderr());
}

/// Where the log goes: to stderr, without anything that steers a terminal.
pub(crate) fn log() -> impl Write {
    EscapedLines(AboveLive)
}

/// Stderr above what moves on it.
struct AboveLive;

impl Write for AboveLive {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        above(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// How many columns the terminal at stderr has.
pub(crate) fn terminal_width() -> usize {
    console::Term::stderr().size().1.into()
}

/// Whether somebody at a terminal is at one of the ends of this process.
#[cfg(unix)]
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}
