//! The one place where a failure of the wire becomes a kind of failure.
//!
//! Codes: <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes> and the same
//! page of Data Lake Storage.

use adls_wire::RemotePath;
use http::StatusCode;

use crate::error::{http_kind, status_kind};
use crate::{Error, ErrorKind};

pub(super) fn from_http(path: &RemotePath, error: adls_http::Error) -> Error {
    let kind = error_kind(&error);
    let text = match error.code() {
        Some("RenameDestinationParentPathNotFound") => {
            Some("the directory that it shall be moved to does not exist".to_owned())
        }
        Some("InvalidAppendOperation" | "InvalidFlushOperation") => Some(format!(
            "{path} was written by the Blob protocol in a way that cannot be appended to; write it anew"
        )),
        Some(code) => lease_text(code, path.as_str()),
        None => None,
    };
    let error = Error::http(kind, path, error);
    match text {
        Some(text) => error.with_message(text),
        None => error,
    }
}

/// What a code says of the lease on `item`, where there is more to say than that somebody else holds it.
pub(super) fn lease_text(code: &str, item: &str) -> Option<String> {
    Some(match code {
        "LeaseIdMissing" => format!("{item} is leased; name the lease among the conditions"),
        "LeaseAlreadyPresent" => format!("somebody else holds a lease on {item}"),
        "LeaseLost" => format!("the lease that was held on {item} has ended"),
        "LeaseIsAlreadyBroken" => format!("the lease on {item} is broken already"),
        code if code.starts_with("LeaseNotPresent") => format!("there is no lease on {item}"),
        code if code.starts_with("LeaseIdMismatch") => {
            format!("{item} has another lease than the one that was named, or none")
        }
        code if code.starts_with("LeaseIsBr") => format!("the lease on {item} was broken"),
        _ => return None,
    })
}

/// The kind of a failed request.
pub(super) fn error_kind(error: &adls_http::Error) -> ErrorKind {
    http_kind(error).unwrap_or_else(|| {
        let known = error.code().and_then(code_kind);
        // A conflict has many reasons; only the codes above say that something is there.
        let unknown_conflict =
            error.status() == Some(StatusCode::CONFLICT) && error.code().is_some();
        let other = || match unknown_conflict {
            true => Some(ErrorKind::Invalid),
            false => error.status().map(status_kind),
        };
        known.or_else(other).unwrap_or(ErrorKind::Protocol)
    })
}

fn code_kind(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "PathNotFound"
        | "BlobNotFound"
        | "SourcePathNotFound"
        | "ResourceNotFound"
        | "RenameDestinationParentPathNotFound" => ErrorKind::NotFound,
        "FilesystemNotFound" | "ContainerNotFound" => ErrorKind::FileSystemNotFound,
        "FilesystemBeingDeleted" | "ContainerBeingDeleted" => ErrorKind::BeingDeleted,
        "PathAlreadyExists"
        | "BlobAlreadyExists"
        | "FilesystemAlreadyExists"
        | "ContainerAlreadyExists" => ErrorKind::AlreadyExists,
        "PathConflict" => ErrorKind::NotDirectory,
        "ResourceTypeMismatch" => ErrorKind::IsDirectory,
        "DirectoryNotEmpty" | "DirectoryIsNotEmpty" => ErrorKind::NotEmpty,
        "AuthenticationFailed" | "InvalidAuthenticationInfo" | "NoAuthenticationInformation" => {
            ErrorKind::Unauthenticated
        }
        "AccountIsDisabled"
        | "InsufficientAccountPermissions"
        | "KeyBasedAuthenticationNotPermitted" => ErrorKind::PermissionDenied,
        "ConditionNotMet"
        | "SourceConditionNotMet"
        | "TargetConditionNotMet"
        | "PreconditionFailed" => ErrorKind::ConditionNotMet,
        "InvalidFlushPosition" | "InvalidRange" => ErrorKind::BadOffset,
        "ServerBusy" => ErrorKind::Throttled,
        "InternalError"
        | "OperationTimedOut"
        | "InternalOperationAbortError"
        | "PathIsBeingDeleted"
        | "SourcePathIsBeingDeleted"
        | "DestinationPathIsBeingDeleted" => ErrorKind::Transient,
        "FeatureNotYetSupportedForHierarchicalNamespaceAccounts"
        | "UnsupportedRestVersion"
        | "InvalidFlushOperation"
        | "InvalidAppendOperation"
        | "BlobOperationNotSupported" => ErrorKind::Unsupported,
        "InvalidRenameSourcePath" | "InvalidSourceOrDestinationResourceType" => ErrorKind::Invalid,
        code if code.starts_with("Lease") => ErrorKind::LeaseConflict,
        code if code.starts_with("Authorization") => ErrorKind::PermissionDenied,
        _ => return None,
    })
}
