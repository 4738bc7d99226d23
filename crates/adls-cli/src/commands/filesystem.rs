//! `adls filesystem`: the file systems of a storage account (Gen2).

use std::collections::BTreeMap;

use adls_fs::{
    AccountClient, CreateFileSystemOptions, ErrorKind, FileSystemProperties, FileSystemStatus,
    ListFileSystemsOptions,
};
use clap::Subcommand;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use super::lease::{self, LeaseCommand};
use super::management::confirm;
use crate::arguments;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, time};

/// What to do with the file systems of a storage account.
#[derive(Debug, Subcommand)]
#[command(after_help = "The account is the one of --account, or the default one.")]
pub(crate) enum FileSystemCommand {
    /// Create a file system
    Create {
        /// The file system: 3 to 63 lowercase letters, digits and hyphens
        #[arg(value_name = "NAME", value_parser = new_name)]
        name: String,
        /// Properties of your own
        #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = arguments::key_value)]
        properties: Vec<(String, String)>,
        /// Wait while one of this name is still being deleted
        #[arg(long)]
        wait: bool,
        /// It is no failure when there is one already
        #[arg(long)]
        if_not_exists: bool,
    },
    /// List the file systems
    #[command(visible_alias = "ls")]
    List {
        /// Only those whose names begin with this
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Show a file system with its properties
    Show {
        /// The file system
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
    },
    /// Replace the properties of a file system
    Properties {
        /// The file system
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
        /// All properties that it shall have
        #[arg(
            value_name = "KEY=VALUE",
            required_unless_present = "clear",
            value_parser = arguments::key_value
        )]
        properties: Vec<(String, String)>,
        /// Remove all of them
        #[arg(long, conflicts_with = "properties")]
        clear: bool,
    },
    /// Print true or false: whether there is a file system of this name
    Exists {
        /// The file system
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
    },
    /// Keep a file system from being deleted for a while
    #[command(subcommand)]
    Lease(LeaseCommand),
    /// Delete a file system with everything in it
    Delete {
        /// The file system
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
        /// Do not ask whether it is meant
        #[arg(long, short)]
        yes: bool,
    },
}

impl FileSystemCommand {
    /// Whether its exit code answers a question.
    pub(crate) fn answers_by_exit_code(&self) -> bool {
        matches!(self, Self::Exists { .. })
    }
}

const FILE_SYSTEM: &[Column] = &[
    ("name", "/name"),
    ("modified", "/modified"),
    ("etag", "/etag"),
    ("hierarchical", "/hierarchical"),
    ("properties", "/properties"),
];

const LISTING: &[Column] = &[("Name", "/name"), ("Modified", "/modified")];

pub(crate) async fn run(context: &Context, command: FileSystemCommand) -> Outcome {
    let account = context.account_client().await?;
    match command {
        FileSystemCommand::Create { name, properties, wait, if_not_exists } => {
            let options = CreateFileSystemOptions::default()
                .properties(properties.into_iter().collect::<BTreeMap<_, _>>())
                .wait_for_deletion(wait);
            match account.create_file_system_with(&name, options).await {
                Err(error) if if_not_exists && error.is_already_exists() => {
                    show(context, &account, &name).await
                }
                Err(error) if error.kind() == ErrorKind::BeingDeleted => {
                    Err(Failure::from(error).hint("add --wait to wait for it"))
                }
                created => context.printer.object(&of_status(&created?), FILE_SYSTEM),
            }
        }
        FileSystemCommand::List { prefix } => list(context, &account, prefix).await,
        FileSystemCommand::Show { name } => show(context, &account, &name).await,
        FileSystemCommand::Properties { name, properties, .. } => {
            let properties = properties.into_iter().collect();
            Ok(account.set_file_system_properties(&name, &properties).await?)
        }
        FileSystemCommand::Exists { name } => {
            context.printer.answer(account.has_file_system(&name).await?)
        }
        FileSystemCommand::Lease(command) => lease::run(context, &account, command).await,
        FileSystemCommand::Delete { name, yes } => delete(context, &account, &name, yes).await,
    }
}

async fn list(context: &Context, account: &AccountClient, prefix: Option<String>) -> Outcome {
    let options = ListFileSystemsOptions::default().prefix(prefix);
    let found = account.list_file_systems_with(options);
    let found: Vec<_> = found.map_ok(|status| of_status(&status)).try_collect().await?;
    context.printer.list(&found, LISTING)
}

async fn show(context: &Context, account: &AccountClient, name: &str) -> Outcome {
    let FileSystemProperties { status, properties, hierarchical, .. } =
        account.file_system_properties(name).await?;
    let mut shown = of_status(&status);
    shown["properties"] = json!(properties);
    shown["hierarchical"] = json!(hierarchical);
    context.printer.object(&shown, FILE_SYSTEM)
}

async fn delete(context: &Context, account: &AccountClient, name: &str, yes: bool) -> Outcome {
    confirm(context, &format!("Delete the file system {name} and everything in it?"), yes).await?;
    match account.delete_file_system(name).await? {
        true => Ok(()),
        false => Err(Failure::new(format!("there is no file system {name}"))),
    }
}

fn of_status(status: &FileSystemStatus) -> Value {
    json!({
        "name": status.name,
        "modified": status.modified.map(time),
        "etag": status.etag.as_ref().map(ToString::to_string),
    })
}

/// What the service does not take beyond that, it refuses itself.
fn name(text: &str) -> Result<String, String> {
    match text.is_empty() || text.contains(['/', '\\', '?', '#']) {
        true => Err(format!("{text:?} is not the name of a file system; write it like raw-data")),
        false => Ok(text.to_owned()),
    }
}

/// What the service takes as the name of a file system that is made, besides `$root`, `$web` and `$logs`.
fn new_name(text: &str) -> Result<String, String> {
    let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
    let is_one = (3..=63).contains(&text.len()) && text.chars().all(is_known) && !hyphens;
    match is_one || matches!(text, "$root" | "$web" | "$logs") {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "{text:?} is not the name of a file system; it has 3 to 63 lowercase letters, digits and single hyphens \
             between them, like raw-data"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::new_name;

    #[test]
    fn names_that_the_service_takes() {
        for name in ["raw", "raw-data-2", "0ab", "$web", &"a".repeat(63)] {
            assert!(new_name(name).is_ok(), "{name}");
        }
        for name in ["t1", "", "Raw", "-ab", "ab-", "a--b", "a_b", "a/b", &"a".repeat(64)] {
            assert!(new_name(name).unwrap_err().contains("like raw-data"), "{name}");
        }
    }
}
