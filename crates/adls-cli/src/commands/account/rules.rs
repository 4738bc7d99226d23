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

use super::{AccountArgs, AccountRef};
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
struct RuleTexts {
    name: &'static str,
    /// Its command below `adls account`.
    command: &'static str,
    columns: &'static [Column],
    /// The columns of a table, where others are too wide for it.
    table: &'static [Column],
}

/// A kind of rules as these commands know it.
trait RuleKind: ChildKind + Sized {
    const TEXTS: RuleTexts;

    fn client(client: &ManagementClient) -> ChildrenClient<Self>;
}

impl RuleKind for FirewallRuleKind {
    const TEXTS: RuleTexts = RuleTexts {
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

impl RuleKind for VirtualNetworkRuleKind {
    const TEXTS: RuleTexts = RuleTexts {
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

impl RuleKind for TrustedIdProviderKind {
    const TEXTS: RuleTexts = RuleTexts {
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
            let rule = rule.resolve(context).await?;
            create::<FirewallRuleKind>(
                context,
                &rule,
                &FirewallRuleProperties::new(start_ip_address, end),
            )
            .await
        }
        FirewallCommand::Update { rule, start_ip_address, end_ip_address } => {
            if let (Some(start), Some(end)) = (start_ip_address, end_ip_address) {
                check_range(start, end)?;
            }
            let rule = rule.resolve(context).await?;
            let mut properties = FirewallRuleProperties::default();
            properties.start_ip_address = start_ip_address.map(|address| address.to_string());
            properties.end_ip_address = end_ip_address.map(|address| address.to_string());
            update::<FirewallRuleKind>(context, &rule, &properties).await
        }
        FirewallCommand::Delete(args) => delete::<FirewallRuleKind>(context, args).await,
        FirewallCommand::Show(rule) => show::<FirewallRuleKind>(context, rule).await,
        FirewallCommand::List(owner) => list::<FirewallRuleKind>(context, owner).await,
    }
}

pub(super) async fn network_rule(context: &Context, command: NetworkRuleCommand) -> Outcome {
    match command {
        NetworkRuleCommand::Create { rule, subnet } => {
            let rule = rule.resolve(context).await?;
            let properties = VirtualNetworkRuleProperties::new(subnet.id(&rule.account)?);
            create::<VirtualNetworkRuleKind>(context, &rule, &properties).await
        }
        NetworkRuleCommand::Update { rule, subnet } => {
            let rule = rule.resolve(context).await?;
            let properties = VirtualNetworkRuleProperties::new(subnet.id(&rule.account)?);
            update::<VirtualNetworkRuleKind>(context, &rule, &properties).await
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
            let rule = rule.resolve(context).await?;
            let properties = TrustedIdProviderProperties::new(id_provider);
            create::<TrustedIdProviderKind>(context, &rule, &properties).await
        }
        TrustedProviderCommand::Update { rule, id_provider } => {
            let rule = rule.resolve(context).await?;
            let properties = TrustedIdProviderProperties::new(id_provider);
            update::<TrustedIdProviderKind>(context, &rule, &properties).await
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
struct Rule {
    account: AccountRef,
    name: String,
}

impl OwnerArgs {
    async fn account(self, context: &Context) -> Outcome<AccountRef> {
        let account = AccountArgs { name: None, resource_group: self.resource_group };
        AccountRef::resolve(context, account).await
    }
}

impl RuleArgs {
    async fn resolve(self, context: &Context) -> Outcome<Rule> {
        Ok(Rule { account: self.owner.account(context).await?, name: self.name })
    }
}

impl RuleDeleteArgs {
    async fn confirm<K: RuleKind>(self, context: &Context) -> Outcome<Rule> {
        let (rule, account) = (&self.rule.name, context.account(None)?);
        let question = format!("Delete the {} {rule} of the account {account}?", K::TEXTS.name);
        confirm(context, &question, self.yes).await?;
        self.rule.resolve(context).await
    }
}

impl SubnetArgs {
    /// The full id of the subnet; a name is one in a network of the account's resource group.
    fn id(self, account: &AccountRef) -> Outcome<String> {
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

async fn create<K: RuleKind>(
    context: &Context,
    rule: &Rule,
    properties: &K::Properties,
) -> Outcome {
    let AccountRef { client, group, name } = &rule.account;
    let made = K::client(client).create_or_update(group, name, &rule.name, properties).await?;
    print::<K>(context, &made)
}

async fn update<K: RuleKind>(
    context: &Context,
    rule: &Rule,
    properties: &K::Properties,
) -> Outcome {
    let AccountRef { client, group, name } = &rule.account;
    let changed = K::client(client).update(group, name, &rule.name, properties).await;
    print::<K>(context, &changed.map_err(|error| not_found::<K>(error, rule))?)
}

async fn delete<K: RuleKind>(context: &Context, args: RuleDeleteArgs) -> Outcome {
    let Rule { account: AccountRef { client, group, name: account }, name } =
        args.confirm::<K>(context).await?;
    Ok(K::client(&client).delete(&group, &account, &name).await?)
}

async fn show<K: RuleKind>(context: &Context, rule: RuleArgs) -> Outcome {
    let rule = rule.resolve(context).await?;
    let AccountRef { client, group, name } = &rule.account;
    let found = K::client(client).get(group, name, &rule.name).await;
    print::<K>(context, &found.map_err(|error| not_found::<K>(error, &rule))?)
}

async fn list<K: RuleKind>(context: &Context, owner: OwnerArgs) -> Outcome {
    let AccountRef { client, group, name } = owner.account(context).await?;
    let children = K::client(&client).list(&group, &name)?.collect_all().await?;
    let items: Vec<Value> = children.iter().map(flatten).collect::<Outcome<_>>()?;
    match context.printer.format() {
        Format::Table => {
            let items: Vec<Value> = items.into_iter().map(add_subnet_names).collect();
            context.printer.list(&items, K::TEXTS.table)
        }
        _ => context.printer.list(&items, K::TEXTS.columns),
    }
}

/// Names what is missing: the service says only that "nested resource does not exist".
fn not_found<K: RuleKind>(error: adls_mgmt::Error, rule: &Rule) -> Failure {
    if error.code() == Some(arm::code::NESTED_RESOURCE_NOT_FOUND) {
        let (account, rule, texts) = (&rule.account.name, &rule.name, K::TEXTS);
        return Failure::new(format!("the account {account} has no {} {rule}", texts.name))
            .hint(format!("see `adls account {} list --account {account}`", texts.command));
    }
    Failure::from(error)
}

fn print<K: RuleKind>(context: &Context, child: &ChildResource<K::Properties>) -> Outcome {
    context.printer.object(&flatten(child)?, K::TEXTS.columns)
}

/// The names in the id of a subnet, which is too long for a table.
fn add_subnet_names(mut rule: Value) -> Value {
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
