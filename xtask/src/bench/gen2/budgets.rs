//! What the project promises of the ratios, and what came out.

use std::fmt::Write as _;

use super::workload::{
    BLOB, DFS, FILES, GEN1, Kind, LARGE, LISTING, MD5, RECURSIVE, SMALL, STATUS,
};
use super::{Measured, Outcome};
use crate::bench::budget::at_least;
use crate::bench::verdict;

/// A budget between two lines of one piece of work.
enum Budget {
    /// The first has at least this share of the second's speed.
    AtLeast(f64),
    /// The first takes at most as many times as long as the second.
    AtMost(f64),
}

const BUDGETS: &[(Kind, &str, &str, Budget)] = &[
    (Kind::Write, DFS, GEN1, Budget::AtLeast(0.9)),
    (Kind::Read, DFS, GEN1, Budget::AtLeast(0.9)),
    (Kind::Put, BLOB, MD5, Budget::AtLeast(0.9)),
    (Kind::Small, FILES, STATUS, Budget::AtMost(3.2)),
    (Kind::List, DFS, GEN1, Budget::AtLeast(0.8)),
    (Kind::List, BLOB, GEN1, Budget::AtLeast(0.8)),
    (Kind::Rename, LARGE, SMALL, Budget::AtMost(1.2)),
    (Kind::Acl, RECURSIVE, LISTING, Budget::AtMost(2.0)),
];

/// The share of the shorter listing's entries a second that the very long one must have: it is linear
/// in the entries, and what is missing is left to caches that no longer hold everything.
const LINEAR: f64 = 0.8;

/// The most memory, in bytes, that the emulator may have had after it answered with a sparse file.
const MAX_MEMORY: u64 = 64 << 20;

/// A line for each budget whose work was done.
pub(super) fn report(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (kind, line, other, budget) in BUDGETS {
        let Some(Measured { section, .. }) = outcome.of(*kind) else { continue };
        let Some(ratio) = section.ratio(line, other) else { continue };
        match budget {
            Budget::AtLeast(least) => {
                text += &at_least(section, line, other, *least).unwrap_or_default();
            }
            Budget::AtMost(most) => {
                let _ = writeln!(
                    text,
                    "{} {}: {line} takes {:.2} times as long as {other}; promised: at most {most}",
                    verdict(ratio.recip() <= *most),
                    section.name,
                    ratio.recip(),
                );
            }
        }
    }
    for line in [DFS, BLOB] {
        let rate = |kind| outcome.of(kind)?.section.rate(line);
        let (Some(shorter), Some(longer)) = (rate(Kind::List), rate(Kind::ListMany)) else {
            continue;
        };
        let share = longer / shorter;
        let _ = writeln!(
            text,
            "{} {line} lists {share:.2} of the entries a second when there are many more; promised: \
             at least {LINEAR}",
            verdict(share >= LINEAR),
        );
    }
    if let (Some(measured), Some(peak)) = (outcome.of(Kind::Sparse), outcome.peak) {
        let _ = writeln!(
            text,
            "{} {}: the emulator has taken {} MiB of memory; promised: less than {}",
            verdict(peak < MAX_MEMORY),
            measured.section.name,
            peak >> 20,
            MAX_MEMORY >> 20,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::measure::Sample;
    use crate::bench::table::{Section, Throughput};

    fn measured(kind: Kind, throughput: Throughput, lines: &[(&'static str, u64)]) -> Measured {
        let sample =
            |millis| Sample { time: Duration::from_millis(millis), cpu: Duration::ZERO, peak: 0 };
        let lines = lines.iter().map(|(name, millis)| (*name, sample(*millis))).collect();
        let section = Section { name: format!("{kind:?}"), throughput, lines };
        Measured { kind, section }
    }

    fn verdicts(sections: Vec<Measured>, peak: Option<u64>) -> Vec<String> {
        report(&Outcome { sections, peak }).lines().map(str::to_owned).collect()
    }

    #[test]
    fn each_budget_is_met_up_to_its_limit_and_missed_beyond() {
        let work = |faster: u64, slower: u64| {
            vec![
                measured(Kind::Write, Throughput::Mib(1), &[(GEN1, 90), (DFS, faster)]),
                measured(Kind::Small, Throughput::Files(1), &[(STATUS, 100), (FILES, slower)]),
            ]
        };
        assert_eq!(
            verdicts(work(99, 319), None),
            [
                "met    Write: DFS is 0.91 times as fast as Gen1; promised: at least 0.9",
                "met    Small: create, append, flush takes 3.19 times as long as HEAD of as many \
                 paths; promised: at most 3.2",
            ]
        );
        let missed = verdicts(work(101, 321), None);
        assert!(missed.iter().all(|line| line.starts_with("MISSED")), "{missed:?}");
        assert_eq!(missed.len(), 2);
    }

    #[test]
    fn listings_of_two_lengths_are_compared_by_their_rates() {
        let lists = |longer| {
            vec![
                measured(Kind::List, Throughput::Paths(100), &[(GEN1, 10), (DFS, 10)]),
                measured(Kind::ListMany, Throughput::Paths(1000), &[(DFS, longer)]),
            ]
        };
        let linear = |longer| verdicts(lists(longer), None).pop().unwrap();
        assert!(linear(124).starts_with("met    DFS lists 0.81 of the entries a second"));
        assert!(linear(126).starts_with("MISSED DFS"));
    }

    #[test]
    fn memory_counts_where_the_system_tells_it() {
        let sparse = || vec![measured(Kind::Sparse, Throughput::Mib(1), &[(DFS, 1)])];
        assert!(verdicts(sparse(), None).is_empty());
        assert!(verdicts(sparse(), Some(MAX_MEMORY - 1))[0].starts_with("met"));
        assert!(verdicts(sparse(), Some(MAX_MEMORY))[0].starts_with("MISSED"));
    }
}
