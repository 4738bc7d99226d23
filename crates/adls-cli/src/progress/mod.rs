//! Bars and spinners on stderr, drawn only on a terminal.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::Printer;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Whether something has been drawn on the terminal that moves while the command lasts.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// A bar or spinner that vanishes when it is dropped, however the command ends.
pub(crate) struct Bar(ProgressBar);

impl Deref for Bar {
    type Target = ProgressBar;

    fn deref(&self) -> &ProgressBar {
        &self.0
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A spinner with a text that changes.
pub(crate) fn spinner(printer: Printer, text: impl Into<String>) -> Bar {
    let spinner = ProgressBar::new_spinner().with_message(text.into());
    spinner.set_draw_target(target(printer));
    spinner.enable_steady_tick(TICK);
    Bar(spinner)
}

/// A bar that counts bytes; their total grows while a tree is still being listed.
pub(crate) fn bytes(printer: Printer, text: &'static str) -> Bar {
    let bar = ProgressBar::with_draw_target(Some(0), target(printer)).with_message(text);
    let template = "{msg} {bar:24} {binary_bytes:>10} of {binary_total_bytes:10} \
                    {binary_bytes_per_sec:>12} {eta:>4}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    Bar(bar)
}

/// Whether something has been drawn that moves while the command lasts.
pub(crate) fn is_shown() -> bool {
    SHOWN.load(Ordering::Relaxed)
}

fn target(printer: Printer) -> ProgressDrawTarget {
    if printer.shows_progress() {
        SHOWN.store(true, Ordering::Relaxed);
        ProgressDrawTarget::stderr_with_hz(10)
    } else {
        ProgressDrawTarget::hidden()
    }
}
