//! `adls storage-account sas`: a signature for the account and what is in it.

use adls_fs::sas::{AccountSas, SasPermissions, SasResourceTypes};
use adls_fs::{AccountKey, Credential};
use adls_mgmt::ExposeSecret;
use clap::Args;

use super::kind::Storage;
use crate::commands::management::{AccountArgs, AccountRef};
use crate::commands::sas::SasArgs;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// The signature to make.
#[derive(Debug, Args)]
#[command(
    after_help = "It is signed by the key of the account: the one that is given with --account-key-stdin \
    or in AZURE_STORAGE_KEY, else the first that Resource Manager tells who is signed in.\n\n\
    It is for all of the account. For a file system, a directory or a file use `adls fs sas`, which also \
    needs no key."
)]
pub(crate) struct AccountSasArgs {
    #[command(flatten)]
    account: AccountArgs,
    /// What it permits, as letters of rwdxylacfti
    #[arg(long, value_name = "LETTERS", value_parser = SasPermissions::parse_of_account)]
    permissions: SasPermissions,
    /// On what: s for the account, c for file systems, o for what is in them
    #[arg(long, value_name = "LETTERS", default_value = "sco")]
    resource_types: SasResourceTypes,
    #[command(flatten)]
    how: SasArgs,
}

pub(super) async fn run(context: &Context, args: AccountSasArgs) -> Outcome {
    let AccountSasArgs { account, permissions, resource_types, how } = args;
    let sas = AccountSas::new(permissions, resource_types, how.expires_on(context)?)
        .starts_on(how.starts_on())
        .ip_range(how.ip_range())
        .protocol(how.protocol());
    let key = key(context, account).await?;
    context.printer.line(sas.sign(&key)?.secret())
}

async fn key(context: &Context, account: AccountArgs) -> Outcome<AccountKey> {
    let name = context.storage_account(account.name.as_deref())?;
    let endpoint = context.endpoints()?.gen2(&name)?;
    match context.given_credential_for(&name, &endpoint).await? {
        Some(Credential::SharedKey(key)) => return Ok(key),
        Some(_) => {
            return Err(Failure::usage("a signature cannot make another one")
                .hint("give the key with --account-key-stdin"));
        }
        None => {}
    }
    let account = AccountArgs { name: Some(name), ..account };
    let AccountRef { client, group, name } =
        AccountRef::resolve::<Storage>(context, account).await?;
    let keys = client.storage_accounts().list_keys(&group, &name).await?;
    let key = keys.first().ok_or_else(|| Failure::new(format!("{name} has no keys")))?;
    AccountKey::new(&name, key.value.expose_secret())
        .map_err(|error| Failure::new(error.to_string()))
}
