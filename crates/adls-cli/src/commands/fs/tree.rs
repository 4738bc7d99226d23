//! `adls fs find`, `tree`, `du` and `df`: everything below a directory.

use std::collections::BTreeMap;

use adls_fs::{ContentSummary, ErrorKind, Expansion, FileStatus, WalkOptions};
use adls_wire::RemotePath;
use clap::{Args, ValueEnum};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use super::list::Entry;
use super::list_failures::ListFailures;
use super::operands;
use crate::arguments::{self, LongHelp};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format, Listing, amount, escape};

const USAGE: &[Column] = &[
    ("Bytes", "/length"),
    ("Files", "/fileCount"),
    ("Directories", "/directoryCount"),
    ("Path", "/path"),
];

const FOUND: &[Column] = &[("Path", "/path")];

/// What to look for.
#[derive(Debug, Args)]
#[command(after_help = "Patterns: * and ? within a name, [ab], {a,b}, and ** for any number of \
    directories. Quote them, or the shell takes them for local files.")]
pub(crate) struct FindArgs {
    /// A pattern such as '/logs/**/*.csv', or a directory
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// Only files, or only directories
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    File,
    Directory,
}

pub(crate) async fn find(context: &Context, args: &FindArgs) -> Outcome {
    let mut remote = context.item(&args.pattern).await?;
    let mut found: BoxStream<'_, adls_fs::Result<FileStatus>> =
        match remote.client.expand(remote.path.as_str()).await.map_err(Failure::of_arguments)? {
            Expansion::Pattern(pattern) => remote.client.glob(&pattern).boxed(),
            plain => {
                if let Expansion::Path(path) = plain {
                    remote.path = path;
                }
                remote.client.walk(&remote.path).boxed()
            }
        };
    let printer = context.printer;
    let mut listing = printer.listing(FOUND);
    let mut failures = ListFailures::default();
    while let Some(entry) = found.next().await {
        let entry = match entry {
            // A file is all that is found at its own path.
            Err(error)
                if error.kind() == ErrorKind::NotDirectory
                    && error.path() == Some(&remote.path) =>
            {
                remote.client.stat(&remote.path).await
            }
            entry => entry,
        };
        let Some(entry) = failures.check(context, entry, &remote.path)? else { continue };
        let wanted = args.kind.is_none_or(|kind| (kind == Kind::Directory) == entry.is_dir());
        if wanted {
            match printer.format() {
                Format::Table => printer.line(&escape(entry.path.as_str())),
                _ => listing.page([Entry::new(&entry)]),
            }?;
        }
    }
    listing.end()?;
    failures.finish()
}

/// What lies in each directory, by name: the walk gives directories in no particular order, and a drawing
/// needs one.
type Children = BTreeMap<RemotePath, BTreeMap<RemotePath, FileStatus>>;

pub(crate) async fn tree(context: &Context, path: &str, depth: Option<usize>) -> Outcome {
    let remote = context.item(path).await?;
    let options = WalkOptions::default().max_depth(depth);
    let mut children = Children::new();
    let mut walk = remote.client.walk_with(&remote.path, options);
    let mut failures = ListFailures::default();
    while let Some(entry) = walk.next().await {
        let Some(entry) = failures.check(context, entry, &remote.path)? else { continue };
        let Some(directory) = entry.path.parent() else { continue };
        children.entry(directory).or_default().insert(entry.path.clone(), entry);
    }
    if context.printer.format() == Format::Table {
        context.printer.line(&escape(remote.path.as_str()))?;
        draw(context, &children, &remote.path, "")?;
    } else {
        let mut listing = context.printer.listing(FOUND);
        print_entries(&mut listing, &children, &remote.path)?;
        listing.end()?;
    }
    failures.finish()
}

/// The same in the order of the drawing, for programs.
fn print_entries(listing: &mut Listing, children: &Children, directory: &RemotePath) -> Outcome {
    let Some(entries) = children.get(directory) else { return Ok(()) };
    for entry in entries.values() {
        listing.page([Entry::new(entry)])?;
        print_entries(listing, children, &entry.path)?;
    }
    Ok(())
}

fn draw(context: &Context, children: &Children, directory: &RemotePath, indent: &str) -> Outcome {
    let Some(entries) = children.get(directory) else { return Ok(()) };
    for (index, entry) in entries.values().enumerate() {
        let last = index + 1 == entries.len();
        let branch = if last { "└── " } else { "├── " };
        let slash = if entry.is_dir() { "/" } else { "" };
        let name = escape(entry.name());
        context.printer.line(&format!("{indent}{branch}{name}{slash}"))?;
        let below = format!("{indent}{}", if last { "    " } else { "│   " });
        draw(context, children, &entry.path, &below)?;
    }
    Ok(())
}

/// What to sum up.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct DuArgs {
    /// Files and directories, or patterns such as '/logs/*'
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// Also for directories this many levels below
    #[arg(long, value_name = "LEVELS", default_value_t = 0, value_parser = arguments::levels)]
    depth: usize,
    /// Only the sum of each, as without --depth
    #[arg(long, short = 's', conflicts_with = "depth")]
    summarize: bool,
    #[command(flatten)]
    sizes: SizeArgs,
}

/// Which account to sum up.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct DfArgs {
    /// Any path of the account
    #[arg(value_name = "PATH", default_value = "/")]
    path: String,
    #[command(flatten)]
    sizes: SizeArgs,
}

/// How amounts of bytes are shown.
#[derive(Debug, Args)]
struct SizeArgs {
    /// Sizes such as 1.4G
    #[arg(long, short = 'h')]
    human: bool,
    #[command(flatten)]
    help: LongHelp,
}

pub(crate) async fn du(context: &Context, args: &DuArgs) -> Outcome {
    let mut items = Vec::new();
    for text in &args.paths {
        for remote in operands::matching(context, text).await? {
            let usage = remote.client.disk_usage(&remote.path, args.depth).await?;
            let sums = usage.iter().map(|usage| (usage.path.as_str(), &usage.summary));
            items.extend(sums.map(|(path, sum)| summary_json(context, path, sum, &args.sizes)));
        }
    }
    context.printer.list(&items, USAGE)
}

pub(crate) async fn df(context: &Context, args: &DfArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let root = RemotePath::root();
    let found = remote.client.summarize(&root).await?;
    let items = [summary_json(context, root.as_str(), &found, &args.sizes)];
    context.printer.list(&items, USAGE)
}

/// A sum; for people with a unit, if they like.
fn summary_json(
    context: &Context,
    path: &str,
    summary: &ContentSummary,
    sizes: &SizeArgs,
) -> Value {
    let length = match context.printer.format() {
        Format::Table if sizes.human => json!(amount::short_bytes(summary.length)),
        _ => json!(summary.length),
    };
    json!({
        "path": path,
        "directoryCount": summary.directories,
        "fileCount": summary.files,
        "length": length,
    })
}
