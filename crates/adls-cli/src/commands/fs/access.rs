//! `adls fs chmod`, `chown`, `access` and `acl`.

use adls_fs::{Acl, OwnerChange, TreeChange, TreeChangeOptions};
use adls_wire::{AclSpec, ModeChange};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use serde_json::json;

use super::acl_file::{self, RestoreArgs, SaveArgs};
use super::operands;
use super::plan::{Changes, DryRun, Step};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format, amount, escape};
use crate::progress;

const ACL: &[Column] = &[("owner", "/owner"), ("group", "/group"), ("permission", "/permission")];

/// What to do with an access control list.
#[derive(Debug, Subcommand)]
pub(crate) enum AclCommand {
    /// Show all entries
    Show {
        /// The file or directory
        #[arg(value_name = "PATH")]
        path: String,
    },
    /// Replace the whole list
    Set(AclArgs),
    /// Add entries, or change those that are there
    #[command(alias = "set-entry")]
    Modify(AclArgs),
    /// Remove entries; their rights need not be given
    #[command(alias = "remove-entry")]
    Remove(AclArgs),
    /// Write the lists, owners and groups of a tree to a local file
    Save(SaveArgs),
    /// Give a tree the lists that a local file has
    Restore(RestoreArgs),
    /// Remove everything that mode bits do not say
    RemoveAll {
        /// Only the default entries of directories
        #[arg(long, alias = "default-acl")]
        default_only: bool,
        #[command(flatten)]
        items: ItemArgs,
    },
}

/// Which entries, and where.
#[derive(Debug, Args)]
#[command(
    after_help = "An entry is [default:]user|group|mask|other:[object id]:rwx, with - for a \
    missing right; several are separated by commas."
)]
pub(crate) struct AclArgs {
    /// The entries
    #[arg(value_name = "ENTRIES")]
    entries: AclSpec,
    #[command(flatten)]
    items: ItemArgs,
}

/// What to change.
#[derive(Debug, Args)]
pub(crate) struct ItemArgs {
    /// Files and directories, or patterns such as '/logs/*'
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// With everything below
    #[arg(long, short = 'R')]
    recursive: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

/// Which mode bits, and where.
#[derive(Debug, Args)]
pub(crate) struct ChmodArgs {
    /// The bits: octal, such as 750, letters, such as rwxr-x---, or changes, such as g+w or u=rwx,g=rx
    #[arg(value_name = "MODE", allow_hyphen_values = true)]
    mode: ModeChange,
    #[command(flatten)]
    items: ItemArgs,
}

/// Who owns what.
#[derive(Debug, Args)]
pub(crate) struct ChownArgs {
    /// Object ids or names: OWNER, OWNER:GROUP or :GROUP
    #[arg(value_name = "OWNER:GROUP")]
    owner: String,
    #[command(flatten)]
    items: ItemArgs,
}

pub(crate) async fn chmod(context: &Context, args: ChmodArgs) -> Outcome {
    let change = match args.mode.absolute() {
        Some(permission) => TreeChange::Permission(permission),
        None => TreeChange::Mode(args.mode.clone()),
    };
    let action = format!("set the mode to {} of", args.mode);
    change_items(context, &args.items, &action, &change).await
}

pub(crate) async fn chown(context: &Context, args: ChownArgs) -> Outcome {
    let action = format!("set the owner to {} of", args.owner);
    change_items(context, &args.items, &action, &owner_change(&args.owner)).await
}

/// The owner and the group of `OWNER:GROUP`.
fn owner_change(text: &str) -> TreeChange {
    let (owner, group) = text.split_once(':').unwrap_or((text, ""));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    TreeChange::Owner(OwnerChange::default().owner(some(owner)).group(some(group)))
}

pub(crate) async fn acl(context: &Context, command: AclCommand) -> Outcome {
    match command {
        AclCommand::Show { path } => show(context, &path).await,
        AclCommand::Save(args) => acl_file::save(context, &args).await,
        AclCommand::Restore(args) => acl_file::restore(context, &args).await,
        AclCommand::Set(AclArgs { entries, items }) => {
            let action = format!("set the access control list to {entries} of");
            change_items(context, &items, &action, &TreeChange::SetAcl(entries)).await
        }
        AclCommand::Modify(AclArgs { entries, items }) => {
            let action = format!("add the entries {entries} to those of");
            change_items(context, &items, &action, &TreeChange::ModifyAcl(entries)).await
        }
        AclCommand::Remove(AclArgs { mut entries, items }) => {
            // Rights are of no interest when their entries are removed.
            entries.0.iter_mut().for_each(|entry| entry.permissions = None);
            let action = format!("remove the entries {entries} from those of");
            change_items(context, &items, &action, &TreeChange::RemoveAclEntries(entries)).await
        }
        AclCommand::RemoveAll { default_only: true, items } => {
            let action = "remove the default entries of";
            change_items(context, &items, action, &TreeChange::RemoveDefaultAcl).await
        }
        AclCommand::RemoveAll { default_only: false, items } => {
            let action = "remove the access control list of";
            change_items(context, &items, action, &TreeChange::RemoveAcl).await
        }
    }
}

async fn show(context: &Context, path: &str) -> Outcome {
    let remote = context.item(path).await?;
    let Acl { entries, owner, group, permission, .. } = remote.client.acl(&remote.path).await?;
    let entries: Vec<String> = entries.iter().map(|entry| escape(&entry.to_string())).collect();
    let printer = context.printer;
    let shape = json!({
        "entries": entries,
        "owner": owner,
        "group": group,
        "permission": permission.to_string(),
        "stickyBit": permission.sticky(),
    });
    match printer.format() {
        Format::Json | Format::Jsonl => context.printer.json(&shape),
        Format::Tsv => entries.iter().try_for_each(|entry| printer.line(entry)),
        Format::Table => {
            printer.object(&shape, ACL)?;
            let list = format!("entries     {}", entries.join("\n            "));
            printer.line(&list)
        }
    }
}

/// Changes items, or everything at and below them.
async fn change_items(
    context: &Context,
    items: &ItemArgs,
    action: &str,
    change: &TreeChange,
) -> Outcome {
    let changes = Changes::new(context, &items.dry_run);
    let action = match items.recursive {
        true => format!("{action} everything at and below"),
        false => action.to_owned(),
    };
    let work = async |remote: &Remote| {
        let target = Some(remote.path.as_str());
        let step = Step { action: &action, target, ..Step::default() };
        let change = async {
            match items.recursive {
                true => change_tree(context, remote, change.clone()).await,
                false => change_one(remote, change).await,
            }
        };
        changes.make(step, change).await
    };
    operands::for_each(context, &items.paths, work).await?;
    changes.end()
}

async fn change_one(remote: &Remote, change: &TreeChange) -> Outcome {
    let (client, path) = (&remote.client, &remote.path);
    let changed = match change {
        TreeChange::Permission(mode) => client.set_permission(path, *mode).await,
        TreeChange::Owner(change) => client.set_owner(path, change.clone()).await,
        TreeChange::SetAcl(entries) => client.set_acl(path, entries).await,
        TreeChange::ModifyAcl(entries) => client.modify_acl(path, entries).await,
        TreeChange::RemoveAclEntries(entries) => client.remove_acl_entries(path, entries).await,
        TreeChange::RemoveDefaultAcl => client.remove_default_acl(path).await,
        TreeChange::RemoveAcl => client.remove_acl(path).await,
        change => client.change(path, change).await,
    };
    changed.map_err(Failure::of_arguments)
}

/// Changes everything at and below a path, and names what could not be changed.
async fn change_tree(context: &Context, remote: &Remote, change: TreeChange) -> Outcome {
    let spinner = progress::spinner(context.printer, "0 items changed");
    let counter = ProgressBar::clone(&spinner);
    let count = move |items| {
        counter.inc(items);
        counter.set_message(format!("{} items changed", counter.position()));
    };
    let of_batches = count.clone();
    let options = TreeChangeOptions::default()
        .progress(move |_, _| count(1))
        .batches(move |batch| of_batches(batch.files + batch.directories));
    let changed = remote.client.change_tree_with(&remote.path, change, options).await;
    drop(spinner);
    let report = changed.map_err(Failure::of_tree_change)?;
    let items = amount::items(report.files, report.directories);
    context.printer.note(&format!("changed {items}"));
    Ok(())
}
