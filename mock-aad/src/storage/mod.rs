//! Azure Storage accounts with a hierarchical namespace: the DFS and the Blob protocol.

mod endpoint;
mod errors;
mod protocol;
mod service;
mod signatures;
mod text;

use http::StatusCode;

use crate::call::{Call, Response, refusal};

pub(crate) use endpoint::Endpoint;
pub(crate) use protocol::Protocol;
pub(crate) use service::{Secret, Storage, initial_accounts};

/// Answers a request to a storage account.
pub(crate) async fn handle(storage: &Storage, call: Call, endpoint: Endpoint) -> Response {
    let _ = (storage, endpoint);
    let message = "this operation is not offered";
    let mut response = refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message);
    if let Ok(id) = call.request_id.to_string().parse() {
        response.headers_mut().insert("x-ms-request-id", id);
    }
    response
}
