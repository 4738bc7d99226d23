//! Tasks of this repository, run as `cargo xtask <task>`.
//!
//! Everything that takes more than one command lives here, in Rust, so that it works alike on every
//! machine and needs nothing installed beyond cargo. Keep the dependencies few: this crate is built
//! before anything else.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its output is its purpose")]

mod bench;
mod ci;
mod emulator;
mod interop;
mod node;
mod process;
mod python;
mod release;
mod steps;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xshell::Shell;

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of this repository")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that must pass before a change is merged: format, lints, builds, tests, documents
    Ci(ci::Options),
    /// The rules of the workspace that no lint knows; part of `ci`
    Tidy,
    /// Runs programs in other languages, unmodified, against the emulator
    Interop(interop::Options),
    /// Times the toolkit beside its peers and the machine's limits
    Bench(bench::Options),
    /// Checks that the workspace can be released; with --execute also makes the release's commit and tag
    Release(release::Options),
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let shell = Shell::new()?;
    let workspace = Workspace::load(&shell)?;
    shell.change_dir(&workspace.root);
    match task {
        Task::Ci(options) => ci::run(&shell, &workspace, options),
        Task::Tidy => tidy::run(&shell, &workspace),
        Task::Interop(options) => interop::run(&shell, &workspace, options),
        Task::Bench(options) => bench::run(&shell, &workspace, options),
        Task::Release(options) => release::run(&shell, &workspace, options),
    }
}
