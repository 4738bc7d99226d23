//! What must hold for a request to be carried out.

use std::fmt;
use std::time::SystemTime;

use crate::options::options;

/// A version of an item, as the service names it: it changes with every write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// The tag as the service has given it, with its quotation marks if it has any.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// Any version at all: that there is an item, or with
    /// [`if_none_match`](Conditions::if_none_match) that there is none.
    #[must_use]
    pub fn any() -> Self {
        Self::new("*")
    }

    /// The text of the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

options! {
    /// What must hold for an operation to be carried out. An account without
    /// [`Capabilities::conditions`](crate::Capabilities::conditions) refuses with
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), before anything is sent, every
    /// operation that has other conditions than "nothing is there yet".
    #[derive(Default)]
    pub struct Conditions {
        /// It is this version.
        pub if_match: Option<ETag>,
        /// It is not this version.
        pub if_none_match: Option<ETag>,
        /// It was written later than this.
        pub if_modified_since: Option<SystemTime>,
        /// It was not written later than this.
        pub if_unmodified_since: Option<SystemTime>,
        /// The id of the lease that is held on it.
        pub lease: Option<String>,
    }
}

impl Conditions {
    /// Whether there is no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether they say nothing of the version.
    pub(crate) fn is_only_lease(&self) -> bool {
        Self { lease: None, ..self.clone() }.is_empty()
    }
}
