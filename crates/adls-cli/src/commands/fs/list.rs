//! `adls fs ls`, `stat` and `test`.

use std::time::SystemTime;

use adls_fs::{FileStatus, ListOptions, StatOptions};
use serde_json::{Value, json};

use super::LsArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::{Column, Format};

const LISTING: &[Column] = &[
    ("Mode", "/mode"),
    ("Owner", "/owner"),
    ("Size", "/length"),
    ("Modified", "/modified"),
    ("Name", "/name"),
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
];

/// How many characters of an object id a listing shows; enough to tell owners apart.
const SHORT_ID: usize = 8;

pub(crate) async fn ls(context: &Context, args: &LsArgs) -> Outcome {
    let remote = context.remote(&args.path).await?;
    let options = ListOptions::default().principal_names(args.names);
    let mut listing = remote.client.list(&remote.path, options);
    let printer = context.printer;
    while let Some(page) = listing.next_page().await {
        let entries = page?.items;
        let items: Vec<Value> = entries.iter().map(shape).collect();
        let printed = match printer.format() {
            // A table is aligned page by page: a folder of any size starts to print at once.
            Format::Table => {
                let rows: Vec<Value> = items.into_iter().map(shorten_ids).collect();
                if rows.is_empty() { Ok(()) } else { printer.list(&rows, LISTING) }
            }
            Format::Json | Format::Tsv => {
                items.iter().try_for_each(|item| printer.item(item, LISTING))
            }
        };
        context.print(printed)?;
    }
    Ok(())
}

pub(crate) async fn stat(context: &Context, path: &str) -> Outcome {
    let remote = context.remote(path).await?;
    let status = remote.client.stat_with(&remote.path, StatOptions::default()).await?;
    context.print(context.printer.object(&shape(&status), STATUS))
}

pub(crate) async fn test(context: &Context, path: &str) -> Outcome {
    let remote = context.remote(path).await?;
    let exists = remote.client.exists(&remote.path).await?;
    context.print(context.printer.line(&exists.to_string()))
}

/// A status as `adls` prints it: the service's names where they say the same, times as text.
pub(super) fn shape(status: &FileStatus) -> Value {
    let letter = if status.is_dir() { 'd' } else { '-' };
    json!({
        "name": status.name(),
        "path": status.path.as_str(),
        "type": if status.is_dir() { "DIRECTORY" } else { "FILE" },
        "length": status.length,
        "modified": time(status.modified),
        "accessed": status.accessed.map(time),
        "expires": status.expires.map(time),
        "mode": format!("{letter}{}{}", status.permission.letters(), if status.has_acl { "+" } else { "" }),
        "permission": status.permission.to_string(),
        "owner": status.owner,
        "group": status.group,
        "aclBit": status.has_acl,
    })
}

/// RFC 3339, UTC, to the second.
pub(super) fn time(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .and_then(|time| time.round(jiff::Unit::Second))
        .map(|time| time.to_string())
        .unwrap_or_default()
}

fn shorten_ids(mut item: Value) -> Value {
    if let Some(owner) = item["owner"].as_str().filter(|owner| uuid::Uuid::parse_str(owner).is_ok())
    {
        item["owner"] = Value::String(owner.chars().take(SHORT_ID).collect());
    }
    item
}
