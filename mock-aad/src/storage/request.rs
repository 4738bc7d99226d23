//! A request to a storage account, decoded as far as all operations have it in common.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::{HeaderMap, HeaderName, Method};
use jiff::Timestamp;

use super::address::{Address, Spoken};
use super::endpoint::Endpoint;
use super::errors::{ErrorCode, StorageError};
use super::one_lake::take_rejected;
use super::protocol::Protocol;
use super::query::Query;
use super::version::ServiceVersion;
use crate::call::Call;

/// By it clients that can send no PATCH name the method that they mean.
const METHOD_OVERRIDE: &str = "x-http-method-override";
/// The longest id that a caller may give a request.
const LONGEST_CLIENT_REQUEST_ID: usize = 1024;

/// A request, without its body.
pub(crate) struct Request {
    /// The method that is meant.
    pub(crate) method: Method,
    /// The method on the request line, which is signed.
    pub(crate) sent_method: Method,
    pub(crate) address: Address,
    pub(crate) spoken: Spoken,
    pub(crate) query: Query,
    /// The headers as sent, the empty ones included, which are signed too.
    pub(crate) headers: HeaderMap,
    /// The headers that came, too, and that the account ignores.
    pub(crate) rejected: Vec<HeaderName>,
    pub(crate) version: ServiceVersion,
    /// Scheme, host and port under which the caller reaches the emulator.
    pub(crate) origin: String,
    /// Where the caller is.
    pub(crate) peer: IpAddr,
    /// When the request arrived, by the emulator's clock.
    pub(crate) now: Timestamp,
}

/// Without the values of query and headers, which may be secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("address", &self.address)
            .field("query", &self.query)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// Reads what came in, but for the body, which stays in the call.
    ///
    /// # Errors
    /// When something that every operation needs is not what it must be.
    pub(crate) fn read(
        call: &Call,
        endpoint: Endpoint,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let headers = &call.headers;
        let text = |value: &http::HeaderValue| std::str::from_utf8(value.as_bytes()).is_ok();
        if let Some((name, value)) = headers.iter().find(|(_, value)| !text(value)) {
            let shown = String::from_utf8_lossy(value.as_bytes());
            return Err(StorageError::invalid_header(name.as_str(), &shown));
        }
        let query = Query::parse(call.query());
        let account = call.account.as_deref().unwrap_or_default();
        let method = meant(&call.method, headers)?;
        let mut kept = headers.clone();
        let rejected = take_rejected(account, &mut kept);
        let request = Self {
            spoken: Spoken::find(endpoint, &method, &query, headers),
            address: Address::parse(account, endpoint, call.path())?,
            method,
            sent_method: call.method.clone(),
            version: version(&query, headers)?,
            query,
            headers: kept,
            rejected,
            origin: call.origin.clone(),
            peer: call.peer,
            now,
        };
        request.check()?;
        Ok(request)
    }

    fn check(&self) -> Result<(), StorageError> {
        self.query_as::<u32>("timeout")?;
        let id = self.header("x-ms-client-request-id");
        if let Some(id) = id.filter(|id| id.len() > LONGEST_CLIENT_REQUEST_ID) {
            return Err(StorageError::invalid_header("x-ms-client-request-id", id));
        }
        if self.address.endpoint.secondary && !self.method.is_safe() {
            let refused = StorageError::from(ErrorCode::InsufficientAccountPermissions);
            return Err(refused.saying("Write operations are not allowed."));
        }
        Ok(())
    }

    /// The address of the account, as the caller has it.
    pub(crate) fn service_endpoint(&self) -> String {
        let origin = &self.origin;
        match self.address.endpoint.path_style {
            true => format!("{origin}/{}/", self.address.account),
            false => format!("{origin}/"),
        }
    }

    /// The protocol that the request speaks.
    pub(crate) fn protocol(&self) -> Protocol {
        self.spoken.protocol
    }

    /// The path that a signature must be for: of a list, that of the directory which is listed.
    pub(crate) fn sas_path(&self) -> String {
        let listed = match self.query.get("resource") {
            Some("filesystem") if self.method == Method::GET => self.query.get("directory"),
            _ => None,
        };
        match listed {
            Some(directory) => directory.to_owned(),
            None => self.address.path_or_root().as_str().to_owned(),
        }
    }

    /// Whether it came over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The text of a header; an empty one is none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The text of a header that must be there.
    ///
    /// # Errors
    /// That names it.
    pub(crate) fn required_header(&self, name: &str) -> Result<&str, StorageError> {
        self.header(name).ok_or_else(|| StorageError::missing_header(name))
    }

    /// What a header says, if it is there.
    ///
    /// # Errors
    /// When it is not of this form; that names header and value.
    pub(crate) fn header_as<T: FromStr>(&self, name: &str) -> Result<Option<T>, StorageError> {
        let parse = |text: &str| text.parse().map_err(|_| StorageError::invalid_header(name, text));
        self.header(name).map(parse).transpose()
    }

    /// Whether a header says `true`, in any case; without it, it does not.
    ///
    /// # Errors
    /// When it says neither `true` nor `false`.
    pub(crate) fn header_flag(&self, name: &str) -> Result<bool, StorageError> {
        let read = |text: &str| flag(text).ok_or_else(|| StorageError::invalid_header(name, text));
        self.header(name).map_or(Ok(false), read)
    }

    /// A value of the query that must be there.
    ///
    /// # Errors
    /// That names it.
    pub(crate) fn required_query(&self, name: &str) -> Result<&str, StorageError> {
        self.query.get(name).ok_or_else(|| StorageError::missing_query(name))
    }

    /// What a value of the query says, if it is there.
    ///
    /// # Errors
    /// When it is not of this form; that names it and its value.
    pub(crate) fn query_as<T: FromStr>(&self, name: &str) -> Result<Option<T>, StorageError> {
        let parse = |text: &str| {
            let reason = "it is not of the form that it must have";
            text.parse().map_err(|_| StorageError::invalid_query(name, text, reason))
        };
        self.query.get(name).map(parse).transpose()
    }

    /// Whether a value of the query says `true`, in any case; without it, it does not.
    ///
    /// # Errors
    /// When it says neither `true` nor `false`.
    pub(crate) fn query_flag(&self, name: &str) -> Result<bool, StorageError> {
        let reason = "it is neither true nor false";
        let read =
            |text: &str| flag(text).ok_or_else(|| StorageError::invalid_query(name, text, reason));
        self.query.get(name).map_or(Ok(false), read)
    }
}

/// The text of a header; an empty one is none, and what is no text was refused before.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(headers.get(name)?.as_bytes()).ok()?.trim();
    (!text.is_empty()).then_some(text)
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The method that is meant: clients whose HTTP library knows no PATCH send PUT or POST with a header.
fn meant(sent: &Method, headers: &HeaderMap) -> Result<Method, StorageError> {
    match header(headers, METHOD_OVERRIDE) {
        Some(name) if matches!(*sent, Method::PUT | Method::POST) => name
            .to_ascii_uppercase()
            .parse()
            .map_err(|_| StorageError::invalid_header(METHOD_OVERRIDE, name)),
        _ => Ok(sent.clone()),
    }
}

/// The version that is asked for: by the header, else by the signature, which has one of its own.
fn version(query: &Query, headers: &HeaderMap) -> Result<ServiceVersion, StorageError> {
    if let Some(text) = header(headers, "x-ms-version") {
        let unsupported = || {
            StorageError::from(ErrorCode::UnsupportedRestVersion)
                .detail("HeaderName", "x-ms-version")
                .detail("HeaderValue", text)
        };
        return ServiceVersion::parse(text).ok_or_else(unsupported);
    }
    // What is no version there makes the signature invalid, which is found out with it.
    let signed = query.get("sv").and_then(ServiceVersion::parse);
    Ok(signed.unwrap_or(ServiceVersion::DEFAULT))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use uuid::Uuid;

    use super::*;

    fn read(
        method: &str,
        uri: &str,
        headers: &[(&'static str, &[u8])],
    ) -> Result<Request, StorageError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, http::HeaderValue::from_bytes(value).unwrap());
        }
        let call = Call {
            method: method.parse().unwrap(),
            uri: uri.parse().unwrap(),
            headers: map,
            body: Body::empty(),
            request_id: Uuid::nil(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            origin: "https://lake.dfs.core.windows.net".to_owned(),
            account: Some("Lake".to_owned()),
        };
        Request::read(&call, Endpoint::of_host(Protocol::Dfs, false), Timestamp::UNIX_EPOCH)
    }

    fn refused(uri: &str, headers: &[(&'static str, &[u8])]) -> ErrorCode {
        read("PUT", uri, headers).unwrap_err().code()
    }

    #[test]
    fn the_method_that_is_meant_may_differ_from_the_one_that_is_signed() {
        let patch = |sent| {
            let request = read(sent, "/fs/a", &[("x-http-method-override", b"patch")]).unwrap();
            (request.method, request.sent_method)
        };
        assert_eq!(patch("PUT"), (Method::PATCH, Method::PUT));
        assert_eq!(patch("POST"), (Method::PATCH, Method::POST));
        assert_eq!(patch("DELETE"), (Method::DELETE, Method::DELETE));
        assert_eq!(
            refused("/fs", &[("x-http-method-override", b"a b")]),
            ErrorCode::InvalidHeaderValue
        );
    }

    #[test]
    fn the_version_is_the_headers_then_the_signatures_then_the_newest() {
        let version = |uri, headers: &[(&'static str, &[u8])]| {
            read("GET", uri, headers).unwrap().version.to_string()
        };
        assert_eq!(version("/fs?sv=2020-02-10", &[("x-ms-version", b"2021-12-02")]), "2021-12-02");
        assert_eq!(version("/fs?sv=2020-02-10", &[("x-ms-version", b"")]), "2020-02-10");
        assert_eq!(version("/fs?sv=x", &[]), "2026-06-06");
        for text in [&b"2017-04-17"[..], b"tomorrow"] {
            assert_eq!(
                refused("/fs", &[("x-ms-version", text)]),
                ErrorCode::UnsupportedRestVersion
            );
        }
    }

    #[test]
    fn what_every_operation_needs_is_checked_before_it() {
        assert_eq!(refused("/fs?timeout=soon", &[]), ErrorCode::InvalidQueryParameterValue);
        assert!(read("PUT", "/fs?timeout=30", &[]).is_ok());
        assert_eq!(refused("/fs", &[("x-ms-lease-id", b"\xff")]), ErrorCode::InvalidHeaderValue);
        let id = vec![b'x'; 1025];
        assert_eq!(
            refused("/fs", &[("x-ms-client-request-id", &id)]),
            ErrorCode::InvalidHeaderValue
        );
        assert!(read("PUT", "/fs", &[("x-ms-client-request-id", &id[1..])]).is_ok());
    }

    #[test]
    fn values_are_read_or_refused_by_name() {
        let headers: [(&str, &[u8]); 5] = [
            ("x-ms-lease-duration", b"15"),
            ("x-ms-lease-id", b" "),
            ("x-ms-range-get-content-md5", b"True"),
            ("x-ms-x", b"maybe"),
            ("x-ms-meta-name", "ü".as_bytes()),
        ];
        let request =
            read("PUT", "/fs/a?position=7&close=FALSE&flush=maybe&mode=", &headers).unwrap();
        assert_eq!(request.header_as::<i32>("x-ms-lease-duration").unwrap(), Some(15));
        assert_eq!(request.header("x-ms-lease-id"), None);
        assert_eq!(request.header("x-ms-meta-name"), Some("ü"));
        assert!(request.header_flag("x-ms-range-get-content-md5").unwrap());
        assert!(!request.header_flag("x-ms-lease-id").unwrap());
        assert_eq!(request.query_as::<u64>("Position").unwrap(), Some(7));
        assert_eq!(request.query_as::<u64>("mode").unwrap(), None);
        assert!(!request.query_flag("close").unwrap());
        for (error, code) in [
            (request.header_as::<i32>("x-ms-x").unwrap_err(), ErrorCode::InvalidHeaderValue),
            (request.header_flag("x-ms-x").unwrap_err(), ErrorCode::InvalidHeaderValue),
            (request.required_header("x-ms-acl").unwrap_err(), ErrorCode::MissingRequiredHeader),
            (request.query_flag("flush").unwrap_err(), ErrorCode::InvalidQueryParameterValue),
            (request.query_as::<u8>("close").unwrap_err(), ErrorCode::InvalidQueryParameterValue),
            (request.required_query("mode").unwrap_err(), ErrorCode::MissingRequiredQueryParameter),
        ] {
            assert_eq!(error.code(), code);
        }
    }

    #[test]
    fn a_copy_in_another_region_is_read_only() {
        let call = |method: &str| Call {
            method: method.parse().unwrap(),
            uri: "/fs/a".parse().unwrap(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            request_id: Uuid::nil(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            origin: "https://lake-secondary.dfs.core.windows.net".to_owned(),
            account: Some("lake".to_owned()),
        };
        let endpoint = Endpoint::of_host(Protocol::Dfs, true);
        let read = |method| Request::read(&call(method), endpoint, Timestamp::UNIX_EPOCH);
        assert!(read("GET").is_ok() && read("HEAD").is_ok());
        let refused = read("PUT").unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InsufficientAccountPermissions);
    }

    #[test]
    fn no_value_is_shown() {
        let headers: [(&str, &[u8]); 2] =
            [("authorization", b"c2VjcmV0"), ("x-ms-rename-source", b"/a/b?sig=c2VjcmV0")];
        let request = read("PUT", "/fs/a?sig=c2VjcmV0", &headers).unwrap();
        assert!(!format!("{request:?}").contains("c2VjcmV0"));
    }
}
