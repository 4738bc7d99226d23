//! A role that somebody has somewhere.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{BlobDataRole, ChildResource, Extra, PrincipalType};

/// A role that somebody has somewhere.
pub type RoleAssignment = ChildResource<RoleAssignmentProperties>;

/// The properties of a [`RoleAssignment`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct RoleAssignmentProperties {
    /// The id of the role's definition.
    pub role_definition_id: String,
    /// The object id of who has it.
    pub principal_id: String,
    /// What that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_type: Option<PrincipalType>,
    /// Where it counts: there and below.
    pub scope: String,
    /// When it was given.
    #[serde(skip_serializing_if = "Option::is_none", with = "crate::time")]
    pub created_on: Option<SystemTime>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RoleAssignmentProperties {
    /// The role over data that it is; `None` for all other roles.
    #[must_use]
    pub fn blob_data_role(&self) -> Option<BlobDataRole> {
        BlobDataRole::of_definition(&self.role_definition_id)
    }

    /// Whether it was given at this very scope, neither above nor below it.
    #[must_use]
    pub fn is_given_at(&self, scope: &str) -> bool {
        self.scope.trim_end_matches('/').eq_ignore_ascii_case(scope.trim_end_matches('/'))
    }
}

/// A role to be given.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateRoleAssignment {
    /// The id of the role's definition, as [`RoleDefinition`](super::RoleDefinition) has it.
    pub role_definition_id: String,
    /// The object id of who gets it.
    pub principal_id: String,
    /// What that is. Whoever says so may give a role to somebody whom the directory does not show
    /// everywhere yet, as it is a moment after an application was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_type: Option<PrincipalType>,
}

impl CreateRoleAssignment {
    /// A role for somebody, by the id of its definition and their object id.
    pub fn new(role_definition_id: impl Into<String>, principal_id: impl Into<String>) -> Self {
        Self {
            role_definition_id: role_definition_id.into(),
            principal_id: principal_id.into(),
            principal_type: None,
        }
    }

    /// Says what kind of principal it is.
    #[must_use]
    pub fn with_principal_type(mut self, principal_type: PrincipalType) -> Self {
        self.principal_type = Some(principal_type);
        self
    }
}
