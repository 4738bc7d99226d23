//! What carries one try: the network, or something else in tests.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode};

use crate::request::Body;
use crate::safe_url::is_localhost;
use crate::{BoxFuture, SafeUrl};

/// Carries one try of a request. No retries, no redirects, no cookies.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request and returns as soon as status and headers are there.
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>>;
}

/// One try of a request, complete with ids and token.
///
/// Its `Debug` shows neither headers nor body, because a token is among them.
pub struct TransportRequest {
    /// The HTTP method.
    pub method: Method,
    /// Where to.
    pub url: SafeUrl,
    /// All headers but `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// The bytes.
    pub body: Body,
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The frames of a body.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Status and headers, with the body still to come.
pub struct TransportResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: BodyStream,
}

impl fmt::Debug for TransportResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// How a try failed. The kind says whether the request may have arrived.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// The way in which a try failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The connection never stood: unknown host, refused, TLS failed. Nothing was sent.
    Connect,
    /// The connection broke. The request may have arrived.
    Interrupted,
    /// Nothing moved for too long. The request may have arrived.
    Timeout,
}

impl TransportError {
    /// A failure of this kind.
    pub fn new(
        kind: TransportErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { kind, source: source.into() }
    }

    /// The way in which it failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The innermost cause says what happened ("connection refused"); the layers above it only
        // say that something did.
        let mut cause: &(dyn std::error::Error + 'static) = &*self.source;
        while let Some(next) = cause.source() {
            cause = next;
        }
        write!(f, "{cause}")
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// Options of the network transport.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpTransportOptions {
    /// Certificates (PEM) that are trusted besides those of the system.
    pub root_certificates: Vec<Vec<u8>>,
    /// Whether `HTTPS_PROXY` and its kin are honoured, as they are by default. This machine is reached
    /// without them.
    pub use_system_proxy: bool,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
}

impl Default for HttpTransportOptions {
    fn default() -> Self {
        Self {
            root_certificates: Vec::new(),
            use_system_proxy: true,
            connect_timeout: Duration::from_secs(20),
        }
    }
}

/// The network, with HTTP/1.1 over rustls. Clones share one connection pool.
///
/// HTTP/2 is not offered: for bulk data one connection is slower than several, and the small
/// requests of the other services gain nothing from it. Names below `localhost` lead to this
/// machine without asking a name server (RFC 6761), and this machine is never reached through a proxy:
/// what is plain http here would be plain http on the way there.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    /// Made when this machine is first asked for something.
    direct: Arc<OnceLock<reqwest::Client>>,
    options: Arc<HttpTransportOptions>,
}

impl HttpTransport {
    /// A transport with its own connection pool.
    ///
    /// # Errors
    /// When a root certificate is not PEM, or the system's certificates cannot be read.
    pub fn new(options: &HttpTransportOptions) -> crate::Result<Self> {
        let client = client(options, options.use_system_proxy)?;
        let direct = Arc::default();
        Ok(Self { client, direct, options: Arc::new(options.clone()) })
    }

    /// What leads to `url`.
    fn client_for(&self, url: &SafeUrl) -> Result<&reqwest::Client, TransportError> {
        if !self.options.use_system_proxy || !url.is_loopback() {
            return Ok(&self.client);
        }
        if let Some(direct) = self.direct.get() {
            return Ok(direct);
        }
        let direct = client(&self.options, false)
            .map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
        Ok(self.direct.get_or_init(|| direct))
    }
}

fn client(options: &HttpTransportOptions, use_proxy: bool) -> crate::Result<reqwest::Client> {
    let invalid = |error: reqwest::Error| {
        crate::Error::invalid_input(format!("cannot set up TLS: {}", root_cause(&error)))
    };
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .dns_resolver(LocalhostResolver);
    for pem in &options.root_certificates {
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(invalid)?;
        builder = builder.tls_certs_merge(certificates);
    }
    if !use_proxy {
        builder = builder.no_proxy();
    }
    builder.build().map_err(invalid)
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let mut builder = self
                .client_for(&request.url)?
                .request(request.method.clone(), request.url.as_url().clone())
                .headers(request.headers);
            if !request.body.is_empty() {
                builder = builder.body(request.body.bytes().clone());
            } else if matches!(request.method, Method::PUT | Method::POST | Method::PATCH) {
                // The service does not take a missing Content-Length as zero.
                builder = builder.header(http::header::CONTENT_LENGTH, 0);
            }
            let response = builder.send().await.map_err(classify)?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = response.bytes_stream().map(|frame| frame.map_err(classify)).boxed();
            Ok(TransportResponse { status, headers, body })
        })
    }
}

fn classify(error: reqwest::Error) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Interrupted
    };
    // The URL may hold a secret, and is known to whoever reports this.
    TransportError::new(kind, error.without_url())
}

fn root_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => root_cause(source),
        None => error.to_string(),
    }
}

/// Resolves names below `localhost` to this machine, and leaves all others to the system.
#[derive(Debug)]
struct LocalhostResolver;

impl reqwest::dns::Resolve for LocalhostResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            if is_localhost(name.as_str()) {
                let local = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                let addresses = local.into_iter().map(|address| SocketAddr::new(address, 0));
                return Ok(Box::new(addresses) as reqwest::dns::Addrs);
            }
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as reqwest::dns::Addrs)
        })
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        (**self).send(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiremock::matchers::{header, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    fn request(method: Method, url: &str) -> TransportRequest {
        TransportRequest {
            method,
            url: url.parse().unwrap(),
            headers: HeaderMap::new(),
            body: Body::default(),
        }
    }

    fn transport() -> HttpTransport {
        HttpTransport::new(&HttpTransportOptions {
            use_system_proxy: false,
            ..HttpTransportOptions::default()
        })
        .unwrap()
    }

    #[tokio::test]
    async fn an_empty_body_has_a_length_and_names_below_localhost_lead_here() {
        let server = MockServer::start().await;
        let created = Mock::given(method("PUT")).and(header("content-length", "0"));
        created.respond_with(ResponseTemplate::new(201)).expect(1).mount(&server).await;
        let url = format!("http://any.name.localhost:{}/", server.address().port());
        let answer = transport().send(request(Method::PUT, &url)).await.unwrap();
        assert_eq!(answer.status, StatusCode::CREATED);
    }

    #[tokio::test]
    async fn this_machine_is_reached_without_a_proxy() {
        let (proxy, server) = (MockServer::start().await, MockServer::start().await);
        let by_proxy = ResponseTemplate::new(502);
        Mock::given(method("GET")).respond_with(by_proxy).expect(1).mount(&proxy).await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200))
            .expect(2)
            .mount(&server)
            .await;
        let through = reqwest::Proxy::all(proxy.uri()).unwrap();
        let transport = HttpTransport {
            client: reqwest::Client::builder().proxy(through).build().unwrap(),
            ..HttpTransport::new(&HttpTransportOptions::default()).unwrap()
        };
        let far = transport.send(request(Method::GET, "http://far.test/")).await.unwrap();
        assert_eq!(far.status, StatusCode::BAD_GATEWAY);
        for _ in 0..2 {
            let near = transport.send(request(Method::GET, &server.uri())).await.unwrap();
            assert_eq!(near.status, StatusCode::OK);
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer() {
        let server = MockServer::start().await;
        let elsewhere = ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:1/");
        Mock::given(method("GET")).respond_with(elsewhere).expect(1).mount(&server).await;
        let answer = transport().send(request(Method::GET, &server.uri())).await.unwrap();
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
    }

    #[tokio::test]
    async fn a_refused_connection_was_never_sent() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/?code=s3cret", listener.local_addr().unwrap());
        drop(listener);
        let error = transport().send(request(Method::GET, &url)).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Connect);
        assert!(error.to_string().contains("refused"), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"));
    }

    #[test]
    fn a_certificate_that_is_none_is_refused() {
        let options = HttpTransportOptions {
            root_certificates: vec![
                b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".to_vec(),
            ],
            ..HttpTransportOptions::default()
        };
        let error = HttpTransport::new(&options).unwrap_err();
        assert!(error.to_string().contains("cannot set up TLS"), "{error}");
    }
}
