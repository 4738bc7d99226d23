//! The file trees of the accounts.

use adls_wire::RemotePath;
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::layout::{nothing, time, wide};
use super::{Fields, ROOT, Tab, missing, render};
use crate::call::Response;
use crate::control::Control;
use crate::namespace::{Account, AccountKey, Generation, Page, Status};
use crate::state::EmulatorState;

/// Entries of a directory on one page.
const PAGE: usize = 200;
/// How much of a file is shown.
const SHOWN: u64 = 16 << 10;

/// All accounts.
pub(super) fn accounts(control: &Control) -> Response {
    control.state.arm.settle();
    let keys = control.state.lake.keys();
    let content = html! {
        @if keys.is_empty() { (nothing("There is no account.")) }
        @else {
            ul { @for key in &keys { li {
                a href=(link(&key.to_string(), &RemotePath::root())) { (key.name) }
                span.soft { @match key.generation {
                    Generation::Gen1 => " Gen1",
                    Generation::Gen2 => " Gen2: its directories are file systems",
                } }
            } } }
        }
    };
    render(Tab::Files, "Files", None, &content, StatusCode::OK)
}

/// A directory or a file.
pub(super) fn page(control: &Control, name: &str, path: &[&str], query: &Fields<'_>) -> Response {
    let Some(account) = control.state.lake.account(AccountKey::parse(name)) else {
        return missing(Tab::Files, &format!("there is no account '{name}'"));
    };
    let shown = format!("/{}", path.join("/"));
    let Ok(path) = shown.parse::<RemotePath>() else {
        return missing(Tab::Files, &format!("'{shown}' is not a path"));
    };
    match content(&control.state, name, &account, &path, query) {
        Ok(content) => render(Tab::Files, &shown, None, &content, StatusCode::OK),
        Err(error) => missing(Tab::Files, &error.to_string()),
    }
}

fn content(
    state: &EmulatorState,
    name: &str,
    account: &Account,
    path: &RemotePath,
    query: &Fields<'_>,
) -> Result<Markup, crate::namespace::Error> {
    if let Some(reason) = account.damage() {
        return Err(crate::namespace::Error::Damaged(reason.to_owned()));
    }
    let view = account.inspect();
    let status = view.status(path)?;
    let acl = view.acl(path)?;
    let inside = if status.is_directory {
        let listing = view
            .list(path, &Page { after: query.exact("after"), limit: Some(PAGE), before: None })?;
        directory(state, name, path, &listing.items, listing.more)
    } else {
        let slices = view.open(path, 0, Some(if status.length == 0 { 0 } else { SHOWN }))?;
        drop(view);
        let bytes: Vec<u8> = slices.map_while(Result::ok).flatten().collect();
        file(&bytes, status.length)
    };
    Ok(html! {
        (crumbs(name, path))
        (inside)
        h2 { "Attributes" }
        (attributes(state, &status))
        h2 { "Access control list" }
        ul { @for entry in &acl.all { li { code { (entry.named(|id| who(state, id))) } } } }
    })
}

fn crumbs(account: &str, path: &RemotePath) -> Markup {
    let mut directories: Vec<RemotePath> =
        std::iter::successors(path.parent(), RemotePath::parent).collect();
    directories.reverse();
    html! {
        nav aria-label="Directories above" { ol.crumbs {
            li { a href=(Tab::Files.path()) { "accounts" } }
            @for directory in &directories {
                li { a href=(link(account, directory)) { (directory.file_name().unwrap_or(account)) } }
            }
            li aria-current="page" { (path.file_name().unwrap_or(account)) }
        } }
    }
}

fn directory(
    state: &EmulatorState,
    account: &str,
    path: &RemotePath,
    items: &[Status],
    more: bool,
) -> Markup {
    html! {
        @if items.is_empty() { (nothing("This directory is empty.")) }
        @else {
            (wide("Content of the directory", &html! { table {
                thead { tr {
                    th scope="col" { "Name" } th scope="col" { "Type" }
                    th.number scope="col" { "Bytes" } th scope="col" { "Permission" }
                    th scope="col" { "Owner" } th scope="col" { "Modified (UTC)" }
                } }
                tbody { @for item in items { (row(state, account, path, item)) } }
            } }))
        }
        @if let Some(last) = items.last().filter(|_| more) {
            p { a href={ (link(account, path)) "?after=" (encode(&last.name)) } { "More" } }
        }
    }
}

fn row(state: &EmulatorState, account: &str, directory: &RemotePath, item: &Status) -> Markup {
    html! {
        tr {
            th.long scope="row" {
                @match directory.join(&item.name) {
                    Ok(path) => a href=(link(account, &path)) { (item.name) },
                    Err(_) => (item.name),
                }
            }
            td { @if item.is_directory { "directory" } @else { "file" } }
            td.number { @if !item.is_directory { (item.length) } }
            td { code { (item.permission.letters()) @if item.extended_acl { "+" } } }
            td { (who(state, item.owner)) }
            td { (moment(item.modified)) }
        }
    }
}

fn file(bytes: &[u8], length: u64) -> Markup {
    html! {
        h2 { "Content" }
        @if length == 0 { (nothing("This file is empty.")) }
        @else {
            @match text(bytes) {
                Some(text) => pre { (text) },
                None => pre { (hex(bytes)) },
            }
            @if length > SHOWN { p.soft { "The first " (SHOWN) " of " (length) " bytes." } }
        }
    }
}

/// The bytes as text, if they are; a character may be cut at the end of what is shown.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&bytes[..e.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().all(readable).then_some(text)
}

/// The first bytes in lines of sixteen.
fn hex(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).take(32).enumerate().map(|(number, line)| {
        let digits: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{:08x}  {}", number * 16, digits.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn attributes(state: &EmulatorState, status: &Status) -> Markup {
    html! {
        dl {
            @if !status.is_directory { dt { "Length" } dd { (status.length) " bytes" } }
            dt { "Permission" } dd { code { (status.permission) " " (status.permission.letters()) } }
            dt { "Owner" } dd { (who(state, status.owner)) }
            dt { "Owning group" } dd { (who(state, status.group)) }
            dt { "Modified" } dd { (moment(status.modified)) }
            dt { "Accessed" } dd { (moment(status.accessed)) }
            @if status.expires > 0 { dt { "Expires" } dd { (moment(status.expires)) } }
        }
    }
}

/// The name behind an object id, or the id.
fn who(state: &EmulatorState, id: Uuid) -> String {
    let seed = &state.seed;
    let user = seed.users.iter().find(|user| user.object_id == id).map(|user| &user.username);
    let application = || {
        let found = seed.applications.iter().find(|application| application.object_id == id);
        found.map(|application| &application.display_name)
    };
    let group = || {
        let found = seed.groups.iter().find(|group| group.object_id == id);
        found.map(|group| &group.display_name)
    };
    let stranger = || state.gen1.pseudo_names.name(id).map(|name| name.to_string());
    let known = user.or_else(application).or_else(group).cloned();
    known.or_else(stranger).unwrap_or_else(|| id.to_string())
}

fn moment(millis: i64) -> Markup {
    time(Timestamp::from_millisecond(millis).unwrap_or_default())
}

fn link(account: &str, path: &RemotePath) -> String {
    format!("{ROOT}/files/{}{}", encode(account), path.encoded())
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_bytes() {
        assert_eq!(text("grün\n".as_bytes()), Some("grün\n"));
        assert_eq!(text(&"grün".as_bytes()[..3]), Some("gr"));
        assert_eq!(text(b"a\0b"), None);
        assert_eq!(text(b"\xff\xfe\x00"), None);
        assert_eq!(hex(b"AB"), "00000000  41 42");
    }
}
