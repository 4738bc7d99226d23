//! `cargo xtask bench`: the toolkit's speed beside that of its peers and of the machine, in one run.
//!
//! Seconds move with the machine and its load; what counts are the ratios between lines of one table.

mod azurite;
mod budget;
mod build;
mod compare;
mod files;
mod gen1;
mod gen2;
mod measure;
mod start;
mod table;

use clap::{Args, Subcommand};
use xshell::Shell;

use crate::workspace::Workspace;

/// What `cargo xtask bench` takes.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// Files of a Gen1 account: `adls`, the official Python package, and bare loops over reqwest
    Gen1(gen1::Options),
    /// Files of a Gen2 account: the emulator beside its Gen1 accounts, then `adls` beside AzCopy, the official
    /// Python package, and bare loops over reqwest
    Gen2(gen2::Options),
    /// The emulator beside Azurite, Microsoft's emulator of Blob; needs Node 20 with npm
    Azurite(azurite::Options),
    /// How long programs take to start, and what the emulator takes at rest
    Start,
}

/// Builds what is needed in release, runs the suite, and prints its table.
///
/// # Errors
/// When something cannot be built or a program fails.
pub(crate) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    match &options.suite {
        Suite::Gen1(options) => gen1::run(shell, workspace, options),
        Suite::Gen2(options) => gen2::run(shell, workspace, options),
        Suite::Azurite(options) => azurite::run(shell, workspace, options),
        Suite::Start => start::run(shell, workspace),
    }
}

/// The word before what was promised.
fn verdict(met: bool) -> &'static str {
    if met { "met   " } else { "MISSED" }
}
