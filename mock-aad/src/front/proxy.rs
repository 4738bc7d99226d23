//! The HTTP proxy: tunnels to the emulator's own TLS, and nowhere else.
//!
//! With it and the certificate authority, a program that has the real host names built in reaches the
//! emulator without being changed.

use std::sync::Arc;

use axum::body::Body;
use http::uri::Authority;
use http::{HeaderMap, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;

use super::connection::{self, Entry, Origin};
use super::exchange::{bare_host, parse_authority};
use super::hosts;
use super::listen::Shared;
use crate::call::{Response, empty};

/// Answers a CONNECT request; the tunnel ends in the emulator's TLS, whatever port it names.
pub(crate) fn connect(
    shared: &Arc<Shared>,
    origin: &Origin,
    request: Request<Incoming>,
) -> Response {
    if origin.entry != Entry::Proxy {
        let message = "CONNECT is answered by the proxy only; its address is proxy_url";
        return text(StatusCode::METHOD_NOT_ALLOWED, message.to_owned());
    }
    let target = request.uri().authority().and_then(|a| parse_authority(a.as_str()));
    let Some(target) = target else {
        return text(StatusCode::BAD_REQUEST, "CONNECT needs a host and a port".to_owned());
    };
    if let Err(refusal) = check(&target) {
        return *refusal;
    }
    let (tunnel_shared, origin) = (shared.clone(), origin.clone());
    shared.tasks.spawn(shared.until_killed(async move {
        match hyper::upgrade::on(request).await {
            Ok(tunnel) => {
                connection::accept_tls(tunnel_shared, TokioIo::new(tunnel), origin).await;
            }
            Err(error) => tracing::debug!(peer = %origin.peer, %error, "tunnel failed"),
        }
    }));
    empty(StatusCode::OK)
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
