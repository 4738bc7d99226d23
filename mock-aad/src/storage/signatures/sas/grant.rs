//! What a verified token gives.

use adls_wire::sas::{SasPermissions, SasResourceTypes};
use uuid::Uuid;

/// What a verified token gives to whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The operations.
    pub(crate) permissions: SasPermissions,
    /// On what.
    pub(crate) scope: Scope,
    /// Whose key signed it, if it was a user's: the token can do no more than that user.
    pub(crate) delegator: Option<Uuid>,
    /// For whom it was made.
    pub(crate) on_behalf_of: OnBehalfOf,
    /// Who must send a bearer token of their own with it.
    pub(crate) bearer: Option<Bearer>,
    /// What the logs of the service tell it by (`scid`).
    pub(crate) correlation_id: Option<String>,
    /// The encryption scope that writes use (`ses`).
    pub(crate) encryption_scope: Option<String>,
    /// Headers of the answer to a read.
    pub(crate) overrides: ResponseOverrides,
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The account, or what is in it of these types.
    Account(SasResourceTypes),
    /// A file system and all in it.
    FileSystem(String),
    /// A directory and all below it.
    Directory {
        /// Its file system.
        file_system: String,
        /// The components of its path; none if it is the root.
        path: Vec<String>,
    },
    /// One path.
    Path {
        /// Its file system.
        file_system: String,
        /// Its components.
        path: Vec<String>,
    },
}

/// For whom a user made a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnBehalfOf {
    /// Whoever holds it.
    Anyone,
    /// A principal whom the maker has checked (`saoid`): nobody asks whether it may.
    Authorized(Uuid),
    /// A principal whom access control lists have to allow it (`suoid`).
    Unauthorized(Uuid),
}

/// The user who must sign in to use a token (`sduoid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// The user.
    pub(crate) object_id: Uuid,
    /// The user's tenant (`skdutid`), if it is not that of the key's owner.
    pub(crate) tenant: Option<Uuid>,
}

/// Headers of the answer to a read that a token sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResponseOverrides {
    /// `rscc`.
    pub(crate) cache_control: Option<String>,
    /// `rscd`.
    pub(crate) content_disposition: Option<String>,
    /// `rsce`.
    pub(crate) content_encoding: Option<String>,
    /// `rscl`.
    pub(crate) content_language: Option<String>,
    /// `rsct`.
    pub(crate) content_type: Option<String>,
}

/// The components of a decoded path. Slashes at its ends and doubled ones make none.
pub(super) fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|component| !component.is_empty())
}

impl Grant {
    /// Whether the token is good for this decoded path.
    pub(crate) fn covers(&self, file_system: &str, path: &str) -> bool {
        let mut asked = components(path);
        match &self.scope {
            Scope::Account(_) => true,
            Scope::FileSystem(name) => name == file_system,
            Scope::Directory { file_system: name, path } => {
                name == file_system && path.iter().all(|own| asked.next() == Some(own))
            }
            Scope::Path { file_system: name, path } => {
                name == file_system && asked.eq(path.iter().map(String::as_str))
            }
        }
    }
}
