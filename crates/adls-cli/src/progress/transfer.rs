//! A transfer that is watched: on a terminal a line that moves, elsewhere one now and then.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adls_fs::transfer::{Progress, SkipReason, TransferEvent};
use adls_http::Clock;
use indicatif::{ProgressState, ProgressStyle};
use tokio::task::JoinHandle;

use super::bar::Bar;
use super::counts::TransferCounts;
use super::line::{self, Verb};
use crate::printer::{self, Printer, ProgressMode, amount};

/// How often a line is printed where none can move.
const LINE_INTERVAL: Duration = Duration::from_secs(30);
/// How often programs are told.
const JSON_INTERVAL: Duration = Duration::from_secs(1);

/// Shows how far a transfer has got until it is dropped.
pub(crate) struct TransferProgress {
    counts: TransferCounts,
    printer: Printer,
    verb: Verb,
    bar: Option<Bar>,
    reports: Option<JoinHandle<()>>,
}

impl TransferProgress {
    /// Begins to show what `counts` counts.
    pub(crate) fn start(
        printer: Printer,
        clock: &Arc<dyn Clock>,
        counts: &TransferCounts,
        verb: Verb,
    ) -> Self {
        counts.begin();
        let interval = match printer.progress() {
            ProgressMode::Json => Some(JSON_INTERVAL),
            ProgressMode::Auto if printer.reports_progress() => Some(LINE_INTERVAL),
            _ => None,
        };
        let reports = interval.map(|interval| {
            let (clock, counts) = (Arc::clone(clock), counts.clone());
            tokio::spawn(async move {
                loop {
                    clock.sleep(interval).await;
                    report(printer, verb, &counts, false);
                }
            })
        });
        let bar = printer.draws_progress().then(|| Bar::show(printer, style(counts, verb)));
        Self { counts: counts.clone(), printer, verb, bar, reports }
    }

    /// Whether somebody looks at it, so that totals are worth counting.
    pub(crate) fn is_watched(&self) -> bool {
        self.bar.is_some() || self.reports.is_some()
    }

    /// The transfer has ended: nothing moves any more.
    pub(crate) fn end(&mut self) {
        self.bar = None;
        if let Some(reports) = self.reports.take() {
            reports.abort();
            if self.printer.progress() == ProgressMode::Json {
                report(self.printer, self.verb, &self.counts, true);
            }
        }
    }

    /// Who is told of the transfer's events.
    pub(crate) fn reporter(&self, warns: bool) -> Arc<dyn Progress> {
        Arc::new(Reporter { counts: self.counts.clone(), printer: self.printer, warns })
    }
}

impl Drop for TransferProgress {
    fn drop(&mut self) {
        if let Some(reports) = self.reports.take() {
            reports.abort();
        }
    }
}

fn report(printer: Printer, verb: Verb, counts: &TransferCounts, ended: bool) {
    let snapshot = counts.snapshot();
    match printer.progress() {
        ProgressMode::Json => printer.progress_json(&line::to_json(verb, &snapshot, ended)),
        _ => printer.note(&line::plain(verb, &snapshot)),
    }
}

fn style(counts: &TransferCounts, verb: Verb) -> ProgressStyle {
    let counts = counts.clone();
    let draw = move |_: &ProgressState, out: &mut dyn fmt::Write| {
        // What cannot be written is drawn at the next tick.
        let _ = out.write_str(&line::line(verb, &counts.snapshot(), printer::terminal_width()));
    };
    let style = ProgressStyle::with_template("{line}");
    style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("line", draw)
}

/// Counts what happens, and says what is to be said at once.
struct Reporter {
    counts: TransferCounts,
    printer: Printer,
    /// Not when it has been said already that nothing can be kept.
    warns: bool,
}

impl Progress for Reporter {
    fn event(&self, event: &TransferEvent<'_>) {
        let resumed = self.counts.event(event);
        match event {
            TransferEvent::Moved { item, .. } => {
                if let Some(resumed) = resumed {
                    self.printer.note(&format!(
                        "resuming {} at {} of {}",
                        item.source,
                        amount::bytes(resumed),
                        amount::bytes(item.length)
                    ));
                }
            }
            TransferEvent::Skipped { item, reason } if reason.is_loss() => {
                self.printer.note(&format!("left out {}: {reason}", item.source));
            }
            TransferEvent::Skipped { item, reason } => {
                let why = match reason {
                    SkipReason::DoneBefore => "there already",
                    _ => "unchanged",
                };
                self.printer.verbose(&format!("{why}: {}", item.target));
            }
            TransferEvent::Finished(item) => {
                self.printer.verbose(&format!("{} -> {}", item.source, item.target));
            }
            TransferEvent::Deleted(item) => {
                self.printer.verbose(&format!("deleted {}", item.target));
            }
            TransferEvent::NotKept { item, attribute } => {
                self.printer.verbose(&format!("without its {attribute}: {}", item.source));
            }
            TransferEvent::Warning(text) if self.warns => self.printer.warning(text),
            _ => {}
        }
    }
}
