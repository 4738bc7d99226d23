//! `adls completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use crate::context::Context;
use crate::failure::Outcome;

pub(crate) fn run(context: &Context, shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "adls", &mut script);
    let script = String::from_utf8_lossy(&script);
    context.printer.line(script.trim_end())
}
