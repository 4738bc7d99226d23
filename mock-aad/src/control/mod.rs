//! The `/_mock` interface: reset, snapshots, shutdown, clock, faults, recorded requests and tokens, device codes;
//! in JSON for programs, and as pages for people.

mod api;
mod pages;

use std::sync::Arc;

use http::{Method, StatusCode, header};
use serde_json::json;

use crate::call::{Call, Response, json};
use crate::front::Front;
use crate::front::exchange::refusal;

/// More than fault rules may hold together, the answers included.
const MAX_RULES: usize = 5 << 20;
/// More than any other request needs.
const MAX_BODY: usize = 64 << 10;

/// What there is, for those who ask for something else.
const ROUTES: [(&str, &str); 22] = [
    ("GET", "/_mock/"),
    ("GET", "/_mock/health"),
    ("GET", "/_mock/ca.pem"),
    ("GET", "/_mock/ready"),
    ("POST", "/_mock/reset"),
    ("POST", "/_mock/snapshot"),
    ("POST", "/_mock/restore"),
    ("GET", "/_mock/snapshots"),
    ("DELETE", "/_mock/snapshots/{id}"),
    ("POST", "/_mock/shutdown"),
    ("GET", "/_mock/requests"),
    ("DELETE", "/_mock/requests"),
    ("GET", "/_mock/tokens"),
    ("GET", "/_mock/faults"),
    ("POST", "/_mock/faults"),
    ("DELETE", "/_mock/faults"),
    ("GET", "/_mock/clock"),
    ("POST", "/_mock/clock/advance"),
    ("POST", "/_mock/clock/freeze"),
    ("POST", "/_mock/clock/resume"),
    ("GET", "/_mock/device"),
    ("POST", "/_mock/device/{user code}/{approve|deny}"),
];

/// Answers a request below `/_mock`; the caller is on this machine.
pub(crate) async fn handle(front: &Arc<Front>, mut call: Call) -> Response {
    if let Some(refusal) = from_elsewhere(&call) {
        return refusal;
    }
    let owned = segments(call.path());
    let limit = if owned.contains(&"faults".to_owned()) { MAX_RULES } else { MAX_BODY };
    let body = match call.read_body(limit).await {
        Ok(body) => body,
        Err(error) => return refusal(error.status(), "BadRequest", &error.to_string()),
    };
    let segments: Vec<&str> = owned.iter().map(String::as_str).collect();
    // HEAD is GET without the body, which the connection leaves out.
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    let answer = match (method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => api::health(),
        ("GET", ["ca.pem"]) => api::certificate(front),
        ("GET", ["ready"]) => api::ready(front),
        ("POST", ["reset"]) => api::reset(front).await,
        ("POST", ["snapshot"]) => api::snapshot(front),
        ("POST", ["restore"]) => api::restore(front, &body).await,
        ("GET", ["snapshots"]) => api::snapshots(front),
        ("DELETE", ["snapshots", id]) => api::forget_snapshot(front, id),
        ("POST", ["shutdown"]) => api::shutdown(front),
        ("GET", ["requests"]) => api::requests(front),
        ("DELETE", ["requests"]) => api::clear_requests(front),
        ("GET", ["tokens"]) => api::tokens(front),
        ("GET", ["faults"]) => api::faults(front),
        ("POST", ["faults"]) => api::add_faults(front, &body),
        ("DELETE", ["faults"]) => api::clear_faults(front),
        ("GET", ["clock"]) => api::clock(front),
        ("POST", ["clock", "advance"]) => api::advance(front, &body),
        ("POST", ["clock", "freeze"]) => api::freeze(front),
        ("POST", ["clock", "resume"]) => api::resume(front),
        ("GET", ["device"]) => api::devices(front),
        ("POST", ["device", code, "approve"]) => api::approve(front, code, &body),
        ("POST", ["device", code, "deny"]) => api::deny(front, code),
        _ => {
            // A page may show what is on disk, and a form may wait for it.
            let (front, query) = (front.clone(), call.query().to_owned());
            let (method_, segments) = (method.clone(), owned.clone());
            let page = move || pages::handle(&front, &method_, &segments, &query, &body);
            let page = tokio::task::spawn_blocking(page).await.ok().flatten();
            return page.unwrap_or_else(|| unknown(&method, call.path()));
        }
    };
    answer.unwrap_or_else(|message| refusal(StatusCode::BAD_REQUEST, "BadRequest", &message))
}

/// The decoded segments of a path behind `/_mock`.
fn segments(path: &str) -> Vec<String> {
    let decode =
        |segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned();
    path.split('/').filter(|segment| !segment.is_empty()).skip(1).map(decode).collect()
}

/// A page of another site must not steer the emulator through the browser of whoever runs it.
fn from_elsewhere(call: &Call) -> Option<Response> {
    let origin = call.header(header::ORIGIN.as_str())?;
    if origin.eq_ignore_ascii_case(&call.origin) {
        return None;
    }
    let message = format!("/_mock does not answer pages of {origin}");
    Some(refusal(StatusCode::FORBIDDEN, "Forbidden", &message))
}

fn unknown(method: &Method, path: &str) -> Response {
    let known: Vec<String> = ROUTES.iter().map(|(m, p)| format!("{m} {p}")).collect();
    let message = format!("there is no {method} {path}");
    let error = json!({"code": "NotFound", "message": message, "available": known});
    json(StatusCode::NOT_FOUND, &json!({"error": error}))
}
