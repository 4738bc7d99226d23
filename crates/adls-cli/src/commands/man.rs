//! `adls man`: the manual as man pages.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::Cli;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Which pages, and where to.
#[derive(Debug, Args)]
#[command(
    after_help = "Read the page with `adls man | man -l -`. For `man adls-fs-put` write all pages to a directory \
    of pages, such as ~/.local/share/man/man1."
)]
pub(crate) struct ManArgs {
    /// Write a page for every command into this directory, instead of printing the first
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: &ManArgs) -> Outcome {
    let Some(directory) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command())
            .render(&mut page)
            .map_err(|error| Failure::printing(&error))?;
        return context.printer.line(String::from_utf8_lossy(&page).trim_end());
    };
    let failed = |error: std::io::Error| Failure::file("write the pages to", directory, &error);
    std::fs::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), directory).map_err(failed)?;
    context.printer.note(&format!("the pages are in {}", directory.display()));
    Ok(())
}
