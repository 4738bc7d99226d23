//! Data Lake Store Gen1: decodes a WebHDFS request, asks the namespace, encodes the answer.

use std::sync::Arc;

use crate::call::{Call, Response, empty};
use crate::world::World;

/// Answers a request to a Gen1 account.
pub(crate) async fn handle(_world: &Arc<World>, _call: Call) -> Response {
    empty(http::StatusCode::NOT_FOUND)
}
