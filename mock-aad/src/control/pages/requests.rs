//! The recent requests, newest first, with a filter.

use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::{Page, choice, field, nothing, time, time_of_day, wide};
use super::{Fields, ROOT, Tab, redirect};
use crate::call::Response;
use crate::control::Control;
use crate::front::faults::has_operation;
use crate::front::recorder::RecordedRequest;

/// How many are shown; `GET /_mock/requests` has the rest.
const SHOWN: usize = 100;
/// Seconds after which the page may be loaded again.
const REFRESH: [(&str, &str); 4] = [("", "never"), ("2", "2 s"), ("5", "5 s"), ("30", "30 s")];
/// The longest time that a page may wait, whatever the query says.
const LONGEST_REFRESH: u32 = 3600;

/// Which requests are shown; an empty text lets all pass.
#[derive(Debug, Default)]
struct Filter<'a> {
    /// `404`, `4xx`, `reset`, `open` or `fault`.
    status: &'a str,
    op: &'a str,
    host: &'a str,
    text: &'a str,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Fields<'_>) -> Self {
        let text = |name| query.get(name).unwrap_or_default();
        Self { status: text("status"), op: text("op"), host: text("host"), text: text("text") }
    }

    fn is_empty(&self) -> bool {
        [self.status, self.op, self.host, self.text].iter().all(|text| text.is_empty())
    }

    fn matches(&self, request: &RecordedRequest) -> bool {
        (self.status.is_empty() || has_status(request, self.status))
            && (self.op.is_empty() || has_operation(&request.query, self.op))
            && contains(&request.host, self.host)
            && self.finds(request)
    }

    /// Whether the text is anywhere in a request.
    fn finds(&self, request: &RecordedRequest) -> bool {
        let line = format!("{} {}", request.method, url(request));
        let others = [&request.user_agent, &request.client_request_id, &request.fault];
        let fields = request.form.iter().map(|(name, value)| format!("{name}={value}"));
        contains(&line, self.text)
            || others.into_iter().flatten().any(|other| contains(other, self.text))
            || fields.into_iter().any(|field| contains(&field, self.text))
    }
}

fn contains(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(&wanted.to_lowercase())
}

fn has_status(request: &RecordedRequest, wanted: &str) -> bool {
    let number = request.status.map(|status| status.to_string());
    match wanted.to_ascii_lowercase().as_str() {
        "reset" => request.status.is_none() && request.duration.is_some(),
        "open" => request.duration.is_none(),
        "fault" => request.fault.is_some(),
        wanted => {
            let fits = |(at, digit): (usize, char)| {
                number.as_ref().and_then(|number| number.chars().nth(at)) == Some(digit)
            };
            wanted.len() == 3
                && wanted.chars().enumerate().all(|c| c.1 == 'x' || fits(c))
                && number.is_some()
        }
    }
}

fn url(request: &RecordedRequest) -> String {
    let query = if request.query.is_empty() { "" } else { "?" };
    format!("{}://{}{}{query}{}", request.scheme, request.host, request.path, request.query)
}

pub(super) fn page(control: &Control, query: &Fields<'_>) -> Response {
    let filter = Filter::read(query);
    let refresh = query.number::<u32>("refresh").ok().flatten();
    let refresh = refresh.filter(|seconds| (1..=LONGEST_REFRESH).contains(seconds));
    let requests = control.recorder.requests();
    let matching: Vec<&RecordedRequest> =
        requests.iter().rev().filter(|request| filter.matches(request)).collect();
    let content = html! {
        (form(&filter, refresh))
        @if requests.is_empty() {
            (nothing("No request has come yet."))
        } @else if matching.is_empty() {
            (nothing("No request matches the filter."))
        } @else {
            (table(&matching, requests.len(), &filter))
        }
        @if !requests.is_empty() {
            form.row method="post" action={ (ROOT) "/requests/clear" } {
                button.second type="submit" { "Forget all" }
            }
        }
    };
    Page::new(Tab::Requests, "Requests").refresh(refresh).answer(&content)
}

pub(super) fn clear(control: &Control) -> Response {
    control.recorder.clear();
    redirect(Tab::Requests)
}

fn form(filter: &Filter<'_>, refresh: Option<u32>) -> Markup {
    let refresh = refresh.map(|seconds| seconds.to_string()).unwrap_or_default();
    html! {
        form method="get" action=(Tab::Requests.path()) role="search" aria-label="Filter" {
            div.fields.narrow {
                (field("Status", "status", "text", filter.status, "404, 5xx, reset, open, fault"))
                (field("Operation", "op", "text", filter.op, "such as APPEND"))
                (field("Host", "host", "text", filter.host, "a part of it"))
                (field("Text", "text", "search", filter.text, "anywhere in the request"))
                (choice("Load again", "refresh", REFRESH, &refresh, "by itself"))
            }
            div.row {
                button type="submit" { "Show" }
                a.button href=(Tab::Requests.path()) { "Show all" }
            }
        }
    }
}

fn table(matching: &[&RecordedRequest], all: usize, filter: &Filter<'_>) -> Markup {
    let shown = matching.len().min(SHOWN);
    html! {
        (wide("Requests", &html! { table.requests {
            caption {
                "The last " (shown) " of " (matching.len()) " requests"
                @if !filter.is_empty() { " that match, of " (all) }
                ", newest first. Secrets are not recorded."
            }
            (head())
            tbody { @for request in matching.iter().take(SHOWN) { (row(request)) } }
        } }))
    }
}

/// The last few, for the overview.
pub(super) fn last(requests: &[RecordedRequest], count: usize) -> Markup {
    html! {
        (wide("Last requests", &html! { table.requests {
            (head())
            tbody { @for request in requests.iter().rev().take(count) { (row(request)) } }
        } }))
    }
}

fn head() -> Markup {
    html! {
        thead { tr {
            th scope="col" { "Status" } th scope="col" { "Request" }
            th.number.roomy scope="col" { "ms" } th.roomy scope="col" { "Time (UTC)" }
        } }
    }
}

fn row(request: &RecordedRequest) -> Markup {
    let at = Timestamp::try_from(request.time).unwrap_or_default();
    html! {
        tr {
            td { (outcome(request)) }
            td.long {
                strong { (request.method) } " "
                span.mono { (request.path)
                    @if !request.query.is_empty() { span.soft { "?" (request.query) } }
                }
                (details(request, at))
            }
            td.number.roomy { (millis(request)) }
            td.roomy { (time_of_day(at)) }
        }
    }
}

fn millis(request: &RecordedRequest) -> String {
    let took = request.duration.map(|took| format!("{:.1}", took.as_secs_f64() * 1000.0));
    took.unwrap_or_default()
}

fn details(request: &RecordedRequest, at: Timestamp) -> Markup {
    html! {
        details {
            summary { span.mono.soft { (request.host) } }
            dl {
                dt { "Number" } dd { (request.number) }
                dt { "Time" } dd { (time(at)) " UTC, took " (millis(request)) " ms" }
                dt { "URL" } dd { code { (url(request)) } }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn request(status: Option<u16>, took: bool, fault: Option<&str>) -> RecordedRequest {
        RecordedRequest {
            number: 1,
            time: SystemTime::UNIX_EPOCH,
            method: "PUT".to_owned(),
            scheme: "https".to_owned(),
            host: "lake.azuredatalakestore.net".to_owned(),
            path: "/webhdfs/v1/dir/File.bin".to_owned(),
            query: "op=CREATE&write=true".to_owned(),
            form: BTreeMap::from([("grant_type".to_owned(), "password".to_owned())]),
            user_agent: Some("python/3".to_owned()),
            client_request_id: None,
            status,
            duration: took.then_some(Duration::from_millis(1)),
            fault: fault.map(str::to_owned),
        }
    }

    #[test]
    fn a_status_is_a_number_a_class_or_a_word() {
        let answered = request(Some(404), true, Some("status"));
        let reset = request(None, true, None);
        let open = request(None, false, None);
        for (wanted, expected) in [
            ("404", [true, false, false]),
            ("4xx", [true, false, false]),
            ("40X", [true, false, false]),
            ("xxx", [true, false, false]),
            ("5xx", [false, false, false]),
            ("4", [false, false, false]),
            ("Reset", [false, true, false]),
            ("open", [false, false, true]),
            ("fault", [true, false, false]),
        ] {
            let found = [&answered, &reset, &open].map(|request| has_status(request, wanted));
            assert_eq!(found, expected, "{wanted}");
        }
    }

    #[test]
    fn all_conditions_count() {
        let request = request(Some(201), true, None);
        for (filter, expected) in [
            (Filter::default(), true),
            (Filter { op: "create", ..Filter::default() }, true),
            (Filter { op: "true", ..Filter::default() }, false),
            (Filter { host: "AzureData", ..Filter::default() }, true),
            (Filter { host: "dfs.core", ..Filter::default() }, false),
            (Filter { text: "file.BIN?op", ..Filter::default() }, true),
            (Filter { text: "Python", ..Filter::default() }, true),
            (Filter { text: "grant_type=pass", ..Filter::default() }, true),
            (Filter { text: "gone", ..Filter::default() }, false),
            (Filter { status: "2xx", op: "OPEN", ..Filter::default() }, false),
        ] {
            assert_eq!(filter.matches(&request), expected, "{filter:?}");
        }
    }
}
