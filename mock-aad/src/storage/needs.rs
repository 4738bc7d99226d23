//! What an operation needs, in the permissions of shared access signatures.

use adls_wire::sas::SasPermissions;

use super::errors::{ErrorCode, StorageError};
use super::signatures::sas::{Grant, Scope};

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The account.
    Service,
    /// A file system itself.
    FileSystem,
    /// What is in a file system or a directory.
    List,
    /// A file or directory.
    Object,
}

/// What an operation needs: one of some permissions, on something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    pub(crate) resource: Resource,
    /// One of them is enough.
    permissions: SasPermissions,
    /// All of them are needed, too.
    also: SasPermissions,
}

impl Needs {
    /// One of these permissions.
    pub(crate) const fn any(resource: Resource, permissions: SasPermissions) -> Self {
        Self { resource, permissions, also: SasPermissions::NONE }
    }

    /// Nothing that a signature could give: who has one is refused.
    pub(crate) const fn no_signature(resource: Resource) -> Self {
        Self::any(resource, SasPermissions::NONE)
    }

    /// The same, and another letter.
    pub(crate) fn and(self, permissions: SasPermissions) -> Self {
        Self { also: self.also | permissions, ..self }
    }

    /// Fails unless a signature permits it there.
    ///
    /// # Errors
    /// That say whether it is the kind of resource, the place or the permissions.
    pub(crate) fn check(
        self,
        grant: &Grant,
        file_system: Option<&str>,
        path: &str,
    ) -> Result<(), StorageError> {
        let fits = match (&grant.scope, self.resource) {
            (Scope::Account(types), resource) => {
                let fits = match resource {
                    Resource::Service => types.service,
                    Resource::FileSystem | Resource::List => types.container,
                    Resource::Object => types.object,
                };
                if !fits {
                    return Err(ErrorCode::AuthorizationResourceTypeMismatch.into());
                }
                true
            }
            (_, Resource::Service | Resource::FileSystem) => false,
            // What is signed for one path is not for what is below it.
            (Scope::Path { .. }, Resource::List) => false,
            _ => file_system.is_some_and(|name| grant.covers(name, path)),
        };
        if !fits {
            return Err(ErrorCode::AuthorizationFailure.into());
        }
        if !self.is_met_by(grant.permissions) {
            return Err(ErrorCode::AuthorizationPermissionMismatch.into());
        }
        Ok(())
    }

    /// Whether permissions are enough.
    fn is_met_by(self, permissions: SasPermissions) -> bool {
        permissions.intersects(self.permissions) && permissions.contains(self.also)
    }

    /// Whether there is no letter for it.
    pub(crate) fn has_no_letter(self) -> bool {
        self.permissions == SasPermissions::NONE
    }

    /// Whether it is about tags.
    pub(crate) fn takes_tags(self) -> bool {
        (self.permissions | self.also).intersects(SasPermissions::TAGS | SasPermissions::FILTER)
    }

    /// Whether a reader may do it.
    pub(crate) fn is_read(self) -> bool {
        self.permissions
            .intersects(SasPermissions::READ | SasPermissions::LIST | SasPermissions::EXECUTE)
    }
}
