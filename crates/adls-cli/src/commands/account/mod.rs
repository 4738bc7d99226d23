//! `adls account`: Data Lake Store accounts and what belongs to them.

mod encryption;
mod kind;
mod lifecycle;
mod rules;
mod service;

use adls_mgmt::data_lake_store::{FirewallRuleKind, TrustedIdProviderKind, VirtualNetworkRuleKind};
use adls_mgmt::{FeatureState, Tier};
use clap::{Args, Subcommand};

use super::management::{
    AccountArgs, DeleteArgs, NewAccountArgs, TagArgs, WaitArgs, exists, state, tier, wait,
};
use crate::context::Context;
use crate::failure::Outcome;

use encryption::EncryptionArgs;
use kind::DataLakeStore;
use rules::RuleCommand;

/// What to do with accounts.
#[derive(Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account
    Create(Box<CreateArgs>),
    /// Change an account
    Update(Box<UpdateArgs>),
    /// Delete an account and all files in it
    Delete {
        #[command(flatten)]
        account: AccountArgs,
        #[command(flatten)]
        how: DeleteArgs,
    },
    /// Show an account
    Show(AccountArgs),
    /// List the accounts of the subscription
    List {
        /// Only those of this resource group
        #[arg(long, short = 'g', value_name = "NAME")]
        resource_group: Option<String>,
    },
    /// Print true or false: whether the subscription has this account
    Exists(AccountArgs),
    /// Wait until an account is ready, or gone
    Wait {
        #[command(flatten)]
        account: AccountArgs,
        #[command(flatten)]
        how: WaitArgs,
    },
    /// Ask whether a name is free for a new account
    CheckName {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
        /// The region to ask; names are unique over all of them
        #[arg(long, short, value_name = "REGION", default_value = "eastus2")]
        location: String,
    },
    /// Put an account's own encryption key to use
    #[command(
        after_help = "The account's identity, which `adls account show -o json` tells, needs \
        access to the key vault first."
    )]
    EnableKeyVault(AccountArgs),
    /// Show what the subscription may do in a region
    Capability {
        /// The region
        #[arg(value_name = "REGION")]
        location: String,
    },
    /// Show how much of its quotas the subscription uses in a region
    Usage {
        /// The region
        #[arg(value_name = "REGION")]
        location: String,
    },
    /// Manage the addresses that get through the firewall
    #[command(subcommand)]
    Firewall(RuleCommand<FirewallRuleKind>),
    /// Manage the virtual networks that get through the firewall
    #[command(subcommand)]
    NetworkRule(RuleCommand<VirtualNetworkRuleKind>),
    /// Manage the other tenants whose users get in
    #[command(subcommand)]
    TrustedProvider(RuleCommand<TrustedIdProviderKind>),
}

/// The account to create.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    new: NewAccountArgs,
    /// The object id of the group that new files and directories belong to
    #[arg(long, value_name = "ID")]
    default_group: Option<String>,
    #[command(flatten)]
    encryption: EncryptionArgs,
    /// What to pay for
    #[arg(long, ignore_case = true, value_parser = tier())]
    tier: Option<Tier>,
    /// Return while the service is still at it
    #[arg(long)]
    no_wait: bool,
}

/// What to change of an account.
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    tags: TagArgs,
    /// The object id of the group that new files and directories belong to
    #[arg(long, value_name = "ID")]
    default_group: Option<String>,
    /// Let in only the addresses and networks that have a rule
    #[arg(long, value_name = "STATE", ignore_case = true, value_parser = state())]
    firewall_state: Option<FeatureState>,
    /// Let in addresses of Azure itself
    #[arg(long, value_name = "STATE", ignore_case = true, value_parser = state())]
    allow_azure_ips: Option<FeatureState>,
    /// Let in users of the trusted providers
    #[arg(long, value_name = "STATE", ignore_case = true, value_parser = state())]
    trusted_id_provider_state: Option<FeatureState>,
    /// What to pay for from next month on
    #[arg(long, ignore_case = true, value_parser = tier())]
    tier: Option<Tier>,
    /// The version of the account's own key to go on with
    #[arg(long, value_name = "VERSION")]
    key_version: Option<String>,
    /// Return while the service is still at it
    #[arg(long)]
    no_wait: bool,
}

pub(crate) async fn run(context: &Context, command: AccountCommand) -> Outcome {
    match command {
        AccountCommand::Create(args) => lifecycle::create(context, *args).await,
        AccountCommand::Update(args) => lifecycle::update(context, *args).await,
        AccountCommand::Delete { account, how } => lifecycle::delete(context, account, how).await,
        AccountCommand::Show(account) => lifecycle::show(context, account).await,
        AccountCommand::List { resource_group } => lifecycle::list(context, resource_group).await,
        AccountCommand::Exists(account) => exists::<DataLakeStore>(context, account).await,
        AccountCommand::Wait { account, how } => wait::<DataLakeStore>(context, account, how).await,
        AccountCommand::EnableKeyVault(account) => {
            lifecycle::enable_key_vault(context, account).await
        }
        AccountCommand::CheckName { name, location } => {
            service::check_name(context, &name, &location).await
        }
        AccountCommand::Capability { location } => service::capability(context, &location).await,
        AccountCommand::Usage { location } => service::usage(context, &location).await,
        AccountCommand::Firewall(command) => rules::run(context, command).await,
        AccountCommand::NetworkRule(command) => rules::run(context, command).await,
        AccountCommand::TrustedProvider(command) => rules::run(context, command).await,
    }
}
