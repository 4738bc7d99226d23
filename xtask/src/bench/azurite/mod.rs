//! The emulator beside Azurite, Microsoft's emulator of Blob: the same bare loops over both, in turns, with the data
//! of both on disk.

mod servers;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use xshell::Shell;

use self::servers::{Azurite, Server, emulator};
use super::measure::{Sample, TimeSource, measure, median};
use super::{build, verdict};
use crate::node;
use crate::process::Process;
use crate::steps::step;
use crate::workspace::{Workspace, executable};

/// How often each is started; the median counts.
const STARTS: usize = 5;

/// Servers give memory back with the small requests that follow a large blob, not at its last byte.
const RESTS: usize = 5;
const REST: Duration = Duration::from_secs(1);

/// What `cargo xtask bench azurite` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Size of the blob that is sent in blocks and read in ranges, in MiB
    #[arg(long, default_value_t = 256)]
    mib: u64,
    /// Size of the blob after which memory is looked at, in MiB
    #[arg(long, default_value_t = 1024)]
    large_mib: u64,
    /// Number of small requests
    #[arg(long, default_value_t = 20_000)]
    requests: u64,
    /// How often everything is run; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
}

/// A figure of both, and how they must compare.
struct Row {
    name: String,
    unit: &'static str,
    ours: f64,
    azurite: f64,
    /// How many times Azurite's figure ours goes into.
    promised: f64,
}

/// What is measured of one of them.
struct Figures {
    /// Seconds from start to the first answer.
    start: f64,
    /// MiB.
    at_rest: f64,
    /// Microseconds of the server for a small request.
    small: f64,
    /// Seconds.
    up: f64,
    /// Seconds.
    down: f64,
    /// MiB.
    after: f64,
}

/// Prepares, measures and prints.
///
/// # Errors
/// When a program cannot be built or fails, or the system does not tell what a process takes.
pub(super) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let client = step("build", || build::bench(shell, workspace, "gen2"))?;
    let packages = workspace.target.join("bench-azurite");
    let source = workspace.root.join("tests/benches/azurite");
    step("Azurite", || node::ensure_packages(shell, &source, &packages))?;
    let log = workspace.target.join("bench.emulator.log");
    let mock = workspace.target.join("release").join(executable("mock-aad"));
    let start_ours = || emulator(&mock, &log);
    let start_azurite = || Azurite::start(&packages, &mock, &log);
    let bench = Bench { client, options };
    let starts = step("start", || {
        let ours = (0..STARTS).map(|_| Ok(start_ours()?.started()));
        let azurite = (0..STARTS).map(|_| Ok(start_azurite()?.started()));
        Ok((median_seconds(ours)?, median_seconds(azurite)?))
    })?;
    let ours = step("mock-aad", || bench.figures(&start_ours()?, starts.0))?;
    let azurite = step("Azurite", || bench.figures(&start_azurite()?, starts.1))?;
    print!("\n{}", render(&rows(options, &ours, &azurite)));
    Ok(())
}

struct Bench<'a> {
    client: PathBuf,
    options: &'a Options,
}

impl Bench<'_> {
    fn figures(&self, server: &impl Server, start: f64) -> anyhow::Result<Figures> {
        let options = self.options;
        let bytes = (options.mib << 20).to_string();
        let large = (options.large_mib << 20).to_string();
        self.work(server, &["container"])?;
        let at_rest = memory(server.process())?;
        let small = self.small(server)?;
        let runs = || 0..options.runs.max(1);
        let repeated =
            |word| median_seconds(runs().map(|_| self.work(server, &[word, "/blob", &bytes])));
        let (up, down) = (repeated("plain-blocks")?, repeated("plain-ranges")?);
        self.work(server, &["plain-blocks", "/large", &large])?;
        for _ in 0..RESTS {
            std::thread::sleep(REST);
            self.small(server)?;
        }
        let after = memory(server.process())?;
        Ok(Figures { start, at_rest, small, up, down, after })
    }

    /// Microseconds of the server for a small request.
    fn small(&self, server: &impl Server) -> anyhow::Result<f64> {
        let cpu_time = || server.process().cpu_time().context("no time of the process");
        let count = self.options.requests;
        let before = cpu_time()?;
        self.work(server, &["plain-heads", "/small", &count.to_string()])?;
        Ok((cpu_time()? - before).as_secs_f64() * 1e6 / count as f64)
    }

    /// What the client tells of its work.
    fn work(&self, server: &impl Server, words: &[&str]) -> anyhow::Result<Sample> {
        let mut command = Command::new(&self.client);
        command.arg(server.ready_file()).args(words);
        measure(&mut command, TimeSource::Reported)
    }
}

fn memory(process: Process) -> anyhow::Result<f64> {
    let bytes = process.resident_memory().context("no memory of the process")?;
    Ok(bytes as f64 / f64::from(1 << 20))
}

fn median_seconds(samples: impl Iterator<Item = anyhow::Result<Sample>>) -> anyhow::Result<f64> {
    let samples = samples.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(median(samples).context("nothing was measured")?.time.as_secs_f64())
}

fn rows(options: &Options, ours: &Figures, azurite: &Figures) -> Vec<Row> {
    let row = |name: String, unit, of: fn(&Figures) -> f64, promised| {
        let (ours, azurite) = (of(ours), of(azurite));
        Row { name, unit, ours, azurite, promised }
    };
    let mib = options.mib;
    vec![
        row("start to the first answer".into(), "ms", |all| all.start * 1e3, 20.0),
        row("server CPU of a small request".into(), "µs", |all| all.small, 10.0),
        row(format!("{mib} MiB up in blocks"), "ms", |all| all.up * 1e3, 3.0),
        row(format!("{mib} MiB down in ranges"), "ms", |all| all.down * 1e3, 3.0),
        row("memory at rest".into(), "MiB", |all| all.at_rest, 5.0),
        row(
            format!("memory at rest, after {} MiB", options.large_mib),
            "MiB",
            |all| all.after,
            5.0,
        ),
    ]
}

/// The table, 80 columns wide.
fn render(rows: &[Row]) -> String {
    let head = format!("{:<38} {:>10} {:>10} {:>7}\n", "", "mock-aad", "Azurite", "times");
    rows.iter().fold(head, |text, Row { name, unit, ours, azurite, promised }| {
        let times = azurite / ours;
        let line = format!("{name}, {unit}");
        let verdict = verdict(times >= *promised);
        text + &format!(
            "{line:<38} {ours:>10.1} {azurite:>10.1} {times:>7.1}  {verdict} {promised}\n"
        )
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::azurite::servers::sample;

    #[test]
    fn each_row_says_whether_the_promise_was_met() {
        let row =
            |azurite| Row { name: "start".into(), unit: "ms", ours: 2.0, azurite, promised: 20.0 };
        let table = render(&[row(40.0), row(39.0)]);
        let lines: Vec<&str> = table.lines().skip(1).collect();
        assert!(lines[0].ends_with("20.0  met    20"), "{table}");
        assert!(lines[1].ends_with("19.5  MISSED 20"), "{table}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{table}");
    }

    #[test]
    fn the_median_is_the_middle_one_and_an_error_is_one() {
        let of = |seconds| Ok(sample(Duration::from_secs(seconds)));
        assert_eq!(median_seconds([3, 1, 2].into_iter().map(of)).unwrap(), 2.0);
        assert!(median_seconds(std::iter::empty()).is_err());
        assert!(median_seconds([of(1), Err(anyhow::anyhow!("no"))].into_iter()).is_err());
    }
}
