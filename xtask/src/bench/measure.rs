//! One run of a program: how long it took, and what it used.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use wait4::Wait4 as _;

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// What the program says its work took, or else its whole life.
    pub(crate) time: Duration,
    /// User and system time, with that of its own children.
    pub(crate) cpu: Duration,
    /// The most memory that it, or one of its children, had at any moment.
    pub(crate) peak: u64,
}

/// Whose clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeSource {
    /// The process from start to end.
    Process,
    /// The seconds that the program prints.
    Reported,
}

/// Runs to the end.
///
/// # Errors
/// When the program cannot be started, fails, or prints no time although it should.
pub(crate) fn measure(command: &mut Command, timed: TimeSource) -> anyhow::Result<Sample> {
    // A listing is too long for a pipe that nobody reads meanwhile.
    let mut output = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?);
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let end = child.wait4()?;
    let whole = started.elapsed();
    if !end.status.success() {
        bail!("{command:?} ended with {}", end.status);
    }
    let time = match timed {
        TimeSource::Process => whole,
        TimeSource::Reported => {
            std::io::Seek::rewind(&mut output)?;
            seconds(&std::io::read_to_string(output)?)?
        }
    };
    let usage = end.rusage;
    Ok(Sample { time, cpu: usage.utime + usage.stime, peak: usage.maxrss })
}

fn seconds(output: &str) -> anyhow::Result<Duration> {
    let last = output.lines().last().unwrap_or_default();
    let seconds = last.trim().parse().with_context(|| format!("no time in {last:?}"))?;
    Ok(Duration::try_from_secs_f64(seconds)?)
}

/// Runs all lines in turn, and again: a machine that becomes slower does so for all. `run` is also told which
/// round it is. Gives the median of each line.
///
/// # Errors
/// The first one of `run`.
pub(crate) fn in_turns<L>(
    lines: &[L],
    rounds: usize,
    mut run: impl FnMut(&L, usize) -> anyhow::Result<Sample>,
) -> anyhow::Result<Vec<Sample>> {
    let mut samples = vec![Vec::new(); lines.len()];
    for round in 0..rounds.max(1) {
        for (line, samples) in lines.iter().zip(&mut samples) {
            samples.push(run(line, round)?);
        }
    }
    Ok(samples.into_iter().filter_map(median).collect())
}

/// The sample with the median time, but with the highest peak of all: a limit of memory holds for
/// every run. None of no samples.
pub(crate) fn median(mut samples: Vec<Sample>) -> Option<Sample> {
    samples.sort_by_key(|sample| sample.time);
    let peak = samples.iter().map(|sample| sample.peak).max()?;
    let median = samples.get((samples.len() - 1) / 2)?;
    Some(Sample { peak, ..*median })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: u64) -> Sample {
        Sample { time: Duration::from_secs(seconds), cpu: Duration::ZERO, peak: seconds }
    }

    #[test]
    fn the_median_is_of_times_and_the_peak_of_all_runs() {
        let with_peak = |time, peak| Sample { peak, ..sample(time) };
        assert_eq!(median(vec![sample(9), sample(1), sample(3)]), Some(with_peak(3, 9)));
        assert_eq!(median(vec![sample(9), sample(1)]), Some(with_peak(1, 9)));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn lines_take_turns() {
        let mut order = Vec::new();
        let medians = in_turns(&["a", "b"], 2, |line, round| {
            order.push((*line, round));
            Ok(sample(order.len() as u64))
        });
        assert_eq!(order, [("a", 0), ("b", 0), ("a", 1), ("b", 1)]);
        let times = medians.unwrap().into_iter().map(|sample| sample.time.as_secs());
        assert_eq!(times.collect::<Vec<_>>(), [1, 2]);
        assert!(in_turns(&["a"], 1, |_, _| Err(anyhow::anyhow!("no"))).is_err());
    }

    #[test]
    fn a_program_tells_its_time_in_the_last_line() {
        assert_eq!(seconds("warming up\n1.25\n").unwrap(), Duration::from_millis(1250));
        assert!(seconds("").is_err());
        assert!(seconds("-1").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_failed_program_is_an_error_and_a_good_one_has_used_something() {
        assert!(measure(&mut Command::new("false"), TimeSource::Process).is_err());
        let sample = measure(Command::new("echo").arg("0.5"), TimeSource::Reported).unwrap();
        assert_eq!(sample.time, Duration::from_millis(500));
        assert!(sample.peak > 0);
    }
}
