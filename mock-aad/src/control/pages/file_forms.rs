//! The forms that change files.

use maud::{Markup, html};

use super::layout::field;
use super::place::{Place, Shown};
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
