//! The headers that tell what a file or directory is, in the answers to reads of both protocols.
//!
//! Which there are depends on the version that a request asks for. Where nothing says which protocol a
//! request speaks, the answer has the headers of both.

use std::ops::Range;

use adls_wire::sas::SasPermissions;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use uuid::Uuid;

use super::convert;
use super::errors::StorageError;
use super::exchange::{Answer, Exchange};
use super::needs::{Needs, Resource};
use super::protocol::Protocol;
use super::request::Request;
use super::signatures::sas::ResponseOverrides;
use super::text::properties::MARKS_DIRECTORY;
use super::text::{acl, dates, tiers};
use super::version::ServiceVersion;
use crate::namespace::{BlobKind, Copied, EntryRef};

/// From this version on reads over Blob tell owners and permissions.
const OWNERS: ServiceVersion = ServiceVersion::of(2020, 6, 12);
/// From this version on they tell files from directories.
const RESOURCE_TYPE: ServiceVersion = ServiceVersion::of(2021, 6, 8);
/// From this version on they tell access control lists.
const ACL: ServiceVersion = ServiceVersion::of(2024, 8, 4);
/// From this version on the content comes with its tier.
const TIER_OF_CONTENT: ServiceVersion = ServiceVersion::of(2026, 6, 6);
/// From this version on DFS tells when an item was made, as it does in lists.
const CREATION_TIME: ServiceVersion = ServiceVersion::of(2020, 2, 10);
/// The tier of what was given none.
pub(crate) const DEFAULT_TIER: &str = "Hot";
/// The permissions of items that have neither owner nor group.
const NO_PERMISSIONS: &str = "---------";
const NO_RIGHTS: &str = "---";
/// The checksum of nothing, which DFS tells of every item.
const CRC64_OF_NOTHING: &str = "AAAAAAAAAAA=";

/// The protocols whose headers an answer has: both where nothing says which one is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Faces {
    pub(crate) dfs: bool,
    pub(crate) blob: bool,
}

impl Faces {
    /// Those of the answer to a request.
    pub(crate) fn of(request: &Request) -> Self {
        let has = |protocol| request.spoken.is_open || request.protocol() == protocol;
        Self { dfs: has(Protocol::Dfs), blob: has(Protocol::Blob) }
    }
}

/// What of an item is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Its content, or a part of it.
    Content(Option<Range<u64>>),
    /// All that is known of it.
    Properties,
    /// What it has without its user having said so.
    Status,
}

/// How owners and groups are named: by object id, and users by their name if the caller likes that better.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Naming<'a> {
    exchange: &'a Exchange<'a>,
    by_name: bool,
    /// What the caller may do, in the place of owners and lists, where items have none.
    rights: Option<&'static str>,
}

impl<'a> Naming<'a> {
    /// As the request wants it, by `upn` in the query or by a header where the protocol has no such word.
    ///
    /// # Errors
    /// When what it says is neither true nor false.
    pub(crate) fn of(exchange: &'a Exchange<'a>) -> Result<Self, StorageError> {
        let request = exchange.request;
        let by_name = request.query_flag("upn")? || request.header_flag("x-ms-upn")?;
        let rights = (!exchange.kind.has_access_control()).then(|| rights(exchange));
        Ok(Self { exchange, by_name, rights })
    }

    /// The name of somebody. Groups and applications have none that is theirs alone.
    pub(crate) fn name(&self, id: Uuid) -> String {
        if self.rights.is_some() {
            return convert::principal(Uuid::nil());
        }
        let mut users = self.exchange.storage.seed.users.iter();
        match users.find(|user| self.by_name && user.object_id == id) {
            Some(user) => user.username.clone(),
            None => convert::principal(id),
        }
    }

    /// The access control list of an item.
    pub(crate) fn acl(&self, entry: &EntryRef<'_>) -> String {
        if let Some(rights) = self.rights {
            return format!("user::{rights},group::---,other::---");
        }
        acl::to_text(&entry.acl(), |id| self.name(id))
    }

    /// The permissions of an item, with a mark where its list says more.
    pub(crate) fn permissions(&self, entry: &EntryRef<'_>) -> String {
        match self.rights {
            Some(_) => NO_PERMISSIONS.to_owned(),
            None => acl::permission_text(entry.permission(), entry.has_extended_acl()),
        }
    }
}

/// What the caller of a request may do by its role.
fn rights(exchange: &Exchange<'_>) -> &'static str {
    match exchange.identity(Needs::any(Resource::Object, SasPermissions::READ)) {
        Ok(identity) if identity.may_write() => "rwx",
        Ok(_) => "r-x",
        Err(_) => NO_RIGHTS,
    }
}

/// What an item is called where its kind is told.
pub(crate) fn resource_type(entry: &EntryRef<'_>) -> &'static str {
    if entry.is_directory() { "directory" } else { "file" }
}

/// How Blob calls the way in which an item is written.
pub(crate) fn blob_type(entry: &EntryRef<'_>) -> &'static str {
    match entry.properties().kind {
        BlobKind::Block => "BlockBlob",
        BlobKind::Append => "AppendBlob",
    }
}

/// How much of a copy is done: all of it.
pub(crate) fn progress(copied: &Copied) -> String {
    format!("{}/{}", copied.length, copied.length)
}

/// `ETag` and `Last-Modified`.
pub(crate) fn state(answer: Answer, entry: &EntryRef<'_>) -> Answer {
    answer
        .header("etag", convert::quoted(entry.etag()))
        .header("last-modified", dates::rfc1123(entry.last_modified()))
}

/// Owner, group and permissions.
pub(crate) fn owners(answer: Answer, entry: &EntryRef<'_>, naming: &Naming<'_>) -> Answer {
    answer
        .header("x-ms-owner", naming.name(entry.owner()))
        .header("x-ms-group", naming.name(entry.group()))
        .header("x-ms-permissions", naming.permissions(entry))
}

/// User-defined properties as Blob has them, with the entry that marks directories.
pub(crate) fn metadata(mut answer: Answer, entry: &EntryRef<'_>) -> Answer {
    let properties = convert::properties(&entry.properties().metadata);
    answer.add(properties.to_blob());
    if entry.is_directory() && properties.get(MARKS_DIRECTORY).is_none() {
        answer.set("x-ms-meta-hdi_isfolder", "true");
    }
    answer
}

/// Adds all that is told of an item, but for the length of the body.
pub(crate) fn describe(
    answer: Answer,
    exchange: &Exchange<'_>,
    entry: &EntryRef<'_>,
    told: &Told,
    naming: &Naming<'_>,
) -> Answer {
    let faces = Faces::of(exchange.request);
    let answer = state(answer, entry).header("accept-ranges", "bytes");
    let answer = content_headers(answer, exchange, entry, told, faces);
    let mut answer = of_both(answer, entry);
    if faces.blob {
        answer = of_blob(answer, exchange.request, entry, told, naming);
    }
    if faces.dfs {
        answer = of_dfs(answer, exchange.request, entry, told, naming);
    }
    answer
}

/// How the content is to be read. What a signature says counts more than what the item does.
fn content_headers(
    answer: Answer,
    exchange: &Exchange<'_>,
    entry: &EntryRef<'_>,
    told: &Told,
    faces: Faces,
) -> Answer {
    let headers = &entry.properties().headers;
    let none = ResponseOverrides::default();
    let instead = exchange.caller.grant().map_or(&none, |grant| &grant.overrides);
    let mut answer = answer;
    for (name, instead, own) in [
        ("content-type", &instead.content_type, headers.content_type.as_deref()),
        ("content-encoding", &instead.content_encoding, headers.encoding.as_deref()),
        ("content-language", &instead.content_language, headers.language.as_deref()),
        ("content-disposition", &instead.content_disposition, headers.disposition.as_deref()),
        ("cache-control", &instead.cache_control, headers.cache_control.as_deref()),
    ] {
        answer = answer.header_if(name, instead.as_deref().or(own));
    }
    if let Some(md5) = headers.md5.map(|md5| STANDARD.encode(md5)) {
        // Beside a part that of the whole has a header of its own.
        match told {
            Told::Content(Some(_)) => {
                if faces.blob {
                    answer.set("x-ms-blob-content-md5", &md5);
                }
                if faces.dfs {
                    answer.set("x-ms-content-md5", &md5);
                }
            }
            _ => answer.set("content-md5", &md5),
        }
    }
    answer
}

/// What both protocols tell alike: lease and encryption.
fn of_both(answer: Answer, entry: &EntryRef<'_>) -> Answer {
    let lease = entry.lease();
    let encryption = &entry.properties().encryption;
    answer
        .header("x-ms-lease-state", convert::lease_state(lease.state))
        .header("x-ms-lease-status", convert::lease_status(lease.locked))
        .header_if("x-ms-lease-duration", lease.duration.map(convert::lease_duration))
        .header("x-ms-server-encrypted", "true")
        .header_if("x-ms-encryption-key-sha256", encryption.key_sha256.as_deref())
        .header_if("x-ms-encryption-scope", encryption.scope.as_deref())
        .header_if("x-ms-encryption-context", encryption.context.as_deref())
}

fn of_blob(
    answer: Answer,
    request: &Request,
    entry: &EntryRef<'_>,
    told: &Told,
    naming: &Naming<'_>,
) -> Answer {
    let properties = entry.properties();
    let is_append = properties.kind == BlobKind::Append;
    let version = request.version;
    let mut answer = metadata(answer, entry)
        .header("x-ms-blob-type", blob_type(entry))
        .header("x-ms-creation-time", dates::rfc1123(entry.created()))
        .header_if("x-ms-expiry-time", entry.expires().map(dates::rfc1123));
    if !properties.tags.is_empty() {
        answer.set("x-ms-tag-count", properties.tags.len().to_string());
    }
    let has_tier = !matches!(told, Told::Content(_)) || version >= TIER_OF_CONTENT;
    if has_tier && !is_append {
        match entry.tier() {
            Some(tier) => {
                let smart = (tier.name == tiers::SMART).then_some(DEFAULT_TIER);
                let pending = tier.pending;
                answer = answer
                    .header("x-ms-access-tier", tier.name)
                    .header_if("x-ms-smart-access-tier", smart)
                    .header_if("x-ms-access-tier-change-time", tier.changed.map(dates::rfc1123))
                    .header_if("x-ms-archive-status", pending.map(tiers::archive_status))
                    .header_if(
                        "x-ms-rehydrate-priority",
                        pending.map(|pending| tiers::priority(pending.priority)),
                    );
            }
            None => {
                answer.set("x-ms-access-tier", DEFAULT_TIER);
                answer.set("x-ms-access-tier-inferred", "true");
            }
        }
    }
    if let Some(copied) = &properties.copied {
        answer = answer
            .header("x-ms-copy-id", &*copied.id)
            .header("x-ms-copy-source", &*copied.source)
            .header("x-ms-copy-status", "success")
            .header("x-ms-copy-progress", progress(copied))
            .header("x-ms-copy-completion-time", dates::rfc1123(copied.at));
    }
    if is_append {
        answer.set("x-ms-blob-committed-block-count", properties.committed_blocks.to_string());
    }
    if version >= OWNERS {
        answer = owners(answer, entry, naming);
    }
    if version >= RESOURCE_TYPE {
        answer.set("x-ms-resource-type", resource_type(entry));
    }
    if version >= ACL {
        answer.set("x-ms-acl", naming.acl(entry));
    }
    answer
}

fn of_dfs(
    answer: Answer,
    request: &Request,
    entry: &EntryRef<'_>,
    told: &Told,
    naming: &Naming<'_>,
) -> Answer {
    let properties = entry.properties();
    let mut answer = answer
        .header("x-ms-resource-type", resource_type(entry))
        .header("x-ms-content-crc64", CRC64_OF_NOTHING);
    if *told != Told::Status {
        let user_defined = convert::properties(&properties.metadata);
        answer.set("x-ms-properties", user_defined.to_dfs());
    }
    if request.method == Method::HEAD {
        if request.version >= CREATION_TIME {
            answer.set("x-ms-creation-time", dates::rfc1123(entry.created()));
        }
        answer = owners(answer, entry, naming)
            .header_if("x-ms-expiry-time", entry.expires().map(dates::rfc1123))
            .header_if("x-ms-client-transaction-id", properties.transaction_id.as_deref());
    }
    answer
}
