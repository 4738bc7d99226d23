//! What an item of a Gen2 account has besides what every generation has.

use std::collections::BTreeMap;

use adls_wire::RemotePath;
use serde::{Deserialize, Serialize};

use super::content_type::ContentType;
use super::lease::Lease;
use super::node_id::NodeId;

/// Names and values that users keep with an item or a file system. Names keep their spelling.
pub(crate) type Metadata = BTreeMap<Box<str>, Box<[u8]>>;

/// Names and values by which users find files. Names keep their spelling.
pub(crate) type Tags = BTreeMap<Box<str>, Box<str>>;

/// How a client is to read the content of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContentHeaders {
    pub(crate) content_type: Option<ContentType>,
    pub(crate) encoding: Option<Box<str>>,
    pub(crate) language: Option<Box<str>>,
    pub(crate) disposition: Option<Box<str>>,
    pub(crate) cache_control: Option<Box<str>>,
    /// As the writer gave it, or computed where the service does.
    pub(crate) md5: Option<[u8; 16]>,
}

impl ContentHeaders {
    /// Takes over those that are there.
    pub(crate) fn add(&mut self, others: Self) {
        fn replace<T>(known: &mut Option<T>, other: Option<T>) {
            if other.is_some() {
                *known = other;
            }
        }
        let Self { content_type, encoding, language, disposition, cache_control, md5 } = others;
        replace(&mut self.content_type, content_type);
        replace(&mut self.encoding, encoding);
        replace(&mut self.language, language);
        replace(&mut self.disposition, disposition);
        replace(&mut self.cache_control, cache_control);
        self.md5 = md5.or(self.md5);
    }

    /// The same for new content, which always has a content type.
    pub(crate) fn of_content(self) -> Self {
        let content_type = self.content_type.or(Some(ContentType::UNSAID));
        Self { content_type, ..self }
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
    // What follows came later, and has a record of its own behind this one.
    /// The blocks that the content consists of, if it was committed in blocks.
    #[serde(skip)]
    pub(crate) blocks: Vec<Block>,
    #[serde(skip)]
    pub(crate) copied: Option<Box<Copied>>,
    #[serde(skip)]
    pub(crate) tier: Option<Tier>,
    #[serde(skip)]
    pub(crate) rehydration: Option<Rehydration>,
    /// Of a file that is not there yet: its file system, and the path that it is to have.
    #[serde(skip)]
    pub(crate) draft: Option<Box<(NodeId, RemotePath)>>,
}

/// A block of a file's content: its id, as it was sent, and how many bytes it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block {
    pub(crate) id: Box<str>,
    pub(crate) length: u64,
}

/// The copy that the content of a file comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Copied {
    pub(crate) id: Box<str>,
    /// The URL of the source, without a signature.
    pub(crate) source: Box<str>,
    pub(crate) length: u64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
}

/// The tier that a file was given, which has no effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tier {
    pub(crate) name: Box<str>,
    /// When it was given to a file that was there already, in milliseconds since 1970.
    pub(crate) changed: Option<i64>,
}

/// How fast a file is to come out of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RehydratePriority {
    Standard,
    High,
}

/// The way of a file out of the archive, which takes its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rehydration {
    /// The tier that it will be in.
    pub(crate) to: Box<str>,
    pub(crate) priority: RehydratePriority,
    /// Milliseconds since 1970.
    pub(crate) since: i64,
}

impl Rehydration {
    /// When it is over, in milliseconds since 1970: as long as the service takes at most.
    pub(super) fn ends(&self) -> i64 {
        const HOUR: i64 = 60 * 60 * 1000;
        self.since
            + match self.priority {
                RehydratePriority::Standard => 15 * HOUR,
                RehydratePriority::High => HOUR,
            }
    }
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
            content_type: Some("text/plain".into()),
            language: text("es"),
            md5: Some([1; 16]),
            ..ContentHeaders::default()
        };
        let content_type = Some("text/html".into());
        headers.commit(ContentHeaders { content_type, ..ContentHeaders::default() });
        assert_eq!(
            headers,
            ContentHeaders {
                content_type: Some("text/html".into()),
                language: text("es"),
                ..ContentHeaders::default()
            }
        );
        headers.commit(ContentHeaders { md5: Some([2; 16]), ..ContentHeaders::default() });
        assert_eq!(headers.md5, Some([2; 16]));
    }
}
