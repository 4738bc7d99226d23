//! `mock-aad`: the emulator as a program.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use mock_aad::{Error, RunOptions, ServeOptions};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// A tree of many entries is many small pieces of memory, and so is each answer: the allocator of glibc takes up to
/// three times as long for a long list, depending on what was freed before it, and that of musl longer still.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// An offline emulator of Azure AD, Azure Resource Manager and Azure Data Lake Store.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Parts of the log to write to stderr, such as debug or mock_aad=info
    #[arg(long, global = true, value_name = "FILTER", env = "RUST_LOG", default_value = "error")]
    log_filter: Targets,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the emulator until SIGINT, SIGTERM or the end of the terminal
    Serve(ServeOptions),
    /// Run a program that finds an emulator of its own in place of Azure
    Run(RunOptions),
}

/// How many threads wait for the disk at once. Each keeps what it has freed for itself, so many of them
/// keep much; and no disk is faster for more.
const DISK_THREADS: usize = 4;

fn main() -> ExitCode {
    let Arguments { log_filter, command } = Arguments::parse();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    log.with_writer(std::io::stderr).finish().with(log_filter).init();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().max_blocking_threads(DISK_THREADS).build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(carry_out(command)),
        Err(error) => Err(anyhow::anyhow!("no threads to serve with: {error}")),
    };
    outcome.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "error: {error}");
        let code = error.downcast_ref::<Error>().and_then(Error::exit_code);
        code.map_or(ExitCode::FAILURE, ExitCode::from)
    })
}

async fn carry_out(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(options) => {
            mock_aad::serve(options).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(options) => Ok(mock_aad::run(options).await?.into()),
    }
}
