//! The accounts of both generations, and the resource groups that they are in.

use adls_wire::RemotePath;
use maud::{Markup, html};

use super::layout::{Page, nothing, size, wide};
use super::{Tab, place};
use crate::arm::GroupView;
use crate::call::Response;
use crate::control::Control;
use crate::namespace::{AccountKey, Generation, Summary};

pub(super) fn page(control: &Control) -> Response {
    control.state.arm.settle();
    let content = html! {
        (table(control, &control.state.lake.keys()))
        h2 { "Resource groups" }
        (groups(&control.state.arm.group_views()))
        h2 { "Keys of Gen2 accounts" }
        (keys(control))
    };
    Page::new(Tab::Accounts, "Accounts").answer(&content)
}

/// All accounts, with links to their files.
pub(super) fn table(control: &Control, accounts: &[AccountKey]) -> Markup {
    html! {
        @if accounts.is_empty() {
            (nothing("There is no account."))
        } @else {
            (wide("Accounts", &html! { table {
                thead { tr {
                    th scope="col" { "Account" } th scope="col" { "Generation" }
                    th.number scope="col" { "Directories" } th.number scope="col" { "Files" }
                    th.number scope="col" { "Size" }
                } }
                tbody { @for key in accounts { (row(control, key)) } }
            } }))
        }
    }
}

fn row(control: &Control, key: &AccountKey) -> Markup {
    let account = control.state.lake.account(key);
    let summary = account.and_then(|account| account.inspect().summary(&RemotePath::root()).ok());
    // The root is not what somebody has made.
    let Summary { directories, files: count, bytes } = summary.unwrap_or_default();
    html! {
        tr {
            th scope="row" {
                a href=(place::link(&key.to_string(), &RemotePath::root())) { (key.name) }
            }
            td { (generation(key.generation)) }
            td.number { (directories.saturating_sub(1)) }
            td.number { (count) }
            td.number { (size(bytes)) }
        }
    }
}

fn generation(generation: Generation) -> &'static str {
    match generation {
        Generation::Gen1 => "Gen1",
        Generation::Gen2 => "Gen2",
    }
}

fn groups(groups: &[GroupView]) -> Markup {
    html! {
        @if groups.is_empty() { (nothing("There is no resource group.")) }
        @for group in groups {
            section.card {
                h3 { (group.name) }
                p.soft { (group.location) @if group.is_deleting { ", being deleted" } }
                @if group.resources.is_empty() {
                    p { "It is empty." }
                } @else {
                    ul { @for resource in &group.resources {
                        li { (resource.name) span.soft { " " (resource.kind) ", " (resource.state) } }
                    } }
                }
            }
        }
    }
}

fn keys(control: &Control) -> Markup {
    let accounts = &control.state.seed.storage_accounts;
    html! {
        (wide("Keys of Gen2 accounts", &html! { table {
            thead { tr { th scope="col" { "Account" } th scope="col" { "Keys" } } }
            tbody { @for account in accounts { tr {
                th scope="row" { (account.name) }
                td.long { @for key in [&account.key, &account.key2] { code { (key) } " " } }
            } } }
        } }))
    }
}
