//! How the content of a file is to be read, as requests of both protocols say it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errors::{ErrorCode, StorageError};
use super::request::Request;
use crate::namespace::{ContentHeaders, ContentType};

/// `x-ms-content-*` and `x-ms-cache-control` of DFS.
///
/// # Errors
/// When the MD5 is none.
pub(crate) fn of_dfs(request: &Request) -> Result<ContentHeaders, StorageError> {
    let text = |name| request.header(name).map(Into::into);
    Ok(ContentHeaders {
        content_type: request.header("x-ms-content-type").map(Into::into),
        encoding: text("x-ms-content-encoding"),
        language: text("x-ms-content-language"),
        disposition: text("x-ms-content-disposition"),
        cache_control: text("x-ms-cache-control"),
        md5: md5(request, "x-ms-content-md5")?,
    })
}

/// `x-ms-blob-content-*` and `x-ms-blob-cache-control` of Blob.
///
/// # Errors
/// When the MD5 is none.
pub(crate) fn of_blob(request: &Request) -> Result<ContentHeaders, StorageError> {
    let text = |name| request.header(name).map(Into::into);
    Ok(ContentHeaders {
        content_type: request.header("x-ms-blob-content-type").map(Into::into),
        encoding: text("x-ms-blob-content-encoding"),
        language: text("x-ms-blob-content-language"),
        disposition: text("x-ms-blob-content-disposition"),
        cache_control: text("x-ms-blob-cache-control"),
        md5: md5(request, "x-ms-blob-content-md5")?,
    })
}

/// The same of a blob that comes with its content, whose own headers count where these say nothing.
///
/// # Errors
/// When the MD5 is none.
pub(crate) fn of_put_blob(request: &Request) -> Result<ContentHeaders, StorageError> {
    let own = |name| request.header(name).map(Into::into);
    let headers = of_blob(request)?;
    Ok(ContentHeaders {
        content_type: headers
            .content_type
            .or_else(|| request.header("content-type").map(Into::into))
            .or(Some(ContentType::UNSAID)),
        encoding: headers.encoding.or_else(|| own("content-encoding")),
        language: headers.language.or_else(|| own("content-language")),
        cache_control: headers.cache_control.or_else(|| own("cache-control")),
        ..headers
    })
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
