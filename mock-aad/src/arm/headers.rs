//! The headers that every answer carries: request ids, routing, rate-limit counters.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use http::{HeaderName, HeaderValue, Method, Response as HttpResponse, header};
use jiff::Timestamp;
use uuid::Uuid;

use crate::call::Response;

use super::answer::{Answer, Source};

/// The region that the emulator's front door pretends to stand in.
const REGION: &str = "WESTUS2";
/// One answer of the provider in recorded traffic; its web server announces itself.
const PROVIDER_HEADERS: [(&str, &str); 3] = [
    ("server", "Microsoft-IIS/10.0"),
    ("x-aspnet-version", "4.0.30319"),
    ("x-powered-by", "ASP.NET"),
];

/// How the provider of storage accounts announces itself.
const STORAGE_SERVER: &str = "Microsoft-Azure-Storage-Resource-Provider/1.0,\
                              Microsoft-HTTPAPI/2.0 Microsoft-HTTPAPI/2.0";

/// How many calls each caller has made in the present hour.
#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<Windows>);

/// The counters by caller and name.
pub(super) type Windows = HashMap<(Uuid, &'static str), Window>;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    hour: i64,
    used: u32,
}

impl Counters {
    pub(super) fn get(&self) -> Windows {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, windows: Windows) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = windows;
    }

    /// Counts a call; the name of the counter and what remains of it.
    fn count(&self, call: &Counted<'_>) -> (&'static str, u32) {
        let (name, limit) = call.limit();
        let hour = call.at.as_second() / 3600;
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry((call.caller, name)).or_default();
        if window.hour != hour {
            *window = Window { hour, used: 0 };
        }
        window.used = window.used.saturating_add(1);
        // The limits are shown, not enforced: a test suite is not a runaway client.
        (name, limit.saturating_sub(window.used))
    }
}

/// An authenticated call, as the rate-limit counters see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<'a> {
    pub(super) caller: Uuid,
    pub(super) method: &'a Method,
    pub(super) has_subscription: bool,
    pub(super) at: Timestamp,
}

impl Counted<'_> {
    fn limit(&self) -> (&'static str, u32) {
        match (self.has_subscription, self.method.as_str()) {
            (true, "GET" | "HEAD") => ("x-ms-ratelimit-remaining-subscription-reads", 15_000),
            (true, "DELETE") => ("x-ms-ratelimit-remaining-subscription-deletes", 15_000),
            (true, _) => ("x-ms-ratelimit-remaining-subscription-writes", 1_200),
            (false, "GET" | "HEAD") => ("x-ms-ratelimit-remaining-tenant-reads", 15_000),
            (false, _) => ("x-ms-ratelimit-remaining-tenant-writes", 1_200),
        }
    }
}

/// Turns an answer into a response with all its headers.
pub(super) fn finish(
    answer: &Answer,
    request_id: Uuid,
    client_request_id: Option<&HeaderValue>,
    at: Timestamp,
    counted: Option<(&Counters, Counted<'_>)>,
) -> Response {
    let mut headers: Vec<(&str, String)> = vec![
        ("cache-control", "no-cache".to_owned()),
        ("pragma", "no-cache".to_owned()),
        ("expires", "-1".to_owned()),
        ("strict-transport-security", "max-age=31536000; includeSubDomains".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-ms-request-id", request_id.to_string()),
    ];
    // As recorded: Resource Manager uses one id for both, a provider has an id of its own.
    let correlation = match answer.source {
        Source::Gateway => request_id,
        Source::Provider | Source::Storage => Uuid::new_v4(),
    };
    let stamp = at.strftime("%Y%m%dT%H%M%SZ");
    headers.push(("x-ms-correlation-request-id", correlation.to_string()));
    headers.push(("x-ms-routing-request-id", format!("{REGION}:{stamp}:{correlation}")));
    match answer.source {
        Source::Gateway => {}
        Source::Provider => {
            headers.extend(PROVIDER_HEADERS.map(|(name, value)| (name, value.to_owned())));
        }
        Source::Storage => headers.push(("server", STORAGE_SERVER.to_owned())),
    }
    if let Some((counters, call)) = counted {
        let (name, remaining) = counters.count(&call);
        headers.push((name, remaining.to_string()));
    }
    headers.extend(answer.headers.iter().map(|(name, value)| (*name, value.clone())));
    if answer.body.is_some() {
        headers.push(("content-type", content_type(answer).to_owned()));
        if answer.status.is_success() {
            headers.push(("vary", "Accept-Encoding".to_owned()));
        }
    }
    let mut response = response(answer);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            response.headers_mut().append(name, value);
        }
    }
    if let Some(id) = client_request_id {
        response.headers_mut().insert("x-ms-client-request-id", id.clone());
    }
    response
}

/// The bare response; its length is set here because the answer to a HEAD keeps it, and has no
/// body.
fn response(answer: &Answer) -> Response {
    let text = answer.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let length = HeaderValue::from(text.len());
    let mut response = HttpResponse::new(Body::from(text));
    *response.status_mut() = answer.status;
    if answer.status != http::StatusCode::NO_CONTENT {
        response.headers_mut().insert(header::CONTENT_LENGTH, length);
    }
    response
}

fn content_type(answer: &Answer) -> &'static str {
    match answer.source {
        Source::Gateway => "application/json; charset=utf-8",
        Source::Provider | Source::Storage => "application/json",
    }
}
