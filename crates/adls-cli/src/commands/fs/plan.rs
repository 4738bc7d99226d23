//! What a dry run would do, printed as it is found out.

use std::sync::{Mutex, PoisonError};

use clap::Args;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::{Column, Format, Listing, Printer, amount, escape};

const COLUMNS: &[Column] =
    &[("Action", "/action"), ("Source", "/source"), ("Target", "/target"), ("Bytes", "/bytes")];

/// The steps of a dry run: lines for people, objects for programs.
pub(super) struct Plan {
    printer: Printer,
    listing: Mutex<Option<Listing>>,
    /// Why it could not be printed; told in the end.
    outcome: Mutex<Outcome>,
}

/// `--dry-run` of a command that changes something.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DryRun {
    /// Only print what would be done
    #[arg(long, short = 'n')]
    pub(super) dry_run: bool,
}

/// Makes changes, or with `--dry-run` prints them.
pub(super) struct Changes(Option<Plan>);

impl Changes {
    pub(super) fn new(context: &Context, dry_run: &DryRun) -> Self {
        Self(dry_run.dry_run.then(|| Plan::new(context.printer)))
    }

    /// Makes one change.
    pub(super) async fn make(
        &self,
        step: Step<'_>,
        change: impl Future<Output = Outcome>,
    ) -> Outcome {
        match &self.0 {
            Some(plan) => {
                plan.step(&step);
                Ok(())
            }
            None => change.await,
        }
    }

    /// All changes are made.
    pub(super) fn end(self) -> Outcome {
        self.0.map_or(Ok(()), |plan| plan.end())
    }
}

/// One step: what is done, to what, and where the result is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step<'a> {
    pub(super) action: &'a str,
    pub(super) source: Option<&'a str>,
    pub(super) target: Option<&'a str>,
    pub(super) bytes: Option<u64>,
}

impl Plan {
    pub(super) fn new(printer: Printer) -> Self {
        let listing = Mutex::new(Some(printer.listing(COLUMNS)));
        Self { printer, listing, outcome: Mutex::new(Ok(())) }
    }

    /// Prints a step.
    pub(super) fn step(&self, step: &Step<'_>) {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        let printed = match (self.printer.format(), &mut *listing) {
            (Format::Table, _) => self.printer.line(&escape(&step.sentence())),
            (_, Some(listing)) => listing.page([step.json()]),
            (_, None) => Ok(()),
        };
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        if outcome.is_ok() {
            *outcome = printed;
        }
    }

    /// Nothing else would be done.
    pub(super) fn end(&self) -> Outcome {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *outcome, Ok(()))?;
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        match listing.take().filter(|_| self.printer.format() != Format::Table) {
            Some(listing) => listing.end(),
            None => Ok(()),
        }
    }
}

impl Step<'_> {
    fn sentence(&self) -> String {
        let mut text = format!("would {}", self.action);
        match (self.source, self.target) {
            (Some(source), Some(target)) => text.push_str(&format!(" {source} to {target}")),
            (Some(only), None) | (None, Some(only)) => text.push_str(&format!(" {only}")),
            (None, None) => {}
        }
        if let Some(bytes) = self.bytes {
            text.push_str(&format!(", {}", amount::bytes(bytes)));
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "action": self.action,
            "source": self.source,
            "target": self.target,
            "bytes": self.bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_sentence() {
        let step =
            Step { action: "upload", source: Some("a"), target: Some("/x/a"), bytes: Some(2048) };
        assert_eq!(step.sentence(), "would upload a to /x/a, 2.00 KiB");
        let step = Step { action: "delete", target: Some("/x"), ..Step::default() };
        assert_eq!(step.sentence(), "would delete /x");
    }
}
