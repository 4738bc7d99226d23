//! Data Lake Store Gen1: the WebHDFS dialect of `https://<account>.azuredatalakestore.net`.

mod access;
mod append;
mod backend;
mod convert;
mod data;
mod error;
mod namespace;
#[cfg(test)]
pub(crate) mod tests;
mod trash;

use adls_http::{
    Credential, Idempotency, Pipeline, Request, Response, RetryOptions, SafeUrl, TokenRequest,
};
use adls_wire::RemotePath;
use adls_wire::webhdfs::{API_VERSION, EXTENSION_ROOT, Op, ROOT, query};
use bytes::Bytes;
use http::Method;

use crate::throttle::ThrottleCount;
use crate::{Cleanups, FileSystemOptions, Result};

/// The scope of Gen1 tokens: the audience ends in a slash, hence the doubled one.
const SCOPE: &str = "https://datalake.azure.net//.default";

/// One Gen1 account. Clones share the pipeline.
#[derive(Clone, Debug)]
pub(crate) struct Gen1 {
    endpoint: SafeUrl,
    pipeline: Pipeline,
    throttle: ThrottleCount,
    patience: RetryOptions,
    cleanups: Cleanups,
}

impl Gen1 {
    pub(crate) fn new(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        mut options: FileSystemOptions,
    ) -> Result<Self> {
        let credential = credential.into().into_token("a Data Lake Store (Gen1) account")?;
        let patience = options.client.retry.clone();
        let throttle = ThrottleCount::watch(&mut options.client);
        let scope = options.scope.unwrap_or_else(|| SCOPE.to_owned());
        let pipeline = Pipeline::builder(options.client)
            .credential(&[&endpoint], credential, TokenRequest::new(scope))
            .build()?;
        Ok(Self { endpoint, pipeline, throttle, patience, cleanups: options.cleanups })
    }

    /// After an answer was lost to a request that the pipeline does not repeat: waits, and says
    /// whether to send it once more. `losses` counts them.
    async fn may_send_again(&self, losses: u32) -> bool {
        if losses > self.patience.max_retries {
            return false;
        }
        self.pipeline.clock().sleep(self.patience.longest_pause(losses - 1)).await;
        true
    }

    /// Sends a request about `path` and reads the whole answer.
    async fn send(&self, path: &RemotePath, call: Call<'_>) -> Result<Response> {
        self.send_raw(call).await.map_err(|error| error::from_http(path, error))
    }

    async fn send_raw(&self, call: Call<'_>) -> adls_http::Result<Response> {
        self.pipeline.send(call.request(&self.endpoint)).await
    }
}

/// A request in the making: operation, path, parameters in the order in which they are sent.
#[derive(Clone, Debug)]
struct Call<'a> {
    op: Op,
    path: &'a RemotePath,
    query: Vec<(&'static str, String)>,
    version: &'static str,
    idempotency: Idempotency,
    body: Option<(&'static str, Bytes)>,
}

impl<'a> Call<'a> {
    fn new(op: Op, path: &'a RemotePath, idempotency: Idempotency) -> Self {
        Self {
            op,
            path,
            query: vec![(query::OP, op.name().to_owned())],
            version: API_VERSION,
            idempotency,
            body: None,
        }
    }

    fn query(mut self, key: &'static str, value: &impl ToString) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    fn query_if(self, condition: bool, key: &'static str, value: &impl ToString) -> Self {
        if condition { self.query(key, value) } else { self }
    }

    fn query_some(self, key: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(key, &value),
            None => self,
        }
    }

    /// Asks for another version of the protocol than usual.
    fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Sets the body; an empty one has no type either.
    fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Some((content_type, body.into())).filter(|(_, body)| !body.is_empty());
        self
    }

    fn request(self, endpoint: &SafeUrl) -> Request {
        let root = match self.op {
            Op::SetExpiry | Op::ConcurrentAppend => EXTENSION_ROOT,
            _ => ROOT,
        };
        let mut query: Vec<_> =
            self.query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        query.push((query::API_VERSION, self.version));
        let url = endpoint.with_path_and_query(&format!("{root}{}", self.path.encoded()), &query);
        let method = match self.op.method() {
            "PUT" => Method::PUT,
            "POST" => Method::POST,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        };
        let request = Request::new(self.op.name(), method, url, self.idempotency);
        match self.body {
            Some((content_type, body)) => request.body(content_type, body),
            None => request,
        }
    }
}
