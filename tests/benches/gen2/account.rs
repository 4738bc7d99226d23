//! The account, and how a request to it is sent.

use std::path::Path;

use bytes::Bytes;
use mock_aad::Ready;
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Client, Method, Response, Url};

use crate::Result;
use crate::place::{self, Place};
use crate::signing::{Key, VERSION};

/// The bytes of one request for data, how many of those run at once, and how many others do: as the
/// loops over Gen1 have it.
pub(crate) const PART: usize = 4 << 20;
pub(crate) const PARTS: usize = 8;
pub(crate) const REQUESTS: usize = 16;

/// An account with a file system in it.
pub(crate) struct Account {
    dfs: Endpoint,
    blob: Endpoint,
    plain: Endpoint,
    credential: Credential,
    file_system: String,
}

/// By what requests are let in.
enum Credential {
    /// Each is signed.
    Key(Box<Key>),
    /// Each carries it.
    Token(String),
}

/// Where one of the protocols is.
struct Endpoint {
    client: Client,
    url: String,
}

/// Which protocol a request speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Dfs,
    Blob,
    /// Blob without TLS, in path style.
    PlainBlob,
}

/// A request: its method, its path below the file system, which begins with a slash unless it is
/// empty, its query, its headers.
pub(crate) struct Request<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) headers: &'a [(&'static str, &'a str)],
}

impl Account {
    /// The account by its key.
    pub(crate) fn new(ready: &Path) -> Result<Self> {
        let ready = place::read(ready)?;
        let key = Key::new(&ready.gen2_account, &ready.gen2_key)?;
        Self::with_credential(&ready, Credential::Key(Box::new(key)))
    }

    /// The account by a token.
    pub(crate) fn signed_in(ready: &Path, token: &str) -> Result<Self> {
        Self::with_credential(&place::read(ready)?, Credential::Token(format!("Bearer {token}")))
    }

    fn with_credential(ready: &Ready, credential: Credential) -> Result<Self> {
        let (account, file_system) = (&ready.gen2_account, ready.gen2_filesystem.clone());
        let endpoint = |protocol: &str| {
            let place = Place::new(ready, &format!("{account}.{protocol}"))?;
            Result::Ok(Endpoint { client: place.client()?, url: place.url() })
        };
        let plain = Endpoint {
            client: Client::builder().http1_only().no_proxy().build()?,
            url: format!("{}/{account}", ready.http_url),
        };
        Ok(Self { dfs: endpoint("dfs")?, blob: endpoint("blob")?, plain, credential, file_system })
    }

    /// A signature for everything below the file system, as programs take one behind a URL.
    pub(crate) fn shared_access_signature(&self) -> Result<String> {
        let Credential::Key(key) = &self.credential else { return Err("there is no key".into()) };
        key.shared_access_signature(&self.file_system)
    }

    /// The path of a file or directory of the file system, as headers name it.
    pub(crate) fn full_path(&self, path: &str) -> String {
        format!("/{}{path}", self.file_system)
    }

    /// Sends a request over the DFS protocol without a body.
    pub(crate) async fn dfs(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&'static str, &str)],
    ) -> Result<Response> {
        let protocol = Protocol::Dfs;
        self.send(&Request { protocol, method, path, query, headers }, Bytes::new()).await
    }

    /// Sends a request over the Blob protocol without a body.
    pub(crate) async fn blob(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&'static str, &str)],
    ) -> Result<Response> {
        let protocol = Protocol::Blob;
        self.send(&Request { protocol, method, path, query, headers }, Bytes::new()).await
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When the answer is one; its text tells what the service says.
    pub(crate) async fn send(&self, request: &Request<'_>, body: Bytes) -> Result<Response> {
        let endpoint = match request.protocol {
            Protocol::Dfs => &self.dfs,
            Protocol::Blob => &self.blob,
            Protocol::PlainBlob => &self.plain,
        };
        let url = format!("{}{}", endpoint.url, self.full_path(request.path));
        let url = match request.query {
            [] => Url::parse(&url)?,
            query => Url::parse_with_params(&url, query)?,
        };
        let mut builder = endpoint.client.request(request.method.clone(), url.clone());
        match &self.credential {
            Credential::Key(key) => {
                for (name, value) in key.sign(&request.method, &url, request.headers, body.len())? {
                    builder = builder.header(name, value);
                }
            }
            Credential::Token(token) => {
                builder = builder.header("x-ms-version", VERSION).header("authorization", token);
                for (name, value) in request.headers {
                    builder = builder.header(*name, *value);
                }
            }
        }
        let builder = match body.is_empty() {
            true if request.method == Method::GET || request.method == Method::HEAD => builder,
            true => builder.header(CONTENT_LENGTH, 0),
            false => builder.body(body),
        };
        let response = builder.send().await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (method, path, status) = (&request.method, request.path, response.status());
        Err(format!("{method} {path}: {status}: {}", response.text().await?).into())
    }
}
