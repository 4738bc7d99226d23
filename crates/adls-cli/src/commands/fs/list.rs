//! `adls fs ls`, `stat` and `test`.

use adls_fs::{ETag, FileStatus, ListOptions, Permission, StatOptions};
use serde::Serialize;

use super::LsArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::{Column, Format, time};

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
    ("created", "/created"),
    ("etag", "/etag"),
];

/// How many characters of an object id a listing shows.
const SHORT_ID: usize = 8;

pub(crate) async fn ls(context: &Context, args: &LsArgs) -> Outcome {
    let remote = context.item(&args.path).await?;
    let options = ListOptions::default().principal_names(args.names);
    let mut pages = remote.client.list_with(&remote.path, options);
    let mut listing = context.printer.listing(LISTING);
    while let Some(page) = pages.next_page().await {
        let entries = page?.items;
        match context.printer.format() {
            Format::Table => listing.page(entries.iter().map(|s| Entry::new(s).with_short_owner())),
            _ => listing.page(entries.iter().map(Entry::new)),
        }?;
    }
    listing.end()
}

pub(crate) async fn stat(context: &Context, path: &str) -> Outcome {
    let remote = context.item(path).await?;
    let status = remote.client.stat_with(&remote.path, StatOptions::default()).await?;
    context.printer.object(&Entry::new(&status), STATUS)
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
    length: u64,
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
            length: status.length,
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

    /// With as much of an object id as tells owners apart.
    fn with_short_owner(mut self) -> Self {
        let short =
            |owner| if uuid::Uuid::parse_str(owner).is_ok() { &owner[..SHORT_ID] } else { owner };
        self.owner = self.owner.map(short);
        self
    }
}
