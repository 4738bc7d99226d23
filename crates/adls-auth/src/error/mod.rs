//! The error of this crate.

mod aadsts;
mod kind;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adls_http::text::one_line;

pub use kind::AuthErrorKind;

pub(crate) use aadsts::ErrorResponse;

/// Why no token could be had, and the way out. Cheap to clone.
///
/// No secret is ever in it: neither in its text forms nor behind its accessors.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

/// What became of one credential of a chain.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The name that the chain has for it.
    pub credential: String,
    /// Why it gave no token.
    pub error: adls_http::Error,
}

struct Inner {
    kind: AuthErrorKind,
    message: String,
    refusal: Option<ErrorResponse>,
    attempts: Vec<Attempt>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What peers have said may be a part of the message: it is made safe to be shown.
    pub(crate) fn new(kind: AuthErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { message: shown(&message.into()), ..Inner::of(kind) }))
    }

    pub(crate) fn with_source(
        kind: AuthErrorKind,
        message: impl Into<String>,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        let (message, source) = (shown(&message.into()), Some(Arc::new(source) as Arc<_>));
        Self(Arc::new(Inner { message, source, ..Inner::of(kind) }))
    }

    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(AuthErrorKind::InvalidInput, message)
    }

    /// The same about what is called `name`, such as a variable.
    pub(crate) fn about(&self, name: &str) -> Self {
        Self::new(self.kind(), format!("{name}: {self}"))
    }

    /// A credential that does not apply here; a chain goes on to the next one.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(AuthErrorKind::Unavailable, message)
    }

    /// What the pipeline reports: a refusal of the authority if it is one, else what broke.
    pub(crate) fn http(error: adls_http::Error) -> Self {
        if error.kind() == adls_http::ErrorKind::Service {
            if let Some(refusal) = ErrorResponse::parse(error.response_body()) {
                return Self::refused(refusal, Some(error));
            }
            let throttled = error.status() == Some(http::StatusCode::TOO_MANY_REQUESTS);
            let kind =
                if throttled { AuthErrorKind::Throttled } else { AuthErrorKind::UnexpectedReply };
            return Self::with_source(kind, kind.cause(), error);
        }
        let kind = match error.kind() {
            adls_http::ErrorKind::InvalidInput => AuthErrorKind::InvalidInput,
            adls_http::ErrorKind::Decode => AuthErrorKind::UnexpectedReply,
            _ => AuthErrorKind::Network,
        };
        Self::with_source(kind, kind.cause(), error)
    }

    /// A refusal that the authority has worded.
    pub(crate) fn refused(refusal: ErrorResponse, source: Option<adls_http::Error>) -> Self {
        let kind = refusal.kind();
        Self(Arc::new(Inner {
            message: kind.cause().to_owned(),
            refusal: Some(refusal),
            source: source.map(|error| Arc::new(error) as Arc<_>),
            ..Inner::of(kind)
        }))
    }

    /// A chain without a token. If its last credential did apply, its failure is what counts.
    pub(crate) fn chain(attempts: Vec<Attempt>) -> Self {
        let decisive = attempts.last().and_then(|last| Self::find(&last.error)).filter(|error| {
            !matches!(error.kind(), AuthErrorKind::Unavailable | AuthErrorKind::NotSignedIn)
        });
        let kind = decisive.map_or(AuthErrorKind::ChainFailed, Self::kind);
        let refusal = decisive.and_then(|error| error.0.refusal.clone());
        let source = decisive.and_then(|error| error.0.source.clone());
        let reasons: Vec<String> = attempts
            .iter()
            .map(|Attempt { credential, error }| format!("{credential}: {error}"))
            .collect();
        let message = format!("no credential of the chain worked: {}", reasons.join("; "));
        Self(Arc::new(Inner { kind, message, refusal, attempts, source }))
    }

    /// The error behind a failure of the pipeline, if it was a credential of this crate that failed.
    #[must_use]
    pub fn find(error: &adls_http::Error) -> Option<&Self> {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(found) = current.downcast_ref::<Self>() {
                return Some(found);
            }
            cause = current.source();
        }
        None
    }

    /// What went wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// What to do about it, for people; starts in lower case, without full stop.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        // What is in the way of the connection says more than that there is none.
        let http = self.http_error();
        if self.refusal().is_none()
            && http
                .and_then(adls_http::Error::status)
                .is_some_and(|status| status.is_server_error())
        {
            return AuthErrorKind::TemporarilyUnavailable.hint();
        }
        http.and_then(adls_http::Error::hint).or_else(|| self.0.kind.hint())
    }

    /// The `error` word of the authority's refusal: `invalid_grant`, `interaction_required`.
    #[must_use]
    pub fn oauth_error(&self) -> Option<&str> {
        self.0.refusal.as_ref().map(|refusal| refusal.error.as_str())
    }

    /// The `AADSTS` numbers of the refusal, the outermost first.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        self.0.refusal.as_ref().map_or(&[], |refusal| &refusal.codes)
    }

    /// The refusal's `suberror`, such as `basic_action` or `consent_required`.
    #[must_use]
    pub fn suberror(&self) -> Option<&str> {
        self.0.refusal.as_ref()?.suberror.as_deref()
    }

    /// The claims that the next request must carry, as JSON text: give them to
    /// [`TokenRequest::with_claims`](adls_http::TokenRequest::with_claims) in an interactive flow.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.0.refusal.as_ref()?.claims.as_deref()
    }

    /// The authority's own words: cut to a length that a person reads, with what would steer a terminal
    /// escaped, line breaks excepted.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.refusal.as_ref()?.description.as_deref()
    }

    /// The id of the request in the authority's sign-in log.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.refusal.as_ref()?.correlation_id.as_deref()
    }

    /// The id under which the authority logged the failure.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.refusal.as_ref()?.trace_id.as_deref()
    }

    /// The failure of the HTTP pipeline, if it was one: what could not be reached, the status, the
    /// number of tries.
    #[must_use]
    pub fn http_error(&self) -> Option<&adls_http::Error> {
        let source: &(dyn std::error::Error + 'static) = self.0.source.as_deref()?;
        source.downcast_ref()
    }

    /// The pause that the authority asked for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.http_error()?.retry_after()
    }

    /// Whether the authority asks to slow down.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.kind() == AuthErrorKind::Throttled
            || self.http_error().is_some_and(adls_http::Error::is_throttled)
    }

    /// Whether the authority could not be reached or failed, so that the same may work later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind() == AuthErrorKind::TemporarilyUnavailable
            || self.http_error().is_some_and(adls_http::Error::is_transient)
    }

    /// Whether asking the user to sign in again, by a flow with a browser, can help.
    #[must_use]
    pub fn needs_interaction(&self) -> bool {
        self.0.kind.needs_interaction()
    }

    /// What became of each credential, in order, if it was a chain that failed.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    pub(crate) fn refusal(&self) -> Option<&ErrorResponse> {
        self.0.refusal.as_ref()
    }
}

impl Inner {
    fn of(kind: AuthErrorKind) -> Self {
        Self { kind, message: String::new(), refusal: None, attempts: Vec::new(), source: None }
    }
}

/// How much of a message is kept, in characters. Several failures may be told in one.
const SHOWN_MESSAGE: usize = 8192;

fn shown(message: &str) -> String {
    one_line(message, SHOWN_MESSAGE)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if !self.0.attempts.is_empty() {
            // The message holds what they say.
            return Ok(());
        }
        match (&self.0.refusal, &self.0.source) {
            (Some(refusal), _) => write!(f, ": {refusal}"),
            (None, Some(source)) => write!(f, ": {source}"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("refusal", &self.0.refusal)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<Error> for adls_http::Error {
    fn from(error: Error) -> Self {
        Self::credential(error)
    }
}
