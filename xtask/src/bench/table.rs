//! The table of a benchmark, 80 columns wide.

use std::fmt::Write as _;

use super::measure::Sample;

/// What a piece of work consists of, which makes times into rates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Throughput {
    Mib(u64),
    Files(u64),
    Paths(u64),
    Renames,
}

impl Throughput {
    fn rate(self, seconds: f64) -> String {
        let unit = match self {
            Self::Mib(_) => "MiB/s",
            Self::Files(_) => "files/s",
            Self::Paths(_) => "paths/s",
            Self::Renames => "renames/s",
        };
        format!("{:.0} {unit}", self.count() as f64 / seconds)
    }

    /// How many pieces the work has.
    fn count(self) -> u64 {
        match self {
            Self::Mib(count) | Self::Files(count) | Self::Paths(count) => count,
            Self::Renames => 1,
        }
    }
}

/// One piece of work, done by several programs, of which the first is the measure of the others.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) throughput: Throughput,
    pub(crate) lines: Vec<(&'static str, Sample)>,
}

impl Section {
    /// How many times as fast as the other a program is; `None` when one of them did not run.
    pub(crate) fn ratio(&self, program: &str, other: &str) -> Option<f64> {
        let time = |name| {
            let line = self.lines.iter().find(|(program, _)| *program == name)?;
            Some(line.1.time.as_secs_f64())
        };
        Some(time(other)? / time(program)?)
    }

    /// How much a program does in a second; `None` when it did not run.
    pub(crate) fn rate(&self, program: &str) -> Option<f64> {
        let (_, sample) = self.lines.iter().find(|(name, _)| *name == program)?;
        Some(self.throughput.count() as f64 / sample.time.as_secs_f64())
    }
}

/// All sections under one heading.
pub(crate) fn render<'a>(sections: impl IntoIterator<Item = &'a Section>) -> String {
    let mut text = format!(
        "{:<28} {:>9} {:>14} {:>8} {:>7} {:>8}\n",
        "", "seconds", "rate", "of first", "CPU s", "peak MiB"
    );
    for section in sections {
        let _ = writeln!(text, "{}", section.name);
        let first = section.lines.first().map_or("", |(program, _)| program);
        for (program, sample) in &section.lines {
            let seconds = sample.time.as_secs_f64();
            let digits = if seconds < 0.01 { 6 } else { 2 };
            let _ = writeln!(
                text,
                "  {program:<26} {seconds:>9.digits$} {:>14} {:>8.2} {:>7.2} {:>8.0}",
                section.throughput.rate(seconds),
                section.ratio(program, first).unwrap_or(1.0),
                sample.cpu.as_secs_f64(),
                sample.peak as f64 / f64::from(1 << 20),
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_short_time_has_more_digits_and_a_rate_that_of_its_pieces() {
        let sample = Sample { time: Duration::from_micros(125), cpu: Duration::ZERO, peak: 0 };
        let lines = vec![("one", sample)];
        let of = |throughput| Section { name: "work".to_owned(), throughput, lines: lines.clone() };
        assert_eq!(of(Throughput::Paths(10)).rate("one"), Some(80_000.0));
        assert_eq!(of(Throughput::Renames).rate("gone"), None);
        let line =
            "  one                         0.000125 8000 renames/s     1.00    0.00        0\n";
        assert!(render([&of(Throughput::Renames)]).ends_with(line));
    }

    #[test]
    fn a_table_compares_with_the_first_line_of_each_section() {
        let sample = |seconds| Sample {
            time: Duration::from_secs(seconds),
            cpu: Duration::from_millis(500),
            peak: 12 << 20,
        };
        let section = Section {
            name: "up".to_owned(),
            throughput: Throughput::Mib(1024),
            lines: vec![("bare", sample(1)), ("other", sample(4))],
        };
        assert_eq!(section.ratio("bare", "other"), Some(4.0));
        assert_eq!(section.ratio("bare", "gone"), None);
        assert_eq!(
            render([&section]),
            "                               seconds           rate of first   CPU s peak MiB\n\
             up\n\
             \x20 bare                            1.00     1024 MiB/s     1.00    0.50       12\n\
             \x20 other                           4.00      256 MiB/s     0.25    0.50       12\n"
        );
    }
}
