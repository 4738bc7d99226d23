//! One request to Azure AD, read, and the headers that every answer carries.

use axum::body::Body;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::error::{Ids, Refused, timestamp};
use super::params::Params;
use super::random;
use super::version::Version;
use crate::call::{self, Call, Response};

/// More than any form of this protocol needs; assertions are a few kilobytes, and so is a SOAP envelope.
const MAX_BODY: usize = 512 << 10;

/// One request, with its body.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) origin: String,
    pub(super) ids: Ids,
    pub(super) now: Timestamp,
}

impl Incoming {
    /// Reads the whole request.
    ///
    /// # Errors
    /// The answer to a body that is too long or breaks off.
    pub(super) async fn read(mut call: Call, now: Timestamp) -> Result<Self, Response> {
        let body = call.read_body(MAX_BODY).await.map_err(|error| call::empty(error.status()))?;
        let correlation = call
            .header("client-request-id")
            // The Java SDK appends the number of the try.
            .and_then(|id| Uuid::parse_str(id.split('.').next().unwrap_or_default()).ok())
            .unwrap_or_else(Uuid::new_v4);
        Ok(Self {
            ids: Ids { trace: call.request_id, correlation },
            path: call.path().to_owned(),
            query: call.query().to_owned(),
            method: call.method,
            headers: call.headers,
            body,
            origin: call.origin,
            now,
        })
    }

    /// Form and query parameters.
    pub(super) fn params(&self) -> Result<Params, Refused> {
        Params::parse(&self.query, &self.body)
    }

    /// Refuses any method but these.
    pub(super) fn only(&self, methods: &[Method]) -> Result<(), Refused> {
        if methods.contains(&self.method) {
            return Ok(());
        }
        Err(Refused::method(&self.method, methods))
    }

    /// The time of the request, as the service writes it.
    pub(super) fn timestamp(&self) -> String {
        timestamp(self.now)
    }

    /// An answer of a token endpoint.
    pub(super) fn token_answer(
        &self,
        version: Version,
        result: Result<Value, Refused>,
    ) -> Response {
        match result {
            Ok(body) => self.finish(call::json(StatusCode::OK, &body), 0),
            Err(refused) => self.refusal(version, &refused),
        }
    }

    /// A refusal in JSON.
    pub(super) fn refusal(&self, version: Version, refused: &Refused) -> Response {
        let body = refused.body(version, self.ids, self.now);
        let mut response = call::json(refused.status(), &body);
        if let Some(allowed) = refused.allowed().and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        self.finish(response, refused.code())
    }

    /// A JSON answer about tokens in another shape than that of the token endpoint.
    pub(super) fn token_json(&self, status: StatusCode, body: &Value) -> Response {
        self.finish(call::json(status, body), 0)
    }

    /// A SOAP envelope or a document around it.
    pub(super) fn soap(&self, status: StatusCode, text: String) -> Response {
        let mut response = http::Response::new(Body::from(text));
        *response.status_mut() = status;
        let soap = HeaderValue::from_static("application/soap+xml; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, soap);
        self.identify(response)
    }

    /// A document that clients may keep for a day.
    pub(super) fn document(&self, body: &Value) -> Response {
        let mut response = call::json(StatusCode::OK, body);
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=86400, private"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        self.identify(response)
    }

    /// A page for people.
    pub(super) fn page(&self, status: StatusCode, html: String) -> Response {
        let mut response = http::Response::new(Body::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='; base-uri 'none'",
            ),
        );
        self.finish(response, 0)
    }

    /// An answer that is neither a page nor about tokens.
    pub(super) fn plain(&self, response: Response) -> Response {
        self.finish(response, 0)
    }

    /// Headers that answers about tokens carry, as recorded.
    fn finish(&self, mut response: Response, number: u32) -> Response {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        headers.insert(header::EXPIRES, HeaderValue::from_static("-1"));
        if let Ok(value) = HeaderValue::try_from(format!("1,{number},0,,")) {
            headers.insert(HeaderName::from_static("x-ms-clitelem"), value);
        }
        let fpc = format!("fpc={}; path=/; secure; HttpOnly; SameSite=None", random::opaque(1));
        if let Ok(value) = HeaderValue::try_from(fpc) {
            headers.append(header::SET_COOKIE, value);
        }
        for cookie in [
            "x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly",
            "stsservicecookie=estsfd; path=/; secure; samesite=none; httponly",
        ] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        self.identify(response)
    }

    /// Ids, length and the like.
    fn identify(&self, mut response: Response) -> Response {
        let length = http_body::Body::size_hint(response.body()).exact();
        let headers = response.headers_mut();
        // The Java SDK takes an answer without a length for a failure.
        if let Some(length) = length {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
        headers.insert(
            HeaderName::from_static("x-ms-ests-server"),
            HeaderValue::from_static("2.1.0.0 - EMU ProdSlices"),
        );
        if let Ok(value) = HeaderValue::try_from(self.ids.trace.to_string()) {
            headers.insert(HeaderName::from_static("x-ms-request-id"), value);
        }
        if let Some(id) = self.echoed_id() {
            headers.insert(HeaderName::from_static("client-request-id"), id);
        }
        response
    }

    /// The client's id, if it asked to have it back.
    fn echoed_id(&self) -> Option<HeaderValue> {
        let wanted = self.headers.get("return-client-request-id")?;
        wanted.as_bytes().eq_ignore_ascii_case(b"true").then_some(())?;
        self.headers.get("client-request-id").cloned()
    }
}
