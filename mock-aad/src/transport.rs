//! The emulator behind the client crates' transport: a request is a function call.

use std::net::Ipv4Addr;

use adls_http::{
    BoxFuture, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};
use axum::body::Body;
use futures_util::StreamExt;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode, Uri};
use http_body::Body as _;

use crate::emulator::Emulator;
use crate::front::Front;
use crate::front::exchange::{Inbound, parse_authority};
use crate::front::hosts::AnsweredHosts;

/// Carries requests to an emulator in the same process, without sockets and TLS.
///
/// Routing, recording and faults are those of the listeners: a reset ends in
/// [`TransportErrorKind::Interrupted`], and a host that the emulator does not stand for cannot be
/// reached. It goes on working when the emulator has been shut down.
#[derive(Clone, Debug)]
pub struct EmulatorTransport {
    front: Front,
}

impl Emulator {
    /// A way to this emulator for the client crates that needs no socket.
    #[must_use]
    pub fn transport(&self) -> EmulatorTransport {
        EmulatorTransport { front: self.front() }
    }
}

impl Transport for EmulatorTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let head = request.method == Method::HEAD;
            let inbound = inbound(&self.front.control.guard.hosts, request)?;
            let answer = self.front.answer(inbound).await.map_err(interrupted)?;
            let (mut parts, body) = answer.into_parts();
            announce_length(&mut parts.headers, parts.status, &body);
            let body = if head { Body::empty() } else { body };
            let frames = body.into_data_stream().map(|frame| frame.map_err(interrupted)).boxed();
            Ok(TransportResponse { status: parts.status, headers: parts.headers, body: frames })
        })
    }
}

fn inbound(hosts: &AnsweredHosts, request: TransportRequest) -> Result<Inbound, TransportError> {
    let url = request.url.as_url();
    let host = request.url.host();
    if !hosts.contain(host.trim_start_matches('[').trim_end_matches(']')) {
        return Err(unreachable(format!("{host} is not a host that the emulator stands for")));
    }
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let uri: Uri = path.parse().map_err(|error| unreachable(format!("{path}: {error}")))?;
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let authority = parse_authority(authority)
        .ok_or_else(|| unreachable(format!("{authority} is not a host name")))?;
    let mut headers = request.headers;
    headers.insert(header::CONTENT_LENGTH, request.body.len().into());
    Ok(Inbound {
        scheme: if request.url.is_https() { "https" } else { "http" },
        authority,
        peer: Ipv4Addr::LOCALHOST.into(),
        method: request.method,
        uri,
        headers,
        body: Body::from(request.body.bytes().clone()),
    })
}

/// As the listeners do: an answer of known length says so, unless it never has a body.
fn announce_length(headers: &mut HeaderMap, status: StatusCode, body: &Body) {
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return;
    }
    if let Some(length) = body.size_hint().exact() {
        headers.entry(header::CONTENT_LENGTH).or_insert_with(|| length.into());
    }
}

fn unreachable(reason: String) -> TransportError {
    TransportError::new(TransportErrorKind::Connect, reason)
}

fn interrupted(error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::new(TransportErrorKind::Interrupted, error)
}
