//! `adls fs mkdir`, `mv` and `rm`.

use adls_fs::transfer::Selection;
use adls_fs::{DeleteOptions, ErrorKind, MkdirsOptions, RemotePath, RenameOptions};
use adls_wire::Permission;
use clap::{Args, ValueEnum};
use futures_util::StreamExt;

use super::destination::{self, Destination};
use super::filter::FilterArgs;
use super::list_failures::ListFailures;
use super::operands::{self, Tally};
use super::plan::{Changes, DryRun, Step};
use crate::context::{Context, Remote};
use crate::failure::{Failure, Outcome};

/// What to create.
#[derive(Debug, Args)]
pub(crate) struct MkdirArgs {
    /// The directories
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// Their mode bits, octal, such as 750
    #[arg(long, short = 'm', visible_alias = "mode", value_name = "MODE")]
    permission: Option<Permission>,
    /// Missing directories above are made, and what is there is no error, in any case
    #[arg(long, short)]
    parents: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

/// What to move, and where.
#[derive(Debug, Args)]
pub(crate) struct MvArgs {
    /// What to move: paths, or patterns such as '/new/*.csv'; several go into one directory
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// Where to; an existing directory, or a slash at the end, means "into it"
    #[arg(value_name = "TARGET")]
    target: String,
    /// Replace a file that is there
    #[arg(long, short = 'f', visible_alias = "force")]
    overwrite: bool,
    /// Replace a directory that is there, with everything in it; TARGET is then its name. Not atomic: for a moment
    /// nothing is there
    #[arg(long, conflicts_with = "overwrite")]
    replace: bool,
    /// What becomes of access control lists: they are kept, or those that the new directory gives
    #[arg(long, value_enum, value_name = "WHICH", default_value = "keep")]
    acl: MovedAcl,
    #[command(flatten)]
    dry_run: DryRun,
}

/// What becomes of the access control lists of what is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MovedAcl {
    /// As they were
    Keep,
    /// As if it had been made there
    Inherit,
}

/// What to delete.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  adls fs rm '/tmp/*.csv'\n  adls fs rm -rf /tmp/run-1 /tmp/run-2"
)]
pub(crate) struct RmArgs {
    /// What to delete: paths, or patterns such as '/tmp/*.csv'
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// Delete directories with everything in them
    #[arg(long, short, short_alias = 'R', visible_alias = "recurse")]
    recursive: bool,
    /// What is not there is no error
    #[arg(long, short)]
    force: bool,
    #[command(flatten)]
    dry_run: DryRun,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(crate) async fn mkdir(context: &Context, args: &MkdirArgs) -> Outcome {
    let changes = Changes::new(context, &args.dry_run);
    let mut tally = Tally::new(context, args.paths.len());
    for text in &args.paths {
        tally.expect(1);
        let made = async {
            let remote = context.remote(text).await?;
            let target = Some(remote.path.as_str());
            let step = Step { action: "make the directory", target, ..Step::default() };
            let options = MkdirsOptions::default().permission(args.permission);
            let make = async { Ok(remote.client.mkdirs_with(&remote.path, options).await?) };
            changes.make(step, make).await
        };
        tally.add(made.await)?;
    }
    tally.finish()?;
    changes.end()
}

pub(crate) async fn mv(context: &Context, args: &MvArgs) -> Outcome {
    let target = context.remote(&args.target).await?;
    let changes = Changes::new(context, &args.dry_run);
    let sources = operands::sources(context, &args.sources).await?;
    let target = match sources.len() {
        1 => target,
        // Several can only go into a directory, as with `mv` of Unix.
        _ => target.as_directory(),
    };
    if args.replace {
        replace_directory(&changes, &sources, &target, args.acl).await?;
        return changes.end();
    }
    let mut tally = Tally::new(context, args.sources.len());
    tally.expect(sources.len());
    for source in &sources {
        tally.add(move_one(&changes, source, &target, args).await)?;
    }
    tally.finish()?;
    changes.end()
}

/// Puts a directory in the place of another one.
async fn replace_directory(
    changes: &Changes,
    sources: &[Remote],
    target: &Remote,
    acl: MovedAcl,
) -> Outcome {
    let [source] = sources else {
        return Err(Failure::usage("one directory replaces another one: name one source"));
    };
    check_file_system(source, target)?;
    let (from, to) = (Some(source.path.as_str()), Some(target.path.as_str()));
    let step = Step {
        action: "move, replacing the directory there,",
        source: from,
        target: to,
        bytes: None,
    };
    let replacing = async {
        let replaced = source.client.replace_directory(&source.path, &target.path).await;
        replaced.map_err(Failure::of_arguments)?;
        acl.settle(target, &target.path).await
    };
    changes.make(step, replacing).await
}

/// Fails where a move would lead into another file system.
fn check_file_system(source: &Remote, target: &Remote) -> Outcome {
    if source.shares_file_system(target) {
        return Ok(());
    }
    Err(Failure::usage(format!("cannot move from {} to {}", source.place(), target.place()))
        .hint("copy it with `adls fs cp -r`, and delete it then with `adls fs rm -r`"))
}

impl MovedAcl {
    /// Gives what was moved to `path` the lists that are asked for.
    async fn settle(self, remote: &Remote, path: &RemotePath) -> Outcome {
        match self {
            Self::Keep => Ok(()),
            Self::Inherit => {
                let inherited = remote.client.inherit_acl(path).await;
                inherited.map(drop).map_err(Failure::of_tree_change)
            }
        }
    }
}

async fn move_one(changes: &Changes, source: &Remote, target: &Remote, args: &MvArgs) -> Outcome {
    let overwrite = args.overwrite;
    check_file_system(source, target)?;
    if source.path.is_root() {
        return Err(Failure::usage("the root directory cannot be moved"));
    }
    let moved = destination::source_status(source).await?;
    let destination = destination::look(source, target).await?;
    let Destination { path, existing, .. } = &destination;
    if *path == source.path {
        return Err(Failure::usage(format!("{path} is there already: source and target are one")));
    }
    if moved.is_dir() && path.starts_with(&source.path) {
        return Err(Failure::usage(format!("cannot move {} into itself", source.path)));
    }
    if let Some(there) = existing
        && moved.is_dir() != there.is_dir()
    {
        let (what, other) =
            if moved.is_dir() { ("directory", "file") } else { ("file", "directory") };
        return Err(Failure::new(format!(
            "{path} is a {other}, which the {what} {} cannot replace",
            source.path
        ))
        .hint("name another target, or delete it first with `adls fs rm`"));
    }
    let (from, to) = (Some(source.path.as_str()), Some(path.as_str()));
    let step = Step { action: "move", source: from, target: to, ..Step::default() };
    let renaming = async {
        destination.prepare(target).await?;
        let options = RenameOptions::default().overwrite(overwrite);
        let renamed = source.client.rename_with(&source.path, path, options).await;
        renamed.map_err(|error| {
            destination::offer_overwrite(error, overwrite, &moved, existing.as_ref())
        })?;
        args.acl.settle(target, path).await
    };
    changes.make(step, renaming).await
}

pub(crate) async fn rm(context: &Context, args: &RmArgs) -> Outcome {
    let selection = args.filter.selection(context).await?;
    let changes = Changes::new(context, &args.dry_run);
    let mut tally = Tally::new(context, args.paths.len());
    for text in &args.paths {
        match operands::expand(context, text).await {
            Ok(Some(items)) => {
                tally.expect(items.len());
                // Of a pattern, what lies in a directory may be gone with it.
                let may_be_gone = args.force || items.len() > 1;
                for item in &items {
                    let deleted = match selection.is_everything() {
                        true => delete(&changes, item, args, may_be_gone).await,
                        false => delete_selected(context, &changes, item, args, &selection).await,
                    };
                    tally.add(deleted)?;
                }
            }
            Ok(None) if args.force => {}
            Ok(None) => {
                tally.expect(1);
                tally.add(Err(operands::nothing_matches(text)))?;
            }
            Err(failure) => {
                tally.expect(1);
                tally.add(Err(failure))?;
            }
        }
    }
    tally.finish()?;
    changes.end()
}

/// Deletes the files below a directory that are selected; directories stay.
async fn delete_selected(
    context: &Context,
    changes: &Changes,
    directory: &Remote,
    args: &RmArgs,
    selection: &Selection,
) -> Outcome {
    if !args.recursive {
        return Err(Failure::usage(
            "which files below a directory are meant, goes with --recursive",
        ));
    }
    let mut files = directory.client.walk(&directory.path);
    let mut failures = ListFailures::default();
    while let Some(entry) = files.next().await {
        let Some(entry) = failures.check(context, entry, &directory.path)? else { continue };
        let path = entry.path.relative_to(&directory.path).unwrap_or_default();
        if entry.is_file() && selection.selects_file(path, Some(entry.modified)) {
            let step =
                Step { action: "delete", target: Some(entry.path.as_str()), ..Step::default() };
            let deleting = async {
                let gone = directory.client.delete(&entry.path).await;
                Ok(gone.map(drop)?)
            };
            changes.make(step, deleting).await?;
        }
    }
    failures.finish()
}

async fn delete(changes: &Changes, item: &Remote, args: &RmArgs, may_be_gone: bool) -> Outcome {
    if item.path.is_root() {
        return Err(Failure::usage("refusing to delete the root directory")
            .hint("name what is in it, or delete the account with `adls account delete`"));
    }
    let action = if args.recursive { "delete recursively" } else { "delete" };
    let step = Step { action, target: Some(item.path.as_str()), ..Step::default() };
    let deleting = async {
        let options = DeleteOptions::default().recursive(args.recursive);
        match item.client.delete_with(&item.path, options).await {
            Ok(true) => Ok(()),
            Ok(false) if may_be_gone => Ok(()),
            Err(error) if may_be_gone && error.kind() == ErrorKind::NotFound => Ok(()),
            Ok(false) => Err(Failure::new(format!("there is no {}", item.path))),
            Err(error) => Err(error.into()),
        }
    };
    changes.make(step, deleting).await
}
