//! The HTTP proxy: tunnels to the emulator's own TLS, and nowhere else.
//!
//! With it and the certificate authority, a program that has the real host names built in reaches the
//! emulator without being changed.

use axum::body::Body;
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri, header};

use super::exchange::{bare_host, parse_authority};
use super::hosts;
use super::shared::Entry;
use crate::call::Response;

/// Whether a CONNECT request may have its tunnel.
pub(crate) fn check_connect(entry: Entry, target: &Uri) -> Result<(), Box<Response>> {
    if entry != Entry::Proxy {
        let message = "CONNECT is answered by the proxy only; its address is proxy_url";
        return Err(Box::new(text(StatusCode::METHOD_NOT_ALLOWED, message.to_owned())));
    }
    match target.authority().and_then(|authority| parse_authority(authority.as_str())) {
        Some(target) => check(&target),
        None => {
            let message = "CONNECT needs a host and a port".to_owned();
            Err(Box::new(text(StatusCode::BAD_REQUEST, message)))
        }
    }
}

/// Refuses hosts that the emulator does not stand for: it never opens a connection of its own.
pub(crate) fn check(target: &Authority) -> Result<(), Box<Response>> {
    let host = bare_host(target);
    if hosts::answers_for(host) {
        return Ok(());
    }
    Err(Box::new(text(
        StatusCode::FORBIDDEN,
        format!(
            "the emulator's proxy leads to the Azure hosts that the emulator stands for, and {host} \
             is not one of them; name it in NO_PROXY to reach it directly"
        ),
    )))
}

/// Removes what was meant for the proxy and not for the host behind it.
pub(crate) fn strip_headers(headers: &mut HeaderMap) {
    headers.remove(header::PROXY_AUTHORIZATION);
    headers.remove("proxy-connection");
}

fn text(status: StatusCode, message: String) -> Response {
    let mut response = http::Response::new(Body::from(message + "\n"));
    *response.status_mut() = status;
    let plain = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_to_azure_hosts_on_any_port_and_nowhere_else() {
        for target in ["login.microsoftonline.com:443", "a.azuredatalakestore.net:8443", "[::1]:1"]
        {
            assert!(check(&target.parse().unwrap()).is_ok(), "{target}");
        }
        for target in ["example.com:443", "microsoft.com:443", "10.0.0.1:443", "[::2]:443"] {
            let refusal = check(&target.parse().unwrap()).unwrap_err();
            assert_eq!(refusal.status(), StatusCode::FORBIDDEN, "{target}");
        }
    }
}
