//! What requests say about a file system itself, and what answers tell of it, in both protocols.

use http::HeaderMap;

use super::convert;
use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange};
use super::request::Request;
use super::text::conditions::Purpose as ConditionPurpose;
use super::text::dates;
use super::text::properties::Properties;
use super::version::ServiceVersion;
use crate::namespace::{FileSystem, FileSystemItem, NewFileSystem, PublicAccess};

/// What new files are encrypted with where nothing else is said.
pub(crate) const ACCOUNT_KEY: &str = "$account-encryption-key";
const PUBLIC_ACCESS: &str = "x-ms-blob-public-access";
const SCOPE: &str = "x-ms-default-encryption-scope";
const DENIES_OTHER_SCOPES: &str = "x-ms-deny-encryption-scope-override";
/// From this version on it is told whether versions of blobs are immutable.
const TELLS_OF_VERSIONS: ServiceVersion = ServiceVersion::of(2020, 10, 2);

/// The file system that a request is about, with its dates and its lease: it has no other conditions.
///
/// # Errors
/// When there are others, or one is not what it must be.
pub(crate) fn item<'a>(exchange: &Exchange<'a>) -> Result<FileSystemItem<'a>, StorageError> {
    let headers = &exchange.request.headers;
    if headers.contains_key("if-match") || headers.contains_key("if-none-match") {
        return Err(ErrorCode::ConditionHeadersNotSupported.into());
    }
    exchange.file_system_item(ConditionPurpose::Write)
}

/// The same for requests that have no conditions at all.
///
/// # Errors
/// When the lease is not what it must be.
pub(crate) fn item_without_conditions<'a>(
    exchange: &Exchange<'a>,
) -> Result<FileSystemItem<'a>, StorageError> {
    let item = exchange.file_system_item(ConditionPurpose::Read)?;
    Ok(FileSystemItem { lease: item.lease, ..item.name.into() })
}

/// What a new file system is to have.
///
/// # Errors
/// When a header is not what it must be.
pub(crate) fn new(
    request: &Request,
    properties: &Properties,
) -> Result<NewFileSystem, StorageError> {
    Ok(NewFileSystem {
        metadata: convert::metadata(properties),
        public_access: public_access(&request.headers)?,
        encryption_scope: request
            .header(SCOPE)
            .filter(|scope| *scope != ACCOUNT_KEY)
            .map(Into::into),
        denies_other_scopes: request.header_flag(DENIES_OTHER_SCOPES)?,
    })
}

/// How much of a file system everybody is to read.
///
/// # Errors
/// When the header says neither of the two words.
pub(crate) fn public_access(headers: &HeaderMap) -> Result<Option<PublicAccess>, StorageError> {
    super::text::headers::parsed(headers, PUBLIC_ACCESS, |text| {
        Some(match &*text.to_ascii_lowercase() {
            "container" => PublicAccess::Container,
            "blob" => PublicAccess::Blob,
            _ => return None,
        })
    })
}

/// The word for how much everybody may read.
pub(crate) fn public_access_word(access: PublicAccess) -> &'static str {
    match access {
        PublicAccess::Container => "container",
        PublicAccess::Blob => "blob",
    }
}

/// The scope that new files are encrypted with.
pub(crate) fn scope(found: &FileSystem) -> &str {
    found.encryption_scope.as_deref().unwrap_or(ACCOUNT_KEY)
}

/// Whether a version tells that versions of blobs are not immutable.
pub(crate) fn tells_of_versions(version: ServiceVersion) -> bool {
    version >= TELLS_OF_VERSIONS
}

/// An answer with what every write to a file system tells.
pub(crate) fn tell_state(answer: Answer, found: &FileSystem) -> Answer {
    answer
        .header("etag", convert::quoted(found.etag()))
        .header("last-modified", dates::rfc1123(found.changed))
}

/// The same, and how much everybody may read.
pub(crate) fn tell_public_access(answer: Answer, found: &FileSystem) -> Answer {
    answer.header_if(PUBLIC_ACCESS, found.public_access.map(public_access_word))
}

/// The same, and how new files are encrypted.
pub(crate) fn tell_scope(answer: Answer, found: &FileSystem) -> Answer {
    let denies = if found.denies_other_scopes { "true" } else { "false" };
    answer.header(SCOPE, scope(found)).header(DENIES_OTHER_SCOPES, denies)
}
