//! Requests to identity endpoints, and what their refusals mean.

use adls_http::{Idempotency, Request, SafeUrl};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};

use super::ManagedIdentityId;
use crate::endpoint::LONGEST_ANSWER;
use crate::{AuthErrorKind, Error, Result};

/// How errors and logs call the request.
pub(super) const OPERATION: &str = "managed identity";

/// A question to `endpoint`, whose path stays as the platform has spelled it.
pub(super) fn get(endpoint: &SafeUrl, query: &[(&str, &str)]) -> Result<Request> {
    let mut url = endpoint.as_url().clone();
    url.query_pairs_mut().clear().extend_pairs(query);
    let url = SafeUrl::try_from(url).map_err(|error| Error::invalid_input(error.to_string()))?;
    let request = Request::new(OPERATION, Method::GET, url, Idempotency::Safe);
    Ok(request.longest_answer(LONGEST_ANSWER))
}

/// Marks a request as meant: a page in a browser cannot set this header, so it cannot be tricked
/// into fetching tokens.
pub(super) fn metadata(request: Request) -> Request {
    request.header(HeaderName::from_static("metadata"), HeaderValue::from_static("true"))
}

pub(super) fn secret_header(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(text).map_err(|_| {
        Error::invalid_input(
            "the identity endpoint's secret holds characters that no header can carry",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A header's text.
pub(super) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The query of most hosts. They differ in how they call a resource id.
pub(super) fn query<'a>(
    api_version: &'a str,
    resource: &'a str,
    id: &'a ManagedIdentityId,
    resource_id_name: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut query = vec![("api-version", api_version), ("resource", resource)];
    match id {
        ManagedIdentityId::SystemAssigned => {}
        ManagedIdentityId::ClientId(id) => query.push(("client_id", id)),
        ManagedIdentityId::ObjectId(id) => query.push(("object_id", id)),
        ManagedIdentityId::ResourceId(id) => query.push((resource_id_name, id)),
    }
    query
}

pub(super) fn machine_learning_query<'a>(
    resource: &'a str,
    id: &'a ManagedIdentityId,
) -> Vec<(&'a str, &'a str)> {
    let mut query = vec![("api-version", "2017-09-01"), ("resource", resource)];
    if let ManagedIdentityId::ClientId(id) = id {
        query.push(("clientid", id));
    }
    query
}

/// Says what a refusal of such an endpoint means.
pub(super) fn explain(error: adls_http::Error) -> Error {
    match error.status() {
        // Nothing else makes these endpoints answer so.
        Some(StatusCode::BAD_REQUEST) => Error::with_source(
            AuthErrorKind::Unavailable,
            "no such managed identity is assigned to this machine",
            error,
        ),
        Some(StatusCode::FORBIDDEN) if error.to_string().contains("unreachable") => {
            Error::with_source(AuthErrorKind::Unavailable, "no managed identity endpoint", error)
        }
        _ => Error::http(error),
    }
}
