//! Between object ids and the names that people use for them.

use uuid::Uuid;

use super::pseudo_names::{self, PrincipalKind, PseudoNames};
use crate::aad::Caller;
use crate::seed::{Seed, SeedUser};

/// The object id that a text stands for: an id itself, or the name of somebody in the directory.
pub(super) fn id_of(seed: &Seed, kind: PrincipalKind, text: &str) -> Option<Uuid> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Some(id);
    }
    match kind {
        PrincipalKind::User => {
            let mut named = seed.users.iter().filter(|user| is_called(user, text));
            user(seed, text).or_else(|| named.next()).map(|user| user.object_id)
        }
        PrincipalKind::Group => {
            let named = |name: &str| name.eq_ignore_ascii_case(text);
            seed.groups.iter().find(|group| named(&group.display_name)).map(|g| g.object_id)
        }
    }
}

/// The group that owns what no other group owns: in the service nobody belongs to it; people whom
/// the directory does not know do, in the default account.
const NO_GROUP: Uuid = Uuid::nil();
/// What callers with pseudo authentication call that group.
const NO_GROUP_NAME: &str = "users";

/// Where every name is somebody: those whom the directory knows, and strangers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Principals<'a> {
    pub(super) seed: &'a Seed,
    pub(super) pseudo_names: &'a PseudoNames,
}

impl Principals<'_> {
    /// The object id that a text stands for; `None` for what is no name.
    pub(super) fn id_of(self, kind: PrincipalKind, text: &str) -> Option<Uuid> {
        let no_group =
            || (kind == PrincipalKind::Group && text == NO_GROUP_NAME).then_some(NO_GROUP);
        id_of(self.seed, kind, text).or_else(no_group).or_else(|| pseudo_names::id(kind, text))
    }

    /// Remembers a name that is nobody's in the directory, to show it for the id from now on.
    pub(super) fn remember(self, kind: PrincipalKind, text: &str) {
        if id_of(self.seed, kind, text).is_none() {
            self.pseudo_names.learn(kind, text);
        }
    }

    /// The name of somebody, or the id itself when nobody has used a name for it.
    pub(super) fn name_of(self, id: Uuid) -> String {
        match self.pseudo_names.name(id) {
            Some(name) => name.to_string(),
            None => self.seed.name_of(id),
        }
    }

    /// The same, for callers to whom also the group of what no group owns has a name.
    pub(super) fn name_of_all(self, id: Uuid) -> String {
        if id == NO_GROUP { NO_GROUP_NAME.to_owned() } else { self.name_of(id) }
    }

    /// The caller that `user.name=` stands for: a user of the directory, with or without the domain,
    /// or somebody whom the directory does not know, and who may work in the default account as a
    /// member of the group that owns it. `None` for a user who is disabled, and for what is no name.
    pub(super) fn caller(self, name: &str, in_default_account: bool) -> Option<Caller> {
        if is_disabled(self.seed, name) {
            return None;
        }
        if let Some(caller) = known_caller(self.seed, name) {
            return Some(caller);
        }
        let id =
            Uuid::try_parse(name).ok().or_else(|| pseudo_names::id(PrincipalKind::User, name))?;
        Some(Caller {
            object_id: id,
            tenant_id: self.seed.tenant_id,
            groups: if in_default_account { vec![NO_GROUP] } else { Vec::new() },
            client_id: Uuid::nil(),
            username: Some(name.to_owned()),
        })
    }
}

/// A user of the directory, by name or object id.
pub(super) fn known_caller(seed: &Seed, name: &str) -> Option<Caller> {
    let id = Uuid::try_parse(name).ok();
    let by_id = || seed.users.iter().find(|user| Some(user.object_id) == id && user.enabled);
    let user = user(seed, name).or_else(by_id)?;
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

fn is_disabled(seed: &Seed, name: &str) -> bool {
    let id = Uuid::try_parse(name).ok();
    let mut named =
        seed.users.iter().filter(|user| is_called(user, name) || Some(user.object_id) == id);
    named.any(|user| !user.enabled) && user(seed, name).is_none()
}

fn user<'a>(seed: &'a Seed, name: &str) -> Option<&'a SeedUser> {
    seed.users.iter().find(|user| user.enabled && is_called(user, name))
}

fn is_called(user: &SeedUser, name: &str) -> bool {
    let local = user.username.split('@').next().unwrap_or_default();
    user.username.eq_ignore_ascii_case(name) || local.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids() {
        let seed = Seed::default();
        let user = seed.users[0].object_id;
        assert_eq!(id_of(&seed, PrincipalKind::User, "USER@emulator.test"), Some(user));
        assert_eq!(id_of(&seed, PrincipalKind::User, "user"), Some(user));
        assert_eq!(id_of(&seed, PrincipalKind::Group, "user"), None);
        assert_eq!(id_of(&seed, PrincipalKind::Group, &user.to_string()), Some(user));
        assert_eq!(seed.name_of(user), "user@emulator.test");
        assert_eq!(seed.name_of(Uuid::nil()), Uuid::nil().to_string());
    }

    #[test]
    fn every_name_is_somebody_but_those_of_disabled_users() {
        let (seed, pseudo_names) = (Seed::default(), PseudoNames::default());
        let principals = Principals { seed: &seed, pseudo_names: &pseudo_names };
        let user = seed.users[0].object_id;
        for name in ["user", "USER@emulator.test", &user.to_string()] {
            let caller = principals.caller(name, true).unwrap();
            assert_eq!((caller.object_id, caller.groups), (user, Vec::new()), "{name}");
        }
        let bob = principals.caller("bob", true).unwrap();
        assert_eq!(Some(bob.object_id), principals.id_of(PrincipalKind::User, "bob"));
        assert_eq!(bob.groups, [principals.id_of(PrincipalKind::Group, "users").unwrap()]);
        assert_eq!(principals.name_of(bob.object_id), bob.object_id.to_string());
        for name in ["bob", "user", &user.to_string()] {
            principals.remember(PrincipalKind::User, name);
        }
        assert_eq!(principals.name_of(bob.object_id), "bob");
        assert_eq!(principals.name_of(user), "user@emulator.test");
        assert_eq!(principals.name_of_all(bob.groups[0]), "users");
        assert_eq!(principals.name_of(bob.groups[0]), Uuid::nil().to_string());
        let disabled = seed.users.iter().find(|user| !user.enabled).unwrap();
        assert_eq!(principals.id_of(PrincipalKind::User, "disabled"), Some(disabled.object_id));
        assert!(principals.caller("bob", false).unwrap().groups.is_empty());
        let id = Uuid::from_u128(77).to_string();
        assert_eq!(principals.caller(&id, true).unwrap().object_id.to_string(), id);
        for name in ["disabled", "disabled@emulator.test", "a\nb"] {
            assert_eq!(principals.caller(name, true), None, "{name:?}");
        }
        assert_eq!(known_caller(&seed, "bob"), None);
    }
}
