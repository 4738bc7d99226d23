//! The roles over the data of storage accounts, given and taken away by who, what and where alone.

use std::time::Duration;

use adls_wire::arm::{AUTHORIZATION_PROVIDER, code};
use uuid::Uuid;

use super::assignment::{CreateRoleAssignment, RoleAssignment};
use super::assignments::{ListRoleAssignments, RoleAssignmentsClient};
use crate::{BlobDataRole, PrincipalType, Result, names};

/// How often a role is given to somebody whom the directory does not know, in all.
const PRINCIPAL_TRIES: u32 = 7;
/// The pause between two of these tries, as the Azure command line has it.
const PRINCIPAL_PAUSE: Duration = Duration::from_secs(5);
/// Makes the names of grants differ from all other names that are made from texts.
const GRANTS: Uuid = Uuid::from_u128(0x5f0c_36ad_8a3c_4f5e_9d0b_3b1f_6e2a_7c41);

impl RoleAssignmentsClient {
    /// Gives somebody a role over the data of a storage account, or of one of its containers: `scope` is
    /// [`StorageAccountsClient::id`](crate::storage::StorageAccountsClient::id) or
    /// [`container_id`](crate::storage::StorageAccountsClient::container_id), `principal_id` an object id.
    /// The role counts within minutes.
    ///
    /// Once more is no error: the name of the assignment is made of scope, principal and role. That they have
    /// the role there by another name is none either, and gives that assignment.
    ///
    /// A principal that the directory does not know is asked for again for half a minute, since one that
    /// was made a moment ago is not known everywhere yet. To say what it is, `principal_type`, spares that.
    ///
    /// # Errors
    /// A scope that is none, an object id that is no GUID; `PrincipalNotFound`; `AuthorizationFailed`: only
    /// owners and their like give roles.
    pub async fn grant(
        &self,
        scope: &str,
        principal_id: &str,
        principal_type: Option<PrincipalType>,
        role: BlobDataRole,
    ) -> Result<RoleAssignment> {
        let principal = names::principal(principal_id)?;
        let create = CreateRoleAssignment {
            role_definition_id: definition_id(&self.scope.subscription(), role),
            principal_id: principal.to_string(),
            principal_type,
        };
        let name = assignment_name(scope, principal, role).to_string();
        let mut tries = 1;
        loop {
            let error = match self.create(scope, &name, &create).await {
                Ok(given) => return Ok(given),
                Err(error) => error,
            };
            match error.code() {
                Some(code::ROLE_ASSIGNMENT_EXISTS) => {
                    let there = self.granted(scope, principal_id, role).await?;
                    return there.into_iter().next().ok_or(error);
                }
                Some(code::PRINCIPAL_NOT_FOUND) if tries < PRINCIPAL_TRIES => {
                    tries += 1;
                    self.scope.connection.pause(PRINCIPAL_PAUSE).await;
                }
                _ => return Err(error),
            }
        }
    }

    /// Takes a role over data away, whoever has given it by whichever name, and tells what it has taken.
    /// Roles that count at the scope because they were given above it stay, and those that come by a group.
    ///
    /// # Errors
    /// A scope that is none, an object id that is no GUID; `AuthorizationFailed`.
    pub async fn revoke(
        &self,
        scope: &str,
        principal_id: &str,
        role: BlobDataRole,
    ) -> Result<Vec<RoleAssignment>> {
        let granted = self.granted(scope, principal_id, role).await?;
        for given in &granted {
            self.delete(scope, &given.name).await?;
        }
        Ok(granted)
    }

    /// The assignments of a role to somebody at this very scope.
    async fn granted(
        &self,
        scope: &str,
        principal_id: &str,
        role: BlobDataRole,
    ) -> Result<Vec<RoleAssignment>> {
        let theirs = ListRoleAssignments::OfPrincipal(principal_id.to_owned());
        let mut given = self.list_with(scope, &theirs)?.collect_all().await?;
        given.retain(|given| {
            let properties = &given.properties;
            properties.is_given_at(scope) && properties.blob_data_role() == Some(role)
        });
        Ok(given)
    }
}

/// The id of the role as a subscription shows it.
fn definition_id(subscription: &str, role: BlobDataRole) -> String {
    format!("{subscription}/providers/{AUTHORIZATION_PROVIDER}/roleDefinitions/{}", role.id())
}

/// The same name for the same grant, so that a second try of a request finds the first.
fn assignment_name(scope: &str, principal: Uuid, role: BlobDataRole) -> Uuid {
    let scope = scope.trim_end_matches('/').to_ascii_lowercase();
    let grant = format!("{scope}\n{principal}\n{}", role.id());
    Uuid::new_v5(&GRANTS, grant.as_bytes())
}
