//! What each command does, a file for each.

pub(crate) mod account;
mod completions;
#[cfg(feature = "emulator")]
pub(crate) mod emulator;
pub(crate) mod fs;
pub(crate) mod group;
mod login;
mod logout;
mod management;
pub(crate) mod provider;
#[cfg(feature = "emulator")]
mod quickstart;
pub(crate) mod subscription;
mod token;
mod whoami;

use crate::cli::Command;
use crate::context::Context;
use crate::failure::Outcome;

/// Does what the command line says.
pub(crate) async fn run(context: &mut Context, command: Command) -> Outcome {
    match command {
        Command::Login(args) => login::run(context, &args).await,
        Command::Logout(args) => logout::run(context, &args).await,
        Command::Whoami => whoami::run(context).await,
        Command::Token(args) => token::run(context, &args).await,
        Command::Subscription(command) => subscription::run(context, command).await,
        Command::Provider(command) => provider::run(context, command).await,
        Command::Group(command) => group::run(context, command).await,
        Command::Account(command) => account::run(context, command).await,
        Command::Fs(command) => fs::run(context, command).await,
        #[cfg(feature = "emulator")]
        Command::Emulator(command) => emulator::run(context, command).await,
        #[cfg(feature = "emulator")]
        Command::Quickstart => quickstart::run(context).await,
        Command::Completions { shell } => completions::run(context, shell),
    }
}
