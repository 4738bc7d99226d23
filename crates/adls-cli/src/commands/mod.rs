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

use std::sync::Arc;

use crate::cli::Command;
use crate::context::Context;
use crate::ending::GRACE;
use crate::failure::{Failure, Outcome};
use crate::limit::{limited, tell_of_silence};

/// What is said of a transfer that did not come to its end.
const GOES_ON: &str = "the same command goes on where it was";

/// Does what the command line says, until it is done, told to end or out of time.
pub(crate) async fn run(context: &mut Context, command: Command) -> Outcome {
    let goes_on = command.goes_on_when_repeated();
    let is_question = command.is_a_question();
    let finishes = command.finishes_when_told_to_end();
    let limit = context.limit().filter(|_| !command.leaves_signals_to_the_program());
    let (clock, ending) = (Arc::clone(&context.clock), context.ending.clone());
    let (activity, printer) = (context.activity.clone(), context.printer);
    let told_to_end = async {
        let signal = ending.wait().await;
        if finishes {
            clock.sleep(GRACE).await;
        }
        Failure::ended(signal)
    };
    let cut = |failure: Failure| if goes_on { failure.hint(GOES_ON) } else { failure };
    let outcome = tokio::select! {
        biased;
        outcome = limited(&*clock, limit, dispatch(context, command)) => {
            outcome.unwrap_or_else(|given_up| Err(cut(given_up)))
        }
        failure = told_to_end => Err(cut(failure)),
        never = tell_of_silence(&*clock, &activity, printer) => match never {},
    };
    context.tell_of_trouble();
    outcome.map_err(|failure| {
        let failure = context.explain(failure);
        if is_question { failure.unanswered() } else { failure }
    })
}

async fn dispatch(context: &mut Context, command: Command) -> Outcome {
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

impl Command {
    /// Whether it goes on where it was when it is repeated.
    fn goes_on_when_repeated(&self) -> bool {
        matches!(self, Self::Fs(command) if command.goes_on_when_repeated())
    }

    /// Whether its exit code is an answer, yes or no: then a failure needs one of its own, so that no
    /// script takes it for a no.
    fn is_a_question(&self) -> bool {
        match self {
            Self::Fs(command) => {
                matches!(command, fs::FsCommand::Test { .. } | fs::FsCommand::Access { .. })
            }
            Self::Account(command) => matches!(command, account::AccountCommand::Exists(_)),
            Self::Group(command) => matches!(command, group::GroupCommand::Exists { .. }),
            _ => false,
        }
    }

    /// Whether it notices by itself that it is to end, and has something to finish first.
    fn finishes_when_told_to_end(&self) -> bool {
        matches!(self, Self::Fs(fs::FsCommand::Append(_)))
    }

    /// Whether what it runs has its own way with signals.
    pub(crate) fn leaves_signals_to_the_program(&self) -> bool {
        #[cfg(feature = "emulator")]
        return matches!(self, Self::Emulator(command) if command.runs_in_the_foreground());
        #[cfg(not(feature = "emulator"))]
        false
    }
}
