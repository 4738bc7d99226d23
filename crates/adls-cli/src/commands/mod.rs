//! The command line: every command, and a file for what each does.

mod account;
mod completions;
mod config;
mod doctor;
#[cfg(feature = "emulator")]
mod emulator;
mod environment;
mod filesystem;
mod fs;
mod group;
mod lease;
mod login;
mod logout;
mod man;
mod management;
mod provider;
#[cfg(feature = "emulator")]
mod quickstart;
mod sas;
mod storage_account;
mod subscription;
mod token;
mod whoami;

use std::sync::Arc;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::arguments::GlobalArgs;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::progress::position_of;
use crate::shutdown::GRACE_PERIOD;
use crate::timeout::{report_idle, with_timeout};

/// Sign in to Azure AD, manage Data Lake accounts, work with the files in them.
#[derive(Parser)]
#[command(name = "adls", version, max_term_width = 100, propagate_version = false)]
#[command(
    after_help = "Remote paths are URLs such as abfss://filesystem@account/directory/file (Gen2) and \
    adl://account/directory/file (Gen1); with --account and --file-system, or both in config.toml, also \
    plain absolute paths.\n\n\
    Without an Azure account: `adls quickstart` shows everything against an emulator.\n\n\
    Exit codes: 0 done (or yes), 1 the request failed (or no), 2 wrong usage, 3 not signed in, 4 a \
    question of yes or no could not be answered; 129, 130, 143 ended by SIGHUP, Ctrl+C, SIGTERM."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Sign in as a user or as an application
    Login(login::LoginArgs),
    /// Forget who is signed in, and the tokens
    Logout(logout::LogoutArgs),
    /// Show who is signed in
    Whoami,
    /// Print an access token
    Token(token::TokenArgs),
    /// Choose the subscription that management commands work in
    #[command(subcommand)]
    Subscription(subscription::SubscriptionCommand),
    /// Register the services that the subscription uses
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Manage resource groups
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// Manage Data Lake Store accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Manage storage accounts: Data Lake Storage Gen2
    #[command(subcommand)]
    StorageAccount(storage_account::StorageAccountCommand),
    /// Manage the file systems of a storage account (Gen2)
    #[command(subcommand, name = "filesystem", visible_alias = "container")]
    FileSystem(filesystem::FileSystemCommand),
    /// Work with files and directories
    #[command(subcommand)]
    Fs(fs::FsCommand),
    /// Run an emulator of Azure AD, Resource Manager and Data Lake
    #[cfg(feature = "emulator")]
    #[command(subcommand)]
    Emulator(emulator::EmulatorCommand),
    /// Show the whole tool at work against an emulator of its own
    #[cfg(feature = "emulator")]
    Quickstart(quickstart::QuickstartArgs),
    /// Show and change what holds for every command
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Show the variables that have an effect
    #[command(after_help = environment::help())]
    Environment,
    /// Look whether everything that commands rely on is in order
    #[command(
        after_help = "Looks at configuration, variables, connection, proxy, certificates, clock, sign-in and the \
        default account, and says what to do where something is wrong. Changes nothing."
    )]
    Doctor,
    /// Print the manual as a man page
    Man(man::ManArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What is said of a transfer that did not come to its end.
const RESUME_HINT: &str =
    "run the same command again to resume; `adls fs transfers clean` gives it up";

/// Does what the command line says, until it is done, told to end or out of time.
pub(crate) async fn run(context: &mut Context, command: Command) -> Outcome {
    let goes_on = command.is_resumable();
    let is_question = command.answers_by_exit_code();
    let finishes = command.finishes_on_signal();
    let timeout = context.timeout().filter(|_| !command.leaves_signals_alone());
    let (clock, shutdown) = (Arc::clone(&context.clock), context.shutdown.clone());
    let (activity, printer) = (context.activity.clone(), context.printer);
    let transfer = context.transfer.clone();
    let signalled = async {
        let signal = shutdown.requested().await;
        if finishes {
            clock.sleep(GRACE_PERIOD).await;
        }
        let failure = Failure::signalled(signal);
        match position_of(&transfer) {
            Some(position) => failure.at(&position),
            None => failure,
        }
    };
    let with_resume_hint =
        |failure: Failure| if goes_on { failure.hint(RESUME_HINT) } else { failure };
    let outcome = tokio::select! {
        biased;
        outcome = with_timeout(&*clock, timeout, dispatch(context, command)) => {
            outcome.unwrap_or_else(|given_up| Err(with_resume_hint(given_up)))
        }
        failure = signalled => Err(with_resume_hint(failure)),
        never = report_idle(&*clock, &activity, printer) => match never {},
    };
    context.warn_unsaved_tokens();
    outcome.map_err(|failure| {
        let failure = context.explain(failure);
        if is_question { failure.unanswered() } else { failure }
    })
}

async fn dispatch(context: &mut Context, command: Command) -> Outcome {
    if !matches!(
        command,
        Command::Login(_) | Command::Config(_) | Command::Environment | Command::Doctor
    ) {
        context.config.check_profile()?;
    }
    match command {
        Command::Login(args) => login::run(context, &args).await,
        Command::Logout(args) => logout::run(context, &args).await,
        Command::Whoami => whoami::run(context).await,
        Command::Token(args) => token::run(context, &args).await,
        Command::Subscription(command) => subscription::run(context, command).await,
        Command::Provider(command) => provider::run(context, command).await,
        Command::Group(command) => group::run(context, command).await,
        Command::Account(command) => account::run(context, command).await,
        Command::StorageAccount(command) => storage_account::run(context, command).await,
        Command::FileSystem(command) => filesystem::run(context, command).await,
        Command::Fs(command) => fs::run(context, command).await,
        #[cfg(feature = "emulator")]
        Command::Emulator(command) => emulator::run(context, command).await,
        #[cfg(feature = "emulator")]
        Command::Quickstart(args) => quickstart::run(context, args).await,
        Command::Config(command) => config::run(context, command).await,
        Command::Environment => environment::run(context),
        Command::Doctor => doctor::run(context).await,
        Command::Man(args) => man::run(context, &args),
        Command::Completions { shell } => completions::run(context, shell),
    }
}

impl Command {
    /// Whether it goes on where it was when it is repeated.
    fn is_resumable(&self) -> bool {
        matches!(self, Self::Fs(command) if command.is_resumable())
    }

    /// Whether its exit code is an answer, yes or no: then a failure needs one of its own, so that no
    /// script takes it for a no.
    fn answers_by_exit_code(&self) -> bool {
        match self {
            Self::Fs(command) => {
                matches!(command, fs::FsCommand::Test { .. } | fs::FsCommand::Can { .. })
            }
            Self::Account(command) => matches!(command, account::AccountCommand::Exists(_)),
            Self::StorageAccount(command) => {
                matches!(command, storage_account::StorageAccountCommand::Exists(_))
            }
            Self::Group(command) => matches!(command, group::GroupCommand::Exists { .. }),
            Self::FileSystem(command) => command.answers_by_exit_code(),
            _ => false,
        }
    }

    /// Whether it notices by itself that it is to end, and has something to finish first.
    fn finishes_on_signal(&self) -> bool {
        matches!(self, Self::Fs(fs::FsCommand::Append(_)))
    }

    /// Whether what it runs has its own way with signals.
    pub(crate) fn leaves_signals_alone(&self) -> bool {
        #[cfg(feature = "emulator")]
        return matches!(self, Self::Emulator(command) if command.runs_in_the_foreground());
        #[cfg(not(feature = "emulator"))]
        false
    }
}
