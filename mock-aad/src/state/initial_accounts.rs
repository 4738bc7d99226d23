//! The accounts of a seed as they are made, with what is in them.

use uuid::Uuid;

use crate::acl_text;
use crate::error::Error;
use crate::namespace::{AccountKey, InitialAccount, InitialItem};
use crate::seed::{Seed, SeedAccount, SeedPath};
use crate::storage;

/// The accounts of a seed. What in them cannot be is left out, see [`check_initial_accounts`].
pub(super) fn initial_accounts(seed: &Seed) -> Vec<InitialAccount> {
    let gen1 = InitialAccount::new(&seed.default_account, seed.account_owners());
    let mut accounts: Vec<InitialAccount> =
        std::iter::once(gen1).chain(storage::initial_accounts(seed)).collect();
    for further in &seed.accounts {
        add(&mut accounts, seed, further);
    }
    accounts
}

/// Fails when something is to be in an account that cannot be there; the text names it.
pub(crate) fn check_initial_accounts(seed: &Seed) -> Result<(), Error> {
    for account in &seed.accounts {
        for path in &account.paths {
            item(seed, path).map_err(|reason| refuse(&account.name, &reason))?;
        }
    }
    let accounts = initial_accounts(seed);
    let mut checked = accounts.iter().map(|account| (account, account.check()));
    match checked.find_map(|(account, outcome)| Some((account, outcome.err()?))) {
        Some((account, reason)) => Err(refuse(&account.key.name, &reason)),
        None => Ok(()),
    }
}

fn refuse(account: &str, reason: &str) -> Error {
    Error::Config(format!("accounts: in '{account}' there cannot be {reason}"))
}

/// Adds an account, or what is to be in one that is there.
fn add(accounts: &mut Vec<InitialAccount>, seed: &Seed, further: &SeedAccount) {
    let key = match further.generation {
        2 => AccountKey::gen2(&further.name),
        _ => AccountKey::from(&further.name),
    };
    let owners: Vec<Uuid> = further.owners.iter().filter_map(|name| seed.id_of(name)).collect();
    let at = accounts.iter().position(|account| account.key == key).unwrap_or_else(|| {
        accounts.push(match further.generation {
            2 => storage::initial_account(&key, &[]),
            _ if owners.is_empty() => InitialAccount::new(key, seed.account_owners()),
            _ => InitialAccount::new(key, Vec::new()),
        });
        accounts.len() - 1
    });
    let account = &mut accounts[at];
    for owner in owners {
        if !account.owners.contains(&owner) {
            account.owners.push(owner);
        }
    }
    for name in &further.file_systems {
        if !account.file_systems.contains(name) {
            account.file_systems.push(name.clone());
        }
    }
    account.items.extend(further.paths.iter().filter_map(|path| item(seed, path).ok()));
}

fn item(seed: &Seed, path: &SeedPath) -> Result<InitialItem, String> {
    let SeedPath { permission, acl, .. } = path;
    let named = |what: String| format!("{} as described: {what}", path.path);
    let permission = match permission.is_empty() {
        true => None,
        false => Some(permission.parse().map_err(|error| named(format!("{error}")))?),
    };
    let acl = match acl.is_empty() {
        true => None,
        false => Some(acl_text::parse(seed, acl).map_err(named)?),
    };
    Ok(InitialItem {
        path: path.parse_path()?,
        content: path.content.clone(),
        owner: seed.id_of(&path.owner),
        group: seed.id_of(&path.group),
        permission,
        acl,
    })
}

#[cfg(test)]
mod tests {
    use adls_wire::RemotePath;

    use super::*;
    use crate::clock::Clock;
    use crate::state::EmulatorState;
    use crate::webhdfs::Options;

    const CONFIGURATION: &str = r#"
        [[accounts]]
        name = "archive"
        generation = 1
        owners = ["mfa@emulator.test"]
        paths = [
            { path = "/2026/a.txt", content = "hello", owner = "user@emulator.test", permission = "640" },
            { path = "/empty", acl = "user::rwx,group::r-x,other::---,user:user@emulator.test:r-x" },
        ]

        [[accounts]]
        name = "mockgen2"
        generation = 2
        file_systems = ["more"]
        paths = [
            { path = "/mockfs/dir/b.txt", content = "world" },
            { path = "/made", permission = "700" },
        ]
    "#;

    fn seed() -> Seed {
        CONFIGURATION.parse().unwrap()
    }

    /// What is in an account: path, length, permission, owner.
    fn shown(state: &EmulatorState, key: &str, paths: &[&str]) -> String {
        let account = state.lake.account(AccountKey::parse(key)).unwrap();
        let view = account.inspect();
        let line = |path: &&str| {
            let status = view.status(&path.parse::<RemotePath>().unwrap()).unwrap();
            let acl = if status.extended_acl { "+" } else { "" };
            let owner = state.seed.name_of(status.owner);
            format!("{path} {} {}{acl} {owner}", status.length, status.permission)
        };
        paths.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn accounts_of_both_generations_are_filled_also_after_a_reset() {
        let seed = seed();
        check_initial_accounts(&seed).unwrap();
        let state = EmulatorState::new(seed, Clock::default(), Options::default());
        for _ in 0..2 {
            insta::allow_duplicates! {
                insta::assert_snapshot!(shown(&state, "archive", &["/", "/2026/a.txt", "/empty"]), @r"
                / 0 770+ mfa@emulator.test
                /2026/a.txt 5 640 user@emulator.test
                /empty 0 750+ mfa@emulator.test
                ");
                let paths = ["/mockfs/dir/b.txt", "/made", "/more"];
                insta::assert_snapshot!(shown(&state, "mockgen2.dfs", &paths), @r"
                /mockfs/dir/b.txt 5 640 00000000-0000-0000-0000-000000000000
                /made 0 700 00000000-0000-0000-0000-000000000000
                /more 0 750 00000000-0000-0000-0000-000000000000
                ");
            }
            let archive = state.lake.account("archive").unwrap();
            assert_eq!(archive.owners(), [state.seed.users[1].object_id]);
            state.lake.delete_account("archive");
            state.reset().unwrap();
        }
    }

    #[test]
    fn what_cannot_be_there_is_named() {
        for (path, named) in [
            ("{ path = '/a/b', content = '' }, { path = '/a/b/c' }", "/a/b/c"),
            ("{ path = '/a', permission = '999' }", "999"),
            ("{ path = '/a', acl = 'user:eve:rwx' }", "'eve'"),
        ] {
            let text = format!("[[accounts]]\nname = 'lake'\ngeneration = 1\npaths = [{path}]");
            let error = check_initial_accounts(&text.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains(named) && error.contains("'lake'"), "{error}");
        }
    }
}
