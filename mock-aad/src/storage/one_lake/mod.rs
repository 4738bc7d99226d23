//! OneLake: the account that stands for all workspaces of Microsoft Fabric, and what is different there.
//!
//! Everything that depends on the kind of an account asks its [`AccountKind`].

mod headers;
mod hosts;
mod names;
mod signature;

use adls_wire::RemotePath;
use jiff::SignedDuration;

use super::errors::{ErrorCode, StorageError};
use super::needs::{Needs, Resource};
use super::request::Request;
use super::signatures::sas::LONGEST_KEY;
use super::text::names as storage_names;
use crate::namespace::{Account, EntryItem};
use crate::seed::SeedOneLake;

pub(crate) use self::headers::take_rejected;
pub(crate) use self::hosts::{certificate_names, endpoint_of_host};
pub(crate) use self::names::Names;

/// How many segments of a path belong to Fabric: the item, and the first level in it.
const MANAGED: usize = 2;
/// For how long a user delegation key, and what is signed with one, is good at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// What kind of account a request is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AccountKind<'s> {
    /// A storage account.
    Storage,
    /// OneLake, with its workspaces.
    OneLake(&'s SeedOneLake),
}

impl<'s> AccountKind<'s> {
    /// Whether requests may be signed with keys of the account.
    pub(crate) fn has_keys(self) -> bool {
        matches!(self, Self::Storage)
    }

    /// Whether access control lists give anybody anything, and items have owners.
    pub(crate) fn has_access_control(self) -> bool {
        matches!(self, Self::Storage)
    }

    /// For how long a user delegation key is good at most.
    pub(crate) fn longest_delegation_key(self) -> SignedDuration {
        match self {
            Self::Storage => LONGEST_KEY,
            Self::OneLake(_) => LONGEST,
        }
    }

    /// Whether a list of blobs that is to begin with `startFrom` has nothing in it. OneLake has answered so
    /// where a workspace is addressed by its name.
    pub(crate) fn lists_nothing_from(self, request: &Request) -> bool {
        let file_system = request.address.file_system.as_deref();
        matches!(self, Self::OneLake(_))
            && request.query.has("startFrom")
            && !self.names(file_system).are_ids()
    }

    /// The name under which the namespace has what a request calls a file system.
    ///
    /// # Errors
    /// When there cannot be one of that name.
    pub(crate) fn file_system<'n>(self, name: &'n str) -> Result<&'n str, StorageError>
    where
        's: 'n,
    {
        match self {
            Self::Storage => storage_names::check_file_system(name).map(|()| name),
            Self::OneLake(_) => Ok(self.names(Some(name)).workspace().unwrap_or(name)),
        }
    }

    /// How a request that names a file system in this way names what is in it.
    pub(crate) fn names(self, file_system: Option<&str>) -> Names<'s> {
        match (self, file_system) {
            (Self::OneLake(one_lake), Some(name)) => Names::of(one_lake, name),
            _ => Names::AS_SENT,
        }
    }

    /// Fails when a request has a word for what this kind of account does not have at all.
    ///
    /// # Errors
    /// That name the word, or say that names and ids are mixed.
    pub(crate) fn require_known(self, request: &Request) -> Result<(), StorageError> {
        if matches!(self, Self::Storage) {
            return Ok(());
        }
        let refused = [
            ("action", "setAccessControl"),
            ("action", "setAccessControlRecursive"),
            ("comp", "tier"),
        ];
        let has = |(name, value): &&(&str, &str)| request.query.get(name) == Some(value);
        if let Some((name, value)) = refused.iter().find(has) {
            return Err(StorageError::from(ErrorCode::UnsupportedQueryParameter)
                .detail("QueryParameterName", name)
                .detail("QueryParameterValue", value));
        }
        let names = self.names(request.address.file_system.as_deref());
        match &request.address.path {
            Some(path) => names.translated(path).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Fails when nobody may do to a file system, or to a path in it, what something needs.
    ///
    /// # Errors
    /// That it is Fabric's, or that what it is in is not there.
    pub(crate) fn permit(
        self,
        account: &Account,
        needs: Needs,
        file_system: Option<&str>,
        path: Option<&RemotePath>,
    ) -> Result<(), StorageError> {
        if matches!(self, Self::Storage) || needs.is_read() {
            return Ok(());
        }
        let managed = |what: &str| {
            let message = format!("{what} is managed by Fabric and cannot be changed here.");
            Err(StorageError::from(ErrorCode::AuthorizationFailure).saying(message))
        };
        match (needs.resource, file_system, path) {
            (Resource::Service, _, _) | (_, None, _) => managed("The tenant"),
            (Resource::FileSystem | Resource::List, Some(_), _) | (_, _, None) => {
                managed("A workspace")
            }
            (Resource::Object, Some(name), Some(path)) => {
                if path.segments().count() <= MANAGED {
                    return managed("An item, and the first level of folders in it,");
                }
                let translated = self.names(file_system).translated(path)?;
                let segments = translated.as_ref().unwrap_or(path).segments().take(MANAGED);
                let folder = segments.collect::<Vec<_>>().join("/");
                require_directory(account, self.file_system(name)?, &folder)
            }
        }
    }
}

/// Fails when a directory is not there, so that nothing makes it on the way to something else.
fn require_directory(account: &Account, file_system: &str, path: &str) -> Result<(), StorageError> {
    let path: RemotePath = path.parse().map_err(|_| ErrorCode::InvalidUri)?;
    let view = account.inspect();
    let missing = match view.file_system(file_system) {
        Ok(_) => ErrorCode::PathNotFound,
        Err(_) => ErrorCode::FilesystemNotFound,
    };
    match view.entry(&EntryItem::new(file_system, &path)) {
        Ok(entry) if entry.is_directory() => Ok(()),
        Ok(_) => Err(ErrorCode::PathConflict.into()),
        Err(_) => Err(missing.into()),
    }
}
