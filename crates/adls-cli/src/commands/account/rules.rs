//! `adls account firewall`, `network-rule` and `trusted-provider`.

use std::net::Ipv4Addr;

use adls_mgmt::data_lake_store::{
    ChildKind, ChildrenClient, FirewallRuleKind, FirewallRuleProperties, TrustedIdProviderKind,
    TrustedIdProviderProperties, VirtualNetworkRuleKind, VirtualNetworkRuleProperties,
};
use adls_mgmt::{ChildResource, ManagementClient};
use adls_wire::arm;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::{AccountArgs, Found};
use crate::commands::management::{confirm, flatten};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format};

/// What to do with firewall rules.
#[derive(Debug, Subcommand)]
pub(crate) enum FirewallCommand {
    /// Create a rule, or replace the one of this name
    Create {
        #[command(flatten)]
        rule: RuleArgs,
        /// The first address that gets in
        #[arg(long, value_name = "IPV4")]
        start_ip_address: Ipv4Addr,
        /// The last address that gets in [default: the first]
        #[arg(long, value_name = "IPV4")]
        end_ip_address: Option<Ipv4Addr>,
    },
    /// Change a rule
    Update {
        #[command(flatten)]
        rule: RuleArgs,
        /// The first address that gets in
        #[arg(long, value_name = "IPV4", required_unless_present = "end_ip_address")]
        start_ip_address: Option<Ipv4Addr>,
        /// The last address that gets in
        #[arg(long, value_name = "IPV4")]
        end_ip_address: Option<Ipv4Addr>,
    },
    /// Delete a rule
    Delete(RuleDeleteArgs),
    /// Show a rule
    Show(RuleArgs),
    /// List the rules of an account
    List(OwnerArgs),
}

/// What to do with virtual network rules.
#[derive(Debug, Subcommand)]
pub(crate) enum NetworkRuleCommand {
    /// Create a rule, or replace the one of this name
    Create {
        #[command(flatten)]
        rule: RuleArgs,
        #[command(flatten)]
        subnet: SubnetArgs,
    },
    /// Change a rule
    Update {
        #[command(flatten)]
        rule: RuleArgs,
        #[command(flatten)]
        subnet: SubnetArgs,
    },
    /// Delete a rule
    Delete(RuleDeleteArgs),
    /// Show a rule
    Show(RuleArgs),
    /// List the rules of an account
    List(OwnerArgs),
}

/// What to do with trusted providers.
#[derive(Debug, Subcommand)]
pub(crate) enum TrustedProviderCommand {
    /// Trust a tenant, or replace the one of this name
    Create {
        #[command(flatten)]
        rule: RuleArgs,
        /// The issuer of its tokens: the https URL of sts.windows.net with the tenant as its path
        #[arg(long, value_name = "URL")]
        id_provider: String,
    },
    /// Change a trusted provider
    Update {
        #[command(flatten)]
        rule: RuleArgs,
        /// The issuer of its tokens: the https URL of sts.windows.net with the tenant as its path
        #[arg(long, value_name = "URL")]
        id_provider: String,
    },
    /// Stop trusting a tenant
    Delete(RuleDeleteArgs),
    /// Show a trusted provider
    Show(RuleArgs),
    /// List the trusted providers of an account
    List(OwnerArgs),
}

/// Whose rules.
#[derive(Debug, Args)]
#[command(after_help = "The account is the one of --account.")]
pub(crate) struct OwnerArgs {
    /// The resource group of the account [default: looked up]
    #[arg(long, short = 'g', value_name = "NAME")]
    resource_group: Option<String>,
}

/// Which rule.
#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    /// The name of the rule or provider
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    owner: OwnerArgs,
}

/// Which rule to delete.
#[derive(Debug, Args)]
pub(crate) struct RuleDeleteArgs {
    #[command(flatten)]
    rule: RuleArgs,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Which subnet.
#[derive(Debug, Args)]
pub(crate) struct SubnetArgs {
    /// The subnet: its resource id, or its name in --vnet-name
    #[arg(long, value_name = "ID|NAME")]
    subnet: String,
    /// The virtual network of the subnet, in the account's resource group
    #[arg(long, value_name = "NAME")]
    vnet_name: Option<String>,
}

/// What is said of a kind of rules, and how it is printed.
struct Said {
    name: &'static str,
    /// Its command below `adls account`.
    command: &'static str,
    columns: &'static [Column],
    /// The columns of a table, where others are too wide for it.
    table: &'static [Column],
}

/// A kind of rules as these commands know it.
trait Kind: ChildKind + Sized {
    const SAID: Said;

    fn client(client: &ManagementClient) -> ChildrenClient<Self>;
}

impl Kind for FirewallRuleKind {
    const SAID: Said = Said {
        name: "firewall rule",
        command: "firewall",
        columns: FIREWALL_COLUMNS,
        table: FIREWALL_COLUMNS,
    };

    fn client(client: &ManagementClient) -> ChildrenClient<Self> {
        client.firewall_rules()
    }
}

const FIREWALL_COLUMNS: &[Column] =
    &[("Name", "/name"), ("StartIpAddress", "/startIpAddress"), ("EndIpAddress", "/endIpAddress")];

impl Kind for VirtualNetworkRuleKind {
    const SAID: Said = Said {
        name: "virtual network rule",
        command: "network-rule",
        columns: &[("Name", "/name"), ("Subnet", "/subnetId"), ("State", "/state")],
        table: &[
            ("Name", "/name"),
            ("VirtualNetwork", "/virtualNetwork"),
            ("Subnet", "/subnet"),
            ("State", "/state"),
        ],
    };

    fn client(client: &ManagementClient) -> ChildrenClient<Self> {
        client.virtual_network_rules()
    }
}

impl Kind for TrustedIdProviderKind {
    const SAID: Said = Said {
        name: "trusted provider",
        command: "trusted-provider",
        columns: TRUSTED_PROVIDER_COLUMNS,
        table: TRUSTED_PROVIDER_COLUMNS,
    };

    fn client(client: &ManagementClient) -> ChildrenClient<Self> {
        client.trusted_id_providers()
    }
}

const TRUSTED_PROVIDER_COLUMNS: &[Column] = &[("Name", "/name"), ("IdProvider", "/idProvider")];

pub(super) async fn firewall(context: &Context, command: FirewallCommand) -> Outcome {
    match command {
        FirewallCommand::Create { rule, start_ip_address, end_ip_address } => {
            let end = end_ip_address.unwrap_or(start_ip_address);
            check_range(start_ip_address, end)?;
            let at = rule.at(context).await?;
            create::<FirewallRuleKind>(
                context,
                &at,
                &FirewallRuleProperties::new(start_ip_address, end),
            )
            .await
        }
        FirewallCommand::Update { rule, start_ip_address, end_ip_address } => {
            if let (Some(start), Some(end)) = (start_ip_address, end_ip_address) {
                check_range(start, end)?;
            }
            let at = rule.at(context).await?;
            let mut properties = FirewallRuleProperties::default();
            properties.start_ip_address = start_ip_address.map(|address| address.to_string());
            properties.end_ip_address = end_ip_address.map(|address| address.to_string());
            update::<FirewallRuleKind>(context, &at, &properties).await
        }
        FirewallCommand::Delete(args) => delete::<FirewallRuleKind>(context, args).await,
        FirewallCommand::Show(rule) => show::<FirewallRuleKind>(context, rule).await,
        FirewallCommand::List(owner) => list::<FirewallRuleKind>(context, owner).await,
    }
}

pub(super) async fn network_rule(context: &Context, command: NetworkRuleCommand) -> Outcome {
    match command {
        NetworkRuleCommand::Create { rule, subnet } => {
            let at = rule.at(context).await?;
            let properties = VirtualNetworkRuleProperties::new(subnet.id(&at.account)?);
            create::<VirtualNetworkRuleKind>(context, &at, &properties).await
        }
        NetworkRuleCommand::Update { rule, subnet } => {
            let at = rule.at(context).await?;
            let properties = VirtualNetworkRuleProperties::new(subnet.id(&at.account)?);
            update::<VirtualNetworkRuleKind>(context, &at, &properties).await
        }
        NetworkRuleCommand::Delete(args) => delete::<VirtualNetworkRuleKind>(context, args).await,
        NetworkRuleCommand::Show(rule) => show::<VirtualNetworkRuleKind>(context, rule).await,
        NetworkRuleCommand::List(owner) => list::<VirtualNetworkRuleKind>(context, owner).await,
    }
}

pub(super) async fn trusted_provider(
    context: &Context,
    command: TrustedProviderCommand,
) -> Outcome {
    match command {
        TrustedProviderCommand::Create { rule, id_provider } => {
            let at = rule.at(context).await?;
            let properties = TrustedIdProviderProperties::new(id_provider);
            create::<TrustedIdProviderKind>(context, &at, &properties).await
        }
        TrustedProviderCommand::Update { rule, id_provider } => {
            let at = rule.at(context).await?;
            let properties = TrustedIdProviderProperties::new(id_provider);
            update::<TrustedIdProviderKind>(context, &at, &properties).await
        }
        TrustedProviderCommand::Delete(args) => {
            delete::<TrustedIdProviderKind>(context, args).await
        }
        TrustedProviderCommand::Show(rule) => show::<TrustedIdProviderKind>(context, rule).await,
        TrustedProviderCommand::List(owner) => list::<TrustedIdProviderKind>(context, owner).await,
    }
}

/// Refuses a range that ends before it begins; the service's own refusal names no flag.
fn check_range(start: Ipv4Addr, end: Ipv4Addr) -> Outcome {
    if start <= end {
        return Ok(());
    }
    Err(Failure::usage(format!("the range ends at {end}, before it starts at {start}"))
        .hint("give the lower address as --start-ip-address"))
}

/// A rule of an account.
struct At {
    account: Found,
    rule: String,
}

impl OwnerArgs {
    async fn account(self, context: &Context) -> Outcome<Found> {
        let account = AccountArgs { name: None, resource_group: self.resource_group };
        Found::new(context, account).await
    }
}

impl RuleArgs {
    async fn at(self, context: &Context) -> Outcome<At> {
        Ok(At { account: self.owner.account(context).await?, rule: self.name })
    }
}

impl RuleDeleteArgs {
    async fn confirmed<K: Kind>(self, context: &Context) -> Outcome<At> {
        let (rule, account) = (&self.rule.name, context.account(None)?);
        let question = format!("Delete the {} {rule} of the account {account}?", K::SAID.name);
        confirm(context, &question, self.yes).await?;
        self.rule.at(context).await
    }
}

impl SubnetArgs {
    /// The full id of the subnet; a name is one in a network of the account's resource group.
    fn id(self, account: &Found) -> Outcome<String> {
        match (self.subnet.starts_with('/'), self.vnet_name) {
            (true, None) => Ok(self.subnet),
            (false, Some(network)) => Ok(format!(
                "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/virtualNetworks/\
                 {network}/subnets/{}",
                account.client.subscription_id(),
                account.group,
                self.subnet
            )),
            (true, Some(_)) => Err(Failure::usage(
                "--subnet is a resource id, which names the virtual network already; leave \
                 --vnet-name out",
            )),
            (false, None) => Err(Failure::usage(format!(
                "{:?} is a subnet's name, and its virtual network is not named",
                self.subnet
            ))
            .hint("add --vnet-name, or give --subnet as a resource id")),
        }
    }
}

async fn create<K: Kind>(context: &Context, at: &At, properties: &K::Properties) -> Outcome {
    let Found { client, group, name } = &at.account;
    let made = K::client(client).create_or_update(group, name, &at.rule, properties).await?;
    print::<K>(context, &made)
}

async fn update<K: Kind>(context: &Context, at: &At, properties: &K::Properties) -> Outcome {
    let Found { client, group, name } = &at.account;
    let changed = K::client(client).update(group, name, &at.rule, properties).await;
    print::<K>(context, &changed.map_err(|error| named::<K>(error, at))?)
}

async fn delete<K: Kind>(context: &Context, args: RuleDeleteArgs) -> Outcome {
    let At { account: Found { client, group, name }, rule } = args.confirmed::<K>(context).await?;
    Ok(K::client(&client).delete(&group, &name, &rule).await?)
}

async fn show<K: Kind>(context: &Context, rule: RuleArgs) -> Outcome {
    let at = rule.at(context).await?;
    let Found { client, group, name } = &at.account;
    let found = K::client(client).get(group, name, &at.rule).await;
    print::<K>(context, &found.map_err(|error| named::<K>(error, &at))?)
}

async fn list<K: Kind>(context: &Context, owner: OwnerArgs) -> Outcome {
    let Found { client, group, name } = owner.account(context).await?;
    let children = K::client(&client).list(&group, &name)?.collect_all().await?;
    let items: Vec<Value> = children.iter().map(flatten).collect::<Outcome<_>>()?;
    match context.printer.format() {
        Format::Table => {
            let items: Vec<Value> = items.into_iter().map(with_names_of_subnet).collect();
            context.printer.list(&items, K::SAID.table)
        }
        _ => context.printer.list(&items, K::SAID.columns),
    }
}

/// Names what is missing: the service says only that "nested resource does not exist".
fn named<K: Kind>(error: adls_mgmt::Error, at: &At) -> Failure {
    if error.code() == Some(arm::code::NESTED_RESOURCE_NOT_FOUND) {
        let (account, rule, said) = (&at.account.name, &at.rule, K::SAID);
        return Failure::new(format!("the account {account} has no {} {rule}", said.name))
            .hint(format!("see `adls account {} list --account {account}`", said.command));
    }
    Failure::from(error)
}

fn print<K: Kind>(context: &Context, child: &ChildResource<K::Properties>) -> Outcome {
    context.printer.object(&flatten(child)?, K::SAID.columns)
}

/// The names in the id of a subnet, which is too long for a table.
fn with_names_of_subnet(mut rule: Value) -> Value {
    let id = rule.get("subnetId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let behind = |segment: &str| {
        let mut segments = id.split('/');
        segments.find(|found| found.eq_ignore_ascii_case(segment))?;
        segments.next().map(Value::from)
    };
    let names = [("virtualNetwork", behind("virtualNetworks")), ("subnet", behind("subnets"))];
    if let Some(rule) = rule.as_object_mut() {
        for (name, value) in names {
            rule.insert(name.to_owned(), value.unwrap_or_default());
        }
    }
    rule
}
