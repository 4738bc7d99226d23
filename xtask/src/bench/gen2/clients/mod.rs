//! The command line and the library beside the programs that others have for Gen2, and beside what a client can
//! reach at best.

mod budgets;
mod programs;
mod workload;

use std::path::Path;

use anyhow::Context as _;
use xshell::Shell;

use self::programs::{Invocation, Program, Programs, REQUIREMENTS};
use self::workload::Workload;
use super::{Options, start};
use crate::bench::compare::{Directories, compare};
use crate::bench::table::{Section, render};
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{node, python};

/// Prepares, measures and prints; `bench` is the program with the bare loops and the library.
///
/// # Errors
/// When a foreign program cannot be installed, or a program fails.
pub(super) fn run(
    shell: &Shell,
    workspace: &Workspace,
    options: &Options,
    bench: &Path,
) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let directories = Directories { local: scratch.path().to_owned(), remote: "/bench" };
    let mut work = workload::all(options, &directories);
    work.retain(|work| work.name.contains(&options.only));
    if work.is_empty() {
        return Ok(());
    }
    step("foreign programs", || install(shell, workspace, options))?;
    let emulator = start(workspace, scratch.path())?;
    let programs = Programs::new(workspace, &emulator, bench, scratch.path())?;
    programs.sign_in()?;
    step("prepare", || workload::prepare(options, &directories, &work, &programs))?;
    let mut sections = Vec::new();
    for work in &work {
        sections.push(step(&work.name, || measure(work, options, &directories, &programs))?);
    }
    println!("\n{}", render(&sections));
    println!("{}", budgets::report(&sections));
    Ok(())
}

fn install(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let (interop, directory) =
        (workspace.root.join("tests/interop"), workspace.target.join("interop"));
    shell.create_dir(&directory)?;
    if !options.no_python {
        python::ensure_environment(shell, &directory, &interop.join(REQUIREMENTS))?;
    }
    if !options.no_azcopy {
        node::ensure_packages(shell, &interop.join("azcopy"), &directory.join("azcopy"))?;
    }
    Ok(())
}

fn measure(
    work: &Workload,
    options: &Options,
    directories: &Directories,
    programs: &Programs<'_>,
) -> anyhow::Result<Section> {
    let wanted = |line: &&Invocation| match line.program {
        Program::Sdk => !options.no_python,
        Program::AzCopyDfs | Program::AzCopyBlob => !options.no_azcopy,
        _ => true,
    };
    let lines: Vec<_> = work.lines.iter().filter(wanted).collect();
    compare(
        (&work.name, work.throughput),
        (&lines, |line| line.program.name()),
        options.runs,
        |line, unique| programs.run(line, work.timed, unique),
        || directories.clean(|target| programs.prepare(&["remove", target])),
    )
}
