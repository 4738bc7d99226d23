//! Virtual machines: the instance metadata service.

use std::sync::atomic::Ordering;
use std::time::Duration;

use adls_http::{Response, SafeUrl};
use futures_util::future::{Either, select};
use http::StatusCode;

use super::ManagedIdentity;
use super::request::{self, get, metadata};
use crate::{Error, Result};

pub(super) const DEFAULT_BASE: &str = "http://169.254.169.254";
const PATH: &str = "/metadata/identity/oauth2/token";
const API_VERSION: &str = "2018-02-01";

/// How long the service may take to give a sign of life: it is on the same machine.
const PROBE_LIMIT: Duration = Duration::from_secs(3);
/// The service answers 404 and 410 while it is being set up or updated, which may take more than a
/// minute. These pauses double.
const FIRST_PAUSE: Duration = Duration::from_millis(1400);
const TRIES: u32 = 7;

impl ManagedIdentity {
    pub(super) async fn ask_imds(&self, base: &SafeUrl, resource: &str) -> Result<Response> {
        let endpoint = base.with_path_and_query(PATH, &[]);
        self.probe(&endpoint).await?;
        let query = request::query(API_VERSION, resource, &self.id, "msi_res_id");
        let mut pause = FIRST_PAUSE;
        let mut tries = 1;
        loop {
            let error = match self.pipeline.send(metadata(get(&endpoint, &query)?)).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let passing = matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE));
            if !passing || tries == TRIES {
                return Err(request::explain(error));
            }
            self.pipeline.clock().sleep(pause).await;
            pause *= 2;
            tries += 1;
        }
    }

    /// Whether there is such a service at all: elsewhere the address leads nowhere, and waiting for
    /// it would take minutes. Without the header that marks a request as meant, it answers 400.
    async fn probe(&self, endpoint: &SafeUrl) -> Result<()> {
        if self.found.load(Ordering::Relaxed) {
            return Ok(());
        }
        let request = get(endpoint, &[("api-version", API_VERSION)])?;
        let answer = Box::pin(self.probe.send(request));
        let limit = self.pipeline.clock().sleep(PROBE_LIMIT);
        let answered = match select(answer, limit).await {
            Either::Left((Ok(_), _)) => true,
            Either::Left((Err(error), _)) => error.status().is_some(),
            Either::Right(_) => false,
        };
        if !answered {
            return Err(Error::unavailable(format!(
                "nothing answers at {}, so there is no managed identity",
                endpoint.host()
            )));
        }
        self.found.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// A URL of this crate's own.
pub(super) fn url(text: &str) -> Result<SafeUrl> {
    text.parse().map_err(|error| Error::invalid_input(format!("{error}")))
}
