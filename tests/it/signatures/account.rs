//! An emulated account, and requests to it by this right or that.

use std::ops::Deref;
use std::time::{Duration, SystemTime};

use adls_fs::sas::{AccountSas, SasPermissions, SasResource, SasResourceTypes, ServiceSas};
use adls_http::{
    AccountKey, Credential, Idempotency, Pipeline, Request, Response, SafeUrl, SasToken,
    TokenRequest,
};
use adls_tests::{Emulated, Identity};
use http::{HeaderName, HeaderValue, Method};

/// Which way to the account a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `https://{account}.dfs.core.windows.net`.
    Dfs,
    /// `https://{account}.blob.core.windows.net`.
    Blob,
    /// `http://127.0.0.1:10000/{account}`, where the request tells which protocol is meant.
    PathStyle,
}

/// The emulator's first Gen2 account.
pub(super) struct Account {
    emulated: Emulated,
    pub(super) name: String,
    pub(super) file_system: String,
}

impl Deref for Account {
    type Target = Emulated;

    fn deref(&self) -> &Emulated {
        &self.emulated
    }
}

/// A request in the making, over its path below the file system.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Encoded; empty for the file system.
    pub(super) path: String,
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) headers: &'a [(&'static str, &'a str)],
    pub(super) body: &'a str,
}

impl Default for Call<'_> {
    fn default() -> Self {
        Self { method: Method::GET, path: String::new(), query: &[], headers: &[], body: "" }
    }
}

/// The path of an item as a URL has it.
pub(super) fn encoded(path: &str) -> String {
    path.parse::<adls_fs::RemotePath>().unwrap().encoded()
}

impl Account {
    pub(super) async fn start() -> Self {
        let emulated = Emulated::start().await.unwrap();
        let ready = emulated.emulator.ready();
        let (name, file_system) = (ready.gen2_account.clone(), ready.gen2_filesystem.clone());
        Self { emulated, name, file_system }
    }

    pub(super) fn key(&self) -> AccountKey {
        AccountKey::new(&self.name, &self.emulator.ready().gen2_key).unwrap()
    }

    pub(super) fn endpoint(&self, way: Way) -> SafeUrl {
        let name = &self.name;
        let text = match way {
            Way::Dfs => format!("https://{name}.dfs.core.windows.net"),
            Way::Blob => format!("https://{name}.blob.core.windows.net"),
            Way::PathStyle => format!("http://127.0.0.1:10000/{name}"),
        };
        text.parse().unwrap()
    }

    /// A pipeline to all endpoints of the account.
    pub(super) fn pipeline(&self, credential: impl Into<Credential>) -> Pipeline {
        let mut options = self.client_options();
        options.allow_http_loopback = true;
        let endpoints = [Way::Dfs, Way::Blob, Way::PathStyle].map(|way| self.endpoint(way));
        let scope = TokenRequest::new("https://storage.azure.com/.default");
        Pipeline::builder(options)
            .credential(&endpoints.each_ref(), credential, scope)
            .build()
            .unwrap()
    }

    /// A pipeline of somebody who signs in.
    pub(super) fn signed_in(&self, identity: &Identity) -> Pipeline {
        self.pipeline(self.credential(identity).unwrap())
    }

    /// Sends a request to the file system.
    pub(super) async fn send(
        &self,
        pipeline: &Pipeline,
        way: Way,
        call: Call<'_>,
    ) -> adls_http::Result<Response> {
        let Call { method, path, query, headers, body } = call;
        let path = format!("/{}{path}", self.file_system);
        let url = self.endpoint(way).with_path_and_query(&path, query);
        let mut request = Request::new("TEST", method, url, Idempotency::Idempotent);
        if !body.is_empty() {
            request = request.body("text/plain", body.to_owned());
        }
        for (name, value) in headers.iter().chain([&("x-ms-version", "2023-11-03")]) {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request = request.header(HeaderName::from_static(name), value);
        }
        pipeline.send(request).await
    }

    /// Makes a file, by its key.
    pub(super) async fn put(&self, path: &str, content: &str) {
        put(self, &self.pipeline(self.key()), path, content).await.unwrap();
    }

    /// What the service says to a read with a signature: the content, or the code of its refusal.
    pub(super) async fn read(&self, sas: &SasToken, path: &str) -> String {
        let call = Call { path: encoded(path), ..Call::default() };
        said(self.send(&self.pipeline(sas.clone()), Way::Dfs, call).await)
    }

    /// The same to a write.
    pub(super) async fn write(&self, sas: &SasToken, path: &str) -> String {
        said(put(self, &self.pipeline(sas.clone()), path, "new").await)
    }

    /// The same to a list.
    pub(super) async fn list(&self, sas: &SasToken, directory: &str) -> String {
        let query = [("resource", "filesystem"), ("recursive", "true"), ("directory", directory)];
        let call = Call { query: &query, ..Call::default() };
        said(self.send(&self.pipeline(sas.clone()), Way::Dfs, call).await)
    }

    pub(super) fn now(&self) -> SystemTime {
        self.client_options().clock.now()
    }

    /// So many minutes from now.
    pub(super) fn minutes(&self, minutes: u64) -> SystemTime {
        self.now() + Duration::from_secs(minutes * 60)
    }

    /// A signature of the account that is good for ten minutes.
    pub(super) fn account_sas(&self, types: SasResourceTypes, letters: &str) -> AccountSas {
        AccountSas::new(permissions(letters), types, self.minutes(10))
    }

    /// A signature of the service that is good for ten minutes.
    pub(super) fn service_sas(&self, resource: SasResource, letters: &str) -> ServiceSas {
        ServiceSas::new(resource, permissions(letters), self.minutes(10))
    }

    pub(super) fn directory(&self, path: &str) -> SasResource {
        SasResource::directory(&self.file_system, path).unwrap()
    }

    pub(super) fn file(&self, path: &str) -> SasResource {
        SasResource::file(&self.file_system, path).unwrap()
    }

    pub(super) fn whole(&self) -> SasResource {
        SasResource::file_system(&self.file_system).unwrap()
    }
}

pub(super) fn permissions(letters: &str) -> SasPermissions {
    letters.parse().unwrap()
}

/// The body of an answer, or the code of a refusal.
pub(super) fn said(answer: adls_http::Result<Response>) -> String {
    match answer {
        Ok(answer) => String::from_utf8_lossy(answer.body()).into_owned(),
        Err(error) => error.code().unwrap_or_else(|| panic!("{error:?}")).to_owned(),
    }
}

async fn put(
    account: &Account,
    pipeline: &Pipeline,
    path: &str,
    content: &str,
) -> adls_http::Result<Response> {
    let headers = [("x-ms-blob-type", "BlockBlob")];
    let (method, path) = (Method::PUT, encoded(path));
    let call = Call { method, path, headers: &headers, body: content, ..Call::default() };
    account.send(pipeline, Way::Blob, call).await
}
