//! `adls storage-account keys`: what opens all data of a storage account to whoever has it. A key is printed
//! only when it is asked for, since terminals and logs remember.

use adls_mgmt::ExposeSecret;
use adls_mgmt::storage::{AccountKey, AccountKeyName};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::kind::Storage;
use crate::commands::management::{AccountArgs, AccountKind, AccountRef, confirm};
use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::{Column, Format};

/// What to do with the keys of a storage account.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the keys of a storage account, hidden unless --show is given
    List {
        #[command(flatten)]
        account: AccountArgs,
        #[command(flatten)]
        how: ShowArgs,
    },
    /// Replace a key of a storage account: the old one opens nothing any more
    #[command(
        after_help = "Programs that use the other key go on. Signatures made with the old key, also \
        those of links that were given away, are worth nothing from then on."
    )]
    Regenerate {
        #[command(flatten)]
        account: AccountArgs,
        /// Which key
        #[arg(long, value_enum, value_name = "KEY")]
        key: WhichKey,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        how: ShowArgs,
    },
}

/// Whether keys are shown.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ShowArgs {
    /// Show the keys themselves
    #[arg(long)]
    show: bool,
}

/// One of the two keys.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum WhichKey {
    Key1,
    Key2,
}

/// What stands in a table for a key that is not shown.
const MASK: &str = "********";

/// The key is last, as it is longer than all else.
const KEYS: &[Column] = &[
    ("Name", "/keyName"),
    ("Permissions", "/permissions"),
    ("Created", "/creationTime"),
    ("Key", "/value"),
];

pub(super) async fn run(context: &Context, command: KeysCommand) -> Outcome {
    match command {
        KeysCommand::List { account, how } => {
            let AccountRef { client, group, name } =
                AccountRef::resolve::<Storage>(context, account).await?;
            let keys = client.storage_accounts().list_keys(&group, &name).await?;
            print(context, &name, &keys, how)
        }
        KeysCommand::Regenerate { account, key, yes, how } => {
            let name = Storage::named(context, account.name.as_deref())?;
            let key = AccountKeyName::from(key);
            let question = format!("Replace {key} of {name}, and lock out whoever uses it?");
            confirm(context, &question, yes).await?;
            let account = AccountArgs { name: Some(name), ..account };
            let AccountRef { client, group, name } =
                AccountRef::resolve::<Storage>(context, account).await?;
            let keys = client.storage_accounts().regenerate_key(&group, &name, key).await?;
            print(context, &name, &keys, how)
        }
    }
}

fn print(context: &Context, account: &str, keys: &[AccountKey], how: ShowArgs) -> Outcome {
    // A program must not take the mask for a key.
    let hidden = match context.printer.format() {
        Format::Table => Value::from(MASK),
        _ => Value::Null,
    };
    let shown = |key: &AccountKey| {
        let created = key.creation_time.and_then(|time| Timestamp::try_from(time).ok());
        let value = match how.show {
            true => Value::from(key.value.expose_secret()),
            false => hidden.clone(),
        };
        json!({
            "keyName": key.name,
            "permissions": key.permissions,
            "creationTime": created.map(|time| time.to_string()),
            "value": value,
        })
    };
    let items: Vec<Value> = keys.iter().map(shown).collect();
    context.printer.list(&items, KEYS)?;
    if !how.show {
        let command = format!("`adls storage-account keys list {account} --show`");
        context.printer.note(&format!("the keys are hidden; {command} shows them"));
    }
    Ok(())
}

impl From<WhichKey> for AccountKeyName {
    fn from(key: WhichKey) -> Self {
        match key {
            WhichKey::Key1 => Self::Key1,
            WhichKey::Key2 => Self::Key2,
        }
    }
}
