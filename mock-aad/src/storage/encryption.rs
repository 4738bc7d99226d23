//! Keys that callers bring along, and scopes.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errors::{ErrorCode, StorageError};
use super::request::Request;
use crate::namespace::Encryption;

const KEY: &str = "x-ms-encryption-key";
const KEY_SHA256: &str = "x-ms-encryption-key-sha256";
const ALGORITHM: &str = "x-ms-encryption-algorithm";
const SCOPE: &str = "x-ms-encryption-scope";
const CONTEXT: &str = "x-ms-encryption-context";

/// The three headers of one key.
struct Names {
    key: &'static str,
    sha256: &'static str,
    algorithm: &'static str,
}

const OWN: Names = Names { key: KEY, sha256: KEY_SHA256, algorithm: ALGORITHM };
const SOURCE: Names = Names {
    key: "x-ms-source-encryption-key",
    sha256: "x-ms-source-encryption-key-sha256",
    algorithm: "x-ms-source-encryption-algorithm",
};

/// The SHA-256 of the key that a request brings along, in base64.
///
/// # Errors
/// When the key is none, its hash is another's, or the algorithm is not the one that there is.
pub(crate) fn key_sha256(request: &Request) -> Result<Option<&str>, StorageError> {
    read(request, &OWN)
}

/// The same of the key of what is copied.
///
/// # Errors
/// As for [`key_sha256`].
pub(crate) fn source_key_sha256(request: &Request) -> Result<Option<&str>, StorageError> {
    read(request, &SOURCE)
}

fn read<'a>(request: &'a Request, names: &Names) -> Result<Option<&'a str>, StorageError> {
    let (Some(key), hash) = (request.header(names.key), request.header(names.sha256)) else {
        return match request.header(names.sha256) {
            Some(_) => Err(StorageError::missing_header(names.key)),
            None => Ok(None),
        };
    };
    let hash = hash.ok_or_else(|| StorageError::missing_header(names.sha256))?;
    let algorithm = request.required_header(names.algorithm)?;
    if !algorithm.eq_ignore_ascii_case("AES256") {
        return Err(StorageError::invalid_header(names.algorithm, algorithm));
    }
    let bytes = STANDARD.decode(key).ok().filter(|bytes| bytes.len() == 32);
    let bytes = bytes.ok_or_else(|| StorageError::invalid_header(names.key, key))?;
    let digest = digest::digest(&digest::SHA256, &bytes);
    if STANDARD.encode(digest.as_ref()) != hash {
        return Err(StorageError::invalid_header(names.sha256, hash));
    }
    Ok(Some(hash))
}

/// The scope of what is made in a file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultScope {
    pub(crate) name: Box<str>,
    /// Whether nothing may have another one.
    pub(crate) is_only: bool,
}

/// With what a new item is to be encrypted: the key or the scope that the request names, else the scope of
/// its signature, else that of its file system.
///
/// # Errors
/// As for [`key_sha256`], when both a key and a scope are named, and when a scope is named that is not that of the
/// signature, or of a file system that has no other.
pub(crate) fn of_new(
    request: &Request,
    signed: Option<&str>,
    of_file_system: impl FnOnce() -> Option<DefaultScope>,
) -> Result<Encryption, StorageError> {
    let key_sha256 = key_sha256(request)?;
    let named = request.header(SCOPE);
    if let (Some(_), Some(scope)) = (key_sha256, named) {
        return Err(StorageError::unsupported_header(SCOPE, scope));
    }
    let context = request.header(CONTEXT).map(Into::into);
    if key_sha256.is_some() {
        return Ok(Encryption { key_sha256: key_sha256.map(Into::into), scope: None, context });
    }
    if let (Some(named), Some(signed)) = (named, signed)
        && named != signed
    {
        return Err(StorageError::invalid_header(SCOPE, named));
    }
    let default = of_file_system();
    let only = default.as_ref().filter(|default| default.is_only).map(|default| &*default.name);
    match (named.or(signed), only) {
        (Some(scope), Some(only)) if scope != only => {
            Err(ErrorCode::RequestForbiddenByContainerEncryptionPolicy.into())
        }
        (scope, _) => {
            let scope = scope.map(Into::into).or_else(|| default.map(|default| default.name));
            Ok(Encryption { key_sha256: None, scope, context })
        }
    }
}
