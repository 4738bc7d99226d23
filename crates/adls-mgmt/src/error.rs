//! The error of this crate.

use adls_http::{Delivery, ErrorKind};
use adls_wire::arm::code;
use http::StatusCode;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Cause);

#[derive(Clone, Debug, thiserror::Error)]
enum Cause {
    /// A name that the service would not take. Nothing was sent.
    #[error("{name:?} cannot name {what}: {rule}")]
    InvalidName {
        /// What was to be named, such as `an account`.
        what: &'static str,
        /// The name.
        name: String,
        /// What names of this kind must be.
        rule: &'static str,
    },
    /// An argument that the service would not take; the text names it and the way out. Nothing was
    /// sent.
    #[error("{0}")]
    InvalidArgument(String),
    /// Everything that can happen to a request.
    #[error(transparent)]
    Http(adls_http::Error),
}

impl From<adls_http::Error> for Error {
    fn from(error: adls_http::Error) -> Self {
        Self(Cause::Http(error))
    }
}

impl Error {
    pub(crate) fn invalid_name(what: &'static str, name: &str, rule: &'static str) -> Self {
        Self(Cause::InvalidName { what, name: name.to_owned(), rule })
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self(Cause::InvalidArgument(message.into()))
    }

    /// What happened to the request; `None` when none was made.
    #[must_use]
    pub fn http(&self) -> Option<&adls_http::Error> {
        match &self.0 {
            Cause::Http(error) => Some(error),
            Cause::InvalidName { .. } | Cause::InvalidArgument(_) => None,
        }
    }

    /// The way in which it failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.http().map_or(ErrorKind::InvalidInput, adls_http::Error::kind)
    }

    /// Whether the request may have had an effect.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.http().map_or(Delivery::NotSent, adls_http::Error::delivery)
    }

    /// The HTTP status of the last answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.http()?.status()
    }

    /// The service's code for the failure: `ResourceGroupNotFound`, `AuthorizationFailed`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.http()?.code()
    }

    /// The service's own text.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.http()?.service_message()
    }

    /// Whether something that the request names is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.http().is_some_and(adls_http::Error::is_not_found)
    }

    /// Whether what is asked for is not there, or the group that it would be in. A subscription that is
    /// not there is another failure: it says nothing about what is in the right one.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        self.is_not_found() && self.code() != Some(code::SUBSCRIPTION_NOT_FOUND)
    }

    /// Whether the request contradicts what is there, such as a name that is taken.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(StatusCode::CONFLICT)
    }

    /// Whether a try before the one that failed may have had an effect.
    pub(crate) fn may_be_an_echo(&self) -> bool {
        self.http().is_some_and(adls_http::Error::may_have_arrived)
    }

    /// Whether the caller lacks a role that allows it.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.http().is_some_and(adls_http::Error::is_permission_denied)
    }

    /// Whether no token could be had, or the service does not take it.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.http().is_some_and(adls_http::Error::is_unauthenticated)
    }

    /// Whether the service asks to slow down, even after retries.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.http().is_some_and(adls_http::Error::is_throttled)
    }

    /// Whether the same may work later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.http().is_some_and(adls_http::Error::is_transient)
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self.code()? {
            code::MISSING_SUBSCRIPTION_REGISTRATION => {
                "register the resource provider with the subscription, once, and try again"
            }
            code::AUTHORIZATION_FAILED => {
                "ask an owner of the subscription or resource group for a role such as Contributor; \
                 a new role counts from the next sign-in on"
            }
            code::INVALID_TOKEN_TENANT => "sign in to the tenant that the subscription belongs to",
            code::SUBSCRIPTION_NOT_FOUND => {
                "check the subscription's id, and that you are signed in to its tenant"
            }
            code::RESOURCE_GROUP_NOT_FOUND => "check the group's name, or create it first",
            code::STORAGE_ACCOUNT_TAKEN => {
                "names of storage accounts are unique over all of Azure: choose another"
            }
            code::PRINCIPAL_NOT_FOUND => {
                "give the object id of a user, a group or a service principal of this tenant; an \
                 application's own id is another"
            }
            _ => return None,
        })
    }
}
