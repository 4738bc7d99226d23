//! `Microsoft.Authorization`: who may do what, at what scope.
//!
//! The roles that the seed gives are assignments like all others, so that lists show them and they can be taken
//! away. Both the management of resources and the storage service ask here.

mod assignment;
pub(super) mod assignments;
pub(super) mod definitions;
mod role;
mod scope;

use jiff::Timestamp;
use uuid::Uuid;

use super::state::State;
use crate::aad::Caller;
use crate::seed::{DataRole, Seed};

pub(super) use self::assignment::Assignment;
pub(super) use self::role::Role;

impl State {
    /// Gives the roles of the seed, all of them on the subscription.
    pub(super) fn seed_assignments(&mut self, seed: &Seed, now: Timestamp) {
        let users = seed.users.iter().map(|u| (u.object_id, "User", &u.role, u.data_role));
        let applications = seed
            .applications
            .iter()
            .map(|app| (app.object_id, "ServicePrincipal", &app.role, app.data_role));
        for (principal, kind, role, data_role) in users.chain(applications) {
            let data = data_role.map(|role| match role {
                DataRole::Owner => "Storage Blob Data Owner",
                DataRole::Contributor => "Storage Blob Data Contributor",
                DataRole::Reader => "Storage Blob Data Reader",
            });
            for role in [Some(role.as_str()), data].into_iter().flatten().filter_map(role::named) {
                let given = Assignment {
                    // The same at every start.
                    name: Uuid::new_v5(&principal, role.id.as_bytes()).to_string(),
                    scope: format!("/subscriptions/{}", seed.subscription_id),
                    principal,
                    principal_type: kind.to_owned(),
                    role: role.id,
                    created: now,
                    updated: now,
                    created_by: None,
                    others: super::answer::Object::new(),
                };
                self.assignments.insert(given.key(), given);
            }
        }
    }

    /// The role of an id.
    fn role(&self, id: Uuid) -> Option<&Role> {
        let built_in = role::built_in().iter().find(|role| role.id == id);
        built_in.or_else(|| self.roles.get(&id))
    }

    /// Whether a caller may do something at a path.
    pub(super) fn permits(&self, caller: &Caller, action: &str, path: &str) -> bool {
        let given = self.assignments.values();
        let mut mine = given.filter(|given| is_of(given, caller.object_id, &caller.groups));
        mine.any(|given| {
            given.counts_at(path) && self.role(given.role).is_some_and(|role| role.permits(action))
        })
    }

    /// Whether a caller has any role at all.
    pub(super) fn knows(&self, caller: &Caller) -> bool {
        let mut given = self.assignments.values();
        given.any(|given| is_of(given, caller.object_id, &caller.groups))
    }

    /// The highest role on files that somebody with these groups has at a path.
    pub(super) fn data_role(
        &self,
        object_id: Uuid,
        groups: &[Uuid],
        path: &str,
    ) -> Option<DataRole> {
        let mine = self.assignments.values().filter(|given| is_of(given, object_id, groups));
        mine.filter(|given| given.counts_at(path))
            .filter_map(|given| self.role(given.role)?.data_role())
            .max_by_key(|role| match role {
                DataRole::Owner => 2,
                DataRole::Contributor => 1,
                DataRole::Reader => 0,
            })
    }
}

fn is_of(given: &Assignment, object_id: Uuid, groups: &[Uuid]) -> bool {
    given.principal == object_id || groups.contains(&given.principal)
}
