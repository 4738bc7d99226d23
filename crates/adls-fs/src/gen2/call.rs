//! A request in the making: endpoint, operation, path, parameters in the order in which they are sent.

use std::time::SystemTime;

use adls_http::{Idempotency, Request, SafeUrl};
use adls_wire::RemotePath;
use adls_wire::dfs::header;
use adls_wire::path::SEGMENT;
use bytes::Bytes;
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::utf8_percent_encode;

use super::endpoints::Endpoints;
use super::http_date;
use super::version::Version;
use crate::{Conditions, Error, Result};

/// Which of an account's endpoints is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Dfs,
    Blob,
}

/// A request to one of the endpoints of an account.
#[derive(Clone, Debug)]
pub(super) struct Call {
    operation: &'static str,
    method: Method,
    protocol: Protocol,
    /// Percent-encoded, with a slash before it.
    path: String,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    pub(super) version: Version,
    idempotency: Idempotency,
    body: Bytes,
}

impl Call {
    /// About the item at `path`. `operation` is the name that the service's reference uses.
    pub(super) fn path(
        operation: &'static str,
        method: Method,
        file_system: &str,
        path: &RemotePath,
    ) -> Self {
        Self::at(operation, method, format!("/{}{}", encoded(file_system), path.encoded()))
    }

    /// About a file system.
    pub(super) fn file_system(operation: &'static str, method: Method, file_system: &str) -> Self {
        Self::at(operation, method, format!("/{}", encoded(file_system)))
    }

    /// About the account.
    pub(super) fn account(operation: &'static str, method: Method) -> Self {
        Self::at(operation, method, "/".to_owned())
    }

    fn at(operation: &'static str, method: Method, path: String) -> Self {
        let idempotency = match method {
            Method::GET | Method::HEAD => Idempotency::Safe,
            _ => Idempotency::Unsafe,
        };
        Self {
            operation,
            method,
            protocol: Protocol::Dfs,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            version: Version::BASE,
            idempotency,
            body: Bytes::new(),
        }
    }

    pub(super) fn by_blob(mut self) -> Self {
        self.protocol = Protocol::Blob;
        self
    }

    pub(super) fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    pub(super) fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    pub(super) fn query(mut self, key: &'static str, value: &impl ToString) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    pub(super) fn query_if(
        self,
        condition: bool,
        key: &'static str,
        value: &impl ToString,
    ) -> Self {
        if condition { self.query(key, value) } else { self }
    }

    pub(super) fn query_some(self, key: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(key, &value),
            None => self,
        }
    }

    /// # Errors
    /// When the value holds what no header can carry.
    pub(super) fn header(self, name: &'static str, value: impl AsRef<str>) -> Result<Self> {
        self.set(HeaderName::from_static(name), value.as_ref())
    }

    /// # Errors
    /// As for [`header`](Self::header).
    pub(super) fn header_some(
        self,
        name: &'static str,
        value: Option<impl AsRef<str>>,
    ) -> Result<Self> {
        match value {
            Some(value) => self.header(name, value),
            None => Ok(self),
        }
    }

    /// A property of the user's own, as the Blob protocol has it.
    ///
    /// # Errors
    /// When no header can have the name, or carry the value.
    pub(super) fn meta(self, name: &str, value: &str) -> Result<Self> {
        let name = format!("{}{name}", header::META_PREFIX);
        let invalid = |_| Error::invalid(format!("{name:?} cannot be the name of a header"));
        self.set(HeaderName::try_from(&name).map_err(invalid)?, value)
    }

    fn set(mut self, name: HeaderName, value: &str) -> Result<Self> {
        // The library would let bytes outside of ASCII through, which every service reads in its own way.
        let carried = HeaderValue::from_str(value).ok().filter(|_| value.is_ascii());
        let carried = carried.ok_or_else(|| {
            Error::invalid(format!("{name} cannot be {value:?}: headers hold visible ASCII only"))
        })?;
        self.headers.insert(name, carried);
        Ok(self)
    }

    /// The bytes from `start` to before `end`; to the end of the file where `end` is `u64::MAX`.
    pub(super) fn range(mut self, start: u64, end: u64) -> Self {
        let text = match end {
            // What does not fit into 63 bits, the service passes over, and gives the whole file.
            end if end > i64::MAX.unsigned_abs() => format!("bytes={start}-"),
            end => format!("bytes={start}-{}", end - 1),
        };
        if let Ok(value) = HeaderValue::from_str(&text) {
            self.headers.insert(RANGE, value);
        }
        self
    }

    /// # Errors
    /// When a condition holds what no header can carry.
    pub(super) fn conditions(self, conditions: &Conditions) -> Result<Self> {
        let Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since, lease } =
            conditions;
        let mut this = self;
        for (name, tag) in [(IF_MATCH, if_match), (IF_NONE_MATCH, if_none_match)] {
            if let Some(tag) = tag {
                this = this.set(name, &quoted(tag.as_str()))?;
            }
        }
        for (name, time) in
            [(IF_MODIFIED_SINCE, if_modified_since), (IF_UNMODIFIED_SINCE, if_unmodified_since)]
        {
            if let Some(time) = time {
                this = this.set(name, &date(*time)?)?;
            }
        }
        this.header_some(header::LEASE_ID, lease.as_ref())
    }

    /// Conditions on the source of a rename.
    ///
    /// # Errors
    /// As for [`conditions`](Self::conditions).
    pub(super) fn source_conditions(self, conditions: &Conditions) -> Result<Self> {
        let Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since, lease } =
            conditions;
        let tag = |tag: &Option<crate::ETag>| tag.as_ref().map(|tag| quoted(tag.as_str()));
        let time = |time: &Option<SystemTime>| time.map(date).transpose();
        self.header_some(header::SOURCE_IF_MATCH, tag(if_match))?
            .header_some(header::SOURCE_IF_NONE_MATCH, tag(if_none_match))?
            .header_some(header::SOURCE_IF_MODIFIED_SINCE, time(if_modified_since)?)?
            .header_some(header::SOURCE_IF_UNMODIFIED_SINCE, time(if_unmodified_since)?)?
            .header_some(header::SOURCE_LEASE_ID, lease.as_ref())
    }

    pub(super) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The URL alone.
    pub(super) fn url(&self, endpoints: &Endpoints) -> SafeUrl {
        let endpoint = match self.protocol {
            Protocol::Dfs => &endpoints.dfs,
            Protocol::Blob => &endpoints.blob,
        };
        let query: Vec<_> = self.query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        endpoint.with_path_and_query(&self.path, &query)
    }

    pub(super) fn request(self, endpoints: &Endpoints) -> Request {
        let url = self.url(endpoints);
        let mut request = Request::new(self.operation, self.method, url, self.idempotency)
            .header(
                HeaderName::from_static(header::VERSION),
                HeaderValue::from_static(self.version.as_str()),
            )
            .untyped_body(self.body);
        for (name, value) in &self.headers {
            request = request.header(name.clone(), value.clone());
        }
        request
    }
}

/// A tag as conditions have it: lists name tags without quotation marks.
fn quoted(tag: &str) -> String {
    match tag == "*" || tag.starts_with('"') || tag.starts_with("W/") {
        true => tag.to_owned(),
        false => format!("\"{tag}\""),
    }
}

fn date(time: SystemTime) -> Result<String> {
    http_date::format(time)
        .ok_or_else(|| Error::invalid("the time of a condition lies outside of the calendar"))
}

/// The name of a file system as a segment of a path: those of OneLake may hold blanks.
pub(super) fn encoded(file_system: &str) -> String {
    utf8_percent_encode(file_system, SEGMENT).to_string()
}
