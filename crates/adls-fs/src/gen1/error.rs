//! The one place where a failure of the wire becomes a kind of failure.

use adls_wire::RemotePath;
use adls_wire::webhdfs::{Exception, Op};

use crate::error::{http_kind, status_kind};
use crate::{Error, ErrorKind};

/// The HRESULT of a lease that belongs to another writer, as it stands in messages.
const LEASE_CONFLICT: &str = "83090a16";
/// The same for a file that takes the other kind of append; the exception differs, as recorded.
const WRONG_APPEND_KIND: &str = "83090a6f";

/// How the answer to the deletion of a directory begins that holds something.
const NOT_EMPTY: &str = "path is not empty";

/// What a conditional deletion of another file than the expected one says, as the Java client's tests
/// have it.
const OTHER_INCARNATION: &str = "streamid mismatch";

pub(super) fn from_http(path: &RemotePath, error: adls_http::Error) -> Error {
    Error::http(error_kind(&error), path, error)
}

/// The kind of a failed request.
pub(super) fn error_kind(error: &adls_http::Error) -> ErrorKind {
    http_kind(error).unwrap_or_else(|| service_error_kind(error))
}

fn service_error_kind(error: &adls_http::Error) -> ErrorKind {
    let message = error.service_message().unwrap_or_default().to_ascii_lowercase();
    // What the service says itself; behind the first slash there may be a path, and names are free.
    let message = message.split('/').next().unwrap_or_default();
    if message.contains(LEASE_CONFLICT) {
        return ErrorKind::LeaseConflict;
    }
    if message.contains(WRONG_APPEND_KIND) {
        return ErrorKind::Invalid;
    }
    if message.contains(OTHER_INCARNATION) {
        return ErrorKind::Changed;
    }
    match error.code().and_then(Exception::from_name) {
        Some(Exception::FileNotFound) => ErrorKind::NotFound,
        Some(Exception::FileAlreadyExists) => ErrorKind::AlreadyExists,
        // The service has no exception of its own for this, as recorded from it.
        Some(Exception::AccessControl) if is_not_empty(error, message) => ErrorKind::NotEmpty,
        Some(Exception::AccessControl) => ErrorKind::PermissionDenied,
        Some(Exception::BadOffset) => ErrorKind::BadOffset,
        Some(Exception::IllegalArgument) => ErrorKind::Invalid,
        Some(Exception::UnsupportedOperation) => ErrorKind::Unsupported,
        Some(Exception::Security) => ErrorKind::Unauthenticated,
        Some(Exception::Throttled) => ErrorKind::Throttled,
        Some(Exception::Io) => ErrorKind::Invalid,
        _ => error.status().map_or(ErrorKind::Protocol, status_kind),
    }
}

/// Only a deletion finds that a directory is not empty, and the service says nothing else then.
fn is_not_empty(error: &adls_http::Error, message: &str) -> bool {
    error.operation() == Some(Op::Delete.name()) && message.starts_with(NOT_EMPTY)
}
