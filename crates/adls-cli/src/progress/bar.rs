//! The one line that moves while a command lasts.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_http::Clock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::line::cut;
use crate::printer::{self, Printer};

/// How often what moves is drawn.
const TICK: Duration = Duration::from_millis(100);

/// A line that moves and vanishes when this is dropped, however the command ends.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// Shows a line in this style, where progress may be drawn.
    pub(super) fn show(printer: Printer, style: ProgressStyle) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style);
        if printer.draws_progress() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            bar.enable_steady_tick(TICK);
            printer::set_live(&bar);
        }
        Self(bar)
    }
}

impl Deref for Bar {
    type Target = ProgressBar;

    fn deref(&self) -> &ProgressBar {
        &self.0
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        printer::clear_live();
        self.0.finish_and_clear();
    }
}

/// A line that says how long there is time until `end`.
pub(crate) fn countdown(
    printer: Printer,
    clock: &Arc<dyn Clock>,
    end: SystemTime,
    text: &'static str,
) -> Bar {
    let clock = Arc::clone(clock);
    let draw = move |_: &ProgressState, out: &mut dyn fmt::Write| {
        let left = end.duration_since(clock.now()).unwrap_or_default().as_secs();
        let line = format!("{text}, {}:{:02} left; Ctrl+C gives up", left / 60, left % 60);
        // The spinner stands before it. What cannot be written is drawn at the next tick.
        let _ = out.write_str(&cut(line, printer::terminal_width().saturating_sub(2)));
    };
    let style = ProgressStyle::with_template("{spinner} {line}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    Bar::show(printer, style.with_key("line", draw))
}

/// A spinner with a text that changes, and how long it has turned.
pub(crate) fn spinner(printer: Printer, text: impl Into<String>) -> Bar {
    let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = Bar::show(printer, style);
    bar.set_message(text.into());
    bar
}
