//! Roles: what each allows.

use adls_wire::arm::ROLE_DEFINITION_API_VERSION;
use serde::{Deserialize, Serialize};

use super::target;
use crate::connection::find;
use crate::scope::SubscriptionScope;
use crate::{ChildResource, Extra, Pager, Result, RoleType, names};

/// A role.
pub type RoleDefinition = ChildResource<RoleDefinitionProperties>;

/// The properties of a [`RoleDefinition`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct RoleDefinitionProperties {
    /// What people call it, such as `Storage Blob Data Reader`. Its name proper is a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_name: Option<String>,
    /// Who has made it.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub role_type: Option<RoleType>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The scopes at which it can be given, and below them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignable_scopes: Vec<String>,
    /// What it allows, all of them together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<RolePermission>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a role allows: the actions of two lists, less those of two others. A `*` stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct RolePermission {
    /// What it allows in management.
    pub actions: Vec<String>,
    /// What of that it does not.
    pub not_actions: Vec<String>,
    /// What it allows with data.
    pub data_actions: Vec<String>,
    /// What of that it does not.
    pub not_data_actions: Vec<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Lists and finds roles.
#[derive(Clone, Debug)]
pub struct RoleDefinitionsClient {
    scope: SubscriptionScope,
}

impl RoleDefinitionsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// The roles that can be given at a scope.
    ///
    /// # Errors
    /// A scope that is none.
    pub fn list(&self, scope: &str) -> Result<Pager<RoleDefinition>> {
        self.list_matching(scope, None)
    }

    fn list_matching(&self, scope: &str, filter: Option<String>) -> Result<Pager<RoleDefinition>> {
        let target = target(scope, "roleDefinitions", ROLE_DEFINITION_API_VERSION)?;
        let connection = &self.scope.connection;
        let target = target.option("$filter", filter);
        Ok(connection.list(connection.get("RoleDefinitions_List", &target)))
    }

    /// The role that people call `name` in any case, such as `Storage Blob Data Reader`; `None` when there is
    /// none that can be given at the scope.
    ///
    /// # Errors
    /// A scope that is none, and those of every request.
    pub async fn find(&self, scope: &str, name: &str) -> Result<Option<RoleDefinition>> {
        // A quote within a text is written twice.
        let filter = format!("roleName eq '{}'", name.replace('\'', "''"));
        let matching = self.list_matching(scope, Some(filter))?;
        find(matching, |role| {
            let called = role.properties.role_name.as_deref();
            called.is_some_and(|called| called.eq_ignore_ascii_case(name))
        })
        .await
    }

    /// The role of an id, which is a GUID.
    ///
    /// # Errors
    /// A scope that is none, an id that is no GUID; `RoleDefinitionDoesNotExist`.
    pub async fn get(&self, scope: &str, id: &str) -> Result<RoleDefinition> {
        let path = format!("roleDefinitions/{}", names::guid("a role", id)?);
        let target = target(scope, &path, ROLE_DEFINITION_API_VERSION)?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get("RoleDefinitions_Get", &target)).await
    }
}
