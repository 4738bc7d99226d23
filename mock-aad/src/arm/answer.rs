//! What an operation answers, before the headers that every answer carries are added.

use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value};

/// A JSON object in the order in which it is written.
pub(super) type Object = Map<String, Value>;

/// Who answers: it shows in the content type and in several headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Resource Manager itself.
    Gateway,
    /// The resource provider `Microsoft.DataLakeStore`.
    Provider,
    /// The resource provider `Microsoft.Storage`.
    Storage,
}

/// An answer without the common headers.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) source: Source,
    pub(super) body: Option<Value>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, source: Source) -> Self {
        Self { status, source, body: None, headers: Vec::new() }
    }

    /// An empty answer of Resource Manager.
    pub(super) fn gateway(status: StatusCode) -> Self {
        Self::new(status, Source::Gateway)
    }

    /// An empty answer of the provider.
    pub(super) fn provider(status: StatusCode) -> Self {
        Self::new(status, Source::Provider)
    }

    /// An empty answer of the provider of storage accounts.
    pub(super) fn storage(status: StatusCode) -> Self {
        Self::new(status, Source::Storage)
    }

    pub(super) fn with_body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds a header; a value that HTTP cannot carry is left out.
    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if HeaderValue::from_str(&value).is_ok() {
            self.headers.push((name, value));
        }
        self
    }
}
