//! The operations of `/_mock`, in JSON.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::call::{Response, json, refusal};
use crate::control::Control;
use crate::error::Error;
use crate::front::fault_json::parse_rules;
use crate::state::SnapshotId;

/// An answer, or a sentence that says what was wrong with the request.
type Answer = Result<Response, String>;

pub(super) fn health() -> Answer {
    ok(&json!({"status": "ok"}))
}

pub(super) fn certificate(control: &Control) -> Answer {
    let mut response = Response::new(Body::from(control.ca_pem.clone()));
    let pem = HeaderValue::from_static("application/x-pem-file");
    response.headers_mut().insert(header::CONTENT_TYPE, pem);
    Ok(response)
}

pub(super) fn ready(control: &Control) -> Answer {
    ok(&to_value(&control.ready))
}

pub(super) async fn reset(control: &Arc<Control>) -> Answer {
    match blocking(control, Control::reset).await? {
        Ok(()) => ok(&json!({})),
        Err(error) => no_snapshot(&error),
    }
}

pub(super) fn snapshot(control: &Control) -> Answer {
    match control.state.snapshot() {
        Ok(id) => ok(&json!({"id": id})),
        Err(error) => no_snapshot(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restore {
    id: SnapshotId,
}

pub(super) async fn restore(control: &Arc<Control>, body: &Bytes) -> Answer {
    let Restore { id } = parse(body)?;
    match blocking(control, move |control| control.state.restore(&id)).await? {
        Ok(()) => ok(&json!({})),
        Err(error) => no_snapshot(&error),
    }
}

pub(super) fn snapshots(control: &Control) -> Answer {
    let taken = control.state.snapshots().into_iter();
    let shown = taken.map(|taken| json!({"id": taken.id, "time": taken.time.to_string()}));
    ok(&Value::Array(shown.collect()))
}

pub(super) fn forget_snapshot(control: &Control, id: &str) -> Answer {
    match control.state.forget_snapshot(&id.into()) {
        Ok(()) => ok(&json!({})),
        Err(error) => no_snapshot(&error),
    }
}

/// Does what may wait for the disk, away from the threads that serve requests.
async fn blocking<R: Send + 'static>(
    control: &Arc<Control>,
    work: impl FnOnce(&Control) -> R + Send + 'static,
) -> Result<R, String> {
    let control = control.clone();
    let done = tokio::task::spawn_blocking(move || work(&control)).await;
    done.map_err(|error| error.to_string())
}

fn no_snapshot(error: &Error) -> Answer {
    let (status, code) = match error {
        Error::UnknownSnapshot(_) => (StatusCode::NOT_FOUND, "SnapshotNotFound"),
        Error::TooManySnapshots(_) => (StatusCode::CONFLICT, "TooManySnapshots"),
        Error::NotStored(_) => (StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorage"),
        _ => return Err(error.to_string()),
    };
    Ok(refusal(status, code, &error.to_string()))
}

/// The answer goes out all the same: open requests are waited for.
pub(super) fn shutdown(control: &Control) -> Answer {
    control.stop.notify_one();
    ok(&json!({}))
}

pub(super) fn requests(control: &Control) -> Answer {
    ok(&to_value(&control.recorder.requests()))
}

pub(super) fn clear_requests(control: &Control) -> Answer {
    control.recorder.clear();
    ok(&json!({}))
}

pub(super) fn tokens(control: &Control) -> Answer {
    ok(&to_value(&control.tokens.tokens()))
}

pub(super) fn faults(control: &Control) -> Answer {
    let rules = control.faults.list().into_iter().map(|(rule, applied)| {
        let mut shown = to_value(&rule);
        shown["applied"] = applied.into();
        shown
    });
    ok(&Value::Array(rules.collect()))
}

pub(super) fn add_faults(control: &Control, body: &Bytes) -> Answer {
    let rules = parse_rules(body)?;
    control.faults.add(rules).map_err(|error| error.to_string())?;
    faults(control)
}

pub(super) fn clear_faults(control: &Control) -> Answer {
    control.faults.clear();
    ok(&json!({}))
}

pub(super) fn clock(control: &Control) -> Answer {
    let clock = &control.state.clock;
    let now = clock.now();
    ok(&json!({
        "now": now.to_string(),
        "unix_seconds": now.as_second(),
        "frozen": clock.is_frozen(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

pub(super) fn advance(control: &Control, body: &Bytes) -> Answer {
    let Advance { seconds } = parse(body)?;
    control.state.clock.advance(Duration::from_secs(seconds));
    clock(control)
}

pub(super) fn freeze(control: &Control) -> Answer {
    control.state.clock.freeze();
    clock(control)
}

pub(super) fn resume(control: &Control) -> Answer {
    control.state.clock.resume();
    clock(control)
}

pub(super) fn devices(control: &Control) -> Answer {
    ok(&Value::Array(control.state.aad.pending_devices()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    username: String,
}

pub(super) fn approve(control: &Control, user_code: &str, body: &Bytes) -> Answer {
    let Approval { username } = parse(body)?;
    control.state.aad.approve_device(user_code, &username)?;
    ok(&json!({}))
}

pub(super) fn deny(control: &Control, user_code: &str) -> Answer {
    control.state.aad.deny_device(user_code)?;
    ok(&json!({}))
}

fn ok(value: &Value) -> Answer {
    Ok(json(StatusCode::OK, value))
}

fn to_value(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Reads a JSON body; a mistake is told with the field it is in.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| format!("the body is not valid: {error}"))?;
    json.end().map_err(|error| format!("the body is not valid: {error}"))?;
    Ok(value)
}
