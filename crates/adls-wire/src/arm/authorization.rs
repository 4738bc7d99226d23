//! `Microsoft.Authorization`: its versions and words, and the roles over the data of storage accounts.
//! From <https://learn.microsoft.com/rest/api/authorization/role-assignments> and
//! <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage>.

use super::open_enum::open_enum;

/// The api-version of role assignments.
pub const ROLE_ASSIGNMENT_API_VERSION: &str = "2022-04-01";
/// The api-version of role definitions.
pub const ROLE_DEFINITION_API_VERSION: &str = "2022-04-01";
/// The provider of roles.
pub const AUTHORIZATION_PROVIDER: &str = "Microsoft.Authorization";

/// A built-in role over the data of storage accounts: containers, directories, files and blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlobDataRole {
    /// Reads and lists.
    Reader,
    /// Reads, writes and deletes.
    Contributor,
    /// Everything, owners and access control lists included.
    Owner,
}

impl BlobDataRole {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Contributor, Self::Owner];

    /// The name of its definition, the same everywhere: a GUID.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Reader => "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
            Self::Contributor => "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            Self::Owner => "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        }
    }

    /// What Azure calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "Storage Blob Data Reader",
            Self::Contributor => "Storage Blob Data Contributor",
            Self::Owner => "Storage Blob Data Owner",
        }
    }

    /// The role that the id of a definition names, in whichever subscription; `None` for any other.
    #[must_use]
    pub fn of_definition(id: &str) -> Option<Self> {
        let name = id.rsplit('/').next()?;
        Self::ALL.into_iter().find(|role| role.id().eq_ignore_ascii_case(name))
    }
}

open_enum! {
    /// What somebody who has a role is.
    PrincipalType {
        /// A user.
        User = "User",
        /// A group of the directory.
        Group = "Group",
        /// An application, or the identity of a resource.
        ServicePrincipal = "ServicePrincipal",
        /// A group of another directory.
        ForeignGroup = "ForeignGroup",
        /// A device.
        Device = "Device",
    }
}

open_enum! {
    /// Who has made a role.
    RoleType {
        /// Azure.
        BuiltIn = "BuiltInRole",
        /// Somebody of the tenant.
        Custom = "CustomRole",
    }
}

#[cfg(test)]
mod tests {
    use super::BlobDataRole;

    #[test]
    fn a_role_is_known_by_the_end_of_its_id() {
        for role in BlobDataRole::ALL {
            let id = format!(
                "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{}",
                role.id().to_ascii_uppercase()
            );
            assert_eq!(BlobDataRole::of_definition(&id), Some(role));
        }
        assert_eq!(BlobDataRole::of_definition(""), None);
        assert_eq!(BlobDataRole::of_definition("/x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"), None);
    }
}
