//! The service as a value: all that it needs of the emulator.

use std::fmt;
use std::sync::Arc;

use super::one_lake::AccountKind;
use super::text::names::LOGS;
use crate::aad::Aad;
use crate::arm::{Arm, Served};
use crate::clock::Clock;
use crate::namespace::{Account, AccountKey, InitialAccount, InitialDirectory, Lake};
use crate::seed::{ONE_LAKE, Seed, SeedOneLake, is_account_name};

/// The storage accounts.
#[derive(Debug)]
pub(crate) struct Storage {
    pub(crate) seed: Arc<Seed>,
    /// Whether an account that is named and does not exist comes into being.
    pub(crate) auto_create_accounts: bool,
    pub(crate) clock: Clock,
    /// Verifies tokens.
    pub(crate) aad: Arc<Aad>,
    pub(crate) lake: Arc<Lake>,
    /// Knows keys and roles.
    pub(crate) arm: Arc<Arm>,
    pub(crate) secret: Secret,
}

/// What the emulator signs with what only it has to recognise: user delegation keys, continuation
/// tokens. It is another one in every emulator.
#[derive(Clone)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 32];
        // Random UUIDs come from the same source as keys, and cannot fail.
        for half in bytes.chunks_exact_mut(16) {
            half.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        }
        Self(bytes)
    }

    /// Its bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Without the bytes.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

impl Storage {
    /// What kind of account that is.
    pub(crate) fn kind(&self, account: &str) -> AccountKind<'_> {
        match account.eq_ignore_ascii_case(ONE_LAKE) {
            true => AccountKind::OneLake(&self.seed.onelake),
            false => AccountKind::Storage,
        }
    }

    /// Whether there is an account of this name, or may be one as soon as somebody may use it.
    pub(crate) fn serves(&self, account: &str) -> bool {
        let access = self.arm.storage_access(account);
        self.has(account)
            || (self.auto_create_accounts
                && is_account_name(account)
                && account != ONE_LAKE
                && access.is_none_or(|access| access.served == Served::Yes))
    }

    /// Whether Resource Manager knows the account as one without a hierarchical namespace.
    pub(crate) fn is_flat(&self, account: &str) -> bool {
        self.arm.storage_access(account).is_some_and(|access| access.served == Served::Flat)
    }

    /// Whether there is an account of this name.
    pub(crate) fn has(&self, account: &str) -> bool {
        self.lake.account(AccountKey::gen2(account)).is_some()
    }

    /// The keys of an account, as bytes, whether or not it exists already.
    pub(crate) fn keys(&self, account: &str) -> Vec<Vec<u8>> {
        if !self.kind(account).has_keys() {
            return Vec::new();
        }
        match self.arm.storage_access(account) {
            Some(access) => access.keys,
            None if self.serves(account) => self.seed.storage_keys(account),
            None => Vec::new(),
        }
    }

    /// Whether requests to an account may be signed with its keys.
    pub(crate) fn permits_keys(&self, account: &str) -> bool {
        self.kind(account).has_keys()
            && self.arm.storage_access(account).is_none_or(|access| access.permits_keys)
    }

    /// Whether file systems of an account may be public.
    pub(crate) fn permits_public_access(&self, account: &str) -> bool {
        self.arm.storage_access(account).is_none_or(|access| access.permits_public_access)
    }

    /// The account `name`, if it is there.
    pub(crate) fn present_account(&self, name: &str) -> Option<Arc<Account>> {
        self.lake.account(AccountKey::gen2(name))
    }

    /// The account `name`, made on the spot if the emulator runs with `--auto-create-accounts`. Whoever
    /// asks has proven who they are. A new one may be told of when the lake has settled.
    pub(crate) fn open_account(&self, name: &str) -> Option<Arc<Account>> {
        let key = AccountKey::gen2(name);
        if let Some(account) = self.lake.account(&key) {
            return Some(account);
        }
        self.serves(&key.name).then(|| self.lake.create(&initial_account(&key, &[])))
    }
}

/// The storage accounts of a seed as they are made.
pub(crate) fn initial_accounts(seed: &Seed) -> Vec<InitialAccount> {
    let initial = |account: &crate::seed::SeedStorageAccount| InitialAccount {
        retention_days: account.soft_delete_days,
        ..initial_account(&AccountKey::gen2(&account.name), &account.file_systems)
    };
    let one_lake = (!seed.onelake.workspaces.is_empty()).then(|| one_lake(&seed.onelake));
    seed.storage_accounts.iter().map(initial).chain(one_lake).collect()
}

/// The account that has the workspaces as its file systems.
fn one_lake(seed: &SeedOneLake) -> InitialAccount {
    let workspaces = seed.workspaces.iter();
    let folders = workspaces.clone().flat_map(|workspace| {
        let items = workspace.items.iter().map(|item| (item, &item.folders));
        items.flat_map(|(item, folders)| {
            let below = folders.iter().map(|folder| vec![item.name.clone(), folder.clone()]);
            std::iter::once(vec![item.name.clone()])
                .chain(below)
                .map(|path| InitialDirectory { file_system: workspace.name.clone(), path })
        })
    });
    InitialAccount {
        file_systems: workspaces.map(|workspace| workspace.name.clone()).collect(),
        directories: folders.collect(),
        ..InitialAccount::new(AccountKey::gen2(ONE_LAKE), Vec::new())
    }
}

/// An account with these file systems, and the one that the service makes in every account.
pub(crate) fn initial_account(key: &AccountKey, file_systems: &[String]) -> InitialAccount {
    let system = [LOGS.to_owned()];
    InitialAccount {
        file_systems: file_systems.iter().cloned().chain(system).collect(),
        ..InitialAccount::new(key, Vec::new())
    }
}
