//! What goes on, how to connect, who is there, what time it is.

use std::time::Duration;

use adls_wire::RemotePath;
use maud::{Markup, html};

use super::layout::{Page, confirm, nothing, time, wide};
use super::{Fields, ROOT, Tab, connect, place, redirect, requests};
use crate::call::Response;
use crate::control::Control;
use crate::seed::{DataRole, Seed, SeedApplication, SeedUser};

/// How many of the last requests are shown.
const LAST: usize = 5;
/// How many held files are shown.
const HELD: usize = 20;

pub(super) fn page(control: &Control, alert: Option<&str>) -> Response {
    let seed = &control.state.seed;
    let content = html! {
        (devices(control))
        (last_requests(control))
        (held(control))
        (connect::section(&control.ready))
        (users(seed))
        (applications(&seed.applications))
        (clock(control))
        (addresses(control))
        h2 { "Start again" }
        p { "Back to the state of the start. Snapshots stay." }
        p { a.button href={ (ROOT) "/reset" } { "Reset the emulator" } }
    };
    Page::new(Tab::Overview, "Overview").alert(alert).answer(&content)
}

/// Approves or denies a device code, as the form says.
pub(super) fn decide_device(control: &Control, user_code: &str, form: &Fields<'_>) -> Response {
    let decided = match (form.get("answer"), form.get("username")) {
        (Some("approve"), Some(username)) => control.state.aad.approve_device(user_code, username),
        (Some("approve"), None) => Err("username: choose who signs in".to_owned()),
        (Some("deny"), _) => control.state.aad.deny_device(user_code),
        _ => Err("answer: neither approve nor deny".to_owned()),
    };
    back(control, decided)
}

/// Moves, stops or starts the clock, as the form says.
pub(super) fn set_clock(control: &Control, form: &Fields<'_>) -> Response {
    let clock = &control.state.clock;
    let set = match form.get("action") {
        Some("advance") => form.number("seconds").and_then(|seconds| {
            let seconds = seconds.ok_or("seconds: say how many")?;
            clock.advance(Duration::from_secs(seconds));
            Ok(())
        }),
        Some("freeze") => {
            clock.freeze();
            Ok(())
        }
        Some("resume") => {
            clock.resume();
            Ok(())
        }
        _ => Err("action: neither advance nor freeze nor resume".to_owned()),
    };
    back(control, set)
}

/// Asks before everything goes.
pub(super) fn ask_to_reset() -> Response {
    let question = html! {
        "Files, accounts, sign-ins, faults and recorded requests go, and what the emulator had at its start \
         is there again. Snapshots stay."
    };
    let page = Page::new(Tab::Overview, "Reset the emulator?");
    confirm(page, &question, &format!("{ROOT}/reset"), &[], "Reset", Tab::Overview.path())
}

pub(super) fn reset(control: &Control) -> Response {
    back(control, control.reset().map_err(|error| error.to_string()))
}

fn back(control: &Control, done: Result<(), String>) -> Response {
    match done {
        Ok(()) => redirect(Tab::Overview),
        Err(reason) => page(control, Some(&reason)),
    }
}

fn devices(control: &Control) -> Markup {
    let pending = control.state.aad.pending_devices();
    let users = &control.state.seed.users;
    html! {
        h2 { "Pending device codes" }
        @if pending.is_empty() {
            (nothing("No device code is pending. A program that starts a device sign-in shows up here."))
        }
        @for device in &pending {
            @let code = device["user_code"].as_str().unwrap_or_default();
            section.card aria-label={ "Device code " (code) } {
                p {
                    code.big { (code) } " from "
                    strong { (device["client"].as_str().unwrap_or_default()) } " for "
                    span.mono { (device["resource"].as_str().unwrap_or_default()) }
                    span.soft { ", expires in " (device["expires_in"]) " s" }
                }
                (device_form(code, users))
            }
        }
    }
}

fn device_form(code: &str, users: &[SeedUser]) -> Markup {
    html! {
        form.row method="post" action={ (ROOT) "/device/" (code) } {
            select name="username" aria-label={ "User who signs in with " (code) } {
                @for user in users { option { (user.username) } }
            }
            button type="submit" name="answer" value="approve" { "Approve" }
            button.second type="submit" name="answer" value="deny" { "Deny" }
        }
    }
}

fn last_requests(control: &Control) -> Markup {
    let all = control.recorder.requests();
    html! {
        h2 { "Last requests" }
        @if all.is_empty() {
            (nothing("No request has come yet."))
        } @else {
            (requests::last(&all, LAST))
            p { a href=(Tab::Requests.path()) { "All " (all.len()) " requests" } ", "
                a href={ (Tab::Requests.path()) "?refresh=2" } { "watch them" } }
        }
    }
}

fn held(control: &Control) -> Markup {
    let accounts = control.state.lake.keys();
    let held: Vec<(String, RemotePath)> = accounts
        .iter()
        .filter_map(|key| Some((key.to_string(), control.state.lake.account(key)?)))
        .flat_map(|(name, account)| {
            let held = account.inspect().held(HELD);
            held.into_iter().map(move |path| (name.clone(), path)).collect::<Vec<_>>()
        })
        .collect();
    html! {
        h2 { "Open leases" }
        @if held.is_empty() {
            (nothing("Nobody holds a file, a directory or a file system."))
        } @else {
            ul { @for (account, path) in &held {
                li { (account) " " a.mono href=(place::link(account, path)) { (path) } }
            } }
        }
    }
}

fn clock(control: &Control) -> Markup {
    let clock = &control.state.clock;
    let frozen = clock.is_frozen();
    html! {
        h2 { "Clock" }
        p { (time(clock.now())) " UTC, " strong { @if frozen { "frozen" } @else { "running" } } }
        form.row method="post" action={ (ROOT) "/clock" } {
            label { span { "Seconds" } input type="number" name="seconds" min="1" value="3600"; }
            button type="submit" name="action" value="advance" { "Advance" }
            @if frozen {
                button.second type="submit" name="action" value="resume" { "Let it run" }
            } @else {
                button.second type="submit" name="action" value="freeze" { "Freeze" }
            }
        }
    }
}

fn addresses(control: &Control) -> Markup {
    let ready = &control.ready;
    html! {
        h2 { "Addresses" }
        dl {
            dt { "http" } dd { code { (ready.http_url) } }
            dt { "https" } dd { code { (ready.https_url) } }
            dt { "Proxy" } dd { code { (ready.proxy_url) } }
            dt { "Certificate authority" } dd {
                code { (ready.ca_cert.display()) } ", " a href="/_mock/ca.pem" { "ca.pem" }
            }
            dt { "Tenant" } dd { code { (ready.tenant_id) } " (" (ready.tenant_domain) ")" }
            dt { "Subscription" } dd { code { (ready.subscription_id) } }
            dt { "Gen1 accounts" } dd { code { "<account>." (ready.adls_suffix) } }
            dt { "Gen2 accounts" } dd {
                code { "<account>.dfs." (ready.adls_suffix) } " and "
                code { "<account>.blob." (ready.adls_suffix) }
            }
        }
    }
}

/// A role over the data of storage accounts, as a table shows it.
fn data_role(role: Option<DataRole>) -> &'static str {
    match role {
        None => "",
        Some(DataRole::Owner) => "Owner",
        Some(DataRole::Contributor) => "Contributor",
        Some(DataRole::Reader) => "Reader",
    }
}

fn users(seed: &Seed) -> Markup {
    html! {
        h2 { "Users" }
        (wide("Users", &html! { table {
            thead { tr {
                th scope="col" { "User name" } th scope="col" { "Name" }
                th scope="col" { "Password" } th scope="col" { "Sign-in" }
                th scope="col" { "Role" } th scope="col" { "Data role" }
                th scope="col" { "Object id" }
            } }
            tbody { @for user in &seed.users { tr {
                th scope="row" { (user.username) }
                td { (user.display_name) }
                td { code { (user.password) } }
                td { (sign_in(user)) }
                td { (user.role) }
                td { (data_role(user.data_role)) }
                td { code { (user.object_id) } }
            } } }
        } }))
        @if !seed.groups.is_empty() {
            h2 { "Groups" }
            dl { @for group in &seed.groups {
                dt { (group.display_name) }
                dd { @for (at, member) in group.members.iter().enumerate() {
                    @if at > 0 { ", " }
                    (seed.name_of(*member))
                } }
            } }
        }
    }
}

fn sign_in(user: &SeedUser) -> Markup {
    html! {
        @if !user.enabled {
            span.bad { "disabled" }
        } @else if user.password_expired {
            span.bad { "password expired" }
        } @else if user.mfa_required {
            "needs MFA, code " code { (user.mfa_code) }
        } @else {
            span.good { "password" }
        }
    }
}

fn applications(applications: &[SeedApplication]) -> Markup {
    html! {
        h2 { "Applications" }
        (wide("Applications", &html! { table {
            thead { tr {
                th scope="col" { "Name" } th scope="col" { "Client id" }
                th scope="col" { "Kind" } th scope="col" { "Secrets" } th scope="col" { "Role" }
                th scope="col" { "Data role" }
            } }
            tbody { @for application in applications { tr {
                th scope="row" { (application.display_name) }
                td { code { (application.client_id) } }
                td { @if application.public_client { "public" } @else { "confidential" } }
                td { @for secret in &application.secrets { code { (secret.value) } " " } }
                td { (application.role) }
                td { (data_role(application.data_role)) }
            } } }
        } }))
    }
}
