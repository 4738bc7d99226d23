//! What moves on the terminal while a command lasts: one line, above which all others are printed.

use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;

static LIVE: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// From now on other lines are printed above this one.
pub(crate) fn set_live(bar: &ProgressBar) {
    *LIVE.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
}

/// Nothing moves any more.
pub(crate) fn clear_live() {
    *LIVE.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Whether something moves on the terminal.
pub(crate) fn is_live() -> bool {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Prints something above what moves.
pub(super) fn above<T>(print: impl FnOnce() -> T) -> T {
    let live = LIVE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match live {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}
