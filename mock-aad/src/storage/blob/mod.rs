//! The Blob protocol: containers, and the blobs in them.

mod append;
mod attributes;
mod blocks;
mod container;
mod container_list;
mod copy;
mod copy_source;
mod delegation_key;
mod delete;
mod find;
mod get;
mod list;
mod put;
mod service;
mod service_properties;
mod stored_policies;
mod tags;
mod tier;

use adls_wire::sas::SasPermissions;
use axum::body::Body;
use http::Method;

use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange};
use super::needs::{Needs, Resource};

/// What accounts with a hierarchical namespace cannot do with a blob.
const NOT_SUPPORTED: [&str; 8] = [
    "page",
    "pagelist",
    "incrementalcopy",
    "snapshot",
    "query",
    "seal",
    "immutabilityPolicies",
    "legalhold",
];

/// Answers a request of a known caller.
pub(super) async fn serve(exchange: &Exchange<'_>, body: Body) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let (restype, comp) = (request.query.get("restype"), request.query.get("comp"));
    let address = &request.address;
    match restype {
        Some("account") => of_account(exchange, comp),
        Some("service") => of_service(exchange, comp, body).await,
        Some("container") => of_container(exchange, comp, body).await,
        Some(value) => Err(unknown("restype", value)),
        None if address.file_system.is_none() => of_service(exchange, comp, body).await,
        None if address.path.is_none() => Err(StorageError::missing_query("restype")),
        None => of_blob(exchange, comp, body).await,
    }
}

fn unknown(name: &str, value: &str) -> StorageError {
    let reason = "it names no operation with this method on this resource";
    StorageError::invalid_query(name, value, reason)
}

/// What is refused of a method and a word that do not go together.
fn mismatch(comp: Option<&str>) -> StorageError {
    match comp {
        Some(value) => unknown("comp", value),
        None => ErrorCode::UnsupportedHttpVerb.into(),
    }
}

fn of_account(exchange: &Exchange<'_>, comp: Option<&str>) -> Result<Answer, StorageError> {
    match (&exchange.request.method, comp) {
        (&Method::GET | &Method::HEAD, Some("properties")) => {
            service::account_information(exchange)
        }
        _ => Err(mismatch(comp)),
    }
}

async fn of_service(
    exchange: &Exchange<'_>,
    comp: Option<&str>,
    body: Body,
) -> Result<Answer, StorageError> {
    match (&exchange.request.method, comp) {
        (&Method::GET, Some("list")) => service::list_containers(exchange),
        (&Method::GET, Some("properties")) => service::properties(exchange),
        (&Method::PUT, Some("properties")) => service::set_properties(exchange, body).await,
        (&Method::GET, Some("blobs")) => find::in_account(exchange),
        (&Method::GET, Some("stats")) => service::stats(exchange),
        (&Method::POST, Some("userdelegationkey")) => {
            service::user_delegation_key(exchange, body).await
        }
        _ => Err(mismatch(comp)),
    }
}

async fn of_container(
    exchange: &Exchange<'_>,
    comp: Option<&str>,
    body: Body,
) -> Result<Answer, StorageError> {
    exchange.request.address.require_no_path()?;
    match (&exchange.request.method, comp) {
        (&Method::PUT, None) => container::create(exchange),
        (&Method::GET | &Method::HEAD, None | Some("metadata")) => container::properties(exchange),
        (&Method::DELETE, None) => container::delete(exchange),
        (&Method::PUT, Some("metadata")) => container::set_metadata(exchange),
        (&Method::GET | &Method::HEAD, Some("acl")) => container::access_policies(exchange),
        (&Method::PUT, Some("acl")) => container::set_access_policies(exchange, body).await,
        (&Method::PUT, Some("lease")) => container::change_lease(exchange),
        (&Method::PUT, Some("undelete")) => container::undelete(exchange),
        (&Method::GET, Some("list")) => list::list(exchange),
        (&Method::GET, Some("blobs")) => find::in_container(exchange),
        _ => Err(mismatch(comp)),
    }
}

async fn of_blob(
    exchange: &Exchange<'_>,
    comp: Option<&str>,
    body: Body,
) -> Result<Answer, StorageError> {
    let has = |name| exchange.request.header(name).is_some();
    let (copies, has_type) = (has(copy_source::HEADER), has(put::TYPE));
    match (&exchange.request.method, comp) {
        (&Method::PUT, Some("copy")) => copy::abort(exchange),
        (&Method::PUT, None) if copies && !has_type => copy::copy(exchange).await,
        (&Method::PUT, None) if copies && has_type => copy::put_from_url(exchange).await,
        (&Method::PUT, None) => put::put(exchange, body).await,
        (&Method::PUT, Some("block")) if copies => blocks::put_block_from_url(exchange).await,
        (&Method::PUT, Some("appendblock")) if copies => append::append_from_url(exchange).await,
        (&Method::GET, None) => get::get(exchange).await,
        (&Method::HEAD, None) => get::properties(exchange),
        (&Method::GET | &Method::HEAD, Some("metadata")) => get::metadata(exchange),
        (&Method::PUT, Some("metadata")) => attributes::set_metadata(exchange),
        (&Method::PUT, Some("properties")) => attributes::set_properties(exchange),
        (&Method::PUT, Some("expiry")) => attributes::set_expiry(exchange),
        (&Method::PUT, Some("lease")) => attributes::change_lease(exchange),
        (&Method::GET, Some("tags")) => tags::get(exchange),
        (&Method::PUT, Some("tags")) => tags::set(exchange, body).await,
        (&Method::PUT, Some("block")) => blocks::put_block(exchange, body).await,
        (&Method::PUT, Some("blocklist")) => blocks::put_block_list(exchange, body).await,
        (&Method::GET, Some("blocklist")) => blocks::get_block_list(exchange),
        (&Method::PUT, Some("appendblock")) => append::append_block(exchange, body).await,
        (&Method::PUT, Some("tier")) => tier::set_tier(exchange),
        (&Method::DELETE, None) => delete::delete(exchange),
        (&Method::PUT, Some("undelete")) => delete::undelete(exchange),
        (_, Some(comp)) if NOT_SUPPORTED.contains(&comp) => {
            exchange.identity(Needs::any(
                Resource::Object,
                SasPermissions::READ | SasPermissions::WRITE,
            ))?;
            Err(ErrorCode::FeatureNotYetSupportedForHierarchicalNamespaceAccounts.into())
        }
        _ => Err(mismatch(comp)),
    }
}
