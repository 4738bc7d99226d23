//! What the project promises of its clients, and what came out.

use super::programs::Program;
use crate::bench::budget::{at_least, less_memory};
use crate::bench::table::Section;

/// Of the bare loop's speed: the library, which keeps its data in memory, and the command line, which starts and
/// signs in, writes down how far it got, and looks at what is there.
const LIBRARY: f64 = 0.9;
const ADLS: f64 = 0.75;

/// The most memory that the command line may take, in bytes, whatever it does.
const MAX_MEMORY: u64 = 64 << 20;

pub(super) fn report(sections: &[Section]) -> String {
    let [bare, adls] = [Program::Bare.name(), Program::Adls.name()];
    let mut text = String::new();
    for section in sections {
        for (program, least) in [(Program::Library.name(), LIBRARY), (adls, ADLS)] {
            text += &at_least(section, program, bare, least).unwrap_or_default();
        }
        text += &at_least(section, adls, fastest_peer(section), 1.0).unwrap_or_default();
    }
    text + &less_memory(sections, &[adls], MAX_MEMORY)
}

/// The name of the fastest program of others; none has an empty one.
fn fastest_peer(section: &Section) -> &'static str {
    let is_peer = |name: &str| Program::PEERS.iter().any(|peer| peer.name() == name);
    let peers = section.lines.iter().filter(|(name, _)| is_peer(name));
    peers.min_by_key(|(_, sample)| sample.time).map_or("", |(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::measure::Sample;
    use crate::bench::table::Throughput;

    fn verdicts(lines: &[(Program, u64)]) -> Vec<String> {
        let sample = |millis| Sample {
            time: Duration::from_millis(millis),
            cpu: Duration::ZERO,
            peak: 64 << 20,
        };
        let lines = lines.iter().map(|(program, millis)| (program.name(), sample(*millis)));
        let section = Section {
            name: "up".to_owned(),
            throughput: Throughput::Files(1),
            lines: lines.collect(),
        };
        report(&[section]).lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_command_line_is_compared_with_the_bare_loop_and_with_the_fastest_peer() {
        let lines = [
            (Program::Bare, 76),
            (Program::Adls, 100),
            (Program::AzCopyDfs, 300),
            (Program::AzCopyBlob, 99),
            (Program::Sdk, 200),
        ];
        assert_eq!(
            verdicts(&lines),
            [
                "met    up: adls is 0.76 times as fast as bare reqwest; promised: at least 0.75",
                "MISSED up: adls is 0.99 times as fast as AzCopy 10.32, Blob; promised: at least 1",
                "MISSED up: adls takes 64 MiB of memory; promised: less than 64",
            ]
        );
    }

    #[test]
    fn the_library_is_compared_with_the_bare_loop_alone() {
        assert_eq!(
            verdicts(&[(Program::Bare, 89), (Program::Library, 100)]),
            ["MISSED up: adls-fs is 0.89 times as fast as bare reqwest; promised: at least 0.9"]
        );
    }
}
