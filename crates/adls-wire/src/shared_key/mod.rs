//! SharedKey: the string that a key of an account signs for a request, and the header that carries the
//! signature. No keys and no cryptography are here.
//!
//! The rules are those of [Authorize with Shared Key][docs], and where it is silent, what the service's own
//! SDKs sign.
//!
//! [docs]: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key

mod collation;
mod string_to_sign;

pub use string_to_sign::{HeaderOrder, SignedRequest, Whitespace};

/// The header with the time of a request; it counts before `Date`, which some clients cannot set.
pub const DATE: &str = "x-ms-date";

/// Which of the two schemes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `SharedKey`.
    SharedKey,
    /// `SharedKeyLite`: fewer headers, and of the query only `comp`.
    SharedKeyLite,
}

impl Scheme {
    /// The scheme's name in an `Authorization` header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SharedKey => "SharedKey",
            Self::SharedKeyLite => "SharedKeyLite",
        }
    }

    /// The scheme of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::SharedKey, Self::SharedKeyLite].into_iter().find(|scheme| scheme.name() == name)
    }

    /// The value of the `Authorization` header, with a signature in base64.
    #[must_use]
    pub fn authorization(self, account: &str, signature: &str) -> String {
        format!("{} {account}:{signature}", self.name())
    }
}

#[cfg(test)]
mod tests;
