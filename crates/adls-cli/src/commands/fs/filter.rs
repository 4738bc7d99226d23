//! `--include`, `--exclude`, `--files-from` and `--newer-than`.

use std::path::PathBuf;
use std::time::SystemTime;

use adls_fs::transfer::Selection;
use clap::Args;

use crate::arguments;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Which items of a tree are meant.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which files")]
pub(crate) struct FilterArgs {
    /// Only files that match, such as '*.csv' or 'logs/*'; may be given several times
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Nothing that matches, such as 'target' or '*.tmp'; may be given several times
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Only what a file names, a path below the source a line; - is standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// Only files modified after a time, such as 2027-01-31T00:00:00Z, or less than a duration ago, such as
    /// 36h or 7d
    #[arg(long, value_name = "WHEN", value_parser = arguments::moment)]
    newer_than: Option<arguments::Moment>,
}

/// What matches one of `include`, if there are any, and none of `exclude`.
pub(super) fn matching(include: &[String], exclude: &[String]) -> Outcome<Selection> {
    let mut selection = Selection::default();
    for pattern in include {
        selection = selection.include(pattern).map_err(Failure::of_arguments)?;
    }
    for pattern in exclude {
        selection = selection.exclude(pattern).map_err(Failure::of_arguments)?;
    }
    Ok(selection)
}

impl FilterArgs {
    pub(super) async fn selection(&self, context: &Context) -> Outcome<Selection> {
        let mut selection = matching(&self.include, &self.exclude)?;
        if let Some(file) = &self.files_from {
            let text = match file.as_os_str() == "-" {
                true => terminal::read_all().await?,
                false => tokio::fs::read_to_string(file)
                    .await
                    .map_err(|error| Failure::file("read", file, &error))?,
            };
            selection = selection.paths(text.lines().map(str::to_owned));
        }
        if let Some(moment) = &self.newer_than {
            let time: SystemTime = moment.before(context.clock.now());
            selection = selection.newer_than(time);
        }
        Ok(selection)
    }
}
