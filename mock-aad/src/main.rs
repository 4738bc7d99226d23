//! `mock-aad`: the emulator as a program.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mock_aad::ServeOptions;
use tracing_subscriber::EnvFilter;

/// An offline emulator of Azure AD, Azure Resource Manager and Azure Data Lake Store.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the emulator until SIGINT, SIGTERM or the end of the terminal
    Serve(ServeOptions),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Serve(options) = Arguments::parse().command;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match mock_aad::serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
