//! The entries of a list of paths, as JSON. A list can have millions, of which neighbours tell mostly the same,
//! so that what is the same is written once and copied.

use std::io::{self, Write as _};

use adls_wire::Permission;
use uuid::Uuid;

use crate::etag;
use crate::filetime;
use crate::namespace::EntryRef;
use crate::storage::item_headers::Naming;
use crate::storage::page_size::expected_rest;
use crate::storage::text::dates;
use crate::storage::version::ServiceVersion;

/// From these versions on entries tell when they were made, and when they vanish.
const CREATION_TIME: ServiceVersion = ServiceVersion::of(2020, 2, 10);
const EXPIRY_TIME: ServiceVersion = ServiceVersion::of(2021, 6, 8);

/// What stands between the expiry and the name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Middle {
    group: Uuid,
    is_directory: bool,
    /// Seconds since 1970.
    modified: i64,
}

/// What stands behind the name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rest {
    owner: Uuid,
    permission: Permission,
    has_extended_acl: bool,
}

/// Writes the entries of one list, in the order in which the service writes their members. All values are
/// texts.
pub(super) struct EntryWriter<'n> {
    naming: &'n Naming<'n>,
    version: ServiceVersion,
    limit: usize,
    body: Vec<u8>,
    given: usize,
    middle: Option<(Middle, Vec<u8>)>,
    rest: Option<(Rest, Vec<u8>)>,
}

impl<'n> EntryWriter<'n> {
    /// Begins the list, of so many entries at most.
    pub(super) fn new(naming: &'n Naming<'n>, version: ServiceVersion, limit: usize) -> Self {
        let body = b"{\"paths\":[".to_vec();
        Self { naming, version, limit, body, given: 0, middle: None, rest: None }
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// None that comes to pass: texts are written into memory.
    pub(super) fn write(&mut self, name: &str, entry: &EntryRef<'_>) -> io::Result<()> {
        if self.given > 0 {
            self.body.push(b',');
        }
        self.body.reserve(expected_rest(self.body.len(), self.given, self.limit));
        self.given += 1;
        self.body.push(b'{');
        let encryption = &entry.properties().encryption;
        for (member, value) in
            [("EncryptionContext", &encryption.context), ("EncryptionScope", &encryption.scope)]
        {
            if let Some(value) = value {
                write!(self.body, "\"{member}\":")?;
                serde_json::to_writer(&mut self.body, value)?;
                self.body.push(b',');
            }
        }
        write!(self.body, "\"contentLength\":\"{}\"", entry.length())?;
        if self.version >= CREATION_TIME {
            write!(self.body, ",\"creationTime\":\"{}\"", filetime::ticks(entry.created()))?;
        }
        let tag = etag::Unquoted(etag::number(entry.etag()));
        write!(self.body, ",\"etag\":\"{tag}\"")?;
        if self.version >= EXPIRY_TIME {
            let expires = entry.expires().map_or(0, filetime::ticks);
            write!(self.body, ",\"expiryTime\":\"{expires}\"")?;
        }
        self.write_middle(entry)?;
        self.body.extend_from_slice(b",\"name\":");
        serde_json::to_writer(&mut self.body, name)?;
        self.write_rest(entry)
    }

    fn write_middle(&mut self, entry: &EntryRef<'_>) -> io::Result<()> {
        let middle = Middle {
            group: entry.group(),
            is_directory: entry.is_directory(),
            modified: entry.last_modified().div_euclid(1000),
        };
        if self.middle.as_ref().is_none_or(|(last, _)| *last != middle) {
            let mut text = b",\"group\":".to_vec();
            serde_json::to_writer(&mut text, &self.naming.name(middle.group))?;
            if middle.is_directory {
                text.extend_from_slice(b",\"isDirectory\":\"true\"");
            }
            write!(text, ",\"lastModified\":\"{}\"", dates::rfc1123(entry.last_modified()))?;
            self.middle = Some((middle, text));
        }
        if let Some((_, text)) = &self.middle {
            self.body.extend_from_slice(text);
        }
        Ok(())
    }

    fn write_rest(&mut self, entry: &EntryRef<'_>) -> io::Result<()> {
        let rest = Rest {
            owner: entry.owner(),
            permission: entry.permission(),
            has_extended_acl: entry.has_extended_acl(),
        };
        if self.rest.as_ref().is_none_or(|(last, _)| *last != rest) {
            let mut text = b",\"owner\":".to_vec();
            serde_json::to_writer(&mut text, &self.naming.name(rest.owner))?;
            write!(text, ",\"permissions\":\"{}\"}}", self.naming.permissions(entry))?;
            self.rest = Some((rest, text));
        }
        if let Some((_, text)) = &self.rest {
            self.body.extend_from_slice(text);
        }
        Ok(())
    }

    /// The list.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.body.extend_from_slice(b"]}\n");
        self.body
    }
}
