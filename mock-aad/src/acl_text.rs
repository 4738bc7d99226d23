//! Access control lists as people write them: with the names of users, groups and applications.

use adls_wire::{AclSpec, AclTag};

use crate::namespace::{Entry, Subject};
use crate::seed::Seed;

/// Reads entries such as `user::rwx,group::r-x,other::---,user:ann@contoso.test:r-x`.
///
/// # Errors
/// A sentence that names the entry.
pub(crate) fn parse(seed: &Seed, text: &str) -> Result<Vec<Entry>, String> {
    let spec: AclSpec = text.parse().map_err(|error| format!("{error}"))?;
    let entry = |entry: adls_wire::AclEntry| {
        let who = &entry.qualifier;
        let rights = entry.permissions.ok_or_else(|| format!("the entry {entry} has no rights"))?;
        let named = || {
            let id = seed.id_of(who);
            id.ok_or_else(|| format!("nobody is called '{who}', as the entry {entry} says"))
        };
        let subject = match (entry.tag, who.is_empty()) {
            (AclTag::User, true) => Subject::Owner,
            (AclTag::User, false) => Subject::User(named()?),
            (AclTag::Group, true) => Subject::OwningGroup,
            (AclTag::Group, false) => Subject::Group(named()?),
            (AclTag::Mask, _) => Subject::Mask,
            (AclTag::Other, _) => Subject::Other,
        };
        Ok(Entry { scope: entry.scope, subject, rights })
    };
    spec.0.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_as_the_directory_does() {
        let seed = Seed::default();
        let text = "user::rwx,user:MFA@emulator.test:r-x,group:Emulator Application:--x,\
                    default:other::---";
        let entries = parse(&seed, text).unwrap();
        assert_eq!(entries[1].subject, Subject::User(seed.users[1].object_id));
        let shown: Vec<String> =
            entries.iter().map(|entry| entry.named(|id| seed.name_of(id)).to_string()).collect();
        assert_eq!(shown.join(","), text.replace("MFA", "mfa"));
    }

    #[test]
    fn mistakes_are_named() {
        let seed = Seed::default();
        for (text, named) in [
            ("", "empty"),
            ("user:eve:rwx", "'eve'"),
            ("user::rwz", "user::rwz"),
            ("user:", "user:"),
            ("user:user@emulator.test", "user:user@emulator.test"),
        ] {
            let error = parse(&seed, text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
