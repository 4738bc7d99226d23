//! `adls`: sign in to Azure AD, manage Data Lake accounts, work with the files in them.
//!
//! | module | what it holds |
//! |---|---|
//! | `arguments` | the flags of every command; values that are more than a word |
//! | `commands` | every command with its flags and help, and what it does |
//! | `context` | flags, environment and configuration merged; the clients made from them |
//! | `endpoints`, `hosts` | where the services are: a cloud or an emulator; which hosts may be asked |
//! | `transport`, `requests` | the one way out, and what is waited for on it; what is told of it |
//! | `identity` | who commands act as |
//! | `config` | what is remembered between runs |
//! | `environment` | the one place that reads the environment |
//! | `printer`, `progress` | the one place that prints, and what moves while it lasts |
//! | `terminal` | questions and their answers |
//! | `shutdown`, `timeout` | how a command is ended from outside, and how long it may take |
//! | `failure`, `habits` | what is said when something fails or is unknown, and the exit codes |

mod arguments;
mod commands;
mod config;
mod context;
mod endpoints;
mod environment;
mod failure;
mod habits;
mod hosts;
mod identity;
mod printer;
mod progress;
mod requests;
mod shutdown;
mod storage;
mod terminal;
mod timeout;
mod transport;

use std::ffi::OsString;
use std::fs::File;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::Parser;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::GlobalArgs;
use crate::commands::Cli;
use crate::context::Context;
use crate::environment::{Environment, LOG};
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;
use crate::shutdown::{GRACE_PERIOD, Shutdown};

fn main() -> ExitCode {
    let arguments = environment::arguments();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(said) => return usage(said, &arguments),
    };
    let environment = Environment::from_process();
    let printer = Printer::new(cli.global.output, cli.global.quiet)
        .telling(cli.global.verbose > 0, cli.global.progress);
    let outcome = start_log(&environment, &cli.global);
    match outcome.and_then(|()| run(cli, environment, printer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(printer, &failure),
    }
}

fn usage(said: clap::Error, arguments: &[OsString]) -> ExitCode {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let hints = habits::hints(&said, &words);
    let said = habits::without_false_tips(said, !hints.is_empty());
    match printer::usage(&said, &hints) {
        Ok(()) => ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2)),
        Err(error) => {
            failed(Printer::new(printer::Format::Table, false), &Failure::printing(&error))
        }
    }
}

fn failed(printer: Printer, failure: &Failure) -> ExitCode {
    let exit = failure.exit();
    if !exit.is_silent() {
        printer.failure(failure);
    }
    ExitCode::from(exit.code())
}

fn run(cli: Cli, environment: Environment, printer: Printer) -> Outcome {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))?;
    let outcome = runtime.block_on(async {
        let Cli { global, command } = cli;
        let catches = command.leaves_signals_alone();
        let shutdown = if catches { Shutdown::never() } else { Shutdown::on_signal() };
        let mut context = Context::new(global, environment, printer, shutdown)?;
        let outcome = commands::run(&mut context, command).await;
        // What was given up on the way leaves temporary files and leases, which go now. A second
        // signal ends that, see `Shutdown`.
        let _ = tokio::time::timeout(GRACE_PERIOD, context.cleanups.finished()).await;
        outcome
    });
    // A thread that still waits for the terminal must not keep the process.
    runtime.shutdown_background();
    outcome
}

/// Logs to stderr or into a file when asked to; the log never holds a secret, see the pipeline's own rules.
fn start_log(environment: &Environment, global: &GlobalArgs) -> Outcome {
    let everything = global.verbose > 1 || global.log_file.is_some();
    let filter = match &environment.log {
        Some(filter) => filter.as_str(),
        None if everything => "adls_http=debug,adls_auth=debug,adls_fs=debug,adls_mgmt=debug",
        None => return Ok(()),
    };
    let filter: Targets = filter.parse().map_err(|error| {
        Failure::usage(format!("{LOG} is not a filter of the log: {error}"))
            .hint("write it like debug, or like adls_http=debug,adls_fs=info")
    })?;
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
    match &global.log_file {
        Some(path) => {
            let file = File::options().create(true).append(true).open(path);
            let file = file.map_err(|error| Failure::file("write the log to", path, &error))?;
            log.with_writer(Mutex::new(file)).finish().with(filter).init();
        }
        None => log.with_writer(printer::log).finish().with(filter).init(),
    }
    Ok(())
}
