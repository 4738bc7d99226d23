//! The control interface of an emulator, as far as commands need it.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use adls_http::{
    ClientOptions, HttpTransport, HttpTransportOptions, Idempotency, ParseUrlError, Pipeline,
    Request, Response, SafeUrl,
};
use http::Method;
use serde_json::Value;

use crate::endpoints::ReadyFile;
use crate::failure::{Failure, Outcome};

/// The emulator's control interface, asked without retries: either it is there or not.
pub(super) struct ControlClient(Pipeline);

impl ControlClient {
    pub(super) fn new() -> Outcome<Self> {
        let mut transport = HttpTransportOptions::default();
        transport.use_system_proxy = false;
        transport.use_system_certificates = false;
        let mut options = ClientOptions::with_transport(Arc::new(HttpTransport::new(&transport)?));
        options.retry.max_retries = 0;
        Ok(Self(Pipeline::builder(options).build()?))
    }

    /// The state of the emulator behind a ready file; `None` when it does not answer.
    pub(super) async fn state(&self, ready: &Path) -> Outcome<Option<Value>> {
        if !ready.exists() {
            return Ok(None);
        }
        match self.send(&ReadyFile::read(ready)?, Method::GET, "/_mock/ready").await {
            Ok(answer) => Ok(Some(answer.json().map_err(|error| Failure::new(error.to_string()))?)),
            Err(_) => Ok(None),
        }
    }

    /// Asks where the ready file says and, if nobody answers there, at the same port of this machine: the
    /// name in the ready file may be for others.
    pub(super) async fn send(
        &self,
        ready: &ReadyFile,
        method: Method,
        path: &str,
    ) -> adls_http::Result<Response> {
        let base: SafeUrl = ready
            .http_url
            .parse()
            .map_err(|error: ParseUrlError| adls_http::Error::invalid_input(error.to_string()))?;
        let answered = self.ask(&base, method.clone(), path).await;
        match (answered, on_this_machine(&base)) {
            (Err(_), Some(here)) => self.ask(&here, method, path).await,
            (answered, _) => answered,
        }
    }

    async fn ask(&self, base: &SafeUrl, method: Method, path: &str) -> adls_http::Result<Response> {
        let url = base.with_path_and_query(path, &[]);
        self.0.send(Request::new("emulator", method, url, Idempotency::Idempotent)).await
    }
}

/// The same port of this machine, for the URL of a host that may be another one.
fn on_this_machine(base: &SafeUrl) -> Option<SafeUrl> {
    let is_loopback = base.host().parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let port = base.as_url().port().filter(|_| !is_loopback)?;
    format!("http://127.0.0.1:{port}").parse().ok()
}
