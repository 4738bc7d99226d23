//! Containers.

use adls_wire::sas::SasPermissions;
use axum::body::Body;
use http::{Method, StatusCode};

use super::stored_policies;
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange, document};
use crate::storage::leases::LeaseCall;
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::properties::Properties;
use crate::storage::text::xml;
use crate::storage::{convert, file_system_form};

/// `PUT /{container}?restype=container`.
pub(in crate::storage) fn create(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let needs = Needs::any(Resource::FileSystem, SasPermissions::CREATE | SasPermissions::WRITE);
    let identity = exchange.identity(needs)?;
    let name = exchange.file_system()?;
    let new = file_system_form::new(request, &Properties::from_blob(&request.headers)?)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        let made = edit.create_file_system(name, new)?;
        Ok(file_system_form::tell_state(empty(StatusCode::CREATED), made))
    })
}

/// `GET` or `HEAD` `/{container}?restype=container`.
pub(in crate::storage) fn properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::READ))?;
    let item = file_system_form::item_without_conditions(exchange)?;
    let view = exchange.view(&identity);
    let found = view.file_system_if(&item).map_err(exchange.refusal(Purpose::FileSystem))?;
    let mut answer = file_system_form::tell_state(empty(StatusCode::OK), found);
    answer.add(convert::properties(&found.metadata).to_blob());
    if request.query.get("comp").is_some() {
        return Ok(answer);
    }
    let lease = view.lease_of_file_system(found);
    let answer = file_system_form::tell_public_access(answer, found)
        .header("x-ms-lease-state", convert::lease_state(lease.state))
        .header("x-ms-lease-status", convert::lease_status(lease.locked))
        .header_if("x-ms-lease-duration", lease.duration.map(convert::lease_duration))
        .header("x-ms-has-immutability-policy", "false")
        .header("x-ms-has-legal-hold", "false");
    let of_versions = file_system_form::tells_of_versions(request.version).then_some("false");
    Ok(file_system_form::tell_scope(answer, found)
        .header_if("x-ms-immutable-storage-with-versioning-enabled", of_versions))
}

/// `DELETE /{container}?restype=container`.
pub(in crate::storage) fn delete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::DELETE))?;
    let item = file_system_form::item(exchange)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        edit.delete_file_system(&item)?;
        Ok(empty(StatusCode::ACCEPTED))
    })
}

/// `PUT /{container}?restype=container&comp=metadata`.
pub(in crate::storage) fn set_metadata(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::WRITE))?;
    let item = file_system_form::item(exchange)?;
    let metadata = convert::metadata(&Properties::from_blob(&exchange.request.headers)?);
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        let changed = edit.set_file_system_metadata(&item, metadata)?;
        Ok(file_system_form::tell_state(empty(StatusCode::OK), changed))
    })
}

/// `GET` or `HEAD` `/{container}?restype=container&comp=acl`.
pub(in crate::storage) fn access_policies(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::no_signature(Resource::FileSystem))?;
    let item = file_system_form::item_without_conditions(exchange)?;
    let view = exchange.view(&identity);
    let found = view.file_system_if(&item).map_err(exchange.refusal(Purpose::FileSystem))?;
    let answer = match exchange.request.method {
        Method::HEAD => Answer::empty(StatusCode::OK),
        _ => Answer::with_body(StatusCode::OK, stored_policies::write(&found.policies)),
    };
    let answer = answer.header("content-type", "application/xml");
    Ok(file_system_form::tell_public_access(file_system_form::tell_state(answer, found), found))
}

/// `PUT /{container}?restype=container&comp=acl`.
pub(in crate::storage) async fn set_access_policies(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::no_signature(Resource::FileSystem))?;
    let item = file_system_form::item(exchange)?;
    let public = file_system_form::public_access(&exchange.request.headers)?;
    let body = document(body, xml::LARGEST).await?;
    let policies = stored_policies::read(&body)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        let changed = edit.set_file_system_policies(&item, public, policies)?;
        Ok(file_system_form::tell_state(empty(StatusCode::OK), changed))
    })
}

/// `PUT /{container}?restype=container&comp=lease`.
pub(in crate::storage) fn change_lease(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let call = LeaseCall::of(exchange.request)?;
    let identity = exchange.identity(call.needs(Resource::FileSystem))?;
    let item = file_system_form::item(exchange)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        let (leased, outcome) = edit.change_file_system_lease(&item, &call.change)?;
        Ok(call.answer(outcome, leased.etag(), leased.changed))
    })
}

/// `PUT /{container}?restype=container&comp=undelete`.
pub(in crate::storage) fn undelete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::WRITE))?;
    let name = exchange.file_system()?;
    let deleted = request.required_header("x-ms-deleted-container-name")?;
    let version = request.required_header("x-ms-deleted-container-version")?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        edit.restore_file_system(name, deleted, version)?;
        Ok(empty(StatusCode::CREATED))
    })
}

fn empty(status: StatusCode) -> Answer {
    Answer::empty(status).header("content-length", "0")
}
