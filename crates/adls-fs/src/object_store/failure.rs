//! Failures as object stores tell them apart, in no version's terms.

use adls_wire::RemotePath;
use http::StatusCode;

use crate::{Error, ErrorKind};

pub(super) type Outcome<T> = Result<T, Failure>;

/// Why something failed, by the names of `object_store::Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NotFound,
    AlreadyExists,
    Precondition,
    NotModified,
    PermissionDenied,
    Unauthenticated,
    NotSupported,
    /// The operation that the account has not.
    NotImplemented(&'static str),
    Generic,
}

/// A failure that is about one object.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    /// As object stores write it.
    pub(super) path: String,
    pub(super) error: Error,
}

impl Failure {
    pub(super) fn new(reason: Reason, path: &RemotePath, error: Error) -> Self {
        let path = path.as_str().trim_start_matches('/').to_owned();
        Self { reason, path, error }
    }

    /// Of what is there: a directory is no object, nor is anything below an object.
    pub(super) fn of_source(path: &RemotePath, error: Error) -> Self {
        let reason = match error.kind() {
            ErrorKind::IsDirectory | ErrorKind::NotDirectory | ErrorKind::NotEmpty => {
                Reason::NotFound
            }
            _ => reason(&error),
        };
        Self::new(reason, path, error)
    }

    /// Of what is written.
    pub(super) fn of_target(path: &RemotePath, error: Error) -> Self {
        let reason = match error.kind() {
            ErrorKind::IsDirectory => Reason::AlreadyExists,
            _ => reason(&error),
        };
        Self::new(reason, path, error)
    }

    /// Of what is copied or renamed, by the path that the error is about.
    pub(super) fn of_either(from: &RemotePath, to: &RemotePath, error: Error) -> Self {
        match error.path() == Some(to) {
            true => Self::of_target(to, error),
            false => Self::of_source(from, error),
        }
    }
}

fn reason(error: &Error) -> Reason {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::FileSystemNotFound => Reason::NotFound,
        ErrorKind::AlreadyExists => Reason::AlreadyExists,
        ErrorKind::ConditionNotMet => {
            let status = error.http_error().and_then(adls_http::Error::status);
            match status == Some(StatusCode::NOT_MODIFIED) {
                true => Reason::NotModified,
                false => Reason::Precondition,
            }
        }
        ErrorKind::PermissionDenied => Reason::PermissionDenied,
        ErrorKind::Unauthenticated => Reason::Unauthenticated,
        ErrorKind::Unsupported => Reason::NotSupported,
        _ => Reason::Generic,
    }
}
