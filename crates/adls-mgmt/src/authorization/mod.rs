//! The provider `Microsoft.Authorization`: roles, and who has which of them where.
//!
//! Names, versions and shapes are those of
//! <https://learn.microsoft.com/rest/api/authorization/role-assignments> and
//! <https://learn.microsoft.com/rest/api/authorization/role-definitions>.
//!
//! A scope is the id of a subscription, a resource group or a resource, such as
//! [`StorageAccountsClient::id`](crate::storage::StorageAccountsClient::id) gives. Roles count at their scope
//! and everywhere below it.

mod assignment;
mod assignments;
mod definitions;
mod grants;

pub use assignment::{CreateRoleAssignment, RoleAssignment, RoleAssignmentProperties};
pub use assignments::{ListRoleAssignments, RoleAssignmentsClient};
pub use definitions::{
    RoleDefinition, RoleDefinitionProperties, RoleDefinitionsClient, RolePermission,
};

use adls_wire::arm::AUTHORIZATION_PROVIDER;

use crate::connection::RequestTarget;
use crate::{Result, names};

/// Something of the provider at a scope.
fn target(scope: &str, path: &str, api_version: &str) -> Result<RequestTarget> {
    let path = format!("{}/providers/{AUTHORIZATION_PROVIDER}/{path}", names::scope(scope)?);
    Ok(RequestTarget::new(path, api_version))
}

#[cfg(test)]
mod tests;
