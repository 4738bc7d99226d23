//! What all answers of a storage account have in common.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use jiff::Timestamp;
use uuid::Uuid;

use super::address::Spoken;
use super::endpoint::Endpoint;
use super::errors::{Occasion, StorageError};
use super::protocol::Protocol;
use super::query::Query;
use super::request::Request;
use super::version::ServiceVersion;
use crate::call::{Call, Response};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
const REJECTED_HEADERS: HeaderName = HeaderName::from_static("x-ms-rejected-headers");
const VERSION: HeaderName = HeaderName::from_static("x-ms-version");

/// What the answer to a request repeats of it. The date is the front's.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    request_id: Uuid,
    spoken: Spoken,
    is_head: bool,
    version: ServiceVersion,
    client_request_id: Option<HeaderValue>,
    /// The names of the headers that were ignored.
    rejected: Option<HeaderValue>,
    now: Timestamp,
}

impl Stamp {
    /// Of a request that could be read.
    pub(crate) fn of(call: &Call, request: &Request) -> Self {
        let rejected: Vec<&str> = request.rejected.iter().map(HeaderName::as_str).collect();
        // Names of headers are always fit for a header.
        let rejected = (!rejected.is_empty()).then(|| rejected.join(",").parse().ok()).flatten();
        Self { rejected, ..Self::new(call, request.spoken, request.version, request.now) }
    }

    /// Of a request that could not be read.
    pub(crate) fn of_unread(call: &Call, endpoint: Endpoint, now: Timestamp) -> Self {
        let query = Query::parse(call.query());
        let spoken = Spoken::find(endpoint, &call.method, &query, &call.headers);
        let asked = call.header("x-ms-version").and_then(ServiceVersion::parse);
        Self::new(call, spoken, asked.unwrap_or(ServiceVersion::DEFAULT), now)
    }

    fn new(call: &Call, spoken: Spoken, version: ServiceVersion, now: Timestamp) -> Self {
        Self {
            request_id: call.request_id,
            spoken,
            is_head: call.method == Method::HEAD,
            version,
            client_request_id: call.headers.get(CLIENT_REQUEST_ID).cloned(),
            rejected: None,
            now,
        }
    }

    /// The answer to the request, with the headers that every answer has.
    pub(crate) fn answer(self, outcome: Result<Response, StorageError>) -> Response {
        let mut response = match outcome {
            Ok(response) => response,
            Err(refused) => {
                let occasion = Occasion {
                    protocol: self.spoken.protocol,
                    form: self.spoken.form,
                    is_head: self.is_head,
                    request_id: &self.request_id.to_string(),
                    now: self.now,
                };
                refused.response(&occasion).map(Body::from)
            }
        };
        self.add_to(response.headers_mut());
        response
    }

    fn add_to(self, headers: &mut HeaderMap) {
        let server = match self.spoken.protocol {
            Protocol::Dfs => "Windows-Azure-HDFS/1.0 Microsoft-HTTPAPI/2.0",
            Protocol::Blob => "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0",
        };
        headers.insert(header::SERVER, HeaderValue::from_static(server));
        for (name, text) in
            [(REQUEST_ID, self.request_id.to_string()), (VERSION, self.version.to_string())]
        {
            // Ids and dates are always fit for a header.
            if let Ok(value) = text.parse() {
                headers.insert(name, value);
            }
        }
        if let Some(names) = self.rejected {
            headers.insert(REJECTED_HEADERS, names);
        }
        if let Some(id) = self.client_request_id.filter(|id| !id.is_empty()) {
            headers.insert(CLIENT_REQUEST_ID, id);
        }
    }
}
