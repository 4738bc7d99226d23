//! `adls account create`, `update`, `delete`, `show`, `list` and `enable-key-vault`.

use adls_mgmt::data_lake_store::{Account, CreateAccount, UpdateAccount};

use super::kind::DataLakeStore;
use super::{CreateArgs, UpdateArgs};
use crate::commands::management::{
    self, AccountArgs, AccountKind, AccountRef, DeleteArgs, NewAccount, complete, confirm, flatten,
    note_no_wait, refuse_existing,
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
    let NewAccount { client, group, name, location, tags } =
        NewAccount::resolve::<DataLakeStore>(context, args.new).await?;
    let mut create = CreateAccount::new(location).with_encryption(args.encryption.encryption());
    create.tags = tags;
    create.properties.default_group = args.default_group;
    create.properties.new_tier = args.tier;
    // Creating it anew would take its rules and tags away.
    refuse_existing::<DataLakeStore>(&client, &group, &name).await?;
    let poller = client.accounts().begin_create(&group, &name, &create).await?;
    if args.no_wait {
        note_no_wait::<DataLakeStore>(context, &group, &name, "created");
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
    let AccountRef { client, group, name } =
        AccountRef::resolve::<DataLakeStore>(context, args.account).await?;
    let poller = client.accounts().begin_update(&group, &name, &update).await?;
    if args.no_wait {
        note_no_wait::<DataLakeStore>(context, &group, &name, "changed");
        return Ok(());
    }
    let account = complete(context, poller, &format!("changing {name}")).await?;
    print(context, &account)
}

pub(super) async fn delete(context: &Context, account: AccountArgs, how: DeleteArgs) -> Outcome {
    let name = DataLakeStore::named(context, account.name.as_deref())?;
    let question = format!("Delete the account {name} and every file in it?");
    confirm(context, &question, how.yes).await?;
    let account = AccountArgs { name: Some(name), ..account };
    let AccountRef { client, group, name } =
        AccountRef::resolve::<DataLakeStore>(context, account).await?;
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
    let AccountRef { client, group, name } =
        AccountRef::resolve::<DataLakeStore>(context, account).await?;
    print(context, &client.accounts().get(&group, &name).await?)
}

pub(super) async fn list(context: &Context, group: Option<String>) -> Outcome {
    management::list::<DataLakeStore>(context, group.as_deref(), LISTING).await
}

pub(super) async fn enable_key_vault(context: &Context, account: AccountArgs) -> Outcome {
    let AccountRef { client, group, name } =
        AccountRef::resolve::<DataLakeStore>(context, account).await?;
    Ok(client.accounts().enable_key_vault(&group, &name).await?)
}

fn print(context: &Context, account: &Account) -> Outcome {
    context.printer.object(&flatten(account)?, ACCOUNT)
}
