//! The `/_mock` interface: reset, clock, faults, recorded requests, device codes.

use std::sync::Arc;

use crate::call::{Call, Response, empty};
use crate::world::World;

/// Answers a request below `/_mock`.
pub(crate) async fn handle(_world: &Arc<World>, _call: Call) -> Response {
    empty(http::StatusCode::NOT_FOUND)
}
