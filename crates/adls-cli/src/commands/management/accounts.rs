//! What the commands over accounts of both generations share.

use adls_mgmt::{ManagementClient, Pager, ProvisioningState, Tags};
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::arguments::{TagArgs, WaitArgs, WaitFor};
use super::flatten::flatten;
use super::wait::poll_until;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

/// A kind of accounts as these commands know it.
pub(crate) trait AccountKind {
    /// An account.
    type Account: Serialize + Send + 'static;
    /// What an account of this kind is called.
    const NAME: &'static str;
    /// The command that manages them.
    const COMMAND: &'static str;

    /// The account that a command is about; the default one when none is named, where there is one.
    fn named_or_default(context: &Context, given: Option<&str>) -> Outcome<String>;

    /// The account that a command is about which must not take the default one.
    fn named(context: &Context, given: Option<&str>) -> Outcome<String>;

    /// The accounts of a group, or of the subscription.
    fn list(
        client: &ManagementClient,
        group: Option<&str>,
    ) -> adls_mgmt::Result<Pager<Self::Account>>;

    /// The account of this name in a group.
    async fn get(
        client: &ManagementClient,
        group: &str,
        name: &str,
    ) -> adls_mgmt::Result<Self::Account>;

    /// The account of this name wherever it is in the subscription.
    async fn find(
        client: &ManagementClient,
        name: &str,
    ) -> adls_mgmt::Result<Option<Self::Account>>;

    /// The group that an account is in.
    fn resource_group(account: &Self::Account) -> Option<&str>;

    /// How far the service has come with an account.
    fn provisioning_state(account: &Self::Account) -> Option<&ProvisioningState>;
}

/// Whether a name is free.
pub(crate) const NAME_AVAILABILITY: &[Column] =
    &[("available", "/nameAvailable"), ("reason", "/reason"), ("message", "/message")];

/// Which account.
#[derive(Clone, Debug, Args)]
pub(crate) struct AccountArgs {
    /// The account [default: the one of --account]
    #[arg(value_name = "ACCOUNT")]
    pub(crate) name: Option<String>,
    /// Its resource group [default: looked up]
    #[arg(long, short = 'g', value_name = "NAME")]
    pub(crate) resource_group: Option<String>,
}

/// An account to create.
#[derive(Clone, Debug, Args)]
pub(crate) struct NewAccountArgs {
    /// The account, 3 to 24 lowercase letters and digits [default: the one of --account]
    #[arg(value_name = "ACCOUNT")]
    name: Option<String>,
    /// Its resource group, which must be there
    #[arg(long, short = 'g', value_name = "NAME")]
    resource_group: String,
    /// Its region [default: that of the resource group]
    #[arg(long, short, value_name = "REGION")]
    location: Option<String>,
    #[command(flatten)]
    tags: TagArgs,
}

/// An account to create, where it will be, and the client to make it with.
pub(crate) struct NewAccount {
    pub(crate) client: ManagementClient,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Option<Tags>,
}

impl NewAccount {
    /// The account of the arguments. Its region is that of its group, unless one is named; its name is never
    /// that of the default account.
    pub(crate) async fn resolve<K: AccountKind>(
        context: &Context,
        new: NewAccountArgs,
    ) -> Outcome<Self> {
        let name = K::named(context, new.name.as_deref())?;
        let client = context.management().await?;
        let group = new.resource_group;
        let location = match new.location {
            Some(location) => location,
            None => client.resource_groups().get(&group).await?.location,
        };
        Ok(Self { client, group, name, location, tags: new.tags.tags() })
    }
}

/// An account that exists, and the client to manage it with.
pub(crate) struct AccountRef {
    pub(crate) client: ManagementClient,
    pub(crate) group: String,
    pub(crate) name: String,
}

impl AccountRef {
    /// The account of the arguments; its group is looked up when it is not among them.
    pub(crate) async fn resolve<K: AccountKind>(
        context: &Context,
        account: AccountArgs,
    ) -> Outcome<Self> {
        let name = K::named_or_default(context, account.name.as_deref())?;
        let client = context.management().await?;
        let group = match account.resource_group {
            Some(group) => group,
            None => group_of::<K>(&client, &name).await?,
        };
        Ok(Self { client, group, name })
    }
}

/// The resource group of an account, as the Azure command line finds it: by listing.
async fn group_of<K: AccountKind>(client: &ManagementClient, name: &str) -> Outcome<String> {
    let found = K::find(client, name).await?;
    let group = found.as_ref().and_then(K::resource_group);
    group.map(str::to_owned).ok_or_else(|| {
        let (kind, command) = (K::NAME, K::COMMAND);
        let subscription = client.subscription_id();
        Failure::new(format!("there is no {kind} {name} in the subscription {subscription}"))
            .hint(format!("see `adls {command} list`; --subscription names another subscription"))
    })
}

/// The account, if it is there. Without a group one that is not there yet, or not any more, cannot be
/// asked for, only looked for.
async fn find_account<K: AccountKind>(
    client: &ManagementClient,
    group: Option<&str>,
    name: &str,
) -> Outcome<Option<K::Account>> {
    Ok(match group {
        Some(group) => match K::get(client, group, name).await {
            Err(error) if error.is_absence() => None,
            account => Some(account?),
        },
        None => K::find(client, name).await?,
    })
}

/// Fails if the account is there: to create it anew would change it.
pub(crate) async fn refuse_existing<K: AccountKind>(
    client: &ManagementClient,
    group: &str,
    name: &str,
) -> Outcome {
    let found = find_account::<K>(client, Some(group), name).await?;
    let (kind, command) = (K::NAME, K::COMMAND);
    found.map_or(Ok(()), |_| {
        Err(Failure::new(format!("the {kind} {name} is there already"))
            .hint(format!("change it with `adls {command} update {name}`")))
    })
}

/// Prints the accounts of a group, or of the subscription.
pub(crate) async fn list<K: AccountKind>(
    context: &Context,
    group: Option<&str>,
    columns: &'static [Column],
) -> Outcome {
    let client = context.management().await?;
    let accounts = K::list(&client, group)?.collect_all().await?;
    let items: Vec<Value> = accounts.iter().map(flatten).collect::<Outcome<_>>()?;
    context.printer.list(&items, columns)
}

/// Prints whether an account is there.
pub(crate) async fn exists<K: AccountKind>(context: &Context, account: AccountArgs) -> Outcome {
    let name = K::named_or_default(context, account.name.as_deref())?;
    let client = context.management().await?;
    let found = find_account::<K>(&client, account.resource_group.as_deref(), &name).await?;
    context.printer.answer(found.is_some())
}

/// Waits until an account is ready, or gone.
pub(crate) async fn wait<K: AccountKind>(
    context: &Context,
    account: AccountArgs,
    how: WaitArgs,
) -> Outcome {
    let name = K::named_or_default(context, account.name.as_deref())?;
    let client = context.management().await?;
    let group = account.resource_group.as_deref();
    let state = async || {
        let found = find_account::<K>(&client, group, &name).await?;
        let word = |account| K::provisioning_state(account).map(ToString::to_string);
        Ok(found.as_ref().map(|account| word(account).unwrap_or_default()))
    };
    poll_until(context, &format!("{} {name}", K::NAME), how, state).await?;
    if how.wait_for() == WaitFor::Created {
        context.printer.note(&format!("{name} is ready"));
    }
    Ok(())
}

/// Says that a change goes on, and how it can be waited for.
pub(crate) fn note_no_wait<K: AccountKind>(context: &Context, group: &str, name: &str, done: &str) {
    let command = K::COMMAND;
    let wait = format!("`adls {command} wait {name} -g {group}` waits until it is ready");
    context.printer.note(&format!("{name} is being {done}; {wait}"));
}
