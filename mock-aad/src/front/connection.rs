//! One connection: HTTP/1.1 over TCP, over TLS, or over TLS in a tunnel.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode, Uri, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::exchange::{Inbound, Reset, parse_authority};
use super::proxy::{self, Tunnel};
use super::shared::{Entry, Shared};
use super::socket::{Ending, Socket};
use crate::call::{Response, empty, refusal};

/// How long a caller may take for the head of a request, and stay silent between two requests.
const HEADERS: Duration = Duration::from_secs(120);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How much is read at once from below TLS, which by itself takes 4 KiB at a time: two records.
const TLS_READ_BUFFER: usize = 2 * (16 * 1024 + 256);

/// What the requests of one connection have in common.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) entry: Entry,
    pub(crate) peer: SocketAddr,
    pub(crate) ending: Ending,
    /// One of the connections that there may be at once.
    pub(crate) _place: Arc<OwnedSemaphorePermit>,
}

/// Serves a fresh connection until it ends.
pub(crate) async fn accept(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    entry: Entry,
    place: OwnedSemaphorePermit,
) {
    // Answers are small and go out as a whole: waiting for more (Nagle) only delays them.
    let _ = stream.set_nodelay(true);
    let origin = Origin { entry, peer, ending: Ending::default(), _place: Arc::new(place) };
    let socket = Socket::new(stream, origin.ending.clone());
    match entry {
        Entry::Tls => accept_tls(shared, socket, origin).await,
        Entry::Http | Entry::Proxy => serve(shared, socket, origin).await,
    }
}

/// Shakes hands, then serves the connection.
pub(crate) async fn accept_tls<I>(shared: Arc<Shared>, io: I, origin: Origin)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = BufReader::with_capacity(TLS_READ_BUFFER, io);
    let handshake = tokio::time::timeout(HANDSHAKE, shared.tls.accept(io));
    let stream = tokio::select! {
        stream = handshake => stream,
        () = shared.closing.cancelled() => return,
    };
    match stream.unwrap_or_else(|late| Err(late.into())) {
        Ok(stream) => serve(shared, stream, Origin { entry: Entry::Tls, ..origin }).await,
        Err(error) => tracing::debug!(peer = %origin.peer, %error, "TLS handshake failed"),
    }
}

async fn serve<I>(shared: Arc<Shared>, io: I, origin: Origin)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = origin.peer;
    let on_request = {
        let shared = shared.clone();
        service_fn(move |request| {
            let (shared, origin) = (shared.clone(), origin.clone());
            async move { respond(&shared, &origin, request).await }
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(io), on_request);
    let mut connection = pin!(connection.with_upgrades());
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = shared.closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

async fn respond(
    shared: &Arc<Shared>,
    origin: &Origin,
    request: Request<Incoming>,
) -> Result<Response, Reset> {
    if request.method() == Method::CONNECT {
        return Ok(connect(shared, origin, request).await);
    }
    match inbound(shared, origin, request) {
        // An error makes hyper drop the connection without a word.
        Ok(inbound) => shared.front.answer(inbound).await.inspect_err(|_| origin.ending.reset()),
        Err(response) => Ok(*response),
    }
}

/// Answers a CONNECT request. The tunnel ends in the emulator's TLS, or where it was meant to.
async fn connect(shared: &Arc<Shared>, origin: &Origin, request: Request<Incoming>) -> Response {
    let hosts = &shared.front.control.guard.hosts;
    let tunnel = proxy::tunnel(origin.entry, request.uri(), hosts, shared.proxy_passthrough);
    let outside = match tunnel {
        Ok(Tunnel::Here) => None,
        Ok(Tunnel::Elsewhere(target)) => match proxy::dial(&target).await {
            Ok(outside) => Some(outside),
            Err(failure) => return failure,
        },
        Err(refusal) => return *refusal,
    };
    open_tunnel(shared, origin, request, outside);
    empty(StatusCode::OK)
}

/// Begins to carry what comes behind a CONNECT request: to the emulator's TLS, or to a host outside.
fn open_tunnel(
    shared: &Arc<Shared>,
    origin: &Origin,
    request: Request<Incoming>,
    outside: Option<TcpStream>,
) {
    let (tunnel_shared, origin) = (shared.clone(), origin.clone());
    shared.tasks.spawn(shared.until_killed(async move {
        match (hyper::upgrade::on(request).await, outside) {
            (Ok(tunnel), None) => accept_tls(tunnel_shared, TokioIo::new(tunnel), origin).await,
            (Ok(tunnel), Some(outside)) => {
                pass_on(&tunnel_shared, TokioIo::new(tunnel), outside).await;
            }
            (Err(error), _) => tracing::debug!(peer = %origin.peer, %error, "tunnel failed"),
        }
    }));
}

/// Carries bytes between a caller and a host that the emulator does not stand for, until either ends.
async fn pass_on(
    shared: &Shared,
    mut inside: impl AsyncRead + AsyncWrite + Unpin,
    mut outside: TcpStream,
) {
    let _ = outside.set_nodelay(true);
    tokio::select! {
        passed = tokio::io::copy_bidirectional(&mut inside, &mut outside) => {
            if let Err(error) = passed {
                tracing::debug!(%error, "a tunnel to another host broke off");
            }
        }
        () = shared.closing.cancelled() => {}
    }
}

/// Finds out whom the caller means: the URL if it is absolute (RFC 9112, section 3.2.2), else `Host`.
fn inbound(
    shared: &Shared,
    origin: &Origin,
    request: Request<Incoming>,
) -> Result<Inbound, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let absolute = parts.uri.authority().cloned();
    let scheme = match (&absolute, parts.uri.scheme_str(), origin.entry) {
        (Some(_), Some("https"), _) | (None, _, Entry::Tls) => "https",
        (Some(_), Some("http"), _) | (None, _, Entry::Http | Entry::Proxy) => "http",
        (Some(_), ..) => return Err(bad_request("the URL's scheme is neither http nor https")),
    };
    if origin.entry == Entry::Proxy
        && let Some(authority) = &absolute
    {
        proxy::check(authority, &shared.front.control.guard.hosts)?;
    }
    let mut named = parts.headers.get_all(header::HOST).iter();
    let authority = match (absolute, named.next(), named.next()) {
        (Some(authority), ..) => parse_authority(authority.as_str()),
        (None, Some(host), None) => host.to_str().ok().and_then(parse_authority),
        (None, Some(_), Some(_)) => return Err(bad_request("there are two Host headers")),
        (None, None, _) => Some(shared.own_authority(origin.entry)),
    };
    let authority = authority.ok_or_else(|| bad_request("the Host header is not a host name"))?;
    proxy::strip_headers(&mut parts.headers);
    Ok(Inbound {
        scheme,
        authority,
        peer: origin.peer.ip(),
        method: parts.method,
        uri: path_and_query(parts.uri),
        headers: parts.headers,
        body: Body::new(body),
    })
}

/// The URL without scheme and host.
fn path_and_query(uri: Uri) -> Uri {
    uri.into_parts().path_and_query.map(Uri::from).unwrap_or_default()
}

fn bad_request(message: &str) -> Box<Response> {
    Box::new(refusal(StatusCode::BAD_REQUEST, "BadRequest", message))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::emulator::Emulator;

    async fn connected(emulator: &Emulator, entry: Entry) -> DuplexStream {
        let (client, server) = duplex(4096);
        let shared = emulator.shared();
        let place = shared.places.clone().acquire_owned().await.unwrap();
        let origin = Origin {
            entry,
            peer: (Ipv4Addr::LOCALHOST, 1).into(),
            ending: Ending::default(),
            _place: Arc::new(place),
        };
        match entry {
            Entry::Tls => tokio::spawn(accept_tls(shared, server, origin)),
            Entry::Http | Entry::Proxy => tokio::spawn(serve(shared, server, origin)),
        };
        client
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_by_design_as_no_head_is_waited_for_without_end() {
        let emulator = Emulator::builder().start().await.unwrap();
        for (entry, beginning) in [
            (Entry::Http, &b""[..]),
            (Entry::Http, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "),
            (Entry::Proxy, b"CONNECT login.microsoftonline.com:443 HTTP/1.1\r\n"),
            (Entry::Tls, b"\x16"),
        ] {
            let mut client = connected(&emulator, entry).await;
            client.write_all(beginning).await.unwrap();
            let mut answer = Vec::new();
            let hour = Duration::from_secs(3600);
            let ended = tokio::time::timeout(hour, client.read_to_end(&mut answer)).await;
            assert!(ended.is_ok(), "{entry:?}");
        }
    }
}
