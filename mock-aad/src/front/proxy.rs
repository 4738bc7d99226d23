//! The HTTP proxy: tunnels to the emulator's own TLS and, only if it is to let them pass, to other hosts.
//!
//! With it and the certificate authority, a program that has the real host names built in reaches the
//! emulator without being changed.

use std::time::Duration;

use axum::body::Body;
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri, header};
use tokio::net::TcpStream;

use super::exchange::{bare_host, parse_authority};
use super::hosts::AnsweredHosts;
use super::shared::Entry;
use crate::call::Response;

/// Where a tunnel leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tunnel {
    /// To the emulator's own TLS, whatever port was named.
    Here,
    /// To a host that the emulator does not stand for.
    Elsewhere(Authority),
}

/// Where the tunnel of a CONNECT request leads, if it may have one; with `passthrough`, anywhere.
pub(crate) fn tunnel(
    entry: Entry,
    target: &Uri,
    hosts: &AnsweredHosts,
    passthrough: bool,
) -> Result<Tunnel, Box<Response>> {
    if entry != Entry::Proxy {
        let message = "CONNECT is answered by the proxy only; its address is proxy_url";
        return Err(Box::new(text(StatusCode::METHOD_NOT_ALLOWED, message.to_owned())));
    }
    match target.authority().and_then(|authority| parse_authority(authority.as_str())) {
        Some(target) if passthrough && !hosts.contain(bare_host(&target)) => {
            Ok(Tunnel::Elsewhere(target))
        }
        Some(target) => check(&target, hosts).map(|()| Tunnel::Here),
        None => {
            let message = "CONNECT needs a host and a port".to_owned();
            Err(Box::new(text(StatusCode::BAD_REQUEST, message)))
        }
    }
}

/// How long a host that the emulator does not stand for has to accept.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Connects to a host that the emulator does not stand for.
pub(crate) async fn dial(target: &Authority) -> Result<TcpStream, Response> {
    let port = target.port_u16().unwrap_or(443);
    let dialled = TcpStream::connect((bare_host(target), port));
    let failed =
        |reason: String| text(StatusCode::BAD_GATEWAY, format!("cannot reach {target}: {reason}"));
    match tokio::time::timeout(CONNECT_TIMEOUT, dialled).await {
        Ok(connected) => connected.map_err(|error| failed(error.to_string())),
        Err(_) => Err(failed(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
    }
}

/// Refuses hosts that the emulator does not stand for.
pub(crate) fn check(target: &Authority, hosts: &AnsweredHosts) -> Result<(), Box<Response>> {
    let host = bare_host(target);
    if hosts.contain(host) {
        return Ok(());
    }
    Err(Box::new(text(
        StatusCode::FORBIDDEN,
        format!(
            "the emulator's proxy leads to the Azure hosts that the emulator stands for, and {host} \
             is not one of them; name it in NO_PROXY to reach it directly, or start the emulator with \
             --proxy-passthrough"
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
        let hosts = AnsweredHosts::default();
        for target in ["login.microsoftonline.com:443", "a.azuredatalakestore.net:8443", "[::1]:1"]
        {
            assert!(check(&target.parse().unwrap(), &hosts).is_ok(), "{target}");
            assert_eq!(
                tunnel(Entry::Proxy, &target.parse().unwrap(), &hosts, true).unwrap(),
                Tunnel::Here
            );
        }
        for target in ["example.com:443", "microsoft.com:443", "10.0.0.1:443", "[::2]:443"] {
            let refusal = check(&target.parse().unwrap(), &hosts).unwrap_err();
            assert_eq!(refusal.status(), StatusCode::FORBIDDEN, "{target}");
            let uri = target.parse().unwrap();
            let passed = tunnel(Entry::Proxy, &uri, &hosts, true).unwrap();
            assert_eq!(passed, Tunnel::Elsewhere(target.parse().unwrap()));
            assert!(tunnel(Entry::Proxy, &uri, &hosts, false).is_err(), "{target}");
        }
    }
}
