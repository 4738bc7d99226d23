//! Requests of pages from elsewhere: what the rules of an account let them do.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::errors::{ErrorCode, StorageError};
use super::exchange::Answer;
use super::request::Request;
use super::service::Storage;
use crate::call::Response;
use crate::namespace::CorsRule;

/// Answers a browser that asks whether a page may send a request.
///
/// # Errors
/// When no rule lets it, or the browser does not say what it wants.
pub(crate) fn preflight(storage: &Storage, request: &Request) -> Result<Response, StorageError> {
    let origin = request.required_header("origin")?;
    let method = request.required_header("access-control-request-method")?;
    let headers = request.header("access-control-request-headers").unwrap_or_default();
    let rules = rules(storage, request);
    let permits = |rule: &&CorsRule| {
        allows_origin(rule, origin)
            && list(&rule.methods).any(|known| known.eq_ignore_ascii_case(method))
            && list(headers).all(|name| list(&rule.headers).any(|known| matches(known, name)))
    };
    let rule = rules.iter().find(permits).ok_or(ErrorCode::CorsPreflightFailure)?;
    let mut answer = Answer::with_body(StatusCode::OK, Body::empty())
        .header("content-length", "0")
        .header("access-control-allow-methods", method)
        .header_if("access-control-allow-headers", Some(headers).filter(|text| !text.is_empty()))
        .header("access-control-max-age", rule.max_age_seconds.to_string());
    answer.add(allowed(rule, origin));
    Ok(answer.into_response())
}

/// Adds to the answer to a page what lets the page read it.
pub(crate) fn permit(storage: &Storage, request: &Request, headers: &mut HeaderMap) {
    let Some(origin) = request.header("origin") else { return };
    let rules = rules(storage, request);
    if rules.is_empty() {
        return;
    }
    let method = request.sent_method.as_str();
    let permits = |rule: &&CorsRule| {
        allows_origin(rule, origin)
            && list(&rule.methods).any(|known| known.eq_ignore_ascii_case(method))
    };
    let Some(rule) = rules.iter().find(permits) else {
        // Another origin may have another answer.
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        return;
    };
    let exposed: Vec<&str> = headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| list(&rule.exposed_headers).any(|known| matches(known, name)))
        .collect();
    if let Ok(exposed) = HeaderValue::from_str(&exposed.join(","))
        && !exposed.is_empty()
    {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    headers.extend(allowed(rule, origin));
}

fn rules(storage: &Storage, request: &Request) -> Vec<CorsRule> {
    let account = storage.present_account(&request.address.account);
    account.map(|account| account.inspect().service_properties().cors.clone()).unwrap_or_default()
}

/// Who may read the answer. Of a rule for everybody it does not say whom it is for.
fn allowed(rule: &CorsRule, origin: &str) -> Vec<(HeaderName, HeaderValue)> {
    if list(&rule.origins).any(|known| known == "*") {
        return vec![(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    }
    let mut headers = vec![
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
        (header::VARY, HeaderValue::from_static("Origin")),
    ];
    if let Ok(origin) = HeaderValue::from_str(origin) {
        headers.push((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin));
    }
    headers
}

/// Whether a rule is for an origin. It may name all hosts below one: `https://*.contoso.com`.
fn allows_origin(rule: &CorsRule, origin: &str) -> bool {
    list(&rule.origins).any(|known| match known.split_once("*.") {
        _ if known == "*" => true,
        Some((scheme, domain)) => origin
            .strip_prefix(scheme)
            .and_then(|host| host.strip_suffix(domain))
            .is_some_and(|host| host.len() > 1 && host.ends_with('.')),
        None => known == origin,
    })
}

/// Whether a name is one that a rule allows, perhaps by how it begins.
fn matches(known: &str, name: &str) -> bool {
    let (known, name) = (known.to_ascii_lowercase(), name.to_ascii_lowercase());
    match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => known == name,
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}
