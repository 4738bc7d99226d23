//! What all file systems of an account share: endpoints, connections, and how requests are sent.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_http::{
    Clock, Credential, Pipeline, Response, RetryOptions, SafeUrl, StreamingResponse, TokenRequest,
};
use adls_wire::RemotePath;
use adls_wire::dfs::header;
use http::HeaderMap;

use super::call::Call;
use super::endpoints::Endpoints;
use super::error;
use super::version::{KnownVersion, Version};
use crate::sas::{UserDelegationKey, UserDelegationKeyCache};
use crate::throttle::ThrottleCount;
use crate::{Cleanups, Error, ErrorKind, FileSystemOptions, Result};

/// How long keys of OneLake last.
const ONE_LAKE_KEYS: Duration = Duration::from_secs(60 * 60);

const SCOPE: &str = "https://storage.azure.com/.default";

/// One Gen2 account.
#[derive(Debug)]
pub(crate) struct Account {
    pub(super) endpoints: Endpoints,
    pub(super) pipeline: Pipeline,
    pub(super) throttle: ThrottleCount,
    pub(super) cleanups: Cleanups,
    /// Whether what a caller may do can depend on each item: not with a key or a signature.
    pub(super) has_token: bool,
    /// Keys for signatures by who is signed in.
    pub(super) delegation_keys: UserDelegationKeyCache,
    patience: RetryOptions,
    known: KnownVersion,
}

impl Account {
    pub(crate) fn new(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        mut options: FileSystemOptions,
    ) -> Result<Self> {
        let endpoints = Endpoints::of(endpoint, options.blob_endpoint)?;
        let credential = credential.into();
        let has_token = matches!(credential, Credential::Token(_));
        let patience = options.client.retry.clone();
        let throttle = ThrottleCount::watch(&mut options.client);
        let scope = options.scope.unwrap_or_else(|| SCOPE.to_owned());
        let pipeline = Pipeline::builder(options.client)
            .credential(&[&endpoints.dfs, &endpoints.blob], credential, TokenRequest::new(scope))
            .build()?;
        let blob = endpoints.blob.clone();
        let delegation_keys = UserDelegationKeyCache::new(pipeline.clone(), blob);
        let delegation_keys = match endpoints.is_one_lake() {
            true => delegation_keys.lifetime(ONE_LAKE_KEYS),
            false => delegation_keys,
        };
        let (cleanups, known) = (options.cleanups, KnownVersion::default());
        Ok(Self {
            endpoints,
            pipeline,
            throttle,
            cleanups,
            has_token,
            delegation_keys,
            patience,
            known,
        })
    }

    pub(crate) async fn user_delegation_key(&self, until: SystemTime) -> Result<UserDelegationKey> {
        if !self.has_token {
            return Err(Error::new(ErrorKind::Unsupported).with_message(
                "only who is signed in gets a user delegation key; sign with the key of the account \
                 instead",
            ));
        }
        self.delegation_keys.key(until).await
    }

    pub(crate) fn endpoint(&self) -> &SafeUrl {
        &self.endpoints.dfs
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        self.pipeline.clock()
    }

    pub(crate) fn cleanups(&self) -> &Cleanups {
        &self.cleanups
    }

    /// Whether it is OneLake, whose file systems are not its own.
    pub(crate) fn is_one_lake(&self) -> bool {
        self.endpoints.is_one_lake()
    }

    /// Whether the service knows a version, as far as it has told.
    pub(super) fn knows(&self, version: Version) -> bool {
        self.known.allows(version)
    }

    /// After an answer was lost to a request that the pipeline does not repeat: waits, and says
    /// whether to send it once more. `losses` counts them.
    pub(super) async fn may_send_again(&self, losses: u32) -> bool {
        if losses > self.patience.max_retries {
            return false;
        }
        self.pipeline.clock().sleep(self.patience.longest_pause(losses - 1)).await;
        true
    }

    /// Sends a request about `path` and reads the whole answer.
    pub(super) async fn send(&self, path: &RemotePath, call: Call) -> Result<Response> {
        self.send_raw(call).await.map_err(|error| error::from_http(path, error))
    }

    pub(super) async fn send_raw(&self, call: Call) -> adls_http::Result<Response> {
        let version = call.version;
        let response = self.pipeline.send(call.request(&self.endpoints)).await?;
        self.known.learn(version, response.headers());
        warn_of_rejected(response.headers());
        Ok(response)
    }

    /// Sends a request about `path`, whose answer comes as a stream.
    pub(super) async fn stream(&self, path: &RemotePath, call: Call) -> Result<StreamingResponse> {
        let version = call.version;
        let response = self.pipeline.send_streaming(call.request(&self.endpoints)).await;
        let response = response.map_err(|error| error::from_http(path, error))?;
        self.known.learn(version, response.headers());
        Ok(response)
    }
}

/// OneLake carries out what it can of a request; what it passed over must not stay unseen.
fn warn_of_rejected(answer: &HeaderMap) {
    if let Some(rejected) = rejected_headers(answer) {
        tracing::warn!(rejected, "the service has passed over some headers");
    }
}

/// The names of the request's headers that the service passed over.
fn rejected_headers(answer: &HeaderMap) -> Option<&str> {
    let names = answer.get(header::REJECTED_HEADERS)?.to_str().ok()?.trim();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn headers_that_were_passed_over_are_known() {
        let mut answer = HeaderMap::new();
        assert_eq!(rejected_headers(&answer), None);
        answer.insert(header::REJECTED_HEADERS, HeaderValue::from_static(" "));
        assert_eq!(rejected_headers(&answer), None);
        let names = HeaderValue::from_static("x-ms-owner,x-ms-permissions");
        answer.insert(header::REJECTED_HEADERS, names);
        assert_eq!(rejected_headers(&answer), Some("x-ms-owner,x-ms-permissions"));
    }
}
