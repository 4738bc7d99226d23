//! `adls fs transfers`: what interrupted transfers have left, here and in the account.

use std::time::Duration;

use adls_fs::transfer::SavedTransfer;
use adls_fs::{DeleteOptions, FileStatus, RemoteUrl};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, time};

const COLUMNS: &[Column] = &[
    ("Id", "/id"),
    ("Kind", "/kind"),
    ("Changed", "/changed"),
    ("Done", "/finished"),
    ("Begun", "/unfinished"),
    ("Source", "/source"),
    ("Target", "/target"),
];
const CLEANED: &[Column] = &[("transfers", "/transfers"), ("leftovers", "/leftovers")];

/// What to do about interrupted transfers.
#[derive(Debug, Subcommand)]
pub(crate) enum TransfersCommand {
    /// List interrupted transfers; the same command as before resumes each
    #[command(alias = "ls")]
    List {
        /// Also list temporary files of transfers, of whatever machine, in this directory
        #[arg(value_name = "PATH")]
        path: Option<String>,
    },
    /// Give interrupted transfers up: remove their temporary files and their notes
    Clean(CleanArgs),
}

/// What to give up.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// The ids of transfers, as they are listed [default: all that are not under way]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Instead, remove temporary files of transfers, of whatever machine, in this directory
    #[arg(long = "in", value_name = "PATH", conflicts_with = "ids")]
    within: Option<String>,
    /// Leave alone what has changed within so many hours: it may be under way on another machine
    #[arg(long, value_name = "HOURS", default_value_t = 24, requires = "within")]
    older_than: u32,
}

pub(crate) async fn run(context: &Context, command: &TransfersCommand) -> Outcome {
    match command {
        TransfersCommand::List { path } => show(context, path.as_deref()).await,
        TransfersCommand::Clean(args) => clean(context, args).await,
    }
}

async fn saved(context: &Context) -> Outcome<Vec<SavedTransfer>> {
    Ok(SavedTransfer::all(&context.config.directory().join("transfers")).await?)
}

async fn show(context: &Context, path: Option<&str>) -> Outcome {
    let mut rows: Vec<Value> = saved(context).await?.iter().map(transfer_json).collect();
    if let Some(path) = path {
        let remote = context.remote(path).await?;
        rows.extend(remote.client.leftovers(&remote.path).await?.iter().map(leftover_json));
    }
    context.printer.list(&rows, COLUMNS)
}

async fn clean(context: &Context, args: &CleanArgs) -> Outcome {
    let (transfers, leftovers) = match &args.within {
        Some(path) => (0, clean_within(context, path, args.older_than).await?),
        None => clean_transfers(context, &args.ids).await?,
    };
    let shape = json!({"transfers": transfers, "leftovers": leftovers});
    context.printer.object(&shape, CLEANED)
}

async fn clean_transfers(context: &Context, ids: &[String]) -> Outcome<(usize, usize)> {
    let all = saved(context).await?;
    if let Some(id) = ids.iter().find(|id| all.iter().all(|saved| saved.id != **id)) {
        return Err(Failure::usage(format!("there is no interrupted transfer {id}"))
            .hint("see what there is with `adls fs transfers list`"));
    }
    let wanted = |saved: &&SavedTransfer| match ids {
        [] => !saved.under_way,
        ids => ids.contains(&saved.id),
    };
    let (mut transfers, mut leftovers, mut failed) = (0, 0, 0);
    for saved in all.iter().filter(wanted) {
        let cleaned = async {
            let remote = match saved.is_remote() {
                true => Some(remote_of(context, saved).await?),
                false => None,
            };
            saved.clean(remote.as_ref().map(|remote| &remote.client)).await?;
            Ok(())
        };
        let cleaned: Outcome = cleaned.await;
        match cleaned {
            Ok(()) => {
                transfers += 1;
                leftovers += saved.local_leftovers.len() + saved.remote_leftovers.len();
            }
            Err(failure) => {
                failed += 1;
                context.printer.failure(&failure);
            }
        }
    }
    match failed {
        0 => Ok((transfers, leftovers)),
        _ => Err(Failure::new(format!("{failed} of {} were not cleaned up", failed + transfers))),
    }
}

/// The file system of a transfer.
async fn remote_of(context: &Context, saved: &SavedTransfer) -> Outcome<Remote> {
    if saved.account.parse::<RemoteUrl>().is_ok() {
        return context.remote(&saved.account).await;
    }
    // A host that the user trusts has no form by which Gen1 is told.
    let host = saved.account.trim_start_matches("https://").trim_end_matches('/');
    context.remote(&format!("adl://{host}/")).await
}

async fn clean_within(context: &Context, path: &str, hours: u32) -> Outcome<usize> {
    let remote = context.remote(path).await?;
    let found = remote.client.leftovers(&remote.path).await?;
    let age = Duration::from_secs(u64::from(hours) * 3600);
    let now = remote.client.clock().now();
    let old = |status: &&FileStatus| now.duration_since(status.modified).unwrap_or_default() >= age;
    let mut removed = 0;
    for status in found.iter().filter(old) {
        remote.client.delete_with(&status.path, DeleteOptions::default().recursive(true)).await?;
        removed += 1;
    }
    if removed < found.len() {
        let text = format!("{} younger than {hours} hours are left alone", found.len() - removed);
        context.printer.note(&text);
    }
    Ok(removed)
}

fn transfer_json(saved: &SavedTransfer) -> Value {
    let remote: Vec<_> = saved.remote_leftovers.iter().map(ToString::to_string).collect();
    let local: Vec<_> =
        saved.local_leftovers.iter().map(|path| path.display().to_string()).collect();
    json!({
        "id": saved.id,
        "kind": saved.direction,
        "account": saved.account,
        "source": saved.source,
        "target": saved.target,
        "changed": saved.changed.map(time),
        "finished": saved.finished,
        "unfinished": saved.unfinished,
        "underWay": saved.under_way,
        "localLeftovers": local,
        "remoteLeftovers": remote,
    })
}

fn leftover_json(status: &FileStatus) -> Value {
    json!({
        "kind": "leftover",
        "target": status.path.as_str(),
        "changed": time(status.modified),
        "length": status.length,
    })
}
