//! Files of a Gen1 account, all programs against one emulator, over TLS.

mod programs;
mod workload;

use anyhow::Context as _;
use clap::Args;
use xshell::Shell;

use self::programs::{Invocation, Programs};
use self::workload::Workload;
use super::build;
use super::compare::{Directories, compare};
use super::table::{Section, render};
use crate::emulator::Emulator;
use crate::python;
use crate::steps::step;
use crate::workspace::{Workspace, executable};

/// What `cargo xtask bench gen1` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Size of the large file, in MiB; a multiple of 32
    #[arg(long, default_value_t = 1024)]
    mib: u64,
    /// Size of a file that must not take more memory than others, in MiB; it is downloaded once
    #[arg(long, default_value_t = 10_240)]
    huge_mib: u64,
    /// Number of small files
    #[arg(long, default_value_t = 2_000)]
    files: u64,
    /// Number of entries of the long listing
    #[arg(long, default_value_t = 100_000)]
    entries: u64,
    /// Number of files whose ACL is changed
    #[arg(long, default_value_t = 20_000)]
    paths: u64,
    /// How often everything is run; the table shows the run of median time
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Leaves the Python packages out
    #[arg(long)]
    no_python: bool,
    /// Only work whose name contains this
    #[arg(long, default_value = "")]
    only: String,
}

/// Prepares, measures and prints.
///
/// # Errors
/// When a program cannot be built or fails.
pub(super) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let bench = step("build", || build::bench(shell, workspace, "gen1"))?;
    if !options.no_python {
        step("python", || environments(shell, workspace))?;
    }
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let built = workspace.target.join("release");
    let log = workspace.target.join("bench.emulator.log");
    let emulator = Emulator::start(
        &built.join(executable("mock-aad")),
        &[],
        scratch.path(),
        scratch.path(),
        &log,
    )?;
    let programs = Programs {
        bench,
        adls: built.join(executable("adls")),
        environments: workspace.target.join("interop"),
        sdk: workspace.root.join("tests/benches/gen1_sdk.py"),
        emulator: &emulator,
        home: scratch.path().join("home"),
    };
    programs.sign_in()?;
    let directories = Directories { local: scratch.path().to_owned(), remote: "/bench" };
    let work = workload::all(options, &directories);
    let work: Vec<_> = work.into_iter().filter(|w| w.name.contains(&options.only)).collect();
    step("prepare", || workload::prepare(options, &directories, &work, &programs))?;
    let mut sections = Vec::new();
    for work in &work {
        let measured = step(&work.name, || measure_all(work, options, &directories, &programs))?;
        sections.push(measured);
    }
    println!("\n{}", render(&sections));
    println!("{}", workload::budgets(&sections));
    Ok(())
}

fn environments(shell: &Shell, workspace: &Workspace) -> anyhow::Result<()> {
    let directory = workspace.target.join("interop");
    shell.create_dir(&directory)?;
    programs::REQUIREMENTS.iter().try_for_each(|file| {
        let file = workspace.root.join("tests/interop").join(file);
        python::ensure_environment(shell, &directory, &file)
    })
}

fn measure_all(
    work: &Workload,
    options: &Options,
    directories: &Directories,
    programs: &Programs<'_>,
) -> anyhow::Result<Section> {
    let wanted = |line: &&Invocation| !(options.no_python && line.program.is_python());
    let lines: Vec<_> = work.lines.iter().filter(wanted).collect();
    compare(
        (&work.name, work.throughput),
        (&lines, |line| line.program.name()),
        work.runs.unwrap_or(options.runs),
        |line, unique| programs.run(line, work.timed, unique),
        || directories.clean(|target| programs.prepare(&["remove", target])),
    )
}
