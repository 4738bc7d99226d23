//! `adls account create`, `update`, `delete`, `show`, `list`, `exists`, `wait` and
//! `enable-key-vault`.

use adls_mgmt::data_lake_store::{Account, AccountsClient, CreateAccount, UpdateAccount};
use serde_json::Value;

use super::{AccountArgs, AccountRef, CreateArgs, UpdateArgs};
use crate::commands::management::{
    DeleteArgs, WaitArgs, WaitFor, complete, confirm, flatten, poll_until,
};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

const ACCOUNT: &[Column] = &[
    ("name", "/name"),
    ("resource group", "/resourceGroup"),
    ("location", "/location"),
    ("endpoint", "/endpoint"),
    ("state", "/state"),
    ("provisioning", "/provisioningState"),
    ("created", "/creationTime"),
    ("modified", "/lastModifiedTime"),
    ("default group", "/defaultGroup"),
    ("encryption", "/encryptionState"),
    ("key", "/encryptionConfig/type"),
    ("firewall", "/firewallState"),
    ("allow Azure", "/firewallAllowAzureIps"),
    ("trusted providers", "/trustedIdProviderState"),
    ("tier", "/currentTier"),
    ("next tier", "/newTier"),
    ("tags", "/tags"),
    ("account id", "/accountId"),
];

const LISTING: &[Column] = &[
    ("Name", "/name"),
    ("ResourceGroup", "/resourceGroup"),
    ("Location", "/location"),
    ("State", "/state"),
    ("Provisioning", "/provisioningState"),
];

pub(super) async fn create(context: &Context, args: CreateArgs) -> Outcome {
    let name = context.named_account(args.name.as_deref())?;
    let client = context.management().await?;
    let group = args.resource_group;
    let location = match args.location {
        Some(location) => location,
        None => client.resource_groups().get(&group).await?.location,
    };
    let mut create = CreateAccount::new(location).with_encryption(args.encryption.encryption());
    create.tags = args.tags.tags();
    create.properties.default_group = args.default_group;
    create.properties.new_tier = args.tier;
    // Creating it anew would take its rules and tags away.
    if find_account(&client.accounts(), Some(&group), &name).await?.is_some() {
        return Err(Failure::new(format!("the account {name} is there already"))
            .hint(format!("change it with `adls account update {name}`")));
    }
    let poller = client.accounts().begin_create(&group, &name, &create).await?;
    if args.no_wait {
        note_no_wait(context, &group, &name, "created");
        return Ok(());
    }
    let account = complete(context, poller, &format!("creating {name}")).await?;
    print(context, &account)
}

pub(super) async fn update(context: &Context, args: UpdateArgs) -> Outcome {
    let mut update = UpdateAccount::new();
    update.tags = args.tags.tags();
    update.properties.default_group = args.default_group;
    update.properties.firewall_state = args.firewall_state;
    update.properties.firewall_allow_azure_ips = args.allow_azure_ips;
    update.properties.trusted_id_provider_state = args.trusted_id_provider_state;
    update.properties.new_tier = args.tier;
    if let Some(version) = args.key_version {
        update = update.with_encryption_key_version(version);
    }
    if update.is_empty() {
        return Err(Failure::usage("there is nothing to change")
            .hint("see `adls account update --help` for what can be changed"));
    }
    let AccountRef { client, group, name } = AccountRef::resolve(context, args.account).await?;
    let poller = client.accounts().begin_update(&group, &name, &update).await?;
    if args.no_wait {
        note_no_wait(context, &group, &name, "changed");
        return Ok(());
    }
    let account = complete(context, poller, &format!("changing {name}")).await?;
    print(context, &account)
}

pub(super) async fn delete(context: &Context, account: AccountArgs, how: DeleteArgs) -> Outcome {
    let name = context.named_account(account.name.as_deref())?;
    let question = format!("Delete the account {name} and every file in it?");
    confirm(context, &question, how.yes).await?;
    let account = AccountArgs { name: Some(name), ..account };
    let AccountRef { client, group, name } = AccountRef::resolve(context, account).await?;
    let poller = client.accounts().begin_delete(&group, &name).await?;
    if how.no_wait {
        let wait =
            format!("`adls account wait {name} -g {group} --deleted` waits until it is gone");
        context.printer.note(&format!("{name} is being deleted; {wait}"));
        return Ok(());
    }
    complete(context, poller, &format!("deleting {name}")).await
}

pub(super) async fn show(context: &Context, account: AccountArgs) -> Outcome {
    let AccountRef { client, group, name } = AccountRef::resolve(context, account).await?;
    print(context, &client.accounts().get(&group, &name).await?)
}

pub(super) async fn list(context: &Context, group: Option<String>) -> Outcome {
    let accounts = context.management().await?.accounts();
    let list = match group {
        Some(group) => accounts.list_by_resource_group(&group)?,
        None => accounts.list(),
    };
    let accounts = list.collect_all().await?;
    let items: Vec<Value> = accounts.iter().map(flatten).collect::<Outcome<_>>()?;
    context.printer.list(&items, LISTING)
}

pub(super) async fn exists(context: &Context, account: AccountArgs) -> Outcome {
    let name = context.account(account.name.as_deref())?;
    let accounts = context.management().await?.accounts();
    let found = find_account(&accounts, account.resource_group.as_deref(), &name).await?;
    context.printer.answer(found.is_some())
}

pub(super) async fn wait(context: &Context, account: AccountArgs, how: WaitArgs) -> Outcome {
    let name = context.account(account.name.as_deref())?;
    let accounts = context.management().await?.accounts();
    let group = account.resource_group.as_deref();
    let state = async || {
        let found = find_account(&accounts, group, &name).await?;
        Ok(found.map(|account| provisioning_state(&account)))
    };
    poll_until(context, &format!("account {name}"), how, state).await?;
    if how.wait_for() == WaitFor::Created {
        context.printer.note(&format!("{name} is ready"));
    }
    Ok(())
}

pub(super) async fn enable_key_vault(context: &Context, account: AccountArgs) -> Outcome {
    let AccountRef { client, group, name } = AccountRef::resolve(context, account).await?;
    Ok(client.accounts().enable_key_vault(&group, &name).await?)
}

fn note_no_wait(context: &Context, group: &str, name: &str, done: &str) {
    let wait = format!("`adls account wait {name} -g {group}` waits until it is ready");
    context.printer.note(&format!("{name} is being {done}; {wait}"));
}

/// The account, if it is there. Without a group one that is not there yet, or not any more, cannot be
/// asked for, only looked for.
async fn find_account(
    accounts: &AccountsClient,
    group: Option<&str>,
    name: &str,
) -> Outcome<Option<Account>> {
    Ok(match group {
        Some(group) => match accounts.get(group, name).await {
            Err(error) if error.is_absence() => None,
            account => Some(account?),
        },
        None => accounts.find(name).await?,
    })
}

fn provisioning_state(account: &Account) -> String {
    account.properties.provisioning_state.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn print(context: &Context, account: &Account) -> Outcome {
    context.printer.object(&flatten(account)?, ACCOUNT)
}
