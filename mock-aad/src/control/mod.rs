//! The `/_mock` interface: reset, clock, faults, recorded requests, device codes.

use std::sync::Arc;

use http::{Method, StatusCode};

use crate::call::{Call, Response, empty, json};
use crate::front::Front;

/// Answers a request below `/_mock`.
pub(crate) async fn handle(front: &Arc<Front>, call: Call) -> Response {
    match (&call.method, call.path().trim_end_matches('/')) {
        (&Method::POST, "/_mock/reset") => {
            front.reset();
            json(StatusCode::OK, &serde_json::json!({}))
        }
        _ => empty(StatusCode::NOT_FOUND),
    }
}
