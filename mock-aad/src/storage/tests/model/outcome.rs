//! What the reference model expects of an answer that is no refusal.

use super::tree::{Entry, date};
use crate::storage::Protocol;

/// What a header must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Header {
    Text(String),
    /// The ETag that this number stands for.
    Tag(u64),
    Absent,
    Present,
}

/// An item as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) tag: u64,
    /// Names and values in the protocol's own words, but for name and ETag.
    pub(super) values: Vec<(&'static str, Option<String>)>,
}

/// What a body must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Nothing,
    Bytes(Vec<u8>),
    /// A page, and whether there is more.
    Paths(Vec<Listed>, bool),
    /// All pages of blobs, and the names of groups among them.
    Blobs(Vec<Listed>),
    /// Directories, files, what failed, and whether there is more.
    Acls(u64, u64, Vec<String>, bool),
}

/// What an answer must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, Header)>,
    pub(super) body: Body,
}

impl Outcome {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Nothing }
    }

    /// With the ETag and the time of an item.
    pub(super) fn of(status: u16, entry: &Entry) -> Self {
        let date = date(entry.changed_seconds());
        Self::new(status)
            .with("etag", Header::Tag(entry.tag))
            .with("last-modified", Header::Text(date))
    }

    pub(super) fn with(mut self, name: &'static str, header: Header) -> Self {
        self.headers.push((name, header));
        self
    }

    pub(super) fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Header::Text(text.into()))
    }

    pub(super) fn maybe(self, name: &'static str, text: Option<impl Into<String>>) -> Self {
        self.with(name, text.map_or(Header::Absent, |text| Header::Text(text.into())))
    }

    pub(super) fn body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// The headers that tell a lease.
    pub(super) fn lease(self, entry: &Entry, now: i64) -> Self {
        let status = if entry.lease.is_alive(now) { "locked" } else { "unlocked" };
        self.text("x-ms-lease-state", entry.lease.state(now))
            .text("x-ms-lease-status", status)
            .maybe("x-ms-lease-duration", entry.lease.duration(now))
    }

    /// The headers that tell properties of the caller's own.
    pub(super) fn meta(self, protocol: Protocol, entry: &Entry) -> Self {
        use base64::Engine as _;
        match protocol {
            Protocol::Blob => self.maybe("x-ms-meta-kind", entry.meta),
            Protocol::Dfs => {
                let value = |text| base64::engine::general_purpose::STANDARD.encode(text);
                let text = entry.meta.map(|text| format!("kind={}", value(text)));
                self.text("x-ms-properties", text.unwrap_or_default())
            }
        }
    }
}
