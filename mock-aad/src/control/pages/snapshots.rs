//! The states that are kept: take one, go back to one, forget one.

use maud::{Markup, html};

use super::layout::{Page, nothing, time, wide};
use super::{Fields, ROOT, Tab, redirect};
use crate::call::Response;
use crate::control::Control;
use crate::error::Error;
use crate::state::{SnapshotId, TakenSnapshot};

pub(super) fn page(control: &Control, alert: Option<&str>) -> Response {
    let taken = control.state.snapshots();
    let content = html! {
        p { "A snapshot keeps accounts, files, sign-ins and the clock as they are now. Going back to it is \
             possible as often as needed, and it costs little." }
        @if taken.is_empty() {
            (nothing("No snapshot has been taken yet."))
        } @else {
            (table(&taken))
        }
        form.row method="post" action={ (ROOT) "/snapshots" } {
            button type="submit" name="action" value="take" { "Take a snapshot" }
        }
    };
    Page::new(Tab::Snapshots, "Snapshots").alert(alert).answer(&content)
}

fn table(taken: &[TakenSnapshot]) -> Markup {
    html! {
        (wide("Snapshots", &html! { table {
            thead { tr {
                th scope="col" { "Snapshot" } th scope="col" { "Taken (UTC)" } th scope="col" { "" }
            } }
            tbody { @for snapshot in taken.iter().rev() { tr {
                th scope="row" { code { (snapshot.id) } }
                td { (time(snapshot.time)) }
                td { form.row method="post" action={ (ROOT) "/snapshots" } {
                    input type="hidden" name="id" value=(snapshot.id);
                    button type="submit" name="action" value="restore"
                        aria-label={ "Go back to " (snapshot.id) } { "Go back" }
                    button.second type="submit" name="action" value="forget"
                        aria-label={ "Forget " (snapshot.id) } { "Forget" }
                } }
            } } }
        } }))
    }
}

/// Does what a button says.
pub(super) fn change(control: &Control, form: &Fields<'_>) -> Response {
    let id = SnapshotId::from(form.get("id").unwrap_or_default());
    let done = match form.get("action") {
        Some("take") => control.state.snapshot().map(drop),
        Some("restore") => control.state.restore(&id),
        Some("forget") => control.state.forget_snapshot(&id),
        _ => Err(Error::Config("action: neither take nor restore nor forget".to_owned())),
    };
    match done {
        Ok(()) => redirect(Tab::Snapshots),
        Err(error) => page(control, Some(&error.to_string())),
    }
}
