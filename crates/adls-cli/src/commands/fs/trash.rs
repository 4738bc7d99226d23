//! `adls fs trash`: what was deleted, and getting it back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use adls_fs::{DeletedItem, ErrorKind, FileKind, Generation, RestoreConflict, RestoreOptions};
use adls_wire::RemotePath;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::filter;
use super::operands::Tally;
use super::plan::{Changes, DryRun, Step};
use crate::arguments;
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
    /// Everything that was deleted at and below PATH, each item in its latest form; what is there again is named
    #[arg(long, short, short_alias = 'R', conflicts_with = "to")]
    recursive: bool,
    /// Only what was deleted after a time, such as 2027-01-31T00:00:00Z, or less than a duration ago, such as 36h or
    /// 7d
    #[arg(long, value_name = "WHEN", requires = "recursive", value_parser = arguments::moment)]
    since: Option<arguments::Moment>,
    /// Only what matches, such as '*.csv' or 'logs/*'; may be given several times
    #[arg(long, value_name = "PATTERN", requires = "recursive")]
    include: Vec<String>,
    /// Nothing that matches; may be given several times
    #[arg(long, value_name = "PATTERN", requires = "recursive")]
    exclude: Vec<String>,
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
    if args.recursive {
        return restore_tree(context, &remote, args).await;
    }
    let items = deleted(&remote).await?.into_iter().filter(|item| item.path == remote.path);
    let latest = items.max_by_key(order).ok_or_else(|| {
        Failure::new(format!("{} is not in the trash", remote.path))
            .hint("see what is with `adls fs trash list`")
    })?;
    let target = match &args.to {
        Some(target) => context.remote(target).await?.path,
        None => remote.path.clone(),
    };
    let options = args.options();
    let changes = Changes::new(context, &args.dry_run);
    let (from, to) = (Some(latest.path.as_str()), Some(target.as_str()));
    let step = Step { action: "restore", source: from, target: to, bytes: None };
    let restoring = async { Ok(remote.client.restore_with(&latest, &target, options).await?) };
    changes.make(step, restoring).await?;
    changes.end()
}

/// Restores everything at and below a path, directories before what lies in them: what was deleted with a directory
/// comes back with it.
async fn restore_tree(context: &Context, remote: &Remote, args: &RestoreArgs) -> Outcome {
    let trash = deleted(remote).await?;
    let items = selected(context, remote, args, &trash)?;
    if items.is_empty() {
        return Err(Failure::new(format!("nothing at or below {} is in the trash", remote.path))
            .hint("see what is with `adls fs trash list`; --since, --include and --exclude leave items out"));
    }
    let changes = Changes::new(context, &args.dry_run);
    let mut tally = Tally::new(context, 1);
    tally.expect(items.len());
    let directories = trash.iter().filter(|item| item.kind == FileKind::Directory);
    let deleted_directories: BTreeSet<_> = directories.map(|item| &item.path).collect();
    let mut restored = BTreeSet::new();
    for item in &items {
        let target = Some(item.path.as_str());
        let step = Step { action: "restore", target, ..Step::default() };
        // The lowest directory above it that is in the trash.
        let above = ancestors(&item.path).find(|above| deleted_directories.contains(above));
        let is_back = above.as_ref().is_some_and(|above| restored.contains(above));
        let missing = match above.filter(|_| !is_back) {
            Some(above) if remote.client.try_stat(&above).await?.is_none() => Some(above),
            _ => None,
        };
        let done = match missing {
            // A directory that is made anew would keep that one from coming back with what was in it.
            Some(above) => {
                Err(Failure::new(format!("{} is left: {above} is deleted, too", item.path))
                    .hint(format!("restore {above} first")))
            }
            None => {
                let work = restore_one(remote, item, args, is_back);
                changes.make(step, work).await
            }
        };
        if done.is_ok() && item.kind == FileKind::Directory {
            restored.insert(&item.path);
        }
        tally.add(done)?;
    }
    tally.finish()?;
    changes.end()
}

/// All directories above a path, the lowest first.
fn ancestors(path: &RemotePath) -> impl Iterator<Item = RemotePath> {
    std::iter::successors(path.parent(), RemotePath::parent)
}

/// Restores an item, in the place of nothing that has come back with its directory.
async fn restore_one(
    remote: &Remote,
    item: &DeletedItem,
    args: &RestoreArgs,
    directory_is_back: bool,
) -> Outcome {
    if directory_is_back && remote.client.try_stat(&item.path).await?.is_some() {
        return Ok(());
    }
    if let Some(parent) = item.path.parent().filter(|parent| !parent.is_root()) {
        remote.client.mkdirs(&parent).await?;
    }
    let restored = remote.client.restore_with(item, &item.path, args.options()).await;
    restored.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::from(error).hint(match remote.client.generation() {
            Generation::Gen1 => {
                "add --overwrite to replace it, or --keep-both to get it under another name"
            }
            _ => "move what is there away with `adls fs mv`, and repeat the command",
        }),
        _ => Failure::from(error),
    })
}

/// What is to be restored: of each path the item that was deleted last, the highest paths first.
fn selected(
    context: &Context,
    remote: &Remote,
    args: &RestoreArgs,
    trash: &[DeletedItem],
) -> Outcome<Vec<DeletedItem>> {
    let selection = filter::matching(&args.include, &args.exclude)?;
    let since = args.since.as_ref().map(|moment| moment.before(context.clock.now()));
    let mut latest: BTreeMap<&RemotePath, &DeletedItem> = BTreeMap::new();
    for item in trash {
        let below = item.path.relative_to(&remote.path);
        let is_meant = item.path == remote.path
            || below.is_some_and(|path| selection.selects_file(path, None));
        let is_new = since.is_none_or(|since| item.deleted >= since);
        let is_later = latest.get(&item.path).is_none_or(|other| order(other) < order(item));
        if is_meant && is_new && is_later {
            latest.insert(&item.path, item);
        }
    }
    let mut items: Vec<_> = latest.into_values().cloned().collect();
    items.sort_by_key(|item| item.path.segments().count());
    Ok(items)
}

/// What was deleted later is greater. Gen2 tells whole seconds, and numbers its items by time.
fn order(item: &DeletedItem) -> (SystemTime, u64) {
    (item.deleted, item.token.parse().unwrap_or_default())
}

impl RestoreArgs {
    fn options(&self) -> RestoreOptions {
        RestoreOptions::default().on_conflict(match (self.overwrite, self.keep_both) {
            (true, _) => RestoreConflict::Replace,
            (_, true) => RestoreConflict::KeepBoth,
            _ => RestoreConflict::Refuse,
        })
    }
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
