//! Steps, printed one by one: what was done, what came of it, how long it took.

use std::time::Instant;

use serde_json::json;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::{Format, Listing};

/// How wide titles are: with time and result a line then fits into 80 columns.
const TITLE_WIDTH: usize = 31;

/// Prints steps as they happen.
pub(super) struct Steps<'a> {
    context: &'a Context,
    listing: Listing,
    steps: u32,
    started: Instant,
}

impl<'a> Steps<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        let listing = context.printer.listing(&[]);
        Self { context, listing, steps: 0, started: Instant::now() }
    }

    /// A heading before steps that belong together.
    pub(super) fn heading(&self, title: &str) -> Outcome {
        let gap = if self.steps == 0 { "" } else { "\n" };
        self.text(&format!("{gap}{title}"))
    }

    /// What a person reads between steps; where a program reads them, not among them.
    fn text(&self, text: &str) -> Outcome {
        match self.context.printer.format() {
            Format::Table => self.context.printer.line(text),
            Format::Json | Format::Jsonl | Format::Tsv => {
                self.context.printer.note(text);
                Ok(())
            }
        }
    }

    /// Does one step and prints it. The step returns its value and what a reader should see of it.
    pub(super) async fn step<T>(
        &mut self,
        title: &str,
        step: impl Future<Output = Outcome<(T, String)>>,
    ) -> Outcome<T> {
        self.steps += 1;
        let started = Instant::now();
        let outcome = step.await;
        let millis = started.elapsed().as_millis();
        let (value, result, word) = match outcome {
            Ok((value, result)) => (Ok(value), result, "ok"),
            Err(failure) => (Err(failure), String::new(), "FAILED"),
        };
        let line = match self.context.printer.format() {
            Format::Json | Format::Jsonl => {
                let step = json!({
                    "step": title,
                    "ok": value.is_ok(),
                    "result": result,
                    "milliseconds": u64::try_from(millis).unwrap_or(u64::MAX),
                });
                self.listing.page([step])?;
                return value;
            }
            Format::Tsv => format!("{word}\t{title}\t{result}\t{millis}"),
            Format::Table => {
                format!("{word:>4} {millis:>5} ms  {title:TITLE_WIDTH$} {result}")
            }
        };
        self.context.printer.line(line.trim_end())?;
        value
    }

    /// Prints how it ended.
    pub(super) fn end(self) -> Outcome {
        let told = self.text(&format!(
            "\n{} steps in {:.2} s, every comparison held, nothing left behind.",
            self.steps,
            self.started.elapsed().as_secs_f64()
        ));
        self.listing.end()?;
        told
    }
}

/// A comparison that the rest relies on.
pub(super) fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, wanted: &T) -> Outcome {
    if found == wanted {
        return Ok(());
    }
    Err(Failure::new(format!("{what}: found {found:?}, expected {wanted:?}")))
}
