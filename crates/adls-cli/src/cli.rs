//! The command line: every command, flag and help text.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::arguments;
use crate::commands::account::AccountCommand;
use crate::commands::fs::FsCommand;
use crate::commands::group::GroupCommand;
use crate::commands::provider::ProviderCommand;
use crate::commands::subscription::SubscriptionCommand;
use crate::printer::Format;

/// Sign in to Azure AD, manage Data Lake accounts, work with the files in them.
#[derive(Debug, Parser)]
#[command(name = "adls", version, max_term_width = 100, propagate_version = false)]
#[command(
    after_help = "Remote paths are URLs such as adl://account/directory/file; with --account, or a \
    default account in config.toml, also plain absolute paths.\n\n\
    Without an Azure account: `adls quickstart` shows everything against an emulator.\n\n\
    Exit codes: 0 done (or yes), 1 the request failed (or no), 2 wrong usage, 3 not signed in, 4 a \
    question of yes or no could not be answered; 129, 130, 143 ended by SIGHUP, Ctrl+C, SIGTERM."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// How results are printed: table, json (one document), jsonl (an object a line) or tsv
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        hide_possible_values = true
    )]
    pub(crate) output: Format,
    /// The cloud: AzureCloud, AzureChinaCloud, AzureUSGovernment, AzureGermanCloud
    #[arg(long, global = true, env = "ADLS_CLOUD", hide_env_values = true, value_name = "NAME")]
    pub(crate) cloud: Option<String>,
    /// The subscription of management commands
    #[arg(
        long,
        global = true,
        env = "ADLS_SUBSCRIPTION",
        hide_env_values = true,
        value_name = "ID"
    )]
    pub(crate) subscription: Option<String>,
    /// The account to manage, and the one that plain absolute paths mean
    #[arg(
        long = "account",
        global = true,
        env = "ADLS_ACCOUNT",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub(crate) default_account: Option<String>,
    /// Give up after this time, such as 90s or 10m; a number alone means seconds
    #[arg(long, global = true, value_name = "DURATION", value_parser = arguments::duration)]
    pub(crate) timeout: Option<Duration>,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Log every request on stderr (without secrets)
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in as a user or as an application
    Login(LoginArgs),
    /// Forget who is signed in, and the tokens
    Logout(LogoutArgs),
    /// Show who is signed in
    Whoami,
    /// Print an access token
    Token(TokenArgs),
    /// Choose the subscription that management commands work in
    #[command(subcommand)]
    Subscription(SubscriptionCommand),
    /// Register the services that the subscription uses
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Manage resource groups
    #[command(subcommand)]
    Group(GroupCommand),
    /// Manage Data Lake Store accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Work with files and directories
    #[command(subcommand)]
    Fs(FsCommand),
    /// Run an emulator of Azure AD, Resource Manager and Data Lake
    #[cfg(feature = "emulator")]
    #[command(subcommand)]
    Emulator(crate::commands::emulator::EmulatorCommand),
    /// Show the whole tool at work against an emulator of its own
    #[cfg(feature = "emulator")]
    Quickstart,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How to sign in.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a flag, a browser is opened where there is one; else a code is shown to be \
    entered on another device.\n\nA password or secret is asked for without echo, or read from \
    standard input with --password-stdin; it is never an argument, where other users could see it.\n\n\
    A user's session goes on by itself. That of an application with --service-principal ends with its \
    tokens, after about an hour, because the secret is kept nowhere; with --certificate or \
    --federated-token the path of the file is kept, and the session goes on. Where nobody is signed in, \
    commands act as the application of AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, \
    AZURE_CLIENT_CERTIFICATE_PATH and AZURE_FEDERATED_TOKEN_FILE, without a login."
)]
pub(crate) struct LoginArgs {
    /// Sign in with this user name and a password
    #[arg(long, short, value_name = "NAME", group = "way")]
    pub(crate) username: Option<String>,
    /// Sign in by entering a code on any device; works with MFA
    #[arg(long, group = "way")]
    pub(crate) device_code: bool,
    /// Sign in with the browser of this machine; works with MFA
    #[arg(long, group = "way")]
    pub(crate) browser: bool,
    /// Sign in as the application --client-id with its secret
    #[arg(long, group = "way", requires = "client_id")]
    pub(crate) service_principal: bool,
    /// Sign in as the application --client-id with a certificate: a PEM file with key and certificate
    #[arg(long, value_name = "FILE", group = "way", requires = "client_id")]
    pub(crate) certificate: Option<PathBuf>,
    /// Sign in as the application --client-id with the token of another issuer, in this file
    #[arg(long, value_name = "FILE", group = "way", requires = "client_id")]
    pub(crate) federated_token: Option<PathBuf>,
    /// Sign in as this machine, or as the identity --client-id that is assigned to it
    #[arg(long, group = "way")]
    pub(crate) managed_identity: bool,
    /// The tenant: its id or a domain of it
    #[arg(long, env = "ADLS_TENANT", hide_env_values = true, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// The application to sign in through [default: the Azure CLI's]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Read the password or secret from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

impl LoginArgs {
    /// Whether an application signs in, which has a tenant of its own.
    pub(crate) fn is_application(&self) -> bool {
        self.service_principal || self.certificate.is_some() || self.federated_token.is_some()
    }
}

/// What to forget.
#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// Every account in the token cache, not only the one signed in
    #[arg(long)]
    pub(crate) all: bool,
}

/// Which token.
#[derive(Debug, Args)]
#[allow(rustdoc::bare_urls, reason = "shown as it is by --help")]
pub(crate) struct TokenArgs {
    /// For whom the token is: a resource such as https://datalake.azure.net/
    #[arg(long, value_name = "URL", conflicts_with = "scope")]
    pub(crate) resource: Option<String>,
    /// For whom the token is: a scope such as https://datalake.azure.net//.default
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
    /// Show what the token says instead of the token itself
    #[arg(long)]
    pub(crate) decode: bool,
}
