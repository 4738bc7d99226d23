//! Azure Storage accounts with a hierarchical namespace: the DFS and the Blob protocol.

mod address;
mod answer;
mod endpoint;
mod errors;
mod path_style;
mod protocol;
mod query;
mod request;
mod service;
mod signatures;
#[cfg(test)]
mod tests;
mod text;
mod version;

use axum::body::Body;

use self::answer::Stamp;
use self::errors::{ErrorCode, StorageError};
use self::request::Request;
use crate::call::{Call, Response};

pub(crate) use endpoint::Endpoint;
pub(crate) use path_style::by_path;
pub(crate) use protocol::Protocol;
pub(crate) use service::{Secret, Storage, initial_accounts};

/// Answers a request to a storage account.
pub(crate) async fn handle(storage: &Storage, mut call: Call, endpoint: Endpoint) -> Response {
    let now = storage.clock.now();
    match Request::read(&call, endpoint, now) {
        Ok(request) => {
            let stamp = Stamp::of(&call, &request);
            let body = std::mem::take(&mut call.body);
            stamp.answer(serve(storage, &request, body).await)
        }
        Err(refused) => Stamp::of_unread(&call, endpoint, now).answer(Err(refused)),
    }
}

/// Answers a request that could be read.
async fn serve(
    storage: &Storage,
    request: &Request,
    _body: Body,
) -> Result<Response, StorageError> {
    let account = &request.address.account;
    if !storage.serves(account) {
        let message = format!("There is no storage account '{account}' in this emulator.");
        return Err(StorageError::from(ErrorCode::ResourceNotFound).saying(message));
    }
    Err(ErrorCode::NotImplemented.into())
}
