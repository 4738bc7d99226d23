//! What a refused request is answered with: status, exception, code and message.

use std::io;
use std::net::IpAddr;

use adls_wire::RemotePath;
use adls_wire::webhdfs::{Exception, Op};
use http::StatusCode;

use crate::namespace::Error;
use crate::store::StoreError;

/// Codes of the `Status` header, as recorded from the service.
pub(super) mod code {
    pub(crate) const OK: u32 = 0;
    pub(crate) const ALREADY_EXISTS: u32 = 0x8309_0009;
    pub(crate) const NOT_FOUND: u32 = 0x8309_000A;
    pub(crate) const BAD_OFFSET: u32 = 0x8309_0015;
    pub(crate) const NOT_EMPTY: u32 = 0x8309_0172;
    pub(crate) const LEASE_CONFLICT: u32 = 0x8309_0A16;
    pub(crate) const WRONG_APPEND_KIND: u32 = 0x8309_0A6F;
    pub(crate) const DENIED: u32 = 0x8309_0AA2;
    // Nothing is recorded for the rest, so that the general codes of Windows stand in.
    pub(crate) const NOT_IMPLEMENTED: u32 = 0x8000_4001;
    pub(crate) const FAILED: u32 = 0x8000_4005;
    pub(crate) const UNAUTHENTICATED: u32 = 0x8007_0005;
    pub(crate) const BAD_PARAMETER: u32 = 0x8007_0057;
}

const ACL_FAILED: &str = "Forbidden. ACL verification failed. Either the resource does not exist \
                          or the user is not authorized to perform the requested operation.";
const WRONG_APPEND: &str = "Bad request. The target file does not support this particular type of append operation. If \
     the concurrent append operation has been used with this file in the past, you need to append \
     to this file using the concurrent append operation. If the append operation with offset has \
     been used in the past, you need to append to this file using the append operation with \
     offset. On the same file, it is not possible to use both of these operations.";

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) body: Body,
    /// The value of a `WWW-Authenticate` header.
    pub(super) challenge: Option<String>,
}

/// What a failure says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Not JSON: the words of the web server in front of the service.
    Plain(&'static str),
    /// An exception.
    Exception { exception: Exception, code: u32, message: Message },
}

/// The message of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Followed by the request id and the time.
    Stamped(String),
    /// Preceded by the request id.
    Led(String),
}

impl Failure {
    fn new(exception: Exception, code: u32, text: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(exception.status());
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: Body::Exception { exception, code, message: Message::Stamped(text.into()) },
            challenge: None,
        }
    }

    fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// In the words that most operations have for a failure of the layer below.
    fn of(op: Op, exception: Exception, code: u32, reason: &str) -> Self {
        Self::new(exception, code, format!("{op} failed with error 0x{code:08x} ({reason})."))
    }

    fn plain(status: StatusCode, text: &'static str) -> Self {
        Self { status, body: Body::Plain(text), challenge: None }
    }

    /// A URL that the web server does not let through.
    pub(super) fn bad_url() -> Self {
        Self::plain(StatusCode::BAD_REQUEST, "Bad Request - Invalid URL")
    }

    /// A body without a length.
    pub(super) fn length_required() -> Self {
        Self::plain(StatusCode::LENGTH_REQUIRED, "Length Required")
    }

    /// A URL outside the roots of the service.
    pub(super) fn no_such_resource(path: &str) -> Self {
        let text = format!("There is no resource {path}; paths begin with /webhdfs/v1/");
        Self::new(Exception::FileNotFound, code::NOT_FOUND, text)
    }

    /// An account that is not there; of the real service not even the name would resolve.
    pub(super) fn no_such_account(name: &str) -> Self {
        let text = format!("The account {name} does not exist");
        Self::new(Exception::FileNotFound, code::NOT_FOUND, text)
    }

    /// A caller whom the account's firewall keeps out.
    pub(super) fn firewall(address: IpAddr) -> Self {
        let text = format!("The firewall of the account does not let {address} in");
        Self::new(Exception::AccessControl, code::DENIED, text)
    }

    /// A request without a valid token.
    pub(super) fn unauthenticated(text: String, challenge: String) -> Self {
        let failure = Self::new(Exception::Security, code::UNAUTHENTICATED, text);
        Self { challenge: Some(challenge), ..failure }
    }

    /// A request that makes no sense.
    pub(super) fn illegal(text: impl Into<String>) -> Self {
        Self::new(Exception::IllegalArgument, code::BAD_PARAMETER, text)
    }

    /// A parameter with a value that makes no sense.
    pub(super) fn bad_parameter(name: &str, value: &str, expected: &str) -> Self {
        let text = format!("Invalid value for the parameter {name}: {value:?} is not {expected}");
        Self::illegal(text)
    }

    /// A parameter without which the operation makes no sense.
    pub(super) fn missing_parameter(name: &str) -> Self {
        Self::illegal(format!("The parameter {name} is missing"))
    }

    /// An operation that is not offered.
    pub(super) fn unsupported(text: String) -> Self {
        Self::new(Exception::UnsupportedOperation, code::NOT_IMPLEMENTED, text)
    }

    /// What the caller sent has not arrived whole.
    pub(super) fn broken_body() -> Self {
        Self::new(Exception::Io, code::FAILED, "The request's body ended early")
            .with_status(StatusCode::BAD_REQUEST)
    }

    /// A change that could not be stored.
    pub(super) fn not_stored(error: &StoreError) -> Self {
        let failure = Self::new(Exception::Runtime, code::FAILED, error.to_string());
        match error {
            StoreError::Full(_) => failure.with_status(StatusCode::INSUFFICIENT_STORAGE),
            StoreError::Failed(_) => failure,
        }
    }

    /// An account whose records cannot be read.
    pub(super) fn set_aside(name: &str, reason: &str) -> Self {
        let text = format!("The account {name} cannot be used: {reason}");
        Self::new(Exception::Runtime, code::FAILED, text)
    }

    /// A file whose content the emulator has lost.
    pub(super) fn unreadable(error: &io::Error) -> Self {
        Self::new(Exception::Runtime, code::FAILED, format!("The file cannot be read: {error}"))
    }

    /// How an operation words a refusal of the namespace.
    pub(super) fn from_namespace(op: Op, error: Error) -> Self {
        match error {
            Error::NotFound { path, .. } => Self::new(
                Exception::FileNotFound,
                code::NOT_FOUND,
                format!("File/Directory does not exist: {path}"),
            ),
            Error::AlreadyExists { path, .. } => Self::already_exists(op, &path),
            Error::NotEmpty(_) => {
                Self::new(Exception::AccessControl, code::NOT_EMPTY, "Path is not empty")
            }
            Error::PermissionDenied(_) if op == Op::SetOwner => Self::new(
                Exception::AccessControl,
                code::DENIED,
                format!(
                    "Set Owner failed with  failed with error 0x{:x} ({ACL_FAILED}).",
                    code::DENIED
                ),
            ),
            Error::PermissionDenied(_) => {
                Self::of(op, Exception::AccessControl, code::DENIED, ACL_FAILED)
            }
            Error::WrongPosition { .. } => {
                let reason = "Bad request. Invalid offset.";
                Self::of(op, Exception::BadOffset, code::BAD_OFFSET, reason)
            }
            Error::LeaseConflict { path, .. } => {
                let reason = format!("Bad request. Another writer holds a lease on {path}.");
                Self::of(op, Exception::Io, code::LEASE_CONFLICT, &reason)
                    .with_status(StatusCode::BAD_REQUEST)
            }
            Error::WrongAppendKind { .. } if op == Op::ConcurrentAppend => Self::new(
                Exception::Runtime,
                code::WRONG_APPEND_KIND,
                format!("The exception is unexpected. [0x{:X}]", code::WRONG_APPEND_KIND),
            ),
            Error::WrongAppendKind { .. } => {
                Self::of(op, Exception::IllegalArgument, code::WRONG_APPEND_KIND, WRONG_APPEND)
            }
            // The only condition that callers can set is on the incarnation.
            Error::ConditionNotMet { path, .. } => {
                let reason = format!("StreamID mismatch: {path} has been created anew");
                Self::of(op, Exception::Runtime, code::FAILED, &reason)
            }
            Error::NotStored(error) => Self::not_stored(&error),
            error @ Error::Damaged(_) => {
                Self::of(op, Exception::Runtime, code::FAILED, &error.to_string())
            }
            Error::Invalid(text) => Self::illegal(text),
            error @ (Error::Root | Error::IntoItself(_)) => Self::illegal(error.to_string()),
            // None of these can happen in a Gen1 account.
            error @ (Error::NoFileSystem(_)
            | Error::FileSystemTaken { .. }
            | Error::Guarded { .. }
            | Error::Lease(_)
            | Error::FlushPosition { .. }
            | Error::OtherKey(_)
            | Error::OtherScope(_)
            | Error::Rehydrating(_)
            | Error::NoKey(_)
            | Error::DirectoryExpiry(_)
            | Error::NotDeleted(_)
            | Error::NotOfBlocks(_)
            | Error::OfBlocks(_)
            | Error::OtherBlobKind(_)
            | Error::NoBlock(_)
            | Error::BlockIdLength(_)
            | Error::TooManyBlocks(_)
            | Error::TooLong(_)
            | Error::InvalidAcl(_)) => Self::illegal(error.to_string()),
            error @ (Error::BeyondEnd { .. } | Error::TypeMismatch { .. }) => {
                Self::of(op, Exception::Io, code::FAILED, &format!("Forbidden. {error}"))
            }
        }
    }

    fn already_exists(op: Op, path: &RemotePath) -> Self {
        let exists = code::ALREADY_EXISTS;
        let text = format!(
            "[Op={op}][[<openHandle>d__30::MoveNext::0x{exists:X}]] Path {path} already exists"
        );
        let status = match op {
            Op::RestoreDeletedItems => StatusCode::CONFLICT,
            _ => StatusCode::FORBIDDEN,
        };
        Self {
            status,
            body: Body::Exception {
                exception: Exception::FileAlreadyExists,
                code: exists,
                message: Message::Led(text),
            },
            challenge: None,
        }
    }
}
