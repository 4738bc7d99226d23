//! The account and its settings.

use adls_wire::sas::SasPermissions;
use adls_wire::xml::XmlWriter;
use axum::body::Body;
use http::StatusCode;

use super::{container_list, delegation_key, service_properties};
use crate::storage::access::Caller;
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange, document};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::{dates, xml};

/// `GET /?comp=list`.
pub(in crate::storage) fn list_containers(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    container_list::list(exchange)
}

/// `GET /?restype=service&comp=properties`.
pub(in crate::storage) fn properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::Service, SasPermissions::READ))?;
    let view = exchange.view(&identity);
    Ok(xml_answer(service_properties::write(view.service_properties())))
}

/// `PUT /?restype=service&comp=properties`.
pub(in crate::storage) async fn set_properties(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::Service, SasPermissions::WRITE))?;
    let body = document(body, xml::LARGEST).await?;
    let changes = service_properties::Changes::read(&body)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        edit.change_service_properties(|service| changes.apply_to(service));
        Ok(Answer::empty(StatusCode::ACCEPTED).header("content-length", "0"))
    })
}

/// `GET /?restype=service&comp=stats`, which only the copy in the other region answers.
pub(in crate::storage) fn stats(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    exchange.identity(Needs::any(Resource::Service, SasPermissions::READ))?;
    if !request.address.endpoint.secondary {
        let reason = "only the host of the secondary location has them";
        return Err(StorageError::invalid_query("comp", "stats", reason));
    }
    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open("StorageServiceStats")
        .open("GeoReplication")
        .element("Status", "live")
        .element("LastSyncTime", &dates::rfc1123(request.now.as_millisecond()));
    Ok(xml_answer(xml.finish()))
}

/// `GET` or `HEAD` `?restype=account&comp=properties`, on any path. Whoever has proven who they are may
/// know, by whatever right.
pub(in crate::storage) fn account_information(
    exchange: &Exchange<'_>,
) -> Result<Answer, StorageError> {
    if matches!(exchange.caller, Caller::Anonymous) {
        exchange.identity(Needs::any(Resource::Service, SasPermissions::READ))?;
    }
    Ok(Answer::empty(StatusCode::OK)
        .header("content-length", "0")
        .header("x-ms-sku-name", "Standard_RAGRS")
        .header("x-ms-account-kind", "StorageV2")
        .header("x-ms-is-hns-enabled", "true"))
}

/// `POST /?restype=service&comp=userdelegationkey`.
pub(in crate::storage) async fn user_delegation_key(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let caller = delegation_key::caller(exchange)?;
    let body = document(body, xml::LARGEST).await?;
    Ok(xml_answer(delegation_key::issue(exchange, caller, &body)?))
}

fn xml_answer(body: String) -> Answer {
    Answer::with_body(StatusCode::OK, body).header("content-type", "application/xml")
}
