//! How the content of a file is to be read, as requests of both protocols say it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errors::{ErrorCode, StorageError};
use super::request::Request;
use crate::namespace::ContentHeaders;

/// `x-ms-content-*` and `x-ms-cache-control` of DFS.
///
/// # Errors
/// When the MD5 is none.
pub(crate) fn of_dfs(request: &Request) -> Result<ContentHeaders, StorageError> {
    Ok(ContentHeaders {
        content_type: text(request, "x-ms-content-type"),
        encoding: text(request, "x-ms-content-encoding"),
        language: text(request, "x-ms-content-language"),
        disposition: text(request, "x-ms-content-disposition"),
        cache_control: text(request, "x-ms-cache-control"),
        md5: md5(request, "x-ms-content-md5")?,
    })
}

/// `x-ms-blob-content-*` and `x-ms-blob-cache-control` of Blob.
///
/// # Errors
/// When the MD5 is none.
pub(crate) fn of_blob(request: &Request) -> Result<ContentHeaders, StorageError> {
    Ok(ContentHeaders {
        content_type: text(request, "x-ms-blob-content-type"),
        encoding: text(request, "x-ms-blob-content-encoding"),
        language: text(request, "x-ms-blob-content-language"),
        disposition: text(request, "x-ms-blob-content-disposition"),
        cache_control: text(request, "x-ms-blob-cache-control"),
        md5: md5(request, "x-ms-blob-content-md5")?,
    })
}

/// The same of a blob that comes with its content, whose own headers count where these say nothing.
///
/// # Errors
/// When the MD5 is none.
pub(crate) fn of_put_blob(request: &Request) -> Result<ContentHeaders, StorageError> {
    let headers = of_blob(request)?;
    Ok(ContentHeaders {
        content_type: headers.content_type.or_else(|| text(request, "content-type")),
        encoding: headers.encoding.or_else(|| text(request, "content-encoding")),
        language: headers.language.or_else(|| text(request, "content-language")),
        cache_control: headers.cache_control.or_else(|| text(request, "cache-control")),
        ..headers
    }
    .of_content())
}

fn text<T: for<'a> From<&'a str>>(request: &Request, name: &str) -> Option<T> {
    request.header(name).map(T::from)
}

/// An MD5 in a header: 128 bits in base64.
///
/// # Errors
/// When it is none.
pub(crate) fn md5(request: &Request, name: &str) -> Result<Option<[u8; 16]>, StorageError> {
    let Some(text) = request.header(name) else { return Ok(None) };
    let md5 = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let invalid = || {
        StorageError::from(ErrorCode::InvalidMd5)
            .detail("HeaderName", name)
            .detail("HeaderValue", text)
    };
    md5.map(Some).ok_or_else(invalid)
}

/// An MD5 as headers spell it.
pub(crate) fn md5_text(md5: [u8; 16]) -> String {
    STANDARD.encode(md5)
}
