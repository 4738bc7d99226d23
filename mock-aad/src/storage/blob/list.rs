//! Listing blobs: live ones in the order of their whole names by bytes, deleted ones beside them.

use std::ops::Range;

use adls_wire::sas::SasPermissions;
use adls_wire::xml::{XmlWriter, is_xml_text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::etag;
use crate::namespace::{BlobKind, DeletedEntry, EntryRef, View};
use crate::storage::convert;
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::item_headers::{self, Naming};
use crate::storage::needs::{Needs, Resource};
use crate::storage::one_lake::Names;
use crate::storage::page_size::{expected_rest, page_size};
use crate::storage::refusal::Purpose;
use crate::storage::request::Request;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::text::dates;
use crate::storage::text::properties::MARKS_DIRECTORY;
use crate::storage::text::{tags, tiers};
use crate::storage::version::ServiceVersion;

/// From this version on entries tell files from directories, and their owners if asked to.
const RESOURCE_TYPE: ServiceVersion = ServiceVersion::of(2020, 6, 12);
/// From this version on they tell what replication makes of them, which is nothing here.
const REPLICATION: ServiceVersion = ServiceVersion::of(2019, 12, 12);
/// From this version on directories that stand for what is in them have properties of their own.
const PREFIX_PROPERTIES: ServiceVersion = ServiceVersion::of(2020, 10, 2);
/// From this version on names that XML cannot carry are encoded.
const ENCODED_NAMES: ServiceVersion = ServiceVersion::of(2021, 2, 12);
/// Stands in a marker between a name and the number of a deletion, as no name can hold it.
const DELETION: char = '\0';

/// Which kinds of entries a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Live { files: bool, directories: bool, deleted_too: bool },
    Deleted,
}

/// What entries tell beside what they always do.
#[derive(Clone, Copy, Debug, Default)]
struct Include {
    metadata: bool,
    tags: bool,
    permissions: bool,
    deleted: bool,
    copy: bool,
    uncommitted: bool,
}

impl Include {
    fn of(request: &Request) -> Result<Self, StorageError> {
        let mut include = Self::default();
        let Some(text) = request.query.get("include") else { return Ok(include) };
        for word in text.split(',') {
            match word.trim().to_ascii_lowercase().as_str() {
                "metadata" => include.metadata = true,
                "permissions" => include.permissions = true,
                "deleted" | "deletedwithversions" => include.deleted = true,
                "copy" => include.copy = true,
                "uncommittedblobs" => include.uncommitted = true,
                // Of what there is none, nothing is shown.
                "tags" => include.tags = true,
                "snapshots" | "versions" | "immutabilitypolicy" | "legalhold" => {}
                _ => {
                    let reason = "it names nothing that a list could include";
                    return Err(StorageError::invalid_query("include", text, reason));
                }
            }
        }
        Ok(include)
    }
}

impl Shown {
    fn of(request: &Request, include: Include) -> Result<Self, StorageError> {
        let live =
            |files, directories| Self::Live { files, directories, deleted_too: include.deleted };
        match request.query.get("showonly").map(str::to_ascii_lowercase).as_deref() {
            None => Ok(live(true, true)),
            Some("files") => Ok(live(true, false)),
            Some("directories") => Ok(live(false, true)),
            Some("deleted") => Ok(Self::Deleted),
            Some(other) => {
                let reason = "it is none of files, directories and deleted";
                Err(StorageError::invalid_query("showonly", other, reason))
            }
        }
    }
}

/// Where an entry stands in a list: by its name, and of one name the deleted ones first, by the number of
/// their deletion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    name: String,
    deletion: u64,
}

impl Place {
    fn live(name: &str) -> Self {
        Self { name: name.to_owned(), deletion: u64::MAX }
    }

    fn first_of(name: &str) -> Self {
        Self { name: name.to_owned(), deletion: 0 }
    }

    fn to_marker(&self) -> String {
        match self.deletion {
            u64::MAX => self.name.clone(),
            deletion => format!("{}{DELETION}{deletion}", self.name),
        }
    }

    fn from_marker(text: &str) -> Option<Self> {
        match text.split_once(DELETION) {
            None => Some(Self::live(text)),
            Some((name, deletion)) => {
                Some(Self { name: name.to_owned(), deletion: deletion.parse().ok()? })
            }
        }
    }
}

/// What a request asks for.
struct Asked<'a> {
    request: &'a Request,
    prefix: &'a str,
    grouped: bool,
    shown: Shown,
    include: Include,
    limit: usize,
    start: Place,
    naming: Naming<'a>,
    names: Names<'a>,
}

/// `GET /{container}?restype=container&comp=list`.
pub(in crate::storage) fn list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let query = &request.query;
    let include = Include::of(request)?;
    let mut needs = Needs::any(Resource::List, SasPermissions::LIST);
    if include.tags {
        needs = needs.and(SasPermissions::TAGS);
    }
    let identity = exchange.identity(needs)?;
    let shown = Shown::of(request, include)?;
    let grouped = match query.get("delimiter") {
        None => false,
        Some("/") => true,
        Some(other) => {
            let reason = "the only delimiter of a hierarchical namespace is a slash";
            return Err(StorageError::invalid_query("delimiter", other, reason));
        }
    };
    let limit = page_size(request, "maxresults")?;
    let prefix = query.get("prefix").unwrap_or_default().trim_start_matches('/');
    let prefix = &*exchange.names.inner(prefix)?;
    let file_system = exchange.file_system()?;
    let scope = Scope {
        kind: if shown == Shown::Deleted { Kind::DeletedBlobs } else { Kind::Blobs },
        account: &request.address.account,
        file_system,
        directory: prefix,
        recursive: !grouped,
    };
    let start = start(exchange, &scope)?;
    let naming = Naming::of(exchange)?;
    let asked = Asked {
        request,
        prefix,
        grouped,
        shown,
        include,
        limit,
        start,
        naming,
        names: exchange.names,
    };
    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open("EnumerationResults")
        .attribute("ServiceEndpoint", &request.service_endpoint())
        .attribute("ContainerName", request.address.file_system.as_deref().unwrap_or_default());
    for (element, name) in [
        ("Prefix", "prefix"),
        ("Marker", "marker"),
        ("StartFrom", "startFrom"),
        ("MaxResults", "maxresults"),
        ("Delimiter", "delimiter"),
    ] {
        if let Some(text) = query.get(name) {
            xml.element(element, text);
        }
    }
    xml.open("Blobs");
    let view = exchange.view(&identity);
    let mut page = Page { asked: &asked, xml, given: 0, next: None, times: None, traits: None };
    let filled = match exchange.kind.lists_nothing_from(request) {
        true => view.file_system(file_system).map(|_| ()),
        false => page.fill(&view, file_system),
    };
    filled.map_err(exchange.refusal(Purpose::Read))?;
    let Page { mut xml, next, .. } = page;
    xml.close();
    let marker =
        next.map(|next| exchange.token_key().issue(&scope, &Position::From(next.to_marker())));
    xml.element("NextMarker", marker.as_deref().unwrap_or_default());
    Ok(Answer::with_body(StatusCode::OK, xml.finish()).header("content-type", "application/xml"))
}

/// Where a page begins: at what the page before says, or with a name.
fn start(exchange: &Exchange<'_>, scope: &Scope<'_>) -> Result<Place, StorageError> {
    let query = &exchange.request.query;
    let Some(marker) = query.get("marker") else {
        let from = query.get("startFrom").unwrap_or_default();
        return Ok(Place::first_of(&exchange.names.inner(from)?));
    };
    let foreign = || foreign_marker(marker, "it is no marker of this list");
    match exchange.token_key().read(scope, marker) {
        Ok(Position::From(text)) => Place::from_marker(&text).ok_or_else(foreign),
        Ok(Position::After(_)) | Err(_) => Err(foreign()),
    }
}

/// What is answered to a marker of something else.
pub(super) fn foreign_marker(marker: &str, reason: &str) -> StorageError {
    StorageError::from(ErrorCode::OutOfRangeInput)
        .detail("QueryParameterName", "marker")
        .detail("QueryParameterValue", marker)
        .detail("Reason", reason)
}

/// An entry that is none of the tree.
#[derive(Clone, Copy)]
enum Beside<'a> {
    Deleted(DeletedEntry<'a>),
    /// Of which nothing is committed.
    Uncommitted(EntryRef<'a>),
}

/// A page while it is written.
struct Page<'a> {
    asked: &'a Asked<'a>,
    xml: XmlWriter,
    given: usize,
    /// Where the next page begins.
    next: Option<Place>,
    /// An entry whose times are written, and where. Those of neighbours are often the same.
    times: Option<(EntryRef<'a>, Range<usize>)>,
    /// An entry of which is written what it tells behind its length, and where. Neighbours often tell the same.
    traits: Option<(EntryRef<'a>, Range<usize>)>,
}

/// Whether two entries were made in the same second, and changed in the same.
fn have_same_times(one: &EntryRef<'_>, other: &EntryRef<'_>) -> bool {
    let seconds = |millis: i64| millis.div_euclid(1000);
    seconds(one.created()) == seconds(other.created())
        && seconds(one.last_modified()) == seconds(other.last_modified())
}

/// Whether two entries tell the same behind their lengths.
fn have_same_traits(one: &EntryRef<'_>, other: &EntryRef<'_>) -> bool {
    let (properties, others) = (one.properties(), other.properties());
    one.is_directory() == other.is_directory()
        && properties.headers == others.headers
        && properties.kind == others.kind
        && properties.encryption == others.encryption
        && properties.tier == others.tier
        && properties.rehydration == others.rehydration
        && properties.copied == others.copied
        && properties.tags.len() == others.tags.len()
        && one.lease() == other.lease()
}

impl<'a> Page<'a> {
    fn fill(
        &mut self,
        view: &'a View<'_>,
        file_system: &str,
    ) -> Result<(), crate::namespace::Error> {
        let asked = self.asked;
        let deleted = match asked.shown {
            Shown::Deleted | Shown::Live { deleted_too: true, .. } => {
                view.deleted_entries(file_system)?
            }
            Shown::Live { .. } => Vec::new(),
        };
        let uncommitted = match asked.shown {
            Shown::Live { files: true, .. } if asked.include.uncommitted => {
                view.uncommitted_entries(file_system)?
            }
            _ => Vec::new(),
        };
        let mut beside: Vec<(&str, Beside<'_>)> = deleted
            .into_iter()
            .map(|found| (found.path.as_str(), Beside::Deleted(found)))
            .chain(uncommitted.into_iter().map(|(path, entry)| (path, Beside::Uncommitted(entry))))
            .map(|(path, found)| (path.trim_start_matches('/'), found))
            .filter(|(name, _)| asked.takes_beside(name))
            .collect();
        beside.sort_by_key(|(name, _)| *name);
        let mut beside = beside.into_iter().peekable();
        if let Shown::Live { files, directories, .. } = asked.shown {
            let start = &asked.start.name;
            view.list_blobs(file_system, asked.prefix, start, asked.grouped, |name, entry| {
                let is_directory = entry.is_directory();
                let as_prefix = asked.grouped && is_directory;
                let with_slash = as_prefix.then(|| format!("{name}/"));
                let full = with_slash.as_deref().unwrap_or(name);
                while let Some((name, found)) = beside.next_if(|(name, _)| *name <= full) {
                    if !self.beside(name, found) {
                        return false;
                    }
                }
                let wanted = if is_directory { directories } else { files };
                !wanted || self.live(full, &entry, as_prefix)
            })?;
        }
        for (name, found) in beside {
            if self.next.is_some() || !self.beside(name, found) {
                break;
            }
        }
        Ok(())
    }

    /// Whether there is room for another entry; else the next page begins with it.
    fn has_room(&mut self, place: impl FnOnce() -> Place) -> bool {
        if self.given == self.asked.limit {
            self.next = Some(place());
            return false;
        }
        self.given += 1;
        true
    }

    /// Writes an entry that is there; whether there may be more of them.
    fn live(&mut self, name: &str, entry: &EntryRef<'a>, as_prefix: bool) -> bool {
        if !self.has_room(|| Place::live(name)) {
            return false;
        }
        let version = self.asked.request.version;
        self.xml.open(if as_prefix { "BlobPrefix" } else { "Blob" });
        self.name(name);
        if !as_prefix || version >= PREFIX_PROPERTIES {
            self.properties(entry, None);
        }
        if !as_prefix {
            self.metadata(entry);
        }
        self.xml.close();
        let rest = expected_rest(self.xml.position(), self.given, self.asked.limit);
        self.xml.reserve(rest);
        true
    }

    /// Writes an entry that is none of the tree; whether there may be more of them.
    fn beside(&mut self, name: &str, found: Beside<'a>) -> bool {
        match found {
            Beside::Deleted(found) => self.deleted(name, &found),
            Beside::Uncommitted(_) if Place::live(name) < self.asked.start => true,
            Beside::Uncommitted(entry) => self.live(name, &entry, false),
        }
    }

    /// Writes an entry that was deleted; whether there may be more of them.
    fn deleted(&mut self, name: &str, found: &DeletedEntry<'a>) -> bool {
        let place = Place { name: name.to_owned(), deletion: found.deletion_id };
        if place < self.asked.start {
            return true;
        }
        if !self.has_room(|| place) {
            return false;
        }
        self.xml.open("Blob");
        self.name(name);
        self.xml.element("DeletionId", &found.deletion_id.to_string()).element("Deleted", "true");
        self.properties(&found.entry, Some(found));
        self.metadata(&found.entry);
        self.xml.close();
        true
    }

    fn name(&mut self, name: &str) {
        let name = &*self.asked.names.shown(name);
        if is_xml_text(name) || self.asked.request.version < ENCODED_NAMES {
            self.xml.element("Name", name);
            return;
        }
        let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
        self.xml.open("Name").attribute("Encoded", "true").text(&encoded).close();
    }

    fn properties(&mut self, entry: &EntryRef<'a>, deleted: Option<&DeletedEntry<'_>>) {
        let version = self.asked.request.version;
        let xml = &mut self.xml;
        xml.open("Properties");
        if let Some((_, written)) =
            self.times.as_ref().filter(|(last, _)| have_same_times(last, entry))
        {
            xml.repeat(written.clone());
        } else {
            let from = xml.position();
            xml.element("Creation-Time", &dates::rfc1123(entry.created()))
                .element("Last-Modified", &dates::rfc1123(entry.last_modified()));
            self.times = Some((*entry, from..xml.position()));
        }
        let expires = deleted.map(|deleted| deleted.until).or_else(|| entry.expires());
        if let Some(expires) = expires {
            xml.element("Expiry-Time", &dates::rfc1123(expires));
        }
        xml.number("Etag", etag::Unquoted(etag::number(entry.etag())));
        if self.asked.include.permissions && version >= RESOURCE_TYPE {
            let naming = &self.asked.naming;
            xml.element("Owner", &naming.name(entry.owner()))
                .element("Group", &naming.name(entry.group()))
                .element("Permissions", &naming.permissions(entry))
                .element("Acl", &naming.acl(entry));
        }
        if version >= RESOURCE_TYPE {
            xml.element("ResourceType", item_headers::resource_type(entry));
        }
        xml.number("Content-Length", entry.length());
        if let Some(deleted) = deleted {
            self.traits(entry, false);
            self.xml
                .element("DeletedTime", &dates::rfc1123(deleted.deleted_at))
                .element("RemainingRetentionDays", &deleted.remaining_days.to_string());
        } else if let Some((_, written)) =
            self.traits.as_ref().filter(|(last, _)| have_same_traits(last, entry))
        {
            xml.repeat(written.clone());
        } else {
            let from = xml.position();
            self.traits(entry, true);
            self.traits = Some((*entry, from..self.xml.position()));
        }
        self.xml.close();
    }

    /// What an entry tells behind its length; nothing but what [`have_same_traits`] compares.
    fn traits(&mut self, entry: &EntryRef<'_>, is_live: bool) {
        fn text(text: Option<&str>) -> &str {
            text.unwrap_or_default()
        }
        let version = self.asked.request.version;
        let properties = entry.properties();
        let headers = &properties.headers;
        let xml = &mut self.xml;
        xml.element("Content-Type", text(headers.content_type.as_deref()))
            .element("Content-Encoding", text(headers.encoding.as_deref()))
            .element("Content-Language", text(headers.language.as_deref()))
            .element("Content-CRC64", crc64(entry))
            .element("Content-MD5", text(headers.md5.map(|md5| STANDARD.encode(md5)).as_deref()))
            .element("Cache-Control", text(headers.cache_control.as_deref()))
            .element("Content-Disposition", text(headers.disposition.as_deref()))
            .element("BlobType", item_headers::blob_type(entry));
        if properties.kind == BlobKind::Block {
            match entry.tier() {
                Some(tier) => {
                    xml.element("AccessTier", tier.name);
                    if tier.name == tiers::SMART {
                        xml.element("SmartAccessTier", item_headers::DEFAULT_TIER);
                    }
                    if let Some(changed) = tier.changed {
                        xml.element("AccessTierChangeTime", &dates::rfc1123(changed));
                    }
                    if let Some(pending) = tier.pending {
                        xml.element("ArchiveStatus", &tiers::archive_status(pending))
                            .element("RehydratePriority", tiers::priority(pending.priority));
                    }
                }
                None => {
                    xml.element("AccessTier", item_headers::DEFAULT_TIER)
                        .element("AccessTierInferred", "true");
                }
            }
        }
        if let Some(copied) = properties.copied.as_deref().filter(|_| self.asked.include.copy) {
            xml.element("CopyId", &copied.id)
                .element("CopySource", &copied.source)
                .element("CopyStatus", "success")
                .element("CopyProgress", &item_headers::progress(copied))
                .element("CopyCompletionTime", &dates::rfc1123(copied.at));
        }
        if is_live {
            let lease = entry.lease();
            xml.element("LeaseStatus", convert::lease_status(lease.locked));
            if version >= RESOURCE_TYPE {
                xml.element("LeaseState", convert::lease_state(lease.state));
                if let Some(duration) = lease.duration {
                    xml.element("LeaseDuration", convert::lease_duration(duration));
                }
            }
        }
        xml.element("ServerEncrypted", "true");
        if let Some(sha256) = &properties.encryption.key_sha256 {
            xml.element("CustomerProvidedKeySha256", sha256);
        }
        if let Some(scope) = &properties.encryption.scope {
            xml.element("EncryptionScope", scope);
        }
        if !properties.tags.is_empty() {
            xml.number("TagCount", properties.tags.len());
        }
    }

    fn metadata(&mut self, entry: &EntryRef<'_>) {
        if self.asked.include.metadata {
            let metadata = convert::properties(&entry.properties().metadata);
            self.xml.open("Metadata");
            if entry.is_directory() && metadata.get(MARKS_DIRECTORY).is_none() {
                self.xml.element(MARKS_DIRECTORY, "true");
            }
            for (name, value) in metadata.iter() {
                self.xml.element(name, &String::from_utf8_lossy(value));
            }
            self.xml.close();
        }
        let tags = &entry.properties().tags;
        if self.asked.include.tags && !tags.is_empty() {
            tags::write(&mut self.xml, tags);
        }
        if self.asked.request.version >= REPLICATION {
            self.xml.empty("OrMetadata");
        }
    }
}

impl Asked<'_> {
    /// Whether an entry beside the tree is listed. Where names are grouped, only what lies directly in the directory
    /// is: there is nothing of which a deeper one would be a part.
    fn takes_beside(&self, name: &str) -> bool {
        name.strip_prefix(self.prefix).is_some_and(|rest| !self.grouped || !rest.contains('/'))
    }
}

/// DFS tells the checksum of nothing of all that was made over it, and none of what came otherwise: blobs,
/// which have an MD5, and directories on the way to something else.
fn crc64(entry: &EntryRef<'_>) -> &'static str {
    let headers = &entry.properties().headers;
    if headers.content_type.is_some() && headers.md5.is_none() { "AAAAAAAAAAA=" } else { "" }
}
