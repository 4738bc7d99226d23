//! The error of this crate, and the reports of work on many items that an error may carry.

mod report;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use adls_wire::RemotePath;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};

pub use report::{TransferFailure, TransferItem, TransferReport, TreeChangeReport};

/// Why an operation on a file system failed: the kind, the item, and the cause.
///
/// Its text says what failed in one line; [`source`](std::error::Error::source) gives the service's
/// own words with status and request ids.
pub struct Error(Box<Inner>);

/// The way in which an operation failed, the same for every kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such file or directory.
    NotFound,
    /// There is no such file system in the account.
    FileSystemNotFound,
    /// Something is there already and was not to be replaced.
    AlreadyExists,
    /// A file system of this name is still being deleted; the name is free again after half a minute
    /// or so.
    BeingDeleted,
    /// One of the [`Conditions`](crate::Conditions) does not hold: it is another version, or was
    /// changed since.
    ConditionNotMet,
    /// A directory that is not empty was to be deleted without what is in it.
    NotEmpty,
    /// It is a directory where a file was expected.
    IsDirectory,
    /// It is a file where a directory was expected.
    NotDirectory,
    /// The caller has not the rights.
    PermissionDenied,
    /// No token, or one that the service does not take. Sign in again.
    Unauthenticated,
    /// A write at an offset that is not the end of the file: somebody else writes too.
    BadOffset,
    /// Another writer holds the file.
    LeaseConflict,
    /// The service asks to slow down, even after retries.
    Throttled,
    /// The service could not be reached or failed; the same may work later.
    Transient,
    /// The service answered something that cannot be understood.
    Protocol,
    /// An argument is not usable, or the service refused it.
    Invalid,
    /// The account does not offer this operation.
    Unsupported,
    /// Fewer bytes came than the file has.
    Truncated,
    /// It is not the item that was expected: it changed during a transfer, or was made anew.
    Changed,
    /// What arrived is not what was sent.
    Corrupt,
    /// A part of the work on many items failed, see [`Error::report`] and
    /// [`Error::tree_change_report`].
    Incomplete,
    /// The deadline of the operation passed.
    DeadlineExceeded,
    /// A local file could not be read or written, see [`Error::local_path`].
    Local,
}

struct Inner {
    kind: ErrorKind,
    path: Option<RemotePath>,
    local_path: Option<PathBuf>,
    message: Option<String>,
    source: Option<Source>,
    report: Option<Report>,
    mark: Option<Mark>,
}

/// What this crate has to know of an error beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// "Already exists" may be the echo of an earlier try whose answer was lost.
    Echo,
    /// It is about one entry of a list, which goes on behind it.
    Entry,
    /// What is at the target stays, so nobody can go on with what was to replace it.
    Refused,
}

/// What became of work on many items of which some failed.
#[derive(Debug)]
enum Report {
    Transfer(TransferReport),
    TreeChange(TreeChangeReport),
}

enum Source {
    Http(adls_http::Error),
    Io(io::Error),
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            path: None,
            local_path: None,
            message: None,
            source: None,
            report: None,
            mark: None,
        }))
    }

    pub(crate) fn at(kind: ErrorKind, path: &RemotePath) -> Self {
        let mut error = Self::new(kind);
        error.0.path = Some(path.clone());
        error
    }

    /// An argument that is not usable; `message` is the whole text.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid).with_message(message)
    }

    pub(crate) fn local(path: impl Into<PathBuf>, error: io::Error) -> Self {
        let mut this = Self::new(ErrorKind::Local);
        this.0.local_path = Some(path.into());
        this.0.source = Some(Source::Io(error));
        this
    }

    /// The failure that a stream of this crate has wrapped.
    pub(crate) fn of_stream(path: &RemotePath, error: io::Error) -> Self {
        error
            .downcast::<Self>()
            .unwrap_or_else(|error| Self::at(ErrorKind::Transient, path).with_source(error))
    }

    /// The failure of a request about `path`.
    pub(crate) fn http(kind: ErrorKind, path: &RemotePath, error: adls_http::Error) -> Self {
        let mut this = Self::at(kind, path);
        this.0.source = Some(Source::Http(error));
        this
    }

    /// Says more exactly in which way it failed.
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Names another item as the one that it is about.
    pub(crate) fn with_path(mut self, path: &RemotePath) -> Self {
        self.0.path = Some(path.clone());
        self
    }

    /// Replaces the text that the kind would give.
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    pub(crate) fn with_mark(mut self, mark: Mark) -> Self {
        self.0.mark = Some(mark);
        self
    }

    pub(crate) fn has_mark(&self, mark: Mark) -> bool {
        self.0.mark == Some(mark)
    }

    pub(crate) fn with_local_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.local_path = Some(path.into());
        self
    }

    pub(crate) fn incomplete(report: TransferReport) -> Self {
        let mut this = Self::new(ErrorKind::Incomplete);
        this.0.report = Some(Report::Transfer(report));
        this
    }

    pub(crate) fn tree_change_incomplete(path: &RemotePath, report: TreeChangeReport) -> Self {
        let mut this = Self::at(ErrorKind::Incomplete, path);
        this.0.report = Some(Report::TreeChange(report));
        this
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(Source::Other(source.into()));
        self
    }

    /// Whether the same work may come to its end later, from where it was: what it has made so far is
    /// worth keeping. After the others it is of no use to anybody.
    pub(crate) fn is_resumable(&self) -> bool {
        let full = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        };
        match self.kind() {
            _ if self.has_mark(Mark::Refused) => false,
            // The file that filled the disk must not go on filling it.
            ErrorKind::Local => !self.io_error().is_some_and(full),
            ErrorKind::Changed
            | ErrorKind::Corrupt
            | ErrorKind::IsDirectory
            | ErrorKind::NotDirectory
            | ErrorKind::NotEmpty
            | ErrorKind::Invalid
            | ErrorKind::Unsupported
            | ErrorKind::ConditionNotMet
            | ErrorKind::BadOffset => false,
            _ => true,
        }
    }

    /// The way in which it failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether there is no such file or directory.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether something was there already that was not to be replaced.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.kind() == ErrorKind::AlreadyExists
    }

    /// Whether the caller has not the rights.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.kind() == ErrorKind::PermissionDenied
    }

    /// Whether there was no token, or one that the service does not take.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.kind() == ErrorKind::Unauthenticated
    }

    /// Whether the service asked to slow down.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Throttled
    }

    /// Whether the service could not be reached or failed, so that the same may work later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind() == ErrorKind::Transient
    }

    /// The remote item that it is about.
    #[must_use]
    pub fn path(&self) -> Option<&RemotePath> {
        self.0.path.as_ref()
    }

    /// The local file that it is about.
    #[must_use]
    pub fn local_path(&self) -> Option<&Path> {
        self.0.local_path.as_deref()
    }

    /// What the local system said.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.0.source {
            Some(Source::Io(error)) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn io_kind(&self) -> Option<io::ErrorKind> {
        self.io_error().map(io::Error::kind)
    }

    /// What became of a transfer of many items of which some failed.
    #[must_use]
    pub fn report(&self) -> Option<&TransferReport> {
        match &self.0.report {
            Some(Report::Transfer(report)) => Some(report),
            _ => None,
        }
    }

    /// What became of a change of a tree of which some items failed.
    #[must_use]
    pub fn tree_change_report(&self) -> Option<&TreeChangeReport> {
        match &self.0.report {
            Some(Report::TreeChange(report)) => Some(report),
            _ => None,
        }
    }

    /// The failed request, with status, the service's code and message, and both request ids.
    #[must_use]
    pub fn http_error(&self) -> Option<&adls_http::Error> {
        match &self.0.source {
            Some(Source::Http(error)) => Some(error),
            _ => None,
        }
    }

    /// The service's code for the failure, such as `AccessControlException`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.http_error().and_then(adls_http::Error::code)
    }

    /// The id that the service gave its answer; its support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.http_error().and_then(adls_http::Error::request_id)
    }

    /// The id of the operation on this side.
    #[must_use]
    pub fn client_request_id(&self) -> Option<&str> {
        self.http_error().and_then(adls_http::Error::client_request_id)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(message) = &inner.message {
            return f.write_str(message);
        }
        let item = match (&inner.path, &inner.local_path) {
            (_, Some(local)) => local.display().to_string(),
            (Some(path), None) => path.to_string(),
            (None, None) => "the file system".to_owned(),
        };
        match inner.kind {
            ErrorKind::NotFound => write!(f, "{item} does not exist"),
            ErrorKind::FileSystemNotFound => write!(f, "the file system of {item} does not exist"),
            ErrorKind::AlreadyExists => write!(f, "{item} already exists"),
            ErrorKind::BeingDeleted => {
                write!(f, "{item} is still being deleted; its name is free again in half a minute")
            }
            ErrorKind::ConditionNotMet => write!(f, "{item} is not as the condition demands"),
            ErrorKind::NotEmpty => write!(f, "the directory {item} is not empty"),
            ErrorKind::IsDirectory => write!(f, "{item} is a directory, not a file"),
            ErrorKind::NotDirectory => write!(f, "{item} is a file, not a directory"),
            ErrorKind::PermissionDenied => write!(f, "no permission for {item}"),
            ErrorKind::Unauthenticated => write!(f, "not signed in, so no access to {item}"),
            ErrorKind::BadOffset => {
                write!(f, "{item} does not end where the write begins; another writer is at work")
            }
            ErrorKind::LeaseConflict => write!(f, "another writer holds {item}"),
            ErrorKind::Throttled => write!(f, "the service asks to slow down at {item}"),
            ErrorKind::Transient => write!(f, "the service could not be reached for {item}"),
            ErrorKind::Protocol => write!(f, "the answer about {item} cannot be understood"),
            ErrorKind::Invalid => write!(f, "the service refused the request for {item}"),
            ErrorKind::Unsupported => write!(f, "the account of {item} does not offer this"),
            ErrorKind::Truncated => write!(f, "{item} ended too early"),
            ErrorKind::Changed => write!(f, "{item} changed meanwhile"),
            ErrorKind::Corrupt => write!(f, "{item} does not hold what was sent"),
            ErrorKind::Incomplete => match &inner.report {
                Some(report) => write_failures(f, report),
                None => write!(f, "a part of the work on {item} failed"),
            },
            ErrorKind::DeadlineExceeded => write!(f, "the deadline for {item} passed"),
            ErrorKind::Local => match self.io_error() {
                Some(error) if error.kind() == io::ErrorKind::NotFound => {
                    write!(f, "there is no local file {item}")
                }
                Some(error) => write!(f, "cannot use the local file {item}: {error}"),
                None => write!(f, "cannot use the local file {item}"),
            },
        }
    }
}

/// How many failed, and the first of them.
fn write_failures(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    match report {
        Report::Transfer(report) => {
            let failed = report.failures.len();
            let done = report.files + report.directories + report.skipped + report.deleted;
            let all = done + failed as u64;
            write!(f, "{failed} of {all} items could not be transferred")?;
            match report.failures.first() {
                Some(first) => write!(f, "; the first is {}: {}", first.item.source, first.error),
                None => Ok(()),
            }
        }
        Report::TreeChange(report) => {
            let failed = report.failures.len();
            let all = report.files + report.directories + failed as u64;
            write!(f, "{failed} of {all} items could not be changed")?;
            match report.failures.first() {
                Some(first) => write!(f, "; the first: {first}"),
                None => Ok(()),
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut debug = f.debug_struct("Error");
        debug
            .field("kind", &inner.kind)
            .field("path", &inner.path)
            .field("local_path", &inner.local_path)
            .field("message", &inner.message);
        match &inner.source {
            Some(Source::Http(error)) => debug.field("source", error),
            Some(Source::Io(error)) => debug.field("source", error),
            Some(Source::Other(error)) => debug.field("source", error),
            None => &mut debug,
        };
        if let Some(report) = &inner.report {
            debug.field("report", report);
        }
        debug.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.0.source.as_ref()? {
            Source::Http(error) => Some(error),
            Source::Io(error) => Some(error),
            Source::Other(error) => Some(&**error),
        }
    }
}

/// The kind of a request's failure, unless it is what the service answered: that is for those who know
/// the codes of its kind of account.
pub(crate) fn http_kind(error: &adls_http::Error) -> Option<ErrorKind> {
    Some(match error.kind() {
        adls_http::ErrorKind::InvalidInput => ErrorKind::Invalid,
        adls_http::ErrorKind::Credential => ErrorKind::Unauthenticated,
        adls_http::ErrorKind::Decode => ErrorKind::Protocol,
        adls_http::ErrorKind::Service => return None,
        _ => ErrorKind::Transient,
    })
}

/// Fails for a body that is not the bytes themselves. Nobody has asked for another coding, and
/// nobody here undoes one.
pub(crate) fn check_plain(path: &RemotePath, headers: &HeaderMap) -> crate::Result<()> {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let mut other = codings.map(|coding| String::from_utf8_lossy(coding.as_bytes()).into_owned());
    let other = other.find(|coding| !matches!(coding.trim(), "" | "identity"));
    match other {
        None => Ok(()),
        Some(coding) => Err(Error::at(ErrorKind::Protocol, path).with_message(format!(
            "the bytes of {path} came encoded with {coding:?}, which was not asked for; is there a \
             proxy on the way that changes answers?"
        ))),
    }
}

/// Whether a request that failed like this may have taken effect all the same.
pub(crate) fn may_have_arrived(error: &Error) -> bool {
    error.http_error().is_some_and(|error| {
        let failed_inside = error.status().is_some_and(|status| {
            status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
        });
        error.delivery() == adls_http::Delivery::Unknown || failed_inside
    })
}

/// For answers without a code that is known: proxies, gateways, bodies that are of another form.
pub(crate) fn status_kind(status: StatusCode) -> ErrorKind {
    match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthenticated,
        StatusCode::FORBIDDEN => ErrorKind::PermissionDenied,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::CONFLICT => ErrorKind::AlreadyExists,
        StatusCode::NOT_MODIFIED | StatusCode::PRECONDITION_FAILED => ErrorKind::ConditionNotMet,
        StatusCode::RANGE_NOT_SATISFIABLE => ErrorKind::BadOffset,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Throttled,
        StatusCode::NOT_IMPLEMENTED => ErrorKind::Unsupported,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Transient,
        status if status.is_server_error() => ErrorKind::Transient,
        status if status.is_redirection() => ErrorKind::Protocol,
        _ => ErrorKind::Invalid,
    }
}

/// Only failures before any request take this way: options and credentials that are not usable.
impl From<adls_http::Error> for Error {
    fn from(error: adls_http::Error) -> Self {
        let mut this = Self::new(http_kind(&error).unwrap_or(ErrorKind::Protocol));
        this.0.message = Some(error.summary());
        this.0.source = Some(Source::Http(error));
        this
    }
}

/// What was asked for, if it is there: that it is not is an answer here.
pub(crate) fn if_there<T>(result: crate::Result<T>) -> crate::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

impl From<adls_wire::ParsePathError> for Error {
    fn from(error: adls_wire::ParsePathError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// For paths that cannot fail to be one.
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::NotFound | ErrorKind::FileSystemNotFound => io::ErrorKind::NotFound,
            ErrorKind::AlreadyExists => io::ErrorKind::AlreadyExists,
            ErrorKind::NotEmpty => io::ErrorKind::DirectoryNotEmpty,
            ErrorKind::IsDirectory => io::ErrorKind::IsADirectory,
            ErrorKind::NotDirectory => io::ErrorKind::NotADirectory,
            ErrorKind::PermissionDenied | ErrorKind::Unauthenticated => {
                io::ErrorKind::PermissionDenied
            }
            ErrorKind::LeaseConflict => io::ErrorKind::ResourceBusy,
            ErrorKind::Invalid => io::ErrorKind::InvalidInput,
            ErrorKind::Protocol | ErrorKind::Corrupt => io::ErrorKind::InvalidData,
            ErrorKind::Unsupported => io::ErrorKind::Unsupported,
            ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
            ErrorKind::DeadlineExceeded => io::ErrorKind::TimedOut,
            ErrorKind::Local => error.io_error().map_or(io::ErrorKind::Other, io::Error::kind),
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
