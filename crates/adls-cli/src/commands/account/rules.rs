//! `adls account firewall`, `network-rule` and `trusted-provider`.

use std::net::Ipv4Addr;

use adls_mgmt::ChildResource;
use adls_mgmt::data_lake_store::{
    ChildKind, ChildrenClient, FirewallRuleProperties, TrustedIdProviderProperties,
    VirtualNetworkRuleProperties,
};
use adls_wire::arm;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::{AccountArgs, Found};
use crate::commands::management::{confirm, flat};
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
struct Kind {
    name: &'static str,
    /// Its command below `adls account`.
    command: &'static str,
    columns: &'static [Column],
    /// The columns of a table, where others are too wide for it.
    table: &'static [Column],
}

const FIREWALL: Kind = Kind {
    name: "firewall rule",
    command: "firewall",
    columns: FIREWALL_COLUMNS,
    table: FIREWALL_COLUMNS,
};
const FIREWALL_COLUMNS: &[Column] =
    &[("Name", "/name"), ("StartIpAddress", "/startIpAddress"), ("EndIpAddress", "/endIpAddress")];
const NETWORK_RULE: Kind = Kind {
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
const TRUSTED_PROVIDER: Kind = Kind {
    name: "trusted provider",
    command: "trusted-provider",
    columns: TRUSTED_PROVIDER_COLUMNS,
    table: TRUSTED_PROVIDER_COLUMNS,
};
const TRUSTED_PROVIDER_COLUMNS: &[Column] = &[("Name", "/name"), ("IdProvider", "/idProvider")];

pub(super) async fn firewall(context: &Context, command: FirewallCommand) -> Outcome {
    match command {
        FirewallCommand::Create { rule, start_ip_address, end_ip_address } => {
            let end = end_ip_address.unwrap_or(start_ip_address);
            check_range(start_ip_address, end)?;
            let at = rule.at(context).await?;
            let properties = FirewallRuleProperties::new(start_ip_address, end);
            create(context, &at.account.client.firewall_rules(), &at, &properties, &FIREWALL).await
        }
        FirewallCommand::Update { rule, start_ip_address, end_ip_address } => {
            if let (Some(start), Some(end)) = (start_ip_address, end_ip_address) {
                check_range(start, end)?;
            }
            let at = rule.at(context).await?;
            let mut properties = FirewallRuleProperties::default();
            properties.start_ip_address = start_ip_address.map(|address| address.to_string());
            properties.end_ip_address = end_ip_address.map(|address| address.to_string());
            update(context, &at.account.client.firewall_rules(), &at, &properties, &FIREWALL).await
        }
        FirewallCommand::Delete(args) => {
            let at = args.confirmed(context, &FIREWALL).await?;
            delete(&at.account.client.firewall_rules(), &at).await
        }
        FirewallCommand::Show(rule) => {
            let at = rule.at(context).await?;
            show(context, &at.account.client.firewall_rules(), &at, &FIREWALL).await
        }
        FirewallCommand::List(owner) => {
            let account = owner.account(context).await?;
            list(context, &account.client.firewall_rules(), &account, &FIREWALL).await
        }
    }
}

pub(super) async fn network_rule(context: &Context, command: NetworkRuleCommand) -> Outcome {
    match command {
        NetworkRuleCommand::Create { rule, subnet } => {
            let at = rule.at(context).await?;
            let properties = VirtualNetworkRuleProperties::new(subnet.id(&at.account)?);
            create(
                context,
                &at.account.client.virtual_network_rules(),
                &at,
                &properties,
                &NETWORK_RULE,
            )
            .await
        }
        NetworkRuleCommand::Update { rule, subnet } => {
            let at = rule.at(context).await?;
            let properties = VirtualNetworkRuleProperties::new(subnet.id(&at.account)?);
            update(
                context,
                &at.account.client.virtual_network_rules(),
                &at,
                &properties,
                &NETWORK_RULE,
            )
            .await
        }
        NetworkRuleCommand::Delete(args) => {
            let at = args.confirmed(context, &NETWORK_RULE).await?;
            delete(&at.account.client.virtual_network_rules(), &at).await
        }
        NetworkRuleCommand::Show(rule) => {
            let at = rule.at(context).await?;
            show(context, &at.account.client.virtual_network_rules(), &at, &NETWORK_RULE).await
        }
        NetworkRuleCommand::List(owner) => {
            let account = owner.account(context).await?;
            list(context, &account.client.virtual_network_rules(), &account, &NETWORK_RULE).await
        }
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
            create(
                context,
                &at.account.client.trusted_id_providers(),
                &at,
                &properties,
                &TRUSTED_PROVIDER,
            )
            .await
        }
        TrustedProviderCommand::Update { rule, id_provider } => {
            let at = rule.at(context).await?;
            let properties = TrustedIdProviderProperties::new(id_provider);
            update(
                context,
                &at.account.client.trusted_id_providers(),
                &at,
                &properties,
                &TRUSTED_PROVIDER,
            )
            .await
        }
        TrustedProviderCommand::Delete(args) => {
            let at = args.confirmed(context, &TRUSTED_PROVIDER).await?;
            delete(&at.account.client.trusted_id_providers(), &at).await
        }
        TrustedProviderCommand::Show(rule) => {
            let at = rule.at(context).await?;
            show(context, &at.account.client.trusted_id_providers(), &at, &TRUSTED_PROVIDER).await
        }
        TrustedProviderCommand::List(owner) => {
            let account = owner.account(context).await?;
            list(context, &account.client.trusted_id_providers(), &account, &TRUSTED_PROVIDER).await
        }
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
    async fn confirmed(self, context: &Context, kind: &Kind) -> Outcome<At> {
        let (rule, account) = (&self.rule.name, context.account(None)?);
        let question = format!("Delete the {} {rule} of the account {account}?", kind.name);
        confirm(context, &question, self.yes)?;
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

async fn create<K: ChildKind>(
    context: &Context,
    client: &ChildrenClient<K>,
    at: &At,
    properties: &K::Properties,
    kind: &Kind,
) -> Outcome {
    let Found { group, name, .. } = &at.account;
    let made = client.create_or_update(group, name, &at.rule, properties).await?;
    print(context, &made, kind)
}

async fn update<K: ChildKind>(
    context: &Context,
    client: &ChildrenClient<K>,
    at: &At,
    properties: &K::Properties,
    kind: &Kind,
) -> Outcome {
    let Found { group, name, .. } = &at.account;
    let changed = client.update(group, name, &at.rule, properties).await;
    print(context, &changed.map_err(|error| named(error, at, kind))?, kind)
}

async fn delete<K: ChildKind>(client: &ChildrenClient<K>, at: &At) -> Outcome {
    Ok(client.delete(&at.account.group, &at.account.name, &at.rule).await?)
}

async fn show<K: ChildKind>(
    context: &Context,
    client: &ChildrenClient<K>,
    at: &At,
    kind: &Kind,
) -> Outcome {
    let found = client.get(&at.account.group, &at.account.name, &at.rule).await;
    print(context, &found.map_err(|error| named(error, at, kind))?, kind)
}

async fn list<K: ChildKind>(
    context: &Context,
    client: &ChildrenClient<K>,
    account: &Found,
    kind: &Kind,
) -> Outcome {
    let children = client.list(&account.group, &account.name)?.collect_all().await?;
    let items: Vec<Value> = children.iter().map(flat).collect::<Outcome<_>>()?;
    context.print(match context.printer.format() {
        Format::Table => {
            let items: Vec<Value> = items.into_iter().map(with_names_of_subnet).collect();
            context.printer.list(&items, kind.table)
        }
        _ => context.printer.list(&items, kind.columns),
    })
}

/// Names what is missing: the service says only that "nested resource does not exist".
fn named(error: adls_mgmt::Error, at: &At, kind: &Kind) -> Failure {
    if error.code() == Some(arm::code::NESTED_RESOURCE_NOT_FOUND) {
        let (account, rule) = (&at.account.name, &at.rule);
        return Failure::new(format!("the account {account} has no {} {rule}", kind.name))
            .hint(format!("see `adls account {} list --account {account}`", kind.command));
    }
    Failure::from(error)
}

fn print<P: serde::Serialize>(context: &Context, child: &ChildResource<P>, kind: &Kind) -> Outcome {
    context.print(context.printer.object(&flat(child)?, kind.columns))
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
