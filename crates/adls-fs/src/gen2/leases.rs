//! Leases of paths over DFS, and of file systems over Blob: the same headers.
//!
//! Sources: <https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/lease>,
//! <https://learn.microsoft.com/rest/api/storageservices/lease-container>.

use std::time::Duration;

use adls_wire::RemotePath;
use adls_wire::dfs::{header, query};
use http::Method;

use super::account::Account;
use super::call::Call;
use super::{Gen2, error, file_systems};
use crate::error::may_have_arrived;
use crate::lease::{LeaseAnswer, LeaseRequest};
use crate::{Error, ErrorKind, Result};

impl Gen2 {
    pub(super) async fn change_lease(
        &self,
        path: &RemotePath,
        request: LeaseRequest,
    ) -> Result<LeaseAnswer> {
        let call = self.call("Path - Lease", Method::POST, path);
        self.account.ask_lease(call, &request, |error| error::from_http(path, error)).await
    }
}

impl Account {
    pub(crate) async fn change_file_system_lease(
        &self,
        name: &str,
        request: LeaseRequest,
    ) -> Result<LeaseAnswer> {
        let call = Call::file_system("Lease Container", Method::PUT, name)
            .by_blob()
            .query(query::RESTYPE, &"container")
            .query(query::COMP, &"lease");
        self.ask_lease(call, &request, |error| file_systems::error_at(name, error)).await
    }

    /// All but a release may be repeated; after one whose answer was lost, that the lease is another's or
    /// nobody's says that it is done.
    async fn ask_lease(
        &self,
        call: Call,
        request: &LeaseRequest,
        failed: impl Fn(adls_http::Error) -> Error,
    ) -> Result<LeaseAnswer> {
        let call = with_request(call, request)?;
        let releases = matches!(request, LeaseRequest::Release { .. });
        let mut losses = 0;
        loop {
            let error = match self.send_raw(call.clone()).await.map_err(&failed) {
                Ok(response) => {
                    let seconds = response.header(header::LEASE_TIME);
                    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(0);
                    return Ok(LeaseAnswer { remaining: Duration::from_secs(seconds) });
                }
                Err(error) => error,
            };
            if may_have_arrived(&error) {
                losses += 1;
                if !self.may_send_again(losses).await {
                    return Err(error);
                }
            } else if losses > 0 && releases && error.kind() == ErrorKind::LeaseConflict {
                return Ok(LeaseAnswer::default());
            } else {
                return Err(error);
            }
        }
    }
}

fn with_request(call: Call, request: &LeaseRequest) -> Result<Call> {
    match request {
        LeaseRequest::Acquire { id, seconds, conditions } => {
            let duration = seconds.map_or_else(|| "-1".to_owned(), |seconds| seconds.to_string());
            call.conditions(conditions)?
                .header(header::LEASE_ACTION, "acquire")?
                .header(header::LEASE_DURATION, duration)?
                .header(header::PROPOSED_LEASE_ID, id.to_string())
        }
        LeaseRequest::Renew { id } => {
            call.header(header::LEASE_ACTION, "renew")?.header(header::LEASE_ID, id.to_string())
        }
        LeaseRequest::Change { id, new } => call
            .header(header::LEASE_ACTION, "change")?
            .header(header::LEASE_ID, id.to_string())?
            .header(header::PROPOSED_LEASE_ID, new.to_string()),
        LeaseRequest::Release { id } => {
            call.header(header::LEASE_ACTION, "release")?.header(header::LEASE_ID, id.to_string())
        }
        LeaseRequest::Break { seconds } => call
            .header(header::LEASE_ACTION, "break")?
            .header_some(header::LEASE_BREAK_PERIOD, seconds.map(|seconds| seconds.to_string())),
    }
}
