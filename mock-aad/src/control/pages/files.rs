//! The file trees of the accounts.

use adls_wire::RemotePath;
use jiff::Timestamp;
use maud::{Markup, html};
use uuid::Uuid;

use super::layout::{Page, missing, nothing, size, time, wide};
use super::place::{Place, Shown, encode, link};
use super::{Fields, Tab, accounts, file_forms};
use crate::call::Response;
use crate::control::Control;
use crate::namespace::{Error, Page as ListPage, Status};
use crate::state::EmulatorState;

/// Entries of a directory on one page.
const PAGE: usize = 200;
/// How much of a file is shown.
const SHOWN: u64 = 16 << 10;
/// The same of what is no text.
const SHOWN_AS_HEX: usize = 512;

/// All accounts.
pub(super) fn accounts(control: &Control) -> Response {
    control.state.arm.settle();
    let content = html! {
        (accounts::table(control, &control.state.lake.keys()))
        p.soft { "The directories of the first level of a Gen2 account are its file systems." }
    };
    Page::new(Tab::Files, "Files").answer(&content)
}

/// A directory or a file.
pub(super) fn page(
    control: &Control,
    place: &Place<'_>,
    query: &Fields<'_>,
    alert: Option<&str>,
) -> Response {
    match content(&control.state, place, query) {
        Ok(content) => {
            let title = match place.path.is_root() {
                true => place.name.to_owned(),
                false => place.path.to_string(),
            };
            Page::new(Tab::Files, &title).alert(alert).answer(&content)
        }
        Err(error) => missing(Tab::Files, &error.to_string()),
    }
}

fn content(state: &EmulatorState, place: &Place<'_>, query: &Fields<'_>) -> Result<Markup, Error> {
    let view = place.account.inspect();
    let shown = Shown { status: view.status(place.path)?, acl: view.acl(place.path)? };
    let inside = if shown.status.is_directory {
        let page = ListPage { after: query.exact("after"), limit: Some(PAGE), before: None };
        let listing = view.list(place.path, &page)?;
        drop(view);
        html! {
            (directory(state, place, &listing.items, listing.more))
            (file_forms::add(place))
        }
    } else {
        let some = if shown.status.length == 0 { 0 } else { SHOWN };
        let slices = view.open(place.path, 0, Some(some))?;
        drop(view);
        let bytes: Vec<u8> = slices.map_while(Result::ok).flatten().collect();
        file(place, &bytes, shown.status.length)
    };
    Ok(html! {
        (crumbs(place))
        (inside)
        h2 { "Attributes" }
        (attributes(state, &shown.status))
        h2 { "Owners and access control list" }
        (file_forms::rights(state, place, &shown))
        (file_forms::delete(place))
    })
}

fn crumbs(place: &Place<'_>) -> Markup {
    let Place { name, path, .. } = place;
    let mut directories: Vec<RemotePath> =
        std::iter::successors(path.parent(), RemotePath::parent).collect();
    directories.reverse();
    html! {
        nav aria-label="Directories above" { ol.crumbs {
            li { a href=(Tab::Files.path()) { "accounts" } }
            @for directory in &directories {
                li { a href=(link(name, directory)) { (directory.file_name().unwrap_or(name)) } }
            }
            li aria-current="page" { (path.file_name().unwrap_or(name)) }
        } }
    }
}

fn directory(state: &EmulatorState, place: &Place<'_>, items: &[Status], more: bool) -> Markup {
    html! {
        @if items.is_empty() { (nothing("This directory is empty.")) }
        @else {
            (wide("Content of the directory", &html! { table {
                thead { tr {
                    th scope="col" { "Name" } th.number scope="col" { "Size" }
                    th.roomy scope="col" { "Permission" }
                    th.roomy scope="col" { "Owner" } th.roomy scope="col" { "Modified (UTC)" }
                } }
                tbody { @for item in items { (row(state, place, item)) } }
            } }))
        }
        @if let Some(last) = items.last().filter(|_| more) {
            p { a href={ (place.link()) "?after=" (encode(&last.name)) } { "More" } }
        }
    }
}

fn row(state: &EmulatorState, place: &Place<'_>, item: &Status) -> Markup {
    let slash = if item.is_directory { "/" } else { "" };
    html! {
        tr {
            th.long scope="row" {
                @match place.path.join(&item.name) {
                    Ok(path) => a href=(link(place.name, &path)) { (item.name) (slash) },
                    Err(_) => (item.name),
                }
            }
            td.number { @if !item.is_directory { (size(item.length)) } }
            td.roomy { code { (item.permission.letters()) @if item.extended_acl { "+" } } }
            td.roomy { (who(state, item.owner)) }
            td.roomy { (moment(item.modified)) }
        }
    }
}

fn file(place: &Place<'_>, bytes: &[u8], length: u64) -> Markup {
    html! {
        p { a.button href={ (place.link()) "?download" } { "Download" } }
        h2 { "Content" }
        @if length == 0 { (nothing("This file is empty.")) }
        @else {
            @let (shown, bytes_shown) = match text(bytes) {
                Some(text) => (text.to_owned(), SHOWN),
                None => (hex(bytes), SHOWN_AS_HEX as u64),
            };
            pre tabindex="0" { (shown) }
            @if length > bytes_shown {
                p.soft { "The first " (size(bytes_shown)) " of " (size(length)) "." }
            }
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
    let some = &bytes[..bytes.len().min(SHOWN_AS_HEX)];
    let lines = some.chunks(16).enumerate().map(|(number, line)| {
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
pub(super) fn who(state: &EmulatorState, id: Uuid) -> String {
    match state.gen1.pseudo_names.name(id) {
        Some(stranger) => stranger.to_string(),
        None => state.seed.name_of(id),
    }
}

fn moment(millis: i64) -> Markup {
    time(Timestamp::from_millisecond(millis).unwrap_or_default())
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
