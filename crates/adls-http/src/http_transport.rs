//! The transport that goes over the network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use http::Method;
use url::Url;

use crate::environment::Variables;
use crate::proxy::{Proxies, Proxy};
use crate::safe_url::is_localhost;
use crate::transport::{
    Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};
use crate::{BoxFuture, ConnectFailure, SafeUrl, environment, trust};

/// Options of the network transport.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpTransportOptions {
    /// Certificates (PEM) that are trusted besides those of the system.
    pub root_certificates: Vec<Vec<u8>>,
    /// Whether the certificates are trusted that the system trusts, or that `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` name, as they are by default.
    pub use_system_certificates: bool,
    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured, as they are by
    /// default. This machine, and what is reached by a link-local address, is reached without them.
    pub use_system_proxy: bool,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
}

impl Default for HttpTransportOptions {
    fn default() -> Self {
        Self {
            root_certificates: Vec::new(),
            use_system_certificates: true,
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
    /// Goes through the proxies, if there are any.
    client: reqwest::Client,
    /// Goes past them; made when it is first needed.
    direct: Arc<OnceLock<reqwest::Client>>,
    proxies: Arc<Proxies>,
    settings: Arc<ClientSettings>,
}

/// What is trusted, and for how long a connection is waited for.
#[derive(Debug)]
struct ClientSettings {
    certificates: Vec<reqwest::Certificate>,
    /// Whether those of the system are trusted as well.
    system: bool,
    connect_timeout: Duration,
}

impl HttpTransport {
    /// A transport with its own connection pool. Variables that say how the network is reached are read
    /// here, if at all.
    ///
    /// # Errors
    /// When a root certificate is not PEM, or the system's certificates cannot be read; when a variable
    /// names a proxy or certificates that cannot be used, which would otherwise go unnoticed.
    pub fn new(options: &HttpTransportOptions) -> crate::Result<Self> {
        Self::with_variables(options, &environment::variable)
    }

    fn with_variables(
        options: &HttpTransportOptions,
        variable: Variables<'_>,
    ) -> crate::Result<Self> {
        let proxies = match options.use_system_proxy {
            true => Proxies::from_variables(variable)?,
            false => Proxies::default(),
        };
        let settings = ClientSettings::new(options, variable)?;
        let mut builder = settings.builder();
        for (proxy, of_scheme) in [
            (proxies.http(), reqwest::Proxy::http as fn(Url) -> reqwest::Result<reqwest::Proxy>),
            (proxies.https(), reqwest::Proxy::https),
        ] {
            if let Some(proxy) = proxy {
                builder =
                    builder.proxy(of_scheme(proxy.url.clone()).map_err(|error| unusable(&error))?);
            }
        }
        let client = builder.build().map_err(|error| unusable(&error))?;
        let (proxies, settings) = (Arc::new(proxies), Arc::new(settings));
        Ok(Self { client, direct: Arc::default(), proxies, settings })
    }

    /// What leads to `url`, and the proxy on the way.
    fn client_for(
        &self,
        url: &SafeUrl,
    ) -> Result<(&reqwest::Client, Option<&Proxy>), TransportError> {
        if self.proxies.is_empty() {
            return Ok((&self.client, None));
        }
        if let Some(proxy) = self.proxies.for_url(url) {
            return Ok((&self.client, Some(proxy)));
        }
        if let Some(direct) = self.direct.get() {
            return Ok((direct, None));
        }
        let direct = self.settings.builder().build().map_err(|error| unusable(&error));
        let direct =
            direct.map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
        Ok((self.direct.get_or_init(|| direct), None))
    }
}

impl ClientSettings {
    fn new(options: &HttpTransportOptions, variable: Variables<'_>) -> crate::Result<Self> {
        let mut bundles = options.root_certificates.clone();
        if options.use_system_certificates {
            let named = trust::named_certificates(variable)?;
            // Where they replace the system's, whoever reads those reads them too.
            bundles.extend(named.filter(|_| !trust::REPLACES_THE_SYSTEM));
        }
        let mut certificates = Vec::new();
        for pem in &bundles {
            certificates.extend(
                reqwest::Certificate::from_pem_bundle(pem).map_err(|error| unusable(&error))?,
            );
        }
        Ok(Self {
            certificates,
            system: options.use_system_certificates,
            connect_timeout: options.connect_timeout,
        })
    }

    /// What makes a client that goes through no proxy.
    fn builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(self.connect_timeout)
            .dns_resolver(LocalhostResolver);
        let certificates = self.certificates.iter().cloned();
        match self.system {
            true => builder.tls_certs_merge(certificates),
            false => builder.tls_certs_only(certificates),
        }
    }
}

fn unusable(error: &reqwest::Error) -> crate::Error {
    crate::Error::invalid_input(format!("cannot set up TLS: {}", root_cause(error)))
}

/// The network with the options that are the default, over one connection pool for the whole process.
#[derive(Debug)]
pub(crate) struct SharedTransport;

impl Transport for SharedTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        static SHARED: OnceLock<crate::Result<HttpTransport>> = OnceLock::new();
        match SHARED.get_or_init(|| HttpTransport::new(&HttpTransportOptions::default())) {
            Ok(transport) => transport.send(request),
            Err(error) => {
                let error = TransportError::new(TransportErrorKind::Connect, error.clone());
                let error = error.with_connect_failure(ConnectFailure::Settings);
                Box::pin(std::future::ready(Err(error)))
            }
        }
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let (client, proxy) = self.client_for(&request.url)?;
            let mut builder = client
                .request(request.method.clone(), request.url.as_url().clone())
                .headers(request.headers);
            if !request.body.is_empty() {
                builder = builder.body(request.body.bytes().clone());
            } else if matches!(request.method, Method::PUT | Method::POST | Method::PATCH) {
                // The service does not take a missing Content-Length as zero.
                builder = builder.header(http::header::CONTENT_LENGTH, 0);
            }
            let response = builder.send().await.map_err(|error| classify(error, proxy))?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = response.bytes_stream();
            let body = body.map(|frame| frame.map_err(|error| classify(error, None))).boxed();
            Ok(TransportResponse { status, headers, body })
        })
    }
}

fn classify(error: reqwest::Error, proxy: Option<&Proxy>) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Interrupted
    };
    let connect_failure = (kind == TransportErrorKind::Connect).then(|| ConnectFailure::of(&error));
    // The URL may hold a secret, and is known to whoever reports this.
    let mut failed = TransportError::new(kind, error.without_url());
    if let Some(failure) = connect_failure {
        failed = failed.with_connect_failure(failure);
    }
    match proxy {
        Some(proxy) => failed.with_proxy(Arc::clone(&proxy.name)),
        None => failed,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;
    use http::{HeaderMap, StatusCode};
    use std::ffi::OsString;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
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

    /// A transport by the proxy that `HTTPS_PROXY` and `HTTP_PROXY` name.
    fn through(proxy: &str) -> HttpTransport {
        let named = |name: &str| {
            ["HTTPS_PROXY", "HTTP_PROXY"].contains(&name).then(|| OsString::from(proxy))
        };
        HttpTransport::with_variables(&HttpTransportOptions::default(), &named).unwrap()
    }

    /// A server that answers every connection with this text, and the request that it got first.
    async fn answering(answer: &'static str) -> (SocketAddr, tokio::task::JoinHandle<String>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 8192];
            let length = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            request.truncate(length);
            String::from_utf8_lossy(&request).into_owned()
        });
        (address, server)
    }

    #[tokio::test]
    async fn words_name_the_right_thing() {
        let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = refusing.local_addr().unwrap().to_string();
        drop(refusing);
        let forbidding = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
        let asking = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
        for (answer, failure) in [
            (None, ConnectFailure::Refused),
            (Some(asking), ConnectFailure::ProxyAuthentication),
            (Some(forbidding), ConnectFailure::ProxyRefused),
        ] {
            let address = match answer {
                Some(answer) => answering(answer).await.0.to_string(),
                None => dead.clone(),
            };
            let transport = through(&format!("http://user:s3cret@{address}"));
            let error =
                transport.send(request(Method::GET, "https://far.test/")).await.unwrap_err();
            assert_eq!(error.connect_failure(), Some(failure), "{error}");
            assert_eq!(error.proxy(), Some(format!("{address} (HTTPS_PROXY)").as_str()));
            assert!(!format!("{error:?} {transport:?}").contains("s3cret"));
        }
        // Plain text where TLS is expected.
        let (address, _) = answering("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let url = format!("https://{address}/");
        let error = transport().send(request(Method::GET, &url)).await.unwrap_err();
        assert_eq!(error.connect_failure(), Some(ConnectFailure::Tls), "{error}");
        let url = format!("http://{dead}/");
        let error = transport().send(request(Method::GET, &url)).await.unwrap_err();
        assert_eq!((error.connect_failure(), error.proxy()), (Some(ConnectFailure::Refused), None));
    }

    #[tokio::test]
    async fn a_proxy_is_told_who_asks() {
        let asking = "HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n";
        let (address, server) = answering(asking).await;
        let transport = through(&format!("http://us%40er:p%3Aw@{address}"));
        transport.send(request(Method::GET, "https://far.test/")).await.unwrap_err();
        let seen = server.await.unwrap();
        assert!(seen.starts_with("CONNECT far.test:443 HTTP/1.1\r\n"), "{seen}");
        // us@er:p:w
        assert!(seen.contains("Basic dXNAZXI6cDp3\r\n"), "{seen}");
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (name, value) in [("HTTPS_PROXY", "no url"), ("SSL_CERT_FILE", "/missing/ca.pem")] {
            let variable = |asked: &str| (asked == name).then(|| OsString::from(value));
            let make = |options| HttpTransport::with_variables(&options, &variable);
            let error = make(HttpTransportOptions::default()).unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
            let mut alone = HttpTransportOptions::default();
            (alone.use_system_proxy, alone.use_system_certificates) = (false, false);
            assert!(make(alone).is_ok());
        }
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
        let transport = through(&proxy.uri());
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
