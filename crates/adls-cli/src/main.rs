//! `adls`: sign in to Azure AD, manage Data Lake accounts, work with the files in them.
//!
//! | module | what it holds |
//! |---|---|
//! | `cli` | every command, flag and help text |
//! | `commands` | what each command does, a file for each |
//! | `context` | flags, environment and configuration merged; the clients made from them |
//! | `endpoints` | where the services are: a cloud or an emulator |
//! | `config` | what is remembered between runs |
//! | `environment` | the one place that reads the environment |
//! | `printer`, `progress` | the one place that prints, and what moves while it lasts |
//! | `failure` | what is said when something fails, and the exit codes |

mod cli;
mod commands;
mod config;
mod context;
mod endpoints;
mod environment;
mod failure;
mod printer;
mod progress;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::cli::Cli;
use crate::context::Context;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::printer::Printer;

fn main() -> ExitCode {
    let Cli { global, command } = Cli::parse();
    let environment = Environment::of_process();
    start_log(&environment, global.verbose);
    let printer = Printer::new(global.output, global.quiet);
    let outcome = Context::new(global, environment, printer).and_then(|mut context| {
        let runtime = tokio::runtime::Runtime::new()
            .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))?;
        let outcome = runtime.block_on(commands::run(&mut context, command));
        // A thread that still waits for the terminal must not keep the process.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let exit: Exit = failure.exit();
            if exit != Exit::ReaderGone {
                printer.failure(&failure);
            }
            ExitCode::from(exit as u8)
        }
    }
}

/// Logs to stderr when asked to; the log never holds a secret, see the pipeline's own rules.
fn start_log(environment: &Environment, verbose: bool) {
    let filter = match (&environment.log, verbose) {
        (Some(filter), _) => EnvFilter::new(filter),
        (None, true) => {
            EnvFilter::new("adls_http=debug,adls_auth=debug,adls_fs=debug,adls_mgmt=debug")
        }
        (None, false) => return,
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
