//! From the shapes of the wire to those of this crate.

use std::time::{Duration, SystemTime};

use adls_http::{Page, Response};
use adls_wire::dfs::{
    ParsePropertiesError, PathEntry, PathList, decode_properties, filetime_to_unix_millis, header,
};
use adls_wire::{AclSpec, Permission, RemotePath};
use http::HeaderMap;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED,
};

use super::http_date;
use crate::backend::Attributes;
use crate::listing::Entry;
use crate::properties::is_reserved;
use crate::{
    Acl, ContentHeaders, ETag, FileKind, FileProperties, FileStatus, LeaseDuration, LeaseState,
    LeaseStatus, WriteResult,
};

/// What an answer about one item says of it. The length is that of the whole file, also when the answer
/// brings a range.
pub(super) fn status(headers: &HeaderMap, path: &RemotePath) -> FileStatus {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let owned = |name: &str| text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let whole = text(CONTENT_RANGE.as_str()).and_then(|range| range.rsplit('/').next());
    let length = whole.or_else(|| text(CONTENT_LENGTH.as_str()));
    let (permission, has_acl) = permissions(text(header::PERMISSIONS));
    let is_directory = match text(header::RESOURCE_TYPE) {
        Some(kind) => kind.eq_ignore_ascii_case("directory"),
        // What the Blob protocol marks directories with.
        None => text("x-ms-meta-hdi_isfolder").is_some_and(|it| it.eq_ignore_ascii_case("true")),
    };
    let created = text(header::CREATION_TIME).and_then(http_date::parse);
    FileStatus {
        path: path.clone(),
        kind: kind(is_directory),
        length: length.filter(|_| !is_directory).and_then(|it| it.parse().ok()).unwrap_or(0),
        modified: time(text(LAST_MODIFIED.as_str())),
        accessed: None,
        created,
        expires: text(header::EXPIRY_TIME).and_then(http_date::parse),
        permission,
        owner: owned(header::OWNER),
        group: owned(header::GROUP),
        has_acl: has_acl || text(header::ACL).is_some_and(is_extended),
        etag: etag(headers),
        incarnation: etag(headers).map(|tag| tag.to_string()),
    }
}

/// All that an answer about one item says of it.
pub(super) fn properties(
    response: &Response,
    path: &RemotePath,
) -> adls_http::Result<FileProperties> {
    let text = |name: &str| text(response.headers(), name);
    let owned = |name: &str| text(name).map(str::to_owned);
    let Attributes { headers, metadata } =
        attributes(response.headers()).map_err(|error| response.decode_error(error))?;
    Ok(FileProperties {
        status: status(response.headers(), path),
        headers,
        metadata,
        lease_state: text(header::LEASE_STATE).and_then(LeaseState::from_name),
        lease_status: text(header::LEASE_STATUS).and_then(LeaseStatus::from_name),
        lease_duration: text(header::LEASE_DURATION).and_then(LeaseDuration::from_name),
        server_encrypted: text(header::SERVER_ENCRYPTED).map(|it| it == "true"),
        encryption_scope: owned(header::ENCRYPTION_SCOPE),
        encryption_context: owned(header::ENCRYPTION_CONTEXT),
        encryption_key_sha256: owned(header::ENCRYPTION_KEY_SHA256),
    })
}

/// What an answer about one item says of its content headers and metadata.
pub(super) fn attributes(answer: &HeaderMap) -> Result<Attributes, ParsePropertiesError> {
    let owned = |name: &str| text(answer, name).map(str::to_owned);
    let metadata = decode_properties(text(answer, header::PROPERTIES).unwrap_or_default())?;
    Ok(Attributes {
        headers: ContentHeaders {
            content_type: owned(CONTENT_TYPE.as_str()),
            content_encoding: owned(CONTENT_ENCODING.as_str()),
            content_language: owned(CONTENT_LANGUAGE.as_str()),
            content_disposition: owned(CONTENT_DISPOSITION.as_str()),
            cache_control: owned(CACHE_CONTROL.as_str()),
            content_md5: owned("content-md5"),
        },
        metadata: metadata.into_iter().filter(|(name, _)| !is_reserved(name)).collect(),
    })
}

/// A header that says something.
fn text<'a>(answer: &'a HeaderMap, name: &str) -> Option<&'a str> {
    answer.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}

/// The version that an answer tells.
pub(super) fn etag(headers: &HeaderMap) -> Option<ETag> {
    headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(ETag::new)
}

/// What a request that wrote up to `length` has made of the file.
pub(super) fn written(response: &Response, length: u64) -> WriteResult {
    WriteResult { length, etag: etag(response.headers()) }
}

/// A page of what is in a directory; of a file the page is the file itself.
pub(super) fn page(
    response: &Response,
    directory: &RemotePath,
) -> adls_http::Result<Page<Entry<FileStatus>>> {
    let list = response.json::<PathList>()?;
    let items = list.paths.into_iter().map(|entry| listed(entry, directory)).collect();
    Ok(Page { items, continuation: continuation(response) })
}

/// Where the next page begins, if there is one.
pub(super) fn continuation(response: &Response) -> Option<String> {
    response.header(header::CONTINUATION).filter(|token| !token.is_empty()).map(str::to_owned)
}

fn listed(entry: PathEntry, directory: &RemotePath) -> Entry<FileStatus> {
    let path =
        path_of(&entry.name).filter(|path| path.starts_with(directory)).ok_or_else(|| {
            format!(
                "the service lists {:?} in {directory}, which is not the name of an item in it",
                entry.name
            )
        })?;
    let (permission, has_acl) = permissions(entry.permissions.as_deref());
    let told = |text: Option<String>| text.filter(|text| !text.is_empty());
    // Headers have the quotation marks, lists do not; the version is the same.
    let etag = told(entry.etag).map(|tag| ETag::new(format!("\"{}\"", tag.trim_matches('"'))));
    let created = ticks(entry.creation_time);
    Ok(FileStatus {
        path,
        kind: kind(entry.is_directory),
        length: if entry.is_directory { 0 } else { entry.content_length },
        modified: time(Some(&entry.last_modified)),
        accessed: None,
        created,
        expires: ticks(entry.expiry_time),
        permission,
        owner: told(entry.owner),
        group: told(entry.group),
        has_acl,
        incarnation: etag.as_ref().map(ToString::to_string),
        etag,
    })
}

/// A path as lists name it, from the root of the file system. Names may hold whatever the service has
/// let in.
pub(super) fn path_of(name: &str) -> Option<RemotePath> {
    RemotePath::root().descendant(name.split('/').filter(|name| !name.is_empty())).ok()
}

pub(super) fn acl(response: &Response) -> adls_http::Result<Acl> {
    let header = |name: &str| response.header(name).unwrap_or_default();
    let owned = |name: &str| header(name).to_owned();
    let list = header(header::ACL).parse::<AclSpec>();
    let permissions = header(header::PERMISSIONS);
    Ok(Acl {
        entries: list.map_err(|error| response.decode_error(error))?.0,
        owner: owned(header::OWNER),
        group: owned(header::GROUP),
        permission: Permission::from_letters(permissions.trim_end_matches('+'))
            .map_err(|error| response.decode_error(error))?,
    })
}

/// Mode bits, and whether the access control list holds more.
fn permissions(letters: Option<&str>) -> (Option<Permission>, bool) {
    let Some(letters) = letters else { return (None, false) };
    let bare = letters.trim_end_matches('+');
    (Permission::from_letters(bare).ok(), bare != letters)
}

fn is_extended(acl: &str) -> bool {
    acl.parse::<AclSpec>().is_ok_and(|acl| acl.0.iter().any(|entry| !entry.is_base()))
}

fn kind(is_directory: bool) -> FileKind {
    if is_directory { FileKind::Directory } else { FileKind::File }
}

fn time(text: Option<&str>) -> SystemTime {
    text.and_then(http_date::parse).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn ticks(ticks: u64) -> Option<SystemTime> {
    filetime_to_unix_millis(ticks)
        .map(|millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
}
