//! What an item of a Gen2 account has besides what every generation has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lease::Lease;

/// Names and values that users keep with an item or a file system. Names keep their spelling.
pub(crate) type Metadata = BTreeMap<Box<str>, Box<[u8]>>;

/// Names and values by which users find files. Names keep their spelling.
pub(crate) type Tags = BTreeMap<Box<str>, Box<str>>;

/// How a client is to read the content of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContentHeaders {
    pub(crate) content_type: Option<Box<str>>,
    pub(crate) encoding: Option<Box<str>>,
    pub(crate) language: Option<Box<str>>,
    pub(crate) disposition: Option<Box<str>>,
    pub(crate) cache_control: Option<Box<str>>,
    /// As the writer gave it, or computed where the service does.
    pub(crate) md5: Option<[u8; 16]>,
}

impl ContentHeaders {
    /// Takes over those that are there.
    pub(super) fn add(&mut self, others: Self) {
        let Self { content_type, encoding, language, disposition, cache_control, md5 } = others;
        let replace = |text: &mut Option<Box<str>>, other: Option<Box<str>>| {
            if other.is_some() {
                *text = other;
            }
        };
        replace(&mut self.content_type, content_type);
        replace(&mut self.encoding, encoding);
        replace(&mut self.language, language);
        replace(&mut self.disposition, disposition);
        replace(&mut self.cache_control, cache_control);
        self.md5 = md5.or(self.md5);
    }

    /// Takes over those of new content. The checksum is that of the new one, or unknown.
    pub(super) fn commit(&mut self, others: Self) {
        self.md5 = None;
        self.add(others);
    }
}

/// How the content of a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BlobKind {
    /// At any place, and committed by a flush.
    #[default]
    Block,
    /// At the end; committed at once.
    Append,
}

/// What an item of a Gen2 account has besides what every generation has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlobProperties {
    pub(crate) headers: ContentHeaders,
    pub(crate) metadata: Metadata,
    pub(crate) tags: Tags,
    pub(crate) lease: Lease,
    pub(crate) kind: BlobKind,
    /// How often an append blob was appended to.
    pub(crate) committed_blocks: u32,
    pub(crate) encryption: Encryption,
    /// The client's own name of the request that made the item or moved it to where it is.
    pub(crate) transaction_id: Option<Box<str>>,
}

/// With what the content is encrypted, as far as the caller says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encryption {
    /// The SHA-256 of the customer's key, in base64.
    pub(crate) key_sha256: Option<Box<str>>,
    pub(crate) scope: Option<Box<str>>,
    /// A text of the client's own.
    pub(crate) context: Option<Box<str>>,
}

/// The properties of an item that has none of its own.
pub(crate) static NO_PROPERTIES: std::sync::LazyLock<BlobProperties> =
    std::sync::LazyLock::new(BlobProperties::default);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_content_keeps_the_headers_that_it_does_not_name_but_for_the_checksum() {
        let text = |text: &str| Some(Box::from(text));
        let mut headers = ContentHeaders {
            content_type: text("text/plain"),
            language: text("es"),
            md5: Some([1; 16]),
            ..ContentHeaders::default()
        };
        let content_type = text("text/html");
        headers.commit(ContentHeaders { content_type, ..ContentHeaders::default() });
        assert_eq!(
            headers,
            ContentHeaders {
                content_type: text("text/html"),
                language: text("es"),
                ..ContentHeaders::default()
            }
        );
        headers.commit(ContentHeaders { md5: Some([2; 16]), ..ContentHeaders::default() });
        assert_eq!(headers.md5, Some([2; 16]));
    }
}
