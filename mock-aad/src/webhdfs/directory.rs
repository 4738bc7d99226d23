//! Between object ids and the names that people use for them.

use uuid::Uuid;

use crate::aad::Caller;
use crate::seed::{Seed, SeedUser};

/// What a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A user or application.
    User,
    /// A group.
    Group,
}

/// The object id that a text stands for: an id itself, or the name of somebody in the directory.
pub(super) fn id_of(seed: &Seed, kind: Kind, text: &str) -> Option<Uuid> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Some(id);
    }
    match kind {
        Kind::User => user(seed, text).map(|user| user.object_id),
        Kind::Group => {
            let named = |name: &str| name.eq_ignore_ascii_case(text);
            seed.groups.iter().find(|group| named(&group.display_name)).map(|g| g.object_id)
        }
    }
}

/// The name of somebody, or the id itself when the directory does not know it.
pub(super) fn name_of(seed: &Seed, id: Uuid) -> String {
    let user = seed.users.iter().find(|user| user.object_id == id).map(|user| &user.username);
    let group = || seed.groups.iter().find(|group| group.object_id == id).map(|g| &g.display_name);
    let application =
        || seed.applications.iter().find(|app| app.object_id == id).map(|app| &app.display_name);
    match user.or_else(group).or_else(application) {
        Some(name) => name.clone(),
        None => id.to_string(),
    }
}

/// The caller that `user.name=` stands for: a user of the directory, with or without the domain.
pub(super) fn pseudo_caller(seed: &Seed, name: &str) -> Option<Caller> {
    let user = user(seed, name)?;
    let member = |members: &[Uuid]| members.contains(&user.object_id);
    let groups = seed.groups.iter().filter(|group| member(&group.members));
    Some(Caller {
        object_id: user.object_id,
        tenant_id: seed.tenant_id,
        groups: groups.map(|group| group.object_id).collect(),
        client_id: Uuid::nil(),
        username: Some(user.username.clone()),
    })
}

fn user<'a>(seed: &'a Seed, name: &str) -> Option<&'a SeedUser> {
    seed.users.iter().filter(|user| user.enabled).find(|user| {
        let local = user.username.split('@').next().unwrap_or_default();
        user.username.eq_ignore_ascii_case(name) || local.eq_ignore_ascii_case(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids() {
        let seed = Seed::default();
        let user = seed.users[0].object_id;
        assert_eq!(id_of(&seed, Kind::User, "USER@emulator.test"), Some(user));
        assert_eq!(id_of(&seed, Kind::User, "user"), Some(user));
        assert_eq!(id_of(&seed, Kind::Group, "user"), None);
        assert_eq!(id_of(&seed, Kind::Group, &user.to_string()), Some(user));
        assert_eq!(name_of(&seed, user), "user@emulator.test");
        assert_eq!(name_of(&seed, Uuid::nil()), Uuid::nil().to_string());
    }

    #[test]
    fn only_enabled_users_of_the_directory() {
        let seed = Seed::default();
        assert_eq!(
            pseudo_caller(&seed, "user").map(|c| c.object_id),
            Some(seed.users[0].object_id)
        );
        assert_eq!(pseudo_caller(&seed, "disabled"), None);
        assert_eq!(pseudo_caller(&seed, "nobody"), None);
    }
}
