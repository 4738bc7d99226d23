//! The operations of `/_mock`, in JSON.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::call::{Response, json};
use crate::error::Error;
use crate::front::Front;
use crate::front::exchange::refusal;
use crate::front::faults::FaultRule;
use crate::world::SnapshotId;

/// An answer, or a sentence that says what was wrong with the request.
type Answer = Result<Response, String>;

pub(super) fn health() -> Answer {
    ok(&json!({"status": "ok"}))
}

pub(super) fn certificate(front: &Front) -> Answer {
    let mut response = Response::new(Body::from(front.ca_pem.clone()));
    let pem = HeaderValue::from_static("application/x-pem-file");
    response.headers_mut().insert(header::CONTENT_TYPE, pem);
    Ok(response)
}

pub(super) fn ready(front: &Front) -> Answer {
    ok(&to_value(&front.ready))
}

pub(super) async fn reset(front: &Arc<Front>) -> Answer {
    match blocking(front, Front::reset).await? {
        Ok(()) => ok(&json!({})),
        Err(error) => no_snapshot(&error),
    }
}

pub(super) fn snapshot(front: &Front) -> Answer {
    match front.world.snapshot() {
        Ok(id) => ok(&json!({"id": id})),
        Err(error) => no_snapshot(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restore {
    id: SnapshotId,
}

pub(super) async fn restore(front: &Arc<Front>, body: &Bytes) -> Answer {
    let Restore { id } = parse(body)?;
    match blocking(front, move |front| front.world.restore(&id)).await? {
        Ok(()) => ok(&json!({})),
        Err(error) => no_snapshot(&error),
    }
}

pub(super) fn snapshots(front: &Front) -> Answer {
    let taken = front.world.snapshots().into_iter();
    let shown = taken.map(|taken| json!({"id": taken.id, "time": taken.time.to_string()}));
    ok(&Value::Array(shown.collect()))
}

pub(super) fn forget_snapshot(front: &Front, id: &str) -> Answer {
    match front.world.forget_snapshot(&id.into()) {
        Ok(()) => ok(&json!({})),
        Err(error) => no_snapshot(&error),
    }
}

/// Does what may wait for the disk, away from the threads that serve requests.
async fn blocking<R: Send + 'static>(
    front: &Arc<Front>,
    work: impl FnOnce(&Front) -> R + Send + 'static,
) -> Result<R, String> {
    let front = front.clone();
    let done = tokio::task::spawn_blocking(move || work(&front)).await;
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
pub(super) fn shutdown(front: &Front) -> Answer {
    front.stop.notify_one();
    ok(&json!({}))
}

pub(super) fn requests(front: &Front) -> Answer {
    ok(&to_value(&front.recorder.requests()))
}

pub(super) fn clear_requests(front: &Front) -> Answer {
    front.recorder.clear();
    ok(&json!({}))
}

pub(super) fn tokens(front: &Front) -> Answer {
    ok(&to_value(&front.tokens.tokens()))
}

pub(super) fn faults(front: &Front) -> Answer {
    let rules = front.faults.list().into_iter().map(|(rule, applied)| {
        let mut shown = to_value(&rule);
        shown["applied"] = applied.into();
        shown
    });
    ok(&Value::Array(rules.collect()))
}

pub(super) fn add_faults(front: &Front, body: &Bytes) -> Answer {
    let rules: Vec<FaultRule> = parse(body)?;
    front.faults.add(rules).map_err(|error| error.to_string())?;
    faults(front)
}

pub(super) fn clear_faults(front: &Front) -> Answer {
    front.faults.clear();
    ok(&json!({}))
}

pub(super) fn clock(front: &Front) -> Answer {
    let clock = &front.world.clock;
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

pub(super) fn advance(front: &Front, body: &Bytes) -> Answer {
    let Advance { seconds } = parse(body)?;
    front.world.clock.advance(Duration::from_secs(seconds));
    clock(front)
}

pub(super) fn freeze(front: &Front) -> Answer {
    front.world.clock.freeze();
    clock(front)
}

pub(super) fn resume(front: &Front) -> Answer {
    front.world.clock.resume();
    clock(front)
}

pub(super) fn devices(front: &Front) -> Answer {
    ok(&Value::Array(front.world.aad.pending_devices()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    username: String,
}

pub(super) fn approve(front: &Front, user_code: &str, body: &Bytes) -> Answer {
    let Approval { username } = parse(body)?;
    front.world.aad.approve_device(user_code, &username)?;
    ok(&json!({}))
}

pub(super) fn deny(front: &Front, user_code: &str) -> Answer {
    front.world.aad.deny_device(user_code)?;
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
