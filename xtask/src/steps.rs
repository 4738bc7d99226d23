//! One line before and one after each step of a task, with its time.

use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Runs a step and prints its name, then its time or that it failed.
///
/// # Errors
/// The step's own error, with the step's name in front.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    println!("==> {name}");
    let started = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "ok" } else { "FAILED" };
    println!("<== {name}: {outcome} ({})", display(started.elapsed()));
    result.with_context(|| format!("step `{name}` failed"))
}

/// A duration as a person reads it: `0.4 s`, `12.0 s`, `3 min 05 s`.
pub(crate) fn display(duration: Duration) -> String {
    if duration < Duration::from_secs(60) {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_shown_in_seconds_then_minutes() {
        assert_eq!(display(Duration::from_millis(449)), "0.4 s");
        assert_eq!(display(Duration::from_secs(59)), "59.0 s");
        assert_eq!(display(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn a_failed_step_names_itself() {
        let error = step::<()>("fmt", || anyhow::bail!("not formatted")).unwrap_err();
        assert_eq!(format!("{error:#}"), "step `fmt` failed: not formatted");
    }
}
