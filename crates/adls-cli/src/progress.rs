//! Bars and spinners on stderr, drawn only on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::Printer;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// A spinner with a text that changes.
pub(crate) fn spinner(printer: Printer, text: impl Into<String>) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(text.into());
    spinner.set_draw_target(target(printer));
    spinner.enable_steady_tick(TICK);
    spinner
}

/// A bar that counts bytes; `total` grows while a tree is still being listed.
pub(crate) fn bytes(printer: Printer, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target(printer));
    let template = "{msg} {bar:24} {binary_bytes:>10} of {binary_total_bytes:10} \
                    {binary_bytes_per_sec:>12} {eta:>4}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn target(printer: Printer) -> ProgressDrawTarget {
    if printer.shows_progress() {
        ProgressDrawTarget::stderr_with_hz(10)
    } else {
        ProgressDrawTarget::hidden()
    }
}
