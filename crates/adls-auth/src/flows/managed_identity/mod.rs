//! The identity of the machine or service that the program runs on: an endpoint inside hands out
//! tokens, without any secret.

mod arc;
mod imds;
mod platform;
mod request;

use std::sync::Arc;
use std::time::Duration;

use adls_http::{
    AccessToken, BoxFuture, ClientOptions, Clock, Idempotency, Pipeline, Request, TokenRequest,
};
use http::Method;
use http::header::HeaderName;
use secrecy::ExposeSecret;
use serde_json::Value;

use self::platform::Platform;
use self::request::{OPERATION, get, metadata, secret_header};
use crate::endpoint::TokenReply;
use crate::tokens::TokenSource;
use crate::{Env, Error, Result, scope};

/// From this lifetime on a token is renewed after half of it, as official clients do.
const LONG_LIVED: Duration = Duration::from_secs(2 * 3600);

/// Which identity of the machine is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ManagedIdentityId {
    /// The one that belongs to the machine itself.
    #[default]
    SystemAssigned,
    /// One that was assigned to it, by its client id.
    ClientId(String),
    /// One that was assigned to it, by its object id.
    ObjectId(String),
    /// One that was assigned to it, by its Resource Manager id (`/subscriptions/...`).
    ResourceId(String),
}

/// Gets the tokens of a managed identity.
#[derive(Debug)]
pub(crate) struct ManagedIdentity {
    pipeline: Pipeline,
    /// Fails at once, to find out whether anybody answers at all.
    probe: Pipeline,
    platform: Platform,
    id: ManagedIdentityId,
    /// Whether the instance metadata service has answered once.
    found: std::sync::atomic::AtomicBool,
}

impl ManagedIdentity {
    pub(crate) fn new(client: ClientOptions, id: ManagedIdentityId, env: &Env) -> Result<Self> {
        let platform = Platform::detect(env, &id)?;
        let mut without_retries = client.clone();
        without_retries.retry.max_retries = 0;
        Ok(Self {
            pipeline: Pipeline::builder(client).build().map_err(Error::http)?,
            probe: Pipeline::builder(without_retries).build().map_err(Error::http)?,
            platform,
            id,
            found: false.into(),
        })
    }

    async fn ask(&self, request: &TokenRequest) -> Result<AccessToken> {
        let resource = scope::resource_parameter(&request.scopes)?;
        let response = match &self.platform {
            Platform::Imds { base } => self.ask_imds(base, resource).await?,
            Platform::Arc { endpoint, tokens_directory } => {
                self.ask_arc(endpoint, tokens_directory, resource).await?
            }
            Platform::AppService { endpoint, header } => {
                let query = request::query("2019-08-01", resource, &self.id, "mi_res_id");
                let request = get(endpoint, &query)?.header(
                    HeaderName::from_static("x-identity-header"),
                    secret_header(header.expose_secret())?,
                );
                self.send(request).await?
            }
            Platform::MachineLearning { endpoint, secret } => {
                let query = request::machine_learning_query(resource, &self.id);
                let request = get(endpoint, &query)?.header(
                    HeaderName::from_static("secret"),
                    secret_header(secret.expose_secret())?,
                );
                self.send(request).await?
            }
            Platform::CloudShell { endpoint } => {
                let form = [("resource", resource)];
                let request =
                    Request::new(OPERATION, Method::POST, endpoint.clone(), Idempotency::Safe);
                self.send(metadata(request).form(&form)).await?
            }
        };
        self.read(&response)
    }

    async fn send(&self, request: Request) -> Result<adls_http::Response> {
        self.pipeline.send(request).await.map_err(request::explain)
    }

    fn read(&self, response: &adls_http::Response) -> Result<AccessToken> {
        let answer = response.json::<Value>().map_err(Error::http)?;
        let now = self.pipeline.clock().now();
        let reply = TokenReply::parse(&answer, now, |_| Vec::new())
            .map_err(|problem| Error::http(response.decode_error(problem)))?;
        let token = reply.access_token;
        let lifetime = token.expires_on().duration_since(now).unwrap_or_default();
        if token.refresh_on().is_none() && lifetime >= LONG_LIVED {
            return Ok(token.with_refresh_on(now + lifetime / 2));
        }
        Ok(token)
    }
}

impl TokenSource for ManagedIdentity {
    fn fetch<'a>(&'a self, request: &'a TokenRequest) -> BoxFuture<'a, Result<AccessToken>> {
        Box::pin(self.ask(request))
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        self.pipeline.clock()
    }
}
