//! `adls config`: what holds for every command that does not say otherwise.

use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::config::Settings;
use crate::context::Context;
use crate::endpoints::Endpoints;
use crate::failure::{Failure, Outcome};
use crate::hosts;
use crate::printer::Column;

const COLUMNS: &[Column] = &[("Key", "/key"), ("Value", "/value"), ("From", "/from")];

/// What to do with `config.toml`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print a value
    Get {
        /// Which one
        #[arg(value_name = "KEY")]
        key: Key,
    },
    /// Set a value; with --profile, in that profile
    Set {
        /// Which one
        #[arg(value_name = "KEY")]
        key: Key,
        /// The value, of storage_suffixes all of them
        #[arg(value_name = "VALUE", required = true)]
        values: Vec<String>,
    },
    /// Remove a value
    Unset {
        /// Which one
        #[arg(value_name = "KEY")]
        key: Key,
    },
    /// List what is set, and where
    List,
    /// Print where the file is
    Path,
}

/// A key of `config.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Key {
    /// The account that plain absolute paths mean
    Account,
    /// The file system of that account (Gen2)
    #[value(alias = "file-system")]
    FileSystem,
    /// The subscription of management commands
    Subscription,
    /// The cloud
    Cloud,
    /// What hosts of accounts may end in, besides the cloud's own suffix
    #[value(alias = "storage-suffixes")]
    StorageSuffixes,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::FileSystem => "file_system",
            Self::Subscription => "subscription",
            Self::Cloud => "cloud",
            Self::StorageSuffixes => "storage_suffixes",
        }
    }

    fn value(self, settings: &Settings) -> Option<String> {
        match self {
            Self::Account => settings.account.clone(),
            Self::FileSystem => settings.file_system.clone(),
            Self::Subscription => settings.subscription.clone(),
            Self::Cloud => settings.cloud.clone(),
            Self::StorageSuffixes => match &settings.storage_suffixes[..] {
                [] => None,
                suffixes => Some(suffixes.join(" ")),
            },
        }
    }

    /// Fails for a value that would be of no use.
    fn check(self, values: &[String]) -> Outcome {
        let [value] = values else {
            return match self {
                Self::StorageSuffixes => Ok(()),
                _ => Err(Failure::usage(format!("{} takes one value", self.name()))),
            };
        };
        match self {
            Self::Cloud => Endpoints::of_cloud(Some(value)).map(drop),
            Self::Account if !hosts::is_bare(value) && !value.contains('.') => {
                Err(Failure::usage(format!("{value:?} is not the name of an account")))
            }
            Self::FileSystem if value.contains('/') => {
                Err(Failure::usage(format!("{value:?} is not the name of a file system")))
            }
            _ if value.trim().is_empty() => {
                Err(Failure::usage(format!("the value of {} is empty", self.name()))
                    .hint(format!("remove it with `adls config unset {}`", self.name())))
            }
            _ => Ok(()),
        }
    }
}

pub(crate) async fn run(context: &mut Context, command: ConfigCommand) -> Outcome {
    let clock = Arc::clone(&context.clock);
    match command {
        ConfigCommand::Get { key } => match key.value(context.config.settings()?) {
            Some(value) => context.printer.line(&value),
            None => Err(Failure::new(format!("{} is not set", key.name()))
                .hint(format!("set it with `adls config set {} VALUE`", key.name()))),
        },
        ConfigCommand::Set { key, values } => {
            key.check(&values)?;
            let value = match (key, &values[..]) {
                (Key::StorageSuffixes, all) => all.iter().collect::<toml_edit::Array>().into(),
                (_, [value]) => toml_edit::Value::from(value),
                (_, _) => return Err(Failure::usage(format!("{} takes one value", key.name()))),
            };
            context.config.set(&*clock, key.name(), Some(value)).await
        }
        ConfigCommand::Unset { key } => context.config.set(&*clock, key.name(), None).await,
        ConfigCommand::List => list(context),
        ConfigCommand::Path => context.printer.line(&context.config.path().display().to_string()),
    }
}

fn list(context: &Context) -> Outcome {
    let settings = context.config.settings()?;
    let own = context.config.of_profile()?;
    let from = |key: Key| match own {
        Some((profile, own)) if key.value(own).is_some() => format!("profile {profile}"),
        _ => "config.toml".to_owned(),
    };
    let rows: Vec<Value> = Key::value_variants()
        .iter()
        .filter_map(|key| {
            let value = key.value(settings)?;
            Some(json!({"key": key.name(), "value": value, "from": from(*key)}))
        })
        .collect();
    context.printer.list(&rows, COLUMNS)
}
