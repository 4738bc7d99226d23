//! Azure Storage accounts with a hierarchical namespace: the DFS and the Blob protocol.

mod access;
mod address;
mod answer;
mod batch;
mod blob;
mod content_headers;
mod convert;
mod cors;
mod creation;
mod dfs;
mod encryption;
mod endpoint;
mod errors;
mod exchange;
mod expiry;
mod file_system_form;
mod intake;
mod item_headers;
mod leases;
mod md5_stream;
mod needs;
mod one_lake;
mod page_size;
mod path_style;
mod principals;
mod protocol;
mod query;
mod read;
mod refusal;
mod request;
mod service;
mod signatures;
#[cfg(test)]
mod tests;
mod text;
mod version;

use adls_wire::sas::SasPermissions;
use axum::body::Body;
use http::{Method, StatusCode};

use self::answer::Stamp;
use self::errors::{ErrorCode, StorageError};
use self::exchange::Exchange;
use self::needs::{Needs, Resource};
use self::request::Request;
use crate::call::{Call, Response};

pub(crate) use endpoint::Endpoint;
pub(crate) use one_lake::{certificate_names, endpoint_of_host};
pub(crate) use path_style::by_path;
pub(crate) use protocol::Protocol;
pub(crate) use service::{Secret, Storage, initial_account, initial_accounts};

/// Answers a request to a storage account.
pub(crate) async fn handle(storage: &Storage, mut call: Call, endpoint: Endpoint) -> Response {
    let now = storage.clock.now();
    match Request::read(&call, endpoint, now) {
        Ok(request) => {
            let stamp = Stamp::of(&call, &request);
            if request.sent_method == Method::OPTIONS {
                return stamp.answer(cors::preflight(storage, &request));
            }
            let body = std::mem::take(&mut call.body);
            let mut answer = stamp.answer(serve(storage, &request, body).await);
            cors::permit(storage, &request, answer.headers_mut());
            answer
        }
        Err(refused) => Stamp::of_unread(&call, endpoint, now).answer(Err(refused)),
    }
}

/// Answers a request that could be read.
async fn serve(storage: &Storage, request: &Request, body: Body) -> Result<Response, StorageError> {
    let exchange = admit(storage, request)?;
    match batch::is_one(request) {
        true => serve_batch(&exchange, body).await,
        false => carry_out(&exchange, body).await,
    }
}

/// Finds out who sends a request, and finds the account.
fn admit<'a>(storage: &'a Storage, request: &'a Request) -> Result<Exchange<'a>, StorageError> {
    let name = &request.address.account;
    let no_account = || {
        let message = format!("There is no storage account '{name}' in this emulator.");
        StorageError::from(ErrorCode::ResourceNotFound).saying(message)
    };
    storage.arm.settle();
    if storage.is_flat(name) {
        let message = format!(
            "The storage account '{name}' has no hierarchical namespace, and this emulator keeps no \
             files for such."
        );
        return Err(StorageError::from(ErrorCode::FeatureNotSupportedForAccount).saying(message));
    }
    if !storage.serves(name) {
        return Err(no_account());
    }
    let present = storage.present_account(name);
    let caller = access::authenticate(storage, request, present.as_deref())?;
    storage.kind(name).require_known(request)?;
    let account = storage.open_account(name).ok_or_else(no_account)?;
    if let Some(reason) = account.damage() {
        let message = format!("The account cannot be used: {reason}");
        return Err(StorageError::from(ErrorCode::InternalError).saying(message));
    }
    Ok(Exchange::new(storage, request, account, caller))
}

/// Answers a request of a known caller.
async fn carry_out(exchange: &Exchange<'_>, body: Body) -> Result<Response, StorageError> {
    let answer = match exchange.request.protocol() {
        Protocol::Dfs => dfs::serve(exchange, body).await,
        Protocol::Blob => blob::serve(exchange, body).await,
    }?;
    exchange.settle().await?;
    Ok(answer.into_response())
}

/// Answers a batch: each part as if it had come alone, in their order. They are stored together.
async fn serve_batch(exchange: &Exchange<'_>, body: Body) -> Result<Response, StorageError> {
    if matches!(exchange.caller, access::Caller::Anonymous) {
        exchange.identity(Needs::any(
            Resource::Service,
            SasPermissions::WRITE | SasPermissions::DELETE,
        ))?;
    }
    let parts = batch::read(exchange, body).await?;
    let answers = parts.iter().map(async |part| {
        let outcome = match admit(exchange.storage, &part.request) {
            Ok(exchange) => carry_out(&exchange, Body::empty()).await,
            Err(refused) => Err(refused),
        };
        part.stamp.clone().answer(outcome)
    });
    let answers = futures_util::future::join_all(answers).await;
    Ok(batch::answer(&parts, answers).await?.into_response())
}

/// The answer of a fault rule that says nothing but a status.
pub(crate) fn fault(
    storage: &Storage,
    call: &Call,
    endpoint: Endpoint,
    status: StatusCode,
) -> Response {
    let code = match status.as_u16() {
        401 => ErrorCode::NoAuthenticationInformation,
        403 => ErrorCode::AuthorizationPermissionMismatch,
        404 => ErrorCode::PathNotFound,
        409 => ErrorCode::PathAlreadyExists,
        412 => ErrorCode::ConditionNotMet,
        413 => ErrorCode::RequestBodyTooLarge,
        416 => ErrorCode::InvalidRange,
        501 => ErrorCode::NotImplemented,
        503 => ErrorCode::ServerBusy,
        500.. => ErrorCode::InternalError,
        _ => ErrorCode::InvalidInput,
    };
    let stamp = Stamp::of_unread(call, endpoint, storage.clock.now());
    let mut response = stamp.answer(Err(code.into()));
    *response.status_mut() = status;
    response
}
