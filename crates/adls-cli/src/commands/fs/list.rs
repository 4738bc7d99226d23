//! `adls fs ls`, `stat` and `test`.

use std::cmp::Reverse;

use adls_fs::transfer::is_temporary;
use adls_fs::{ETag, FileStatus, ListOptions, Permission, StatOptions, WalkOptions};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::list_failures::ListFailures;
use super::operands;
use crate::arguments::LongHelp;
use crate::context::{Context, Remote};
use crate::failure::Outcome;
use crate::printer::{Column, Format, Listing, amount, time};

const LISTING: &[Column] = &[
    ("Mode", "/mode"),
    ("Owner", "/owner"),
    ("Size", "/length"),
    ("Modified", "/modified"),
    ("Name", "/name"),
];

/// The same where the lists of several directories are one.
const PATHS: &[Column] = &[
    ("Mode", "/mode"),
    ("Owner", "/owner"),
    ("Size", "/length"),
    ("Modified", "/modified"),
    ("Path", "/path"),
];

const STATUS: &[Column] = &[
    ("path", "/path"),
    ("type", "/type"),
    ("length", "/length"),
    ("modified", "/modified"),
    ("accessed", "/accessed"),
    ("expires", "/expires"),
    ("mode", "/mode"),
    ("permission", "/permission"),
    ("owner", "/owner"),
    ("group", "/group"),
    ("extended ACL", "/aclBit"),
    ("created", "/created"),
    ("etag", "/etag"),
];

/// How many characters of an object id a listing shows.
const SHORT_ID: usize = 8;

/// What to list, and how.
#[derive(Debug, Args)]
#[command(
    disable_help_flag = true,
    after_help = "Examples:\n  adls fs ls -h /logs\n  adls fs ls -lt '/logs/2026-*'\n  adls fs ls -R -S / | head"
)]
pub(crate) struct LsArgs {
    /// Directories and files, or patterns such as '/logs/*.csv' [default: /]
    #[arg(value_name = "PATH", default_value = "/", hide_default_value = true)]
    paths: Vec<String>,
    /// With everything below
    #[arg(long, short = 'R')]
    recursive: bool,
    /// Sizes such as 1.4G
    #[arg(long, short = 'h')]
    human: bool,
    /// The latest first
    #[arg(short = 't', long = "sort-time", conflicts_with = "by_size")]
    by_time: bool,
    /// The largest first
    #[arg(short = 'S', long = "sort-size")]
    by_size: bool,
    /// In reverse order
    #[arg(long, short = 'r')]
    reverse: bool,
    /// Also what transfers under way or interrupted have made for themselves
    #[arg(long, short = 'a')]
    all: bool,
    /// Show owners and groups by name instead of object id
    #[arg(long)]
    names: bool,
    /// Lists are long in any case
    #[arg(short = 'l', hide = true)]
    long: bool,
    #[command(flatten)]
    help: LongHelp,
}

impl LsArgs {
    fn sorts(&self) -> bool {
        self.recursive || self.by_time || self.by_size || self.reverse
    }

    fn sort(&self, entries: &mut [FileStatus]) {
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        if self.by_time {
            entries.sort_by_key(|entry| Reverse(entry.modified));
        } else if self.by_size {
            entries.sort_by_key(|entry| Reverse(entry.length));
        }
        if self.reverse {
            entries.reverse();
        }
    }

    /// What transfers keep for themselves is of no interest, unless it was asked for.
    fn shows(&self, entry: &FileStatus) -> bool {
        self.all || !entry.path.segments().any(is_temporary)
    }
}

pub(crate) async fn ls(context: &Context, args: &LsArgs) -> Outcome {
    let mut listed = Vec::new();
    for text in &args.paths {
        listed.extend(operands::matching(context, text).await?);
    }
    let columns = if listed.len() > 1 || args.recursive { PATHS } else { LISTING };
    let mut listing = context.printer.listing(columns);
    // Items that a pattern has found, and not what is in them, unless that was asked for.
    let is_pattern = listed.len() > args.paths.len();
    let mut failures = ListFailures::default();
    for remote in &listed {
        if is_pattern && !args.recursive {
            let status = remote.client.stat_with(&remote.path, StatOptions::default()).await?;
            print(context, args, &mut listing, [&status])?;
        } else if args.sorts() {
            let mut entries = collect(context, remote, args, &mut failures).await?;
            args.sort(&mut entries);
            print(context, args, &mut listing, &entries)?;
        } else {
            stream(context, remote, args, &mut listing).await?;
        }
    }
    listing.end()?;
    failures.finish()
}

/// Prints a directory page by page: it may be too long to be held.
async fn stream(
    context: &Context,
    remote: &Remote,
    args: &LsArgs,
    listing: &mut Listing,
) -> Outcome {
    let options = ListOptions::default().principal_names(args.names);
    let mut pages = remote.client.list_with(&remote.path, options);
    while let Some(page) = pages.next_page().await {
        print(context, args, listing, &page?.items)?;
    }
    Ok(())
}

async fn collect(
    context: &Context,
    remote: &Remote,
    args: &LsArgs,
    failures: &mut ListFailures,
) -> Outcome<Vec<FileStatus>> {
    if args.recursive && remote.client.stat(&remote.path).await?.is_dir() {
        let options = WalkOptions::default().principal_names(args.names);
        let mut walk = remote.client.walk_with(&remote.path, options);
        let mut entries = Vec::new();
        while let Some(entry) = walk.next().await {
            entries.extend(failures.check(context, entry, &remote.path)?);
        }
        return Ok(entries);
    }
    let options = ListOptions::default().principal_names(args.names);
    Ok(remote.client.list_with(&remote.path, options).try_collect().await?)
}

fn print<'a>(
    context: &Context,
    args: &LsArgs,
    listing: &mut Listing,
    entries: impl IntoIterator<Item = &'a FileStatus>,
) -> Outcome {
    let shown = entries.into_iter().filter(|entry| args.shows(entry));
    match context.printer.format() {
        Format::Table => {
            listing.page(shown.map(|status| Entry::new(status).for_people(args.human)))
        }
        _ => listing.page(shown.map(Entry::new)),
    }
}

pub(crate) async fn stat(context: &Context, paths: &[String]) -> Outcome {
    let mut found = Vec::new();
    for text in paths {
        for remote in operands::matching(context, text).await? {
            found.push(remote.client.stat_with(&remote.path, StatOptions::default()).await?);
        }
    }
    match &found[..] {
        [status] => context.printer.object(&Entry::new(status), STATUS),
        several => {
            let entries = several.iter().map(Entry::new);
            match context.printer.format() {
                Format::Table => {
                    let entries: Vec<_> = entries.map(|entry| entry.for_people(false)).collect();
                    context.printer.list(&entries, PATHS)
                }
                _ => context.printer.list(&entries.collect::<Vec<_>>(), PATHS),
            }
        }
    }
}

/// What a slash ends is there when it is a directory.
pub(crate) async fn test(context: &Context, path: &str) -> Outcome {
    let remote = context.remote(path).await?;
    let found = remote.client.try_stat(&remote.path).await?;
    context.printer.answer(found.is_some_and(|status| status.is_dir() || !remote.directory_form))
}

/// A status as `adls` prints it: the service's names where they say the same, times as text.
#[derive(Debug, Serialize)]
pub(super) struct Entry<'a> {
    name: &'a str,
    path: &'a str,
    r#type: &'static str,
    length: Length,
    modified: String,
    accessed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    expires: Option<String>,
    mode: String,
    permission: Option<String>,
    owner: Option<&'a str>,
    group: Option<&'a str>,
    #[serde(rename = "aclBit")]
    acl_bit: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(status: &'a FileStatus) -> Self {
        let letter = if status.is_dir() { 'd' } else { '-' };
        let plus = if status.has_acl { "+" } else { "" };
        let letters = status.permission.map_or_else(String::new, Permission::letters);
        Self {
            name: status.name(),
            path: status.path.as_str(),
            r#type: if status.is_dir() { "DIRECTORY" } else { "FILE" },
            length: Length::Bytes(status.length),
            modified: time(status.modified),
            accessed: status.accessed.map(time),
            // On Gen1 it is the time of access.
            created: status.created.filter(|_| status.accessed.is_none()).map(time),
            expires: status.expires.map(time),
            mode: format!("{letter}{letters}{plus}"),
            permission: status.permission.map(|permission| permission.to_string()),
            owner: status.owner.as_deref(),
            group: status.group.as_deref(),
            acl_bit: status.has_acl,
            etag: status.etag.as_ref().map(ETag::as_str),
        }
    }

    /// As a person reads it: with as much of an object id as tells owners apart, and if they like with
    /// a length that has a unit.
    fn for_people(mut self, human: bool) -> Self {
        let short =
            |owner| if uuid::Uuid::parse_str(owner).is_ok() { &owner[..SHORT_ID] } else { owner };
        self.owner = self.owner.map(short);
        if let (Length::Bytes(bytes), true) = (&self.length, human) {
            let is_directory = self.r#type == "DIRECTORY";
            let text = if is_directory { "-".to_owned() } else { amount::short_bytes(*bytes) };
            self.length = Length::Text(text);
        }
        self
    }
}

/// How long a file is.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Length {
    Bytes(u64),
    /// With a unit.
    Text(String),
}
