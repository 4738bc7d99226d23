//! Gen2: the emulator's accounts beside its Gen1 accounts, bare loops over both; and clients, all against one
//! emulator. Over TLS, in one run.

mod budgets;
mod clients;
mod programs;
mod workload;

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use xshell::Shell;

use self::programs::Programs;
use self::workload::{Invocation, Kind, Workload};
use super::build;
use super::measure::in_turns;
use super::table::{Section, render};
use crate::emulator::Emulator;
use crate::steps::step;
use crate::workspace::{Workspace, executable};

/// What `cargo xtask bench gen2` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Size of the large file, in MiB; a multiple of 32
    #[arg(long, default_value_t = 1024)]
    mib: u64,
    /// Size of the blob that is put in one request, in MiB
    #[arg(long, default_value_t = 256)]
    blob_mib: u64,
    /// Size of the sparse file, in MiB, whose reading must take no memory; it is read once
    #[arg(long, default_value_t = 10_240)]
    huge_mib: u64,
    /// Number of small files
    #[arg(long, default_value_t = 2_000)]
    files: u64,
    /// Number of entries of the long listing, and of the large directory that is renamed
    #[arg(long, default_value_t = 100_000)]
    entries: u64,
    /// Number of entries of the very long listing
    #[arg(long, default_value_t = 1_000_000)]
    many_entries: u64,
    /// Number of entries whose ACL is changed
    #[arg(long, default_value_t = 20_000)]
    paths: u64,
    /// How often a directory is renamed; the median counts
    #[arg(long, default_value_t = 200)]
    renames: u64,
    /// How often everything is run; the table shows the run of median time
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Leaves the Python package out
    #[arg(long)]
    no_python: bool,
    /// Leaves AzCopy out, which comes from npm
    #[arg(long)]
    no_azcopy: bool,
    /// Only work whose name contains this; that of clients begins with `clients:`
    #[arg(long, default_value = "")]
    only: String,
}

/// Prepares, measures and prints.
///
/// # Errors
/// When a program cannot be built or fails.
pub(super) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let gen2 = step("build gen2", || build::bench(shell, workspace, "gen2"))?;
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let large = scratch.path().join("large");
    let mut work = workload::all(options, &large);
    work.retain(|work| work.name.contains(&options.only));
    if !work.is_empty() {
        let gen1 = step("build gen1", || build::bench(shell, workspace, "gen1"))?;
        File::create(&large)?.set_len(options.mib << 20)?;
        emulators(workspace, options, &work, (&gen1, &gen2), scratch.path())?;
    }
    clients::run(shell, workspace, options, &gen2)
}

/// The loops by which the emulator is measured.
fn emulators(
    workspace: &Workspace,
    options: &Options,
    work: &[Workload],
    (gen1, gen2): (&Path, &Path),
    scratch: &Path,
) -> anyhow::Result<()> {
    let mut outcome = Outcome::default();
    for alone in [false, true] {
        let work: Vec<_> = work.iter().filter(|work| work.kind.is_alone() == alone).collect();
        if work.is_empty() {
            continue;
        }
        let directory = scratch.join(if alone { "alone" } else { "together" });
        std::fs::create_dir(&directory)?;
        let emulator = start(workspace, &directory)?;
        let (gen1, gen2) = (gen1.to_owned(), gen2.to_owned());
        let token = directory.join("token");
        let programs = Programs { gen1, gen2, emulator: &emulator, token };
        programs.sign_in()?;
        outcome.sections.extend(prepare_and_measure(&work, options, &programs)?);
        if alone {
            outcome.peak = emulator.process().peak_memory();
        }
    }
    println!("\n{}", render(outcome.sections.iter().map(|measured| &measured.section)));
    println!("{}", budgets::report(&outcome));
    Ok(())
}

/// What came out of one piece of work.
struct Measured {
    kind: Kind,
    section: Section,
}

/// What came out of all.
#[derive(Default)]
struct Outcome {
    sections: Vec<Measured>,
    /// The most memory of the emulator that did nothing but answer with a sparse file.
    peak: Option<u64>,
}

impl Outcome {
    fn of(&self, kind: Kind) -> Option<&Measured> {
        self.sections.iter().find(|measured| measured.kind == kind)
    }
}

fn start(workspace: &Workspace, directory: &Path) -> anyhow::Result<Emulator> {
    let program = workspace.target.join("release").join(executable("mock-aad"));
    let log = workspace.target.join("bench.emulator.log");
    Emulator::start(&program, &[], directory, directory, &log)
}

fn prepare_and_measure(
    work: &[&Workload],
    options: &Options,
    programs: &Programs<'_>,
) -> anyhow::Result<Vec<Measured>> {
    let mut made: Vec<&Invocation> = Vec::new();
    let mut sections = Vec::new();
    for work in work {
        for needed in &work.needs {
            if !made.contains(&needed) {
                let what = format!("prepare {} in {}", needed.words.join(" "), needed.of.name());
                step(&what, || programs.prepare(needed))?;
                made.push(needed);
            }
        }
        let section = step(&work.name, || measure(work, options, programs))?;
        sections.push(Measured { kind: work.kind, section });
    }
    Ok(sections)
}

fn measure(work: &Workload, options: &Options, programs: &Programs<'_>) -> anyhow::Result<Section> {
    let runs = if work.kind.is_alone() { 1 } else { options.runs };
    let medians = in_turns(&work.lines, runs, |(_, line), _| {
        let sample = programs.run(line)?;
        if work.kind.writes() {
            programs.clean()?;
        }
        Ok(sample)
    })?;
    let names = work.lines.iter().map(|(name, _)| *name);
    let (name, throughput) = (work.name.clone(), work.throughput);
    Ok(Section { name, throughput, lines: names.zip(medians).collect() })
}
