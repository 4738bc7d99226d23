//! One request and its answer, whichever way it came in.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::Body;
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::json;
use uuid::Uuid;

use super::Front;
use super::hosts::{Named, Service};
use super::route::{Route, route};
use crate::call::{Call, Response, json};
use crate::{aad, arm, control, webhdfs};

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Inbound {
    /// `http` or `https`, as the caller sees it.
    pub(crate) scheme: &'static str,
    /// Host and, if it is not the scheme's own, port, as the caller sees them.
    pub(crate) authority: Authority,
    /// Whether the caller is on this machine.
    pub(crate) local: bool,
    /// The HTTP method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) uri: Uri,
    /// The headers as sent.
    pub(crate) headers: HeaderMap,
    /// The body, not yet read.
    pub(crate) body: Body,
}

impl Front {
    /// Answers one request.
    pub(crate) async fn answer(self: &Arc<Self>, inbound: Inbound) -> Response {
        let host = bare_host(&inbound.authority).to_owned();
        let default_account = &self.world.seed.default_account;
        let mut response = match route(&host, inbound.uri.path(), default_account) {
            Route::Control if inbound.local => control::handle(self, call(inbound, None)).await,
            Route::Control => not_local(),
            Route::Service(named) => self.serve(inbound, named).await,
        };
        self.date(&mut response);
        response
    }

    async fn serve(&self, inbound: Inbound, named: Named) -> Response {
        let call = call(inbound, named.account);
        match named.service {
            Service::AzureAd => aad::handle(&self.world, call).await,
            Service::ResourceManager => arm::handle(&self.world, call).await,
            Service::Gen1 => webhdfs::handle(&self.world, call).await,
            Service::Gen2 => no_gen2(&call),
        }
    }

    /// Answers tell the emulator's time, so that a client sees one clock.
    fn date(&self, response: &mut Response) {
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        let text = printer.timestamp_to_rfc9110_string(&self.world.clock.now());
        if let Some(value) = text.ok().and_then(|text| text.parse().ok()) {
            response.headers_mut().insert(header::DATE, value);
        }
    }
}

fn call(inbound: Inbound, account: Option<String>) -> Call {
    Call {
        origin: format!("{}://{}", inbound.scheme, inbound.authority),
        method: inbound.method,
        uri: inbound.uri,
        headers: inbound.headers,
        body: inbound.body,
        request_id: Uuid::new_v4(),
        account,
    }
}

/// The host without port and without the brackets of an IPv6 address.
pub(crate) fn bare_host(authority: &Authority) -> &str {
    let host = authority.host();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Reads a `Host` header or the authority of a URL; a user name in it is refused.
pub(crate) fn parse_authority(text: &str) -> Option<Authority> {
    Authority::from_str(text).ok().filter(|authority| !authority.as_str().contains('@'))
}

/// Whether an address is on this machine, also when it is an IPv4 address in IPv6 clothes.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// An error of the emulator's front, in the shape that Azure services share.
pub(crate) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    json(status, &json!({"error": {"code": code, "message": message}}))
}

fn not_local() -> Response {
    let message = "/_mock answers only requests from the machine that the emulator runs on";
    refusal(StatusCode::FORBIDDEN, "Forbidden", message)
}

fn no_gen2(call: &Call) -> Response {
    let message = "this emulator does not have Data Lake Storage Gen2 (dfs and blob) yet; \
                   Gen1 accounts answer at <account>.azuredatalakestore.net";
    let mut response = refusal(StatusCode::NOT_IMPLEMENTED, "UnsupportedOperation", message);
    if let Ok(id) = call.request_id.to_string().parse() {
        response.headers_mut().insert("x-ms-request-id", id);
    }
    response
}
