//! The recent requests, newest first.

use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::{nothing, time, wide};
use super::{ROOT, Tab, redirect, render};
use crate::call::Response;
use crate::control::Control;
use crate::front::recorder::RecordedRequest;

/// How many are shown; `GET /_mock/requests` has the rest.
const SHOWN: usize = 200;

pub(super) fn page(control: &Control) -> Response {
    let requests = control.recorder.requests();
    let content = html! {
        @if requests.is_empty() {
            (nothing("No request has come yet."))
        } @else {
            form method="post" action={ (ROOT) "/requests/clear" } {
                button.second type="submit" { "Forget all" }
            }
            (table(&requests))
        }
    };
    render(Tab::Requests, "Requests", None, &content, StatusCode::OK)
}

pub(super) fn clear(control: &Control) -> Response {
    control.recorder.clear();
    redirect(Tab::Requests)
}

fn table(requests: &[RecordedRequest]) -> Markup {
    let shown = requests.len().min(SHOWN);
    html! {
        (wide("Requests", &html! { table {
            caption {
                "The last " (shown) " of " (requests.len()) " requests, newest first. Secrets are not \
                 recorded."
            }
            thead { tr {
                th.number scope="col" { "#" } th scope="col" { "Time (UTC)" }
                th scope="col" { "Request" } th scope="col" { "Status" }
                th.number scope="col" { "ms" }
            } }
            tbody { @for request in requests.iter().rev().take(SHOWN) { (row(request)) } }
        } }))
    }
}

fn row(request: &RecordedRequest) -> Markup {
    let at = Timestamp::try_from(request.time).unwrap_or_default();
    html! {
        tr {
            td.number { (request.number) }
            td { (time(at)) }
            td.long {
                strong { (request.method) } " "
                span.mono { (request.scheme) "://" (request.host) (request.path) }
                @if !request.query.is_empty() { span.mono.soft { "?" (request.query) } }
                (details(request))
            }
            td { (outcome(request)) }
            td.number { @if let Some(took) = request.duration {
                (format!("{:.1}", took.as_secs_f64() * 1000.0))
            } }
        }
    }
}

fn details(request: &RecordedRequest) -> Markup {
    html! {
        @if !request.form.is_empty() || request.user_agent.is_some() {
            details {
                summary { "Details" }
                dl {
                    @for (name, value) in &request.form {
                        dt { code { (name) } } dd { code { (value) } }
                    }
                    @if let Some(agent) = &request.user_agent { dt { "User agent" } dd { (agent) } }
                    @if let Some(id) = &request.client_request_id {
                        dt { "Client request id" } dd { code { (id) } }
                    }
                }
            }
        }
    }
}

fn outcome(request: &RecordedRequest) -> Markup {
    html! {
        @match request.status {
            Some(status) if status < 400 => span.good { (status) },
            Some(status) => span.bad { (status) },
            None if request.duration.is_some() => span.bad { "reset" },
            None => span.soft { "open" },
        }
        @if let Some(fault) = &request.fault { br; span.soft { "fault: " (fault) } }
    }
}
