//! The forms that change files, and what they do.

use adls_wire::RemotePath;
use maud::{Markup, html};

use super::files::{Place, Shown, page};
use super::layout::{Page, confirm, counted, field, missing, redirect_to};
use super::{Fields, Tab};
use crate::acl_text;
use crate::call::Response;
use crate::control::Control;
use crate::namespace::{AclUpdate, Room};
use crate::seed::is_file_system_name;
use crate::state::EmulatorState;

/// Uploads and new directories.
pub(super) fn add(place: &Place<'_>) -> Markup {
    html! {
        @if place.holds_file_systems() {
            h2 { "New file system" }
            (new_directory(place, "Create the file system"))
        } @else {
            h2 { "Add" }
            form.row method="post" action=(place.link()) enctype="multipart/form-data" {
                label { span { "Files to put here" } input type="file" name="file" multiple required; }
                button type="submit" { "Upload" }
            }
            (new_directory(place, "Create the directory"))
        }
    }
}

fn new_directory(place: &Place<'_>, button: &str) -> Markup {
    html! {
        form.row method="post" action=(place.link()) {
            input type="hidden" name="action" value="directory";
            label { span { "Name" }
                input type="text" name="name" required autocomplete="off" spellcheck="false";
            }
            button.second type="submit" { (button) }
        }
    }
}

/// Owners and access control list, to be changed.
pub(super) fn rights(state: &EmulatorState, place: &Place<'_>, shown: &Shown) -> Markup {
    let name = |id| state.seed.name_of(id);
    let entries: Vec<String> =
        shown.acl.all.iter().map(|entry| entry.named(name).to_string()).collect();
    let (owner, group) = (name(shown.acl.owner), name(shown.acl.group));
    html! {
        @if place.holds_file_systems() {
            p.soft { "Rights begin with the file systems." }
        } @else {
            form method="post" action=(place.link()) {
                input type="hidden" name="action" value="rights";
                div.fields {
                    (field("Owner", "owner", "text", &owner, "a name or an object id"))
                    (field("Owning group", "group", "text", &group, "a name or an object id"))
                }
                label { "Entries"
                    span { "one a line, such as user:name:r-x; default: before what new items inherit" }
                    textarea name="acl" rows=(entries.len() + 1) spellcheck="false" {
                        (entries.join("\n"))
                    }
                }
                div.row { button.second type="submit" { "Save owners and entries" } }
            }
        }
    }
}

/// Leads to the question whether an item is to go.
pub(super) fn delete(place: &Place<'_>) -> Markup {
    html! {
        @if !place.path.is_root() {
            h2 { "Delete" }
            p { a.button href={ (place.link()) "?delete" } { "Delete " (place.path.file_name().unwrap_or_default()) } }
        }
    }
}

/// Asks before an item goes.
pub(super) fn ask_to_delete(place: &Place<'_>) -> Response {
    let view = place.account.inspect();
    let summary = match view.summary(place.path) {
        Ok(summary) => summary,
        Err(error) => return missing(Tab::Files, &error.to_string()),
    };
    drop(view);
    let question = html! {
        strong { (place.path) } " goes"
        @if summary.directories > 0 {
            ", with " (counted(summary.files, "file", "files")) " in "
            (counted(summary.directories, "directory", "directories"))
        }
        "."
    };
    let title = format!("Delete {}?", place.path.file_name().unwrap_or_default());
    let page = Page::new(Tab::Files, &title);
    confirm(page, &question, &place.link(), &[("action", "delete")], "Delete", &place.link())
}

/// Does what a form says, and leads back.
pub(super) fn change(control: &Control, place: &Place<'_>, form: &Fields<'_>) -> Response {
    let done = match form.get("action") {
        Some("directory") => make_directory(place, form).map(|()| place.link()),
        Some("rights") => set_rights(control, place, form).map(|()| place.link()),
        Some("delete") => remove(place).map(|()| place.link_above()),
        _ => Err("action: neither directory nor rights nor delete".to_owned()),
    };
    match done {
        Ok(next) => redirect_to(&next),
        Err(reason) => refuse(control, place, &reason),
    }
}

/// The page again, with what was wrong.
pub(super) fn refuse(control: &Control, place: &Place<'_>, reason: &str) -> Response {
    page(control, place, &Fields::none(), Some(reason))
}

/// The place of something new in a directory.
pub(super) fn child(place: &Place<'_>, name: &str) -> Result<RemotePath, String> {
    if place.holds_file_systems() && !is_file_system_name(name) {
        return Err(format!(
            "'{name}' is no name of a file system: 3 to 63 lower-case letters, digits and single dashes"
        ));
    }
    place.path.child(name).map_err(|error| error.to_string())
}

fn make_directory(place: &Place<'_>, form: &Fields<'_>) -> Result<(), String> {
    let path = child(place, form.get("name").ok_or("name: say how it is to be called")?)?;
    let made =
        place.account.operate(Room::Takes, |edit| edit.put_item(place.generation, &path, None));
    made.map_err(|error| error.to_string())
}

fn set_rights(control: &Control, place: &Place<'_>, form: &Fields<'_>) -> Result<(), String> {
    let seed = &control.state.seed;
    let id = |field: &str| {
        let name = form.get(field);
        name.map(|name| seed.id_of(name).ok_or(format!("{field}: nobody is called '{name}'")))
            .transpose()
    };
    let lines = form.get("acl").ok_or("acl: there are no entries")?;
    let entries: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let entries = acl_text::parse(seed, &entries.join(","))?;
    let (owner, group) = (id("owner")?, id("group")?);
    let rights = AclUpdate { owner, group, acl: Some(&entries), ..AclUpdate::default() };
    let set = place
        .account
        .operate(Room::Takes, |edit| edit.set_rights(place.generation, place.path, &rights));
    set.map_err(|error| error.to_string())
}

fn remove(place: &Place<'_>) -> Result<(), String> {
    let removed =
        place.account.operate(Room::Frees, |edit| edit.remove_item(place.generation, place.path));
    removed.map_err(|error| error.to_string())
}
