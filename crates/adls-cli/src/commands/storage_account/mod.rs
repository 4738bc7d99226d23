//! `adls storage-account`: storage accounts, which with a hierarchical namespace are Data Lake Storage Gen2,
//! their keys, and who may do what with their data.

mod grants;
mod keys;
mod kind;
mod lifecycle;
mod principal;
mod sas;

use adls_mgmt::{MinimumTlsVersion, PublicNetworkAccess, StorageAccessTier, StorageSkuName};
use clap::{Args, Subcommand};

use super::management::{
    AccountArgs, NewAccountArgs, TagArgs, WaitArgs, exists, list, wait, words,
};
use crate::arguments::soft_delete_days;
use crate::context::Context;
use crate::failure::Outcome;

pub(crate) use grants::data_roles;
pub(crate) use principal::signed_in_id;

use grants::{GrantArgs, GrantsArgs, RevokeArgs};
use keys::KeysCommand;
use kind::Storage;

/// What to do with storage accounts.
#[derive(Subcommand)]
pub(crate) enum StorageAccountCommand {
    /// Create a storage account with a hierarchical namespace
    Create(Box<CreateArgs>),
    /// Change a storage account
    Update(Box<UpdateArgs>),
    /// Delete a storage account and all its data
    Delete {
        #[command(flatten)]
        account: AccountArgs,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Show a storage account
    Show {
        #[command(flatten)]
        account: AccountArgs,
        /// Show also for how long it keeps what was deleted
        #[arg(long)]
        soft_delete: bool,
    },
    /// List the storage accounts of the subscription
    List {
        /// Only those of this resource group
        #[arg(long, short = 'g', value_name = "NAME")]
        resource_group: Option<String>,
    },
    /// Print true or false: whether the subscription has this storage account
    Exists(AccountArgs),
    /// Wait until a storage account is ready, or gone
    Wait {
        #[command(flatten)]
        account: AccountArgs,
        #[command(flatten)]
        how: WaitArgs,
    },
    /// Ask whether a name is free for a new storage account
    CheckName {
        /// The name; names are unique over all of Azure
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Manage the keys of a storage account
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Make a shared access signature for the account and what is in it
    Sas(sas::AccountSasArgs),
    /// Give somebody a role over the data of a storage account
    Grant(GrantArgs),
    /// Take such a role away
    Revoke(RevokeArgs),
    /// List who has which role over the data of a storage account
    Grants(GrantsArgs),
}

/// The storage account to create.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    new: NewAccountArgs,
    #[command(flatten)]
    settings: SettingArgs,
    /// Leave out directories and access control lists, for the account's whole life
    #[arg(long)]
    no_hierarchical_namespace: bool,
    /// Return while the service is still at it
    #[arg(long)]
    no_wait: bool,
}

/// What to change of a storage account.
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    tags: TagArgs,
    #[command(flatten)]
    settings: SettingArgs,
    /// For how many days files that were deleted can be brought back, 1 to 365; with 0 never
    #[arg(long, value_name = "DAYS", value_parser = soft_delete_days)]
    soft_delete_days: Option<u32>,
    /// The same for whole containers
    #[arg(long, value_name = "DAYS", value_parser = soft_delete_days)]
    container_soft_delete_days: Option<u32>,
}

/// What can be set at creation and changed later.
#[derive(Debug, Args)]
#[group(skip)]
struct SettingArgs {
    /// How data is kept: on which disks, and where the copies are [new accounts: Standard_LRS]
    #[arg(
        long,
        value_name = "NAME",
        ignore_case = true,
        value_parser = words::<StorageSkuName>(StorageSkuName::WORDS)
    )]
    sku: Option<StorageSkuName>,
    /// The tier of data that has none of its own
    #[arg(
        long,
        value_name = "TIER",
        ignore_case = true,
        value_parser = words::<StorageAccessTier>(StorageAccessTier::WORDS)
    )]
    access_tier: Option<StorageAccessTier>,
    /// The oldest version of TLS that is talked [new accounts: TLS1_2]
    #[arg(
        long,
        value_name = "VERSION",
        ignore_case = true,
        value_parser = words::<MinimumTlsVersion>(MinimumTlsVersion::WORDS)
    )]
    min_tls_version: Option<MinimumTlsVersion>,
    /// Let in requests that are signed with the account's keys
    #[arg(long, value_name = "BOOL")]
    allow_shared_key_access: Option<bool>,
    /// Let in requests from the internet
    #[arg(
        long,
        value_name = "STATE",
        ignore_case = true,
        value_parser = words::<PublicNetworkAccess>(PublicNetworkAccess::WORDS)
    )]
    public_network_access: Option<PublicNetworkAccess>,
}

pub(crate) async fn run(context: &Context, command: StorageAccountCommand) -> Outcome {
    use StorageAccountCommand as Command;
    match command {
        Command::Create(args) => lifecycle::create(context, *args).await,
        Command::Update(args) => lifecycle::update(context, *args).await,
        Command::Delete { account, yes } => lifecycle::delete(context, account, yes).await,
        Command::Show { account, soft_delete } => {
            lifecycle::show(context, account, soft_delete).await
        }
        Command::List { resource_group } => {
            list::<Storage>(context, resource_group.as_deref(), lifecycle::LISTING).await
        }
        Command::Exists(account) => exists::<Storage>(context, account).await,
        Command::Wait { account, how } => wait::<Storage>(context, account, how).await,
        Command::CheckName { name } => lifecycle::check_name(context, &name).await,
        Command::Keys(command) => keys::run(context, command).await,
        Command::Sas(args) => sas::run(context, args).await,
        Command::Grant(args) => grants::grant(context, args).await,
        Command::Revoke(args) => grants::revoke(context, args).await,
        Command::Grants(args) => grants::list(context, args).await,
    }
}
