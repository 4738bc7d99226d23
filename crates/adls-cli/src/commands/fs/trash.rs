//! `adls fs trash`: what was deleted, and getting it back.

use adls_fs::{DeletedItem, FileKind, RestoreConflict, RestoreOptions};
use adls_wire::RemotePath;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::plan::{Changes, DryRun, Step};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, time};

const DELETED: &[Column] = &[("Deleted", "/deleted"), ("Type", "/type"), ("Path", "/path")];

/// What to do with the trash.
#[derive(Debug, Subcommand)]
pub(crate) enum TrashCommand {
    /// List deleted items whose path contains a text
    List {
        /// The text, a part of the path; a URL names the account too
        #[arg(value_name = "PATH", default_value = "/")]
        hint: String,
    },
    /// Get a deleted file or directory back, the latest one of that path
    Restore(RestoreArgs),
}

/// What to restore.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Where it was
    #[arg(value_name = "PATH")]
    path: String,
    /// Restore it as this path instead
    #[arg(long, value_name = "TARGET")]
    to: Option<String>,
    /// Replace what is there now
    #[arg(long, conflicts_with = "keep_both")]
    overwrite: bool,
    /// Restore it under another name if something is there now
    #[arg(long)]
    keep_both: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

pub(crate) async fn run(context: &Context, command: TrashCommand) -> Outcome {
    match command {
        TrashCommand::List { hint } => show(context, &hint).await,
        TrashCommand::Restore(args) => restore(context, &args).await,
    }
}

async fn show(context: &Context, hint: &str) -> Outcome {
    // It may be any part of a path.
    let is_part = !hint.starts_with('/') && !hint.contains("://");
    let hint = if is_part { format!("/{hint}") } else { hint.to_owned() };
    let remote = context.remote(&hint).await?;
    let items = deleted(&remote).await?;
    let rows: Vec<Value> = items.iter().map(to_json).collect();
    context.printer.list(&rows, DELETED)
}

pub(super) async fn restore(context: &Context, args: &RestoreArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let items = deleted(&remote).await?.into_iter().filter(|item| item.path == remote.path);
    let latest = items.max_by_key(|item| item.deleted).ok_or_else(|| {
        Failure::new(format!("{} is not in the trash", remote.path))
            .hint("see what is with `adls fs trash list`")
    })?;
    let target = match &args.to {
        Some(target) => context.remote(target).await?.path,
        None => remote.path.clone(),
    };
    let options = RestoreOptions::default().on_conflict(match (args.overwrite, args.keep_both) {
        (true, _) => RestoreConflict::Replace,
        (_, true) => RestoreConflict::KeepBoth,
        _ => RestoreConflict::Refuse,
    });
    let changes = Changes::new(context, &args.dry_run);
    let (from, to) = (Some(latest.path.as_str()), Some(target.as_str()));
    let step = Step { action: "restore", source: from, target: to, bytes: None };
    let restoring = async { Ok(remote.client.restore_with(&latest, &target, options).await?) };
    changes.make(step, restoring).await?;
    changes.end()
}

/// The service looks for a text in paths; the root, as text, would be in all of them.
async fn deleted(remote: &Remote) -> Outcome<Vec<DeletedItem>> {
    let hint = RemotePath::as_str(&remote.path);
    Ok(remote.client.deleted_items(hint).collect_all().await?)
}

fn to_json(item: &DeletedItem) -> Value {
    json!({
        "path": item.path.as_str(),
        "type": if item.kind == FileKind::Directory { "DIRECTORY" } else { "FILE" },
        "deleted": time(item.deleted),
        "restoreToken": item.token,
    })
}
