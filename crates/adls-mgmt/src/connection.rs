//! Requests to one Resource Manager, and what becomes of their answers.

use std::sync::Arc;
use std::time::Duration;

use adls_http::{
    Credential, Idempotency, Pipeline, PollerOptions, Request, Response, SafeUrl, TokenRequest,
};
use http::{HeaderValue, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::options::ManagementOptions;
use crate::{Error, Page, Pager, PollStatus, Poller, Result};

/// How many pages a list may have. Ten thousand groups, the most that a subscription has of anything
/// here, come on a hundred.
const MOST_PAGES: u32 = 10_000;

/// The way to one Resource Manager. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct Connection(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pipeline: Pipeline,
    endpoint: SafeUrl,
    poller: PollerOptions,
}

/// What a request is about: a path with encoded segments, and its query.
#[derive(Clone, Debug)]
pub(crate) struct RequestTarget {
    path: String,
    query: Vec<(&'static str, String)>,
}

impl RequestTarget {
    pub(crate) fn new(path: String, api_version: &str) -> Self {
        Self { path, query: vec![("api-version", api_version.to_owned())] }
    }

    /// Adds a query option, if it has a value.
    pub(crate) fn option(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }
}

/// The body of a list.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
struct ListBody<T> {
    #[serde(default)]
    value: Vec<T>,
    #[serde(default, rename = "nextLink")]
    next_link: Option<String>,
}

impl Connection {
    /// The way to `endpoint`, with the tokens of `credential`.
    pub(crate) fn open(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        options: ManagementOptions,
    ) -> Result<Self> {
        let credential = credential.into().into_token("Azure Resource Manager")?;
        let ManagementOptions { client, scope, poller } = options;
        if scope.trim().is_empty() {
            return Err(Error::invalid_argument(
                "the scope is empty; leave the default, or give the audience followed by /.default"
                    .to_owned(),
            ));
        }
        let pipeline = Pipeline::builder(client)
            .credential(&[&endpoint], credential, TokenRequest::new(scope))
            .build()?;
        Ok(Self(Arc::new(Inner { pipeline, endpoint, poller })))
    }

    pub(crate) fn get(&self, operation: &'static str, target: &RequestTarget) -> Request {
        self.request(operation, Method::GET, target, Idempotency::Safe)
    }

    pub(crate) fn head(&self, operation: &'static str, target: &RequestTarget) -> Request {
        self.request(operation, Method::HEAD, target, Idempotency::Safe)
    }

    /// A PUT replaces: sent twice it leaves the same behind.
    pub(crate) fn put(
        &self,
        operation: &'static str,
        target: &RequestTarget,
        body: &impl Serialize,
    ) -> Result<Request> {
        with_body(self.request(operation, Method::PUT, target, Idempotency::Idempotent), body)
    }

    /// A PATCH merges: sent twice it leaves the same behind.
    pub(crate) fn patch(
        &self,
        operation: &'static str,
        target: &RequestTarget,
        body: &impl Serialize,
    ) -> Result<Request> {
        with_body(self.request(operation, Method::PATCH, target, Idempotency::Idempotent), body)
    }

    pub(crate) fn delete(&self, operation: &'static str, target: &RequestTarget) -> Request {
        self.request(operation, Method::DELETE, target, Idempotency::Idempotent)
    }

    pub(crate) fn post(
        &self,
        operation: &'static str,
        target: &RequestTarget,
        idempotency: Idempotency,
    ) -> Request {
        self.request(operation, Method::POST, target, idempotency)
    }

    fn request(
        &self,
        operation: &'static str,
        method: Method,
        target: &RequestTarget,
        idempotency: Idempotency,
    ) -> Request {
        let query: Vec<_> =
            target.query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let url = self.0.endpoint.with_path_and_query(&target.path, &query);
        accept_json(Request::new(operation, method, url, idempotency))
    }

    /// Sends a request whose answer has no body that matters.
    pub(crate) async fn send(&self, request: Request) -> Result<()> {
        self.0.pipeline.send(request).await?;
        Ok(())
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        Ok(self.0.pipeline.send(request).await?.json()?)
    }

    /// The same, with `None` for what is not there.
    pub(crate) async fn fetch_if_there<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Option<T>> {
        match self.fetch(request).await {
            Err(error) if error.is_absence() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Sends a request whose answer has secrets in it, of which no error shows anything.
    pub(crate) async fn fetch_secret<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        Ok(self.0.pipeline.send(request).await?.secret_json()?)
    }

    /// Lets time pass.
    pub(crate) async fn pause(&self, duration: Duration) {
        self.0.pipeline.clock().sleep(duration).await;
    }

    /// Whether what the request asks for is there.
    pub(crate) async fn exists(&self, request: Request) -> Result<bool> {
        let answer = self.0.pipeline.send(request.accept(StatusCode::NOT_FOUND)).await?;
        Ok(answer.status() != StatusCode::NOT_FOUND)
    }

    /// Starts an operation that makes or changes something.
    pub(crate) async fn begin<T: DeserializeOwned>(&self, request: Request) -> Result<Poller<T>> {
        self.begin_with(request, Response::json).await
    }

    /// Starts to make something. A conflict is no error when an earlier try of `create` may have started
    /// what goes on now, its answer lost: then that is watched, as `look` shows it.
    pub(crate) async fn begin_creation<T: DeserializeOwned>(
        &self,
        create: Request,
        look: Request,
    ) -> Result<Poller<T>> {
        match self.begin(create).await {
            Err(error) if error.is_conflict() && error.may_be_an_echo() => {
                self.creation_in_progress(look).await?.ok_or(error)
            }
            outcome => outcome,
        }
    }

    /// What is being made; what is there already, or is not there, nobody has just begun to make.
    async fn creation_in_progress<T: DeserializeOwned>(
        &self,
        look: Request,
    ) -> Result<Option<Poller<T>>> {
        let poller: Poller<T> = match self.begin(look).await {
            Err(error) if error.is_not_found() => return Ok(None),
            poller => poller?,
        };
        Ok(matches!(poller.status(), PollStatus::InProgress(_)).then_some(poller))
    }

    /// Starts an operation after which there is nothing to read.
    pub(crate) async fn begin_without_result(&self, request: Request) -> Result<Poller<()>> {
        self.begin_with(request, |_| Ok(())).await
    }

    /// Starts to remove something. That it is not there is no error when an earlier try of the same
    /// request may have removed it.
    pub(crate) async fn begin_removal(&self, request: Request) -> Result<Poller<()>> {
        let (operation, url) = (request.operation(), request.url().clone());
        match self.begin_without_result(request).await {
            Err(error) if error.is_absence() && error.may_be_an_echo() => {
                let Inner { pipeline, poller, .. } = &*self.0;
                let (pipeline, poller) = (pipeline.clone(), poller.clone());
                Ok(Poller::ended_by_removal(pipeline, operation, url, poller, |_| Ok(())))
            }
            outcome => outcome,
        }
    }

    async fn begin_with<T>(
        &self,
        request: Request,
        decode: fn(&Response) -> adls_http::Result<T>,
    ) -> Result<Poller<T>> {
        let Inner { pipeline, poller, .. } = &*self.0;
        Poller::begin(pipeline.clone(), request, poller.clone(), decode).await
    }

    /// Takes up what [`begin`](Self::begin) started.
    pub(crate) fn resume<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        token: &str,
    ) -> Result<Poller<T>> {
        let Inner { pipeline, poller, .. } = &*self.0;
        Poller::resume(pipeline.clone(), operation, token, poller.clone(), Response::json)
    }

    /// Takes up what [`begin_without_result`](Self::begin_without_result) started.
    pub(crate) fn resume_without_result(
        &self,
        operation: &'static str,
        token: &str,
    ) -> Result<Poller<()>> {
        let Inner { pipeline, poller, .. } = &*self.0;
        Poller::resume(pipeline.clone(), operation, token, poller.clone(), |_| Ok(()))
    }

    /// A list whose first page `request` asks for. The links to further pages are followed as they
    /// are.
    pub(crate) fn list<T>(&self, request: Request) -> Pager<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let connection = self.clone();
        let pages = Pager::new(move |link| {
            let (connection, request) = (connection.clone(), request.clone());
            Box::pin(async move {
                let request = match link {
                    Some(link) => connection.follow(request.operation(), &link)?,
                    None => request,
                };
                connection.page(request).await
            })
        });
        pages.with_most_pages(MOST_PAGES)
    }

    async fn page<T: DeserializeOwned>(&self, request: Request) -> Result<Page<T>> {
        let answer = self.0.pipeline.send(request).await?;
        let ListBody { value, next_link } = answer.json()?;
        // An empty link is how some providers say that there is none.
        let continuation = next_link.filter(|link| !link.is_empty());
        if let Some(link) = &continuation {
            let checked = self.check_link(link);
            checked.map_err(|reason| Error::from(answer.decode_error(reason)))?;
        }
        Ok(Page { items: value, continuation })
    }

    fn follow(&self, operation: &'static str, link: &str) -> Result<Request> {
        let url = self.check_link(link).map_err(Error::invalid_argument)?;
        Ok(accept_json(Request::new(operation, Method::GET, url, Idempotency::Safe)))
    }

    /// A link is a place to which a token goes, so it must lead back to where it came from.
    fn check_link(&self, link: &str) -> std::result::Result<SafeUrl, String> {
        let url: SafeUrl =
            link.parse().map_err(|error| format!("the link to the next page: {error}"))?;
        let (here, there) = (self.0.endpoint.origin(), url.origin());
        if here == there {
            Ok(url)
        } else {
            Err(format!("the link to the next page leads to {there}, away from {here}"))
        }
    }
}

/// The first item that is wanted; no page is fetched behind it.
pub(crate) async fn find<T>(
    mut list: Pager<T>,
    is_wanted: impl Fn(&T) -> bool,
) -> Result<Option<T>> {
    while let Some(page) = list.next_page().await {
        let found = page?.items.into_iter().find(&is_wanted);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn with_body(request: Request, body: &impl Serialize) -> Result<Request> {
    let json = serde_json::to_value(body)
        .map_err(|error| Error::invalid_argument(format!("cannot be written as JSON: {error}")))?;
    Ok(request.json(&json))
}

fn accept_json(request: Request) -> Request {
    request.header(header::ACCEPT, HeaderValue::from_static("application/json"))
}
