//! `adls storage-account create`, `update`, `delete`, `show` and `check-name`.

use adls_mgmt::ManagementClient;
use adls_mgmt::storage::{
    BlobServiceProperties, CreateStorageAccount, DeleteRetentionPolicy, StorageAccount,
    UpdateStorageAccount,
};
use serde_json::Value;

use super::kind::Storage;
use super::{CreateArgs, UpdateArgs};
use crate::commands::management::{
    AccountArgs, AccountKind, AccountRef, NAME_AVAILABILITY, NewAccount, complete, confirm,
    flatten, note_no_wait, refuse_existing,
};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, to_json};

const ACCOUNT: &[Column] = &[
    ("name", "/name"),
    ("resource group", "/resourceGroup"),
    ("location", "/location"),
    ("dfs endpoint", "/primaryEndpoints/dfs"),
    ("blob endpoint", "/primaryEndpoints/blob"),
    ("provisioning", "/provisioningState"),
    ("created", "/creationTime"),
    ("kind", "/kind"),
    ("sku", "/sku/name"),
    ("copies in", "/secondaryLocation"),
    ("hierarchical namespace", "/isHnsEnabled"),
    ("access tier", "/accessTier"),
    ("TLS from", "/minimumTlsVersion"),
    ("HTTPS only", "/supportsHttpsTrafficOnly"),
    ("shared key access", "/allowSharedKeyAccess"),
    ("public containers", "/allowBlobPublicAccess"),
    ("public network", "/publicNetworkAccess"),
    ("tags", "/tags"),
    ("soft delete", "/deleteRetentionPolicy"),
    ("container soft delete", "/containerDeleteRetentionPolicy"),
];

pub(super) const LISTING: &[Column] = &[
    ("Name", "/name"),
    ("ResourceGroup", "/resourceGroup"),
    ("Location", "/location"),
    ("Sku", "/sku/name"),
    ("Hierarchical", "/isHnsEnabled"),
];

pub(super) async fn create(context: &Context, args: CreateArgs) -> Outcome {
    let NewAccount { client, group, name, location, tags } =
        NewAccount::resolve::<Storage>(context, args.new).await?;
    let settings = args.settings;
    let mut create = CreateStorageAccount::new(location)
        .with_hierarchical_namespace(!args.no_hierarchical_namespace);
    create.tags = tags;
    if let Some(sku) = settings.sku {
        create = create.with_sku(sku);
    }
    if let Some(version) = settings.min_tls_version {
        create = create.with_minimum_tls_version(version);
    }
    create.properties.access_tier = settings.access_tier;
    create.properties.allow_shared_key_access = settings.allow_shared_key_access;
    create.properties.public_network_access = settings.public_network_access;
    refuse_existing::<Storage>(&client, &group, &name).await?;
    let poller = client.storage_accounts().begin_create(&group, &name, &create).await?;
    if args.no_wait {
        note_no_wait::<Storage>(context, &group, &name, "created");
        return Ok(());
    }
    let account = complete(context, poller, &format!("creating {name}")).await?;
    print(context, &account, None)
}

pub(super) async fn update(context: &Context, args: UpdateArgs) -> Outcome {
    let settings = args.settings;
    let mut update = UpdateStorageAccount::new();
    update.sku = settings.sku.map(Into::into);
    update.tags = args.tags.tags();
    update.properties.access_tier = settings.access_tier;
    update.properties.minimum_tls_version = settings.min_tls_version;
    update.properties.allow_shared_key_access = settings.allow_shared_key_access;
    update.properties.public_network_access = settings.public_network_access;
    let (files, containers) = (args.soft_delete_days, args.container_soft_delete_days);
    let changes_retention = files.is_some() || containers.is_some();
    if update.is_empty() && !changes_retention {
        return Err(Failure::usage("there is nothing to change")
            .hint("see `adls storage-account update --help` for what can be changed"));
    }
    let AccountRef { client, group, name } =
        AccountRef::resolve::<Storage>(context, args.account).await?;
    let accounts = client.storage_accounts();
    let account = match update.is_empty() {
        true => accounts.get(&group, &name).await?,
        false => accounts.update(&group, &name, &update).await?,
    };
    if !changes_retention {
        return print(context, &account, None);
    }
    // What else the service is set to is sent back as it came.
    let mut service = retention(&client, &group, &name).await?;
    if let Some(days) = files {
        service.delete_retention_policy = Some(keep(service.delete_retention_policy, days));
    }
    if let Some(days) = containers {
        let before = service.container_delete_retention_policy;
        service.container_delete_retention_policy = Some(keep(before, days));
    }
    let changed = client.blob_services().set(&group, &name, &service).await?;
    print(context, &account, Some(&changed.properties))
}

/// A policy under which what was deleted is kept for some days, 0 for none. What else was said of it stays.
fn keep(before: Option<DeleteRetentionPolicy>, days: u32) -> DeleteRetentionPolicy {
    let mut policy = before.unwrap_or_default();
    policy.enabled = days > 0;
    policy.days = Some(days).filter(|days| *days > 0);
    policy
}

pub(super) async fn delete(context: &Context, account: AccountArgs, yes: bool) -> Outcome {
    let name = Storage::named(context, account.name.as_deref())?;
    let question = format!("Delete the storage account {name} and all data in it?");
    confirm(context, &question, yes).await?;
    let account = AccountArgs { name: Some(name), ..account };
    let AccountRef { client, group, name } =
        AccountRef::resolve::<Storage>(context, account).await?;
    Ok(client.storage_accounts().delete(&group, &name).await?)
}

pub(super) async fn show(context: &Context, account: AccountArgs, soft_delete: bool) -> Outcome {
    let AccountRef { client, group, name } =
        AccountRef::resolve::<Storage>(context, account).await?;
    let account = client.storage_accounts().get(&group, &name).await?;
    let service = match soft_delete {
        true => Some(retention(&client, &group, &name).await?),
        false => None,
    };
    print(context, &account, service.as_ref())
}

async fn retention(
    client: &ManagementClient,
    group: &str,
    name: &str,
) -> Outcome<BlobServiceProperties> {
    Ok(client.blob_services().get(group, name).await?.properties)
}

pub(super) async fn check_name(context: &Context, name: &str) -> Outcome {
    let accounts = context.management().await?.storage_accounts();
    context.printer.object(&accounts.check_name_availability(name).await?, NAME_AVAILABILITY)
}

/// Prints an account, and for how long its blob service keeps what was deleted if that is known.
fn print(
    context: &Context,
    account: &StorageAccount,
    service: Option<&BlobServiceProperties>,
) -> Outcome {
    let mut shown = flatten(account)?;
    if let (Value::Object(shown), Some(service)) = (&mut shown, service) {
        let policies = [
            ("deleteRetentionPolicy", &service.delete_retention_policy),
            ("containerDeleteRetentionPolicy", &service.container_delete_retention_policy),
        ];
        for (name, policy) in policies {
            shown.insert(name.to_owned(), to_json(policy)?);
        }
    }
    context.printer.object(&shown, ACCOUNT)
}
