//! The fault rules, ready-made ones, and a form for a new one.

use maud::{Markup, html};
use serde_json::Value;

use super::layout::{Page, choice, copyable, field, nothing, wide};
use super::{Fields, ROOT, Tab, redirect};
use crate::call::Response;
use crate::control::Control;
use crate::front::fault_json::{ACTIONS, flat};
use crate::front::faults::{FaultAction, FaultRule};
use crate::programs::shell_quote;

/// A rule that people often want.
struct Preset {
    name: &'static str,
    /// What it is good for.
    meaning: &'static str,
    /// Those of the form.
    fields: &'static [(&'static str, &'static str)],
}

const PRESETS: [Preset; 4] = [
    Preset {
        name: "Throttle appends",
        meaning: "The next three appends are answered 429, to be repeated after two seconds.",
        fields: &[
            ("action", "status"),
            ("code", "429"),
            ("retry_after", "2"),
            ("op", "APPEND"),
            ("count", "3"),
        ],
    },
    Preset {
        name: "Lose one answer",
        meaning: "The next append is done, and its answer lost: who sends it again writes it twice.",
        fields: &[("action", "commit_and_reset"), ("op", "APPEND"), ("count", "1")],
    },
    Preset {
        name: "Break one request in ten",
        meaning: "One request in ten ends in a reset connection, the same ones each time.",
        fields: &[("action", "reset_before"), ("probability", "0.1"), ("seed", "1")],
    },
    Preset {
        name: "Service down",
        meaning: "Every request is answered 503, until the rules are removed.",
        fields: &[("action", "status"), ("code", "503")],
    },
];

pub(super) fn page(control: &Control, alert: Option<&str>) -> Response {
    let rules = control.faults.list();
    let content = html! {
        p { "The first rule that matches a request is applied to it. Pages and calls below "
            code { "/_mock" } " are spared." }
        @if rules.is_empty() {
            (nothing("There are no rules: nothing fails."))
        } @else {
            (table(control, &rules))
            form.row method="post" action={ (ROOT) "/faults/clear" } {
                button.second type="submit" { "Remove all rules" }
            }
        }
        h2 { "Ready-made rules" }
        (presets())
        h2 { "New rule" }
        (form())
    };
    Page::new(Tab::Faults, "Faults").alert(alert).answer(&content)
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

fn table(control: &Control, rules: &[(FaultRule, u64)]) -> Markup {
    html! {
        (wide("Rules", &html! { table {
            thead { tr {
                th scope="col" { "Action" } th scope="col" { "Requests" }
                th.number scope="col" { "Applied" }
            } }
            tbody { @for (rule, applied) in rules { tr {
                td { (what(&rule.action)) }
                td.long {
                    (which(rule)) ", " (when(rule))
                    details {
                        summary { "As a command" }
                        (copyable("The rule as a command", &curl(control, rule)))
                    }
                }
                td.number { (applied) }
            } } }
        } }))
    }
}

/// The command that adds the rule.
fn curl(control: &Control, rule: &FaultRule) -> String {
    let rule = shell_quote(&flat(rule).to_string());
    format!("curl -X POST {}/_mock/faults -d {rule}", control.ready.http_url)
}

fn which(rule: &FaultRule) -> Markup {
    let conditions = [
        ("host", &rule.host),
        ("path", &rule.path),
        ("method", &rule.method),
        ("operation", &rule.op),
    ];
    let said: Vec<(&str, &String)> =
        conditions.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).collect();
    html! {
        @if said.is_empty() { "any" }
        @for (at, (name, value)) in said.iter().enumerate() {
            @if at > 0 { ", " }
            (name) " " code { (value) }
        }
    }
}

fn what(action: &FaultAction) -> String {
    let name = action.name();
    match action {
        FaultAction::Status { code, .. } => format!("{name} {code}"),
        FaultAction::Truncate { bytes } => format!("{name} after {bytes} bytes"),
        FaultAction::Delay { ms } => format!("{name} {ms} ms"),
        _ => name.to_owned(),
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
        parts.push(format!("probability {share}, seed {}", rule.seed));
    }
    parts.join(", ")
}

fn presets() -> Markup {
    html! {
        ul.cards { @for Preset { name, meaning, fields } in &PRESETS {
            li.card {
                p { (meaning) }
                form method="post" action={ (ROOT) "/faults" } {
                    @for (name, value) in *fields { input type="hidden" name=(name) value=(value); }
                    button.second type="submit" { (name) }
                }
            }
        } }
    }
}

fn form() -> Markup {
    let actions = ACTIONS.iter().map(|action| (action.name, action.meaning));
    html! {
        form method="post" action={ (ROOT) "/faults" } {
            fieldset {
                legend { "Which requests" }
                div.fields {
                    (field("Host", "host", "text", "", "pattern with *, empty for any"))
                    (field("Path", "path", "text", "", "pattern with *, empty for any"))
                    (field("HTTP method", "method", "text", "", "empty for any"))
                    (field("File operation", "op", "text", "", "such as APPEND"))
                    (field("Skip the first", "after", "number", "", "requests that match"))
                    (field("How many fail", "count", "number", "", "empty for all"))
                    (field("Probability", "probability", "text", "", "0 to 1, empty for 1"))
                    (field("Seed", "seed", "number", "", "same seed, same faults"))
                }
            }
            fieldset {
                legend { "What happens" }
                div.fields {
                    (choice("Action", "action", actions, "", "see the fields beside it"))
                    (field("Status", "code", "number", "", "for a status"))
                    (field("Retry-After", "retry_after", "number", "", "seconds, for a status"))
                    (field("Body", "body", "text", "", "text or JSON, for a status"))
                    (field("Bytes", "bytes", "number", "", "for an early end"))
                    (field("Milliseconds", "ms", "number", "", "for a wait"))
                }
            }
            button type="submit" { "Add rule" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;

    #[test]
    fn ready_made_rules_are_rules() {
        for Preset { name, fields, .. } in PRESETS {
            let pairs: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let text = pairs.join("&");
            let rule = rule(&Fields(Parameters::parse(text.as_bytes())));
            let faults = crate::front::faults::Faults::default();
            faults.add(vec![rule.unwrap()]).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
