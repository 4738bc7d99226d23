//! What is promised of one line of a table, beside another or by itself.

use std::fmt::Write as _;

use super::table::Section;
use super::verdict;

/// Whether a program has at least a share of another's speed; `None` when one of them did not run.
pub(super) fn at_least(section: &Section, line: &str, other: &str, least: f64) -> Option<String> {
    let ratio = section.ratio(line, other)?;
    Some(format!(
        "{} {}: {line} is {ratio:.2} times as fast as {other}; promised: at least {least}\n",
        verdict(ratio >= least),
        section.name,
    ))
}

/// Whether some programs, wherever they ran, took less memory than so many bytes.
pub(super) fn less_memory<'a>(
    sections: impl IntoIterator<Item = &'a Section>,
    programs: &[&str],
    limit: u64,
) -> String {
    let mut text = String::new();
    for section in sections {
        for (program, sample) in section.lines.iter().filter(|line| programs.contains(&line.0)) {
            let _ = writeln!(
                text,
                "{} {}: {program} takes {} MiB of memory; promised: less than {}",
                verdict(sample.peak < limit),
                section.name,
                sample.peak >> 20,
                limit >> 20,
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::measure::Sample;
    use crate::bench::table::Throughput;

    fn section() -> Section {
        let sample = |millis, peak| Sample {
            time: Duration::from_millis(millis),
            cpu: Duration::ZERO,
            peak,
        };
        Section {
            name: "up".to_owned(),
            throughput: Throughput::Mib(1),
            lines: vec![("bare", sample(91, 1 << 20)), ("ours", sample(100, 64 << 20))],
        }
    }

    #[test]
    fn a_share_of_speed_is_met_up_to_its_limit() {
        let line = |least| at_least(&section(), "ours", "bare", least).unwrap();
        assert_eq!(
            line(0.9),
            "met    up: ours is 0.91 times as fast as bare; promised: at least 0.9\n"
        );
        assert!(line(0.92).starts_with("MISSED"));
        assert_eq!(at_least(&section(), "ours", "gone", 0.9), None);
    }

    #[test]
    fn memory_counts_for_the_programs_that_have_a_limit() {
        let lines = |limit| less_memory([&section()], &["ours"], limit);
        assert_eq!(
            lines((64 << 20) + 1),
            "met    up: ours takes 64 MiB of memory; promised: less than 64\n"
        );
        assert!(lines(64 << 20).starts_with("MISSED"));
    }
}
