//! The fault rules, and a form for a new one.

use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use super::layout::{nothing, wide};
use super::{Fields, ROOT, Tab, redirect, render};
use crate::call::Response;
use crate::control::Control;
use crate::front::fault_json::{ACTIONS, flat};
use crate::front::faults::{FaultAction, FaultRule};

pub(super) fn page(control: &Control, alert: Option<&str>) -> Response {
    let status = if alert.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let rules = control.faults.list();
    let content = html! {
        p { "The first rule that matches a request is applied to it. Pages and calls below "
            code { "/_mock" } " are spared." }
        @if rules.is_empty() {
            (nothing("There are no rules: nothing fails."))
        } @else {
            (table(&rules))
            form.row method="post" action={ (ROOT) "/faults/clear" } {
                button.second type="submit" { "Remove all rules" }
            }
        }
        h2 { "New rule" }
        (form())
    };
    render(Tab::Faults, "Faults", alert, &content, status)
}

/// Adds the rule that the form describes.
pub(super) fn add(control: &Control, form: &Fields<'_>) -> Response {
    let added = rule(form)
        .and_then(|rule| control.faults.add(vec![rule]).map_err(|error| error.to_string()));
    match added {
        Ok(()) => redirect(Tab::Faults),
        Err(reason) => page(control, Some(&reason)),
    }
}

pub(super) fn clear(control: &Control) -> Response {
    control.faults.clear();
    redirect(Tab::Faults)
}

fn rule(form: &Fields<'_>) -> Result<FaultRule, String> {
    let text = |name| form.get(name).map(str::to_owned);
    let mut rule = FaultRule::new(action(form)?);
    rule.host = text("host");
    rule.path = text("path");
    rule.method = text("method");
    rule.op = text("op");
    rule.after = form.number("after")?.unwrap_or_default();
    rule.count = form.number("count")?;
    rule.probability = form.number("probability")?;
    rule.seed = form.number("seed")?.unwrap_or_default();
    Ok(rule)
}

fn action(form: &Fields<'_>) -> Result<FaultAction, String> {
    let needed = |name: &str| form.number(name)?.ok_or_else(|| format!("{name}: say how many"));
    Ok(match form.get("action").unwrap_or_default() {
        "status" => FaultAction::Status {
            code: form.number("code")?.ok_or("code: say which")?,
            retry_after: form.number("retry_after")?,
            body: text_body(form),
        },
        "reset_before" => FaultAction::ResetBefore,
        "commit_and_reset" => FaultAction::CommitAndReset,
        "truncate" => FaultAction::Truncate { bytes: needed("bytes")? },
        "stall" => FaultAction::Stall,
        "delay" => FaultAction::Delay { ms: needed("ms")? },
        "corrupt" => FaultAction::Corrupt,
        other => return Err(format!("action: '{other}' is not one of the list")),
    })
}

/// What is JSON is sent as JSON, anything else as it is.
fn text_body(form: &Fields<'_>) -> Option<Value> {
    let text = form.get("body")?;
    Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}

fn table(rules: &[(FaultRule, u64)]) -> Markup {
    let any = |text: &Option<String>| text.clone().unwrap_or_else(|| "any".to_owned());
    html! {
        (wide("Rules", &html! { table {
            thead { tr {
                th scope="col" { "Host" } th scope="col" { "Path" } th scope="col" { "Method" }
                th scope="col" { "op" } th scope="col" { "When" } th scope="col" { "Action" }
                th.number scope="col" { "Applied" }
            } }
            tbody { @for (rule, applied) in rules { tr {
                td.long { (any(&rule.host)) } td.long { (any(&rule.path)) }
                td { (any(&rule.method)) } td { (any(&rule.op)) }
                td { (when(rule)) }
                td.long { code { (flat(rule)) } }
                td.number { (applied) }
            } } }
        } }))
    }
}

fn when(rule: &FaultRule) -> String {
    let mut parts = Vec::new();
    if rule.after > 0 {
        parts.push(format!("after {}", rule.after));
    }
    match rule.count {
        Some(count) => parts.push(format!("{count} times")),
        None => parts.push("always".to_owned()),
    }
    if let Some(share) = rule.probability {
        parts.push(format!("share {share}, seed {}", rule.seed));
    }
    parts.join(", ")
}

fn form() -> Markup {
    html! {
        form method="post" action={ (ROOT) "/faults" } {
            fieldset {
                legend { "Which requests" }
                div.fields {
                    (field("Host", "host", "text", "pattern with *, empty for any"))
                    (field("Path", "path", "text", "pattern with *, empty for any"))
                    (field("HTTP method", "method", "text", "empty for any"))
                    (field("File operation", "op", "text", "such as APPEND"))
                    (field("Let pass first", "after", "number", "requests"))
                    (field("How many fail", "count", "number", "empty for all"))
                    (field("Share that fails", "probability", "text", "0 to 1"))
                    (field("Seed of the share", "seed", "number", "same seed, same faults"))
                }
            }
            fieldset {
                legend { "What happens" }
                div.fields {
                    label { "Action" span { "see the fields beside it" }
                        select name="action" {
                            @for action in ACTIONS { option value=(action.name) { (action.meaning) } }
                        }
                    }
                    (field("Status", "code", "number", "for a status"))
                    (field("Retry-After", "retry_after", "number", "seconds, for a status"))
                    (field("Body", "body", "text", "text or JSON, for a status"))
                    (field("Bytes", "bytes", "number", "for an early end"))
                    (field("Milliseconds", "ms", "number", "for a wait"))
                }
            }
            button type="submit" { "Add rule" }
        }
    }
}

fn field(label: &str, name: &str, kind: &str, hint: &str) -> Markup {
    html! {
        label { (label) span { (hint) }
            input type=(kind) name=(name) autocomplete="off" spellcheck="false";
        }
    }
}
