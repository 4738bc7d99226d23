//! Who has which role where.

use adls_wire::arm::ROLE_ASSIGNMENT_API_VERSION;
use serde::Serialize;

use super::assignment::{CreateRoleAssignment, RoleAssignment};
use super::target;
use crate::connection::RequestTarget;
use crate::scope::SubscriptionScope;
use crate::{Pager, Result, names};

/// Gives roles, takes them away, and shows who has them.
#[derive(Clone, Debug)]
pub struct RoleAssignmentsClient {
    pub(super) scope: SubscriptionScope,
}

/// Which roles to list. Without any, those at the scope, above it and below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListRoleAssignments {
    /// All of them.
    #[default]
    All,
    /// Those that count at the scope: those at it and above it.
    AtScope,
    /// Those of a principal itself, by its object id.
    OfPrincipal(String),
    /// Those of a principal itself and those that it has by its groups, by its object id.
    AssignedTo(String),
}

#[derive(Serialize)]
struct Body<'a> {
    properties: &'a CreateRoleAssignment,
}

impl RoleAssignmentsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// Gives a role at a scope, or changes the assignment of this name; `name` is a GUID, new for each
    /// principal, role and scope. For the roles over data there is [`grant`](Self::grant).
    ///
    /// # Errors
    /// A scope that is none, a name that is no GUID; `RoleAssignmentExists` when the principal has the role
    /// there by another name; `PrincipalNotFound`; `AuthorizationFailed`: only owners and their like give
    /// roles.
    pub async fn create(
        &self,
        scope: &str,
        name: &str,
        create: &CreateRoleAssignment,
    ) -> Result<RoleAssignment> {
        let target = assignment_target(scope, name)?;
        let connection = &self.scope.connection;
        let body = Body { properties: create };
        connection.fetch(connection.put("RoleAssignments_Create", &target, &body)?).await
    }

    /// One assignment, by its scope and its name.
    ///
    /// # Errors
    /// A scope that is none, a name that is no GUID; `RoleAssignmentNotFound`.
    pub async fn get(&self, scope: &str, name: &str) -> Result<RoleAssignment> {
        let target = assignment_target(scope, name)?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get("RoleAssignments_Get", &target)).await
    }

    /// Takes a role away, by the scope and the name of its assignment. That it is not there is no error.
    ///
    /// # Errors
    /// A scope that is none, a name that is no GUID; `AuthorizationFailed`.
    pub async fn delete(&self, scope: &str, name: &str) -> Result<()> {
        let target = assignment_target(scope, name)?;
        let connection = &self.scope.connection;
        match connection.send(connection.delete("RoleAssignments_Delete", &target)).await {
            Err(error) if error.is_absence() => Ok(()),
            outcome => outcome,
        }
    }

    /// The roles given at a scope, above it and below it, to anybody.
    ///
    /// # Errors
    /// A scope that is none.
    pub fn list(&self, scope: &str) -> Result<Pager<RoleAssignment>> {
        self.list_with(scope, &ListRoleAssignments::All)
    }

    /// Some of them.
    ///
    /// # Errors
    /// A scope that is none, an object id that is no GUID.
    pub fn list_with(
        &self,
        scope: &str,
        which: &ListRoleAssignments,
    ) -> Result<Pager<RoleAssignment>> {
        let target = target(scope, "roleAssignments", ROLE_ASSIGNMENT_API_VERSION)?;
        let target = target.option("$filter", which.filter()?);
        let connection = &self.scope.connection;
        Ok(connection.list(connection.get("RoleAssignments_ListForScope", &target)))
    }
}

impl ListRoleAssignments {
    fn filter(&self) -> Result<Option<String>> {
        Ok(match self {
            Self::All => None,
            Self::AtScope => Some("atScope()".to_owned()),
            Self::OfPrincipal(id) => Some(format!("principalId eq '{}'", names::principal(id)?)),
            Self::AssignedTo(id) => Some(format!("assignedTo('{}')", names::principal(id)?)),
        })
    }
}

fn assignment_target(scope: &str, name: &str) -> Result<RequestTarget> {
    let path = format!("roleAssignments/{}", names::guid("a role assignment", name)?);
    target(scope, &path, ROLE_ASSIGNMENT_API_VERSION)
}
