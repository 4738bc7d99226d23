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

use super::kind::DataLakeStore;
use crate::commands::management::{AccountArgs, AccountRef, confirm, flatten};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format};

/// What to do with rules of one kind.
#[derive(Subcommand)]
pub(crate) enum RuleCommand<K: RuleKind> {
    #[command(about = format!("{}, or replace the one of this name", K::TEXTS.create))]
    Create {
        #[command(flatten)]
        rule: RuleArgs,
        #[command(flatten)]
        content: K::Create,
    },
    #[command(about = format!("Change a {}", K::TEXTS.short))]
    Update {
        #[command(flatten)]
        rule: RuleArgs,
        #[command(flatten)]
        content: K::Update,
    },
    #[command(about = K::TEXTS.delete)]
    Delete(RuleDeleteArgs),
    #[command(about = format!("Show a {}", K::TEXTS.short))]
    Show(RuleArgs),
    #[command(about = format!("List the {}s of an account", K::TEXTS.short))]
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

/// The first and the last address of a new firewall rule.
#[derive(Debug, Args)]
pub(crate) struct RangeArgs {
    /// The first address that gets in
    #[arg(long, value_name = "IPV4")]
    start_ip_address: Ipv4Addr,
    /// The last address that gets in [default: the first]
    #[arg(long, value_name = "IPV4")]
    end_ip_address: Option<Ipv4Addr>,
}

/// What to change of them.
#[derive(Debug, Args)]
pub(crate) struct RangeUpdateArgs {
    /// The first address that gets in
    #[arg(long, value_name = "IPV4", required_unless_present = "end_ip_address")]
    start_ip_address: Option<Ipv4Addr>,
    /// The last address that gets in
    #[arg(long, value_name = "IPV4")]
    end_ip_address: Option<Ipv4Addr>,
}

/// Which tenant.
#[derive(Debug, Args)]
pub(crate) struct IdProviderArgs {
    /// The issuer of its tokens: the https URL of sts.windows.net with the tenant as its path
    #[arg(long, value_name = "URL")]
    id_provider: String,
}

/// A kind of rules as these commands know it.
pub(crate) trait RuleKind: ChildKind + Sized {
    const TEXTS: RuleTexts;
    type Create: RuleContent<Self>;
    type Update: RuleContent<Self>;

    fn client(client: &ManagementClient) -> ChildrenClient<Self>;
}

/// The flags that say what a rule is about.
pub(crate) trait RuleContent<K: ChildKind>: Args {
    /// Refuses what the service would refuse without naming a flag.
    fn check(&self) -> Outcome {
        Ok(())
    }

    fn properties(self, account: &AccountRef) -> Outcome<K::Properties>;
}

/// How a kind of rules is called, and how it is printed.
pub(crate) struct RuleTexts {
    name: &'static str,
    /// Its name in help texts.
    short: &'static str,
    /// The help of two commands.
    create: &'static str,
    delete: &'static str,
    /// Its command below `adls account`.
    command: &'static str,
    columns: &'static [Column],
    /// The columns of a table, where others are too wide for it.
    table: &'static [Column],
}

impl RuleKind for FirewallRuleKind {
    const TEXTS: RuleTexts = RuleTexts {
        name: "firewall rule",
        short: "rule",
        create: "Create a rule",
        delete: "Delete a rule",
        command: "firewall",
        columns: FIREWALL_COLUMNS,
        table: FIREWALL_COLUMNS,
    };
    type Create = RangeArgs;
    type Update = RangeUpdateArgs;

    fn client(client: &ManagementClient) -> ChildrenClient<Self> {
        client.firewall_rules()
    }
}

const FIREWALL_COLUMNS: &[Column] =
    &[("Name", "/name"), ("StartIpAddress", "/startIpAddress"), ("EndIpAddress", "/endIpAddress")];

impl RuleContent<FirewallRuleKind> for RangeArgs {
    fn check(&self) -> Outcome {
        check_range(Some(self.start_ip_address), self.end_ip_address)
    }

    fn properties(self, _: &AccountRef) -> Outcome<FirewallRuleProperties> {
        let end = self.end_ip_address.unwrap_or(self.start_ip_address);
        Ok(FirewallRuleProperties::new(self.start_ip_address, end))
    }
}

impl RuleContent<FirewallRuleKind> for RangeUpdateArgs {
    fn check(&self) -> Outcome {
        check_range(self.start_ip_address, self.end_ip_address)
    }

    fn properties(self, _: &AccountRef) -> Outcome<FirewallRuleProperties> {
        let mut properties = FirewallRuleProperties::default();
        properties.start_ip_address = self.start_ip_address.map(|address| address.to_string());
        properties.end_ip_address = self.end_ip_address.map(|address| address.to_string());
        Ok(properties)
    }
}

/// Refuses a range that ends before it begins.
fn check_range(start: Option<Ipv4Addr>, end: Option<Ipv4Addr>) -> Outcome {
    match (start, end) {
        (Some(start), Some(end)) if end < start => {
            Err(Failure::usage(format!("the range ends at {end}, before it starts at {start}"))
                .hint("give the lower address as --start-ip-address"))
        }
        _ => Ok(()),
    }
}

impl RuleKind for VirtualNetworkRuleKind {
    const TEXTS: RuleTexts = RuleTexts {
        name: "virtual network rule",
        short: "rule",
        create: "Create a rule",
        delete: "Delete a rule",
        command: "network-rule",
        columns: &[("Name", "/name"), ("Subnet", "/subnetId"), ("State", "/state")],
        table: &[
            ("Name", "/name"),
            ("VirtualNetwork", "/virtualNetwork"),
            ("Subnet", "/subnet"),
            ("State", "/state"),
        ],
    };
    type Create = SubnetArgs;
    type Update = SubnetArgs;

    fn client(client: &ManagementClient) -> ChildrenClient<Self> {
        client.virtual_network_rules()
    }
}

impl RuleContent<VirtualNetworkRuleKind> for SubnetArgs {
    fn properties(self, account: &AccountRef) -> Outcome<VirtualNetworkRuleProperties> {
        Ok(VirtualNetworkRuleProperties::new(self.id(account)?))
    }
}

impl RuleKind for TrustedIdProviderKind {
    const TEXTS: RuleTexts = RuleTexts {
        name: "trusted provider",
        short: "trusted provider",
        create: "Trust a tenant",
        delete: "Stop trusting a tenant",
        command: "trusted-provider",
        columns: TRUSTED_PROVIDER_COLUMNS,
        table: TRUSTED_PROVIDER_COLUMNS,
    };
    type Create = IdProviderArgs;
    type Update = IdProviderArgs;

    fn client(client: &ManagementClient) -> ChildrenClient<Self> {
        client.trusted_id_providers()
    }
}

const TRUSTED_PROVIDER_COLUMNS: &[Column] = &[("Name", "/name"), ("IdProvider", "/idProvider")];

impl RuleContent<TrustedIdProviderKind> for IdProviderArgs {
    fn properties(self, _: &AccountRef) -> Outcome<TrustedIdProviderProperties> {
        Ok(TrustedIdProviderProperties::new(self.id_provider))
    }
}

pub(super) async fn run<K: RuleKind>(context: &Context, command: RuleCommand<K>) -> Outcome {
    match command {
        RuleCommand::Create { rule, content } => {
            content.check()?;
            let Rule { account, name } = rule.resolve(context).await?;
            let (client, properties) = (K::client(&account.client), content.properties(&account)?);
            let AccountRef { group, name: account, .. } = &account;
            let rule = client.create_or_update(group, account, &name, &properties).await?;
            print::<K>(context, &rule)
        }
        RuleCommand::Update { rule, content } => {
            content.check()?;
            let Rule { account, name } = rule.resolve(context).await?;
            let (client, properties) = (K::client(&account.client), content.properties(&account)?);
            let AccountRef { group, name: account, .. } = &account;
            let rule = client.update(group, account, &name, &properties).await;
            print::<K>(context, &rule.map_err(|error| explain::<K>(error, account, &name))?)
        }
        RuleCommand::Delete(args) => {
            let (rule, account) = (&args.rule.name, context.account(None)?);
            let question = format!("Delete the {} {rule} of the account {account}?", K::TEXTS.name);
            confirm(context, &question, args.yes).await?;
            let Rule { account: AccountRef { client, group, name: account }, name } =
                args.rule.resolve(context).await?;
            Ok(K::client(&client).delete(&group, &account, &name).await?)
        }
        RuleCommand::Show(rule) => {
            let Rule { account: AccountRef { client, group, name: account }, name } =
                rule.resolve(context).await?;
            let rule = K::client(&client).get(&group, &account, &name).await;
            print::<K>(context, &rule.map_err(|error| explain::<K>(error, &account, &name))?)
        }
        RuleCommand::List(owner) => list::<K>(context, owner).await,
    }
}

/// A rule of an account.
struct Rule {
    account: AccountRef,
    name: String,
}

impl OwnerArgs {
    async fn account(self, context: &Context) -> Outcome<AccountRef> {
        let account = AccountArgs { name: None, resource_group: self.resource_group };
        AccountRef::resolve::<DataLakeStore>(context, account).await
    }
}

impl RuleArgs {
    async fn resolve(self, context: &Context) -> Outcome<Rule> {
        Ok(Rule { account: self.owner.account(context).await?, name: self.name })
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
fn explain<K: RuleKind>(error: adls_mgmt::Error, account: &str, rule: &str) -> Failure {
    if error.code() == Some(arm::code::NESTED_RESOURCE_NOT_FOUND) {
        let RuleTexts { name, command, .. } = K::TEXTS;
        return Failure::new(format!("the account {account} has no {name} {rule}"))
            .hint(format!("see `adls account {command} list --account {account}`"));
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
