//! What the forms of files do, and the question before an item goes.

use adls_wire::RemotePath;
use maud::html;

use super::files::page;
use super::layout::{Page, confirm, counted, missing, redirect_to};
use super::place::Place;
use super::{Fields, Tab};
use crate::acl_text;
use crate::call::Response;
use crate::control::Control;
use crate::namespace::{AclUpdate, Room};
use crate::seed::is_file_system_name;

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
