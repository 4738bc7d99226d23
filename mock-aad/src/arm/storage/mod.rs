//! `Microsoft.Storage`: storage accounts, and what the storage service asks about them.
//!
//! Accounts with a hierarchical namespace have their files in the lake, where the storage service may make some
//! too; every request to Resource Manager begins by taking notice of those. Others are here alone, and the
//! storage service refuses them.

mod account;
pub(super) mod accounts;
pub(super) mod containers;
mod form;
mod keys;
mod note;
pub(super) mod scopes;
pub(super) mod services;

use jiff::Timestamp;
use uuid::Uuid;

use self::form::{AccountRequest, Identity};
use self::keys::AccountKeys;
use self::note::Note;
use super::changes::rename;
use super::groups;
use super::state::{Object, State, key};
use crate::namespace::{AccountKey, Generation, InitialAccount, Lake};
use crate::seed::{ONE_LAKE, Seed};

pub(super) use self::account::StorageAccount;
pub(super) use self::form::TYPE;

/// What the storage service goes by for an account.
#[derive(Debug)]
pub(crate) struct StorageAccess {
    pub(crate) served: Served,
    /// The keys, as bytes.
    pub(crate) keys: Vec<Vec<u8>>,
    /// Whether requests may be signed with them.
    pub(crate) permits_keys: bool,
    /// Whether containers may be public.
    pub(crate) permits_public_access: bool,
}

/// Whether requests to an account are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    Yes,
    /// Its creation has not ended.
    NotYet,
    /// It has no hierarchical namespace.
    Flat,
}

impl StorageAccount {
    pub(super) fn access(&self) -> StorageAccess {
        let served = match (self.is_hierarchical(), self.is_ready) {
            (false, _) => Served::Flat,
            (true, false) => Served::NotYet,
            (true, true) => Served::Yes,
        };
        StorageAccess {
            served,
            keys: self.keys.bytes(),
            permits_keys: self.permits_keys(),
            permits_public_access: self.permits_public_access(),
        }
    }
}

impl State {
    /// Takes notice of the accounts of the lake, and of those that are gone.
    pub(super) fn adopt_storage_accounts(&mut self, seed: &Seed, lake: &Lake) {
        let keys = lake.keys();
        let present = |name: &str| keys.binary_search(&AccountKey::gen2(name)).is_ok();
        self.storage_accounts.retain(|name, account| {
            present(name) || !account.is_ready || !account.is_hierarchical()
        });
        // OneLake is nobody's storage account.
        let is_account =
            |key: &&AccountKey| key.generation == Generation::Gen2 && key.name != ONE_LAKE;
        for key in keys.iter().filter(is_account) {
            if !self.storage_accounts.contains_key(&key.name) {
                self.adopt_storage_account(seed, lake, key);
            }
        }
    }

    fn adopt_storage_account(&mut self, seed: &Seed, lake: &Lake, key: &AccountKey) {
        let Some(files) = lake.account(key) else { return };
        let account = match Note::read(&files.note()) {
            Some(Note { account, assignments }) => {
                self.assignments.extend(assignments.into_iter().map(|given| (given.key(), given)));
                account
            }
            None => {
                let created = Timestamp::from_millisecond(files.created()).unwrap_or_default();
                of_seed(seed, &key.name, created)
            }
        };
        groups::restore(self, &account.group, &account.document);
        self.storage_accounts.insert(key.name.clone(), account);
    }

    /// Ends the creation of an account.
    pub(super) fn storage_ready(&mut self, name: &str, incarnation: Uuid, lake: &Lake) {
        let account = self.storage_accounts.get_mut(name);
        let Some(account) = account.filter(|account| account.incarnation == incarnation) else {
            return;
        };
        account.is_ready = true;
        if account.is_hierarchical() {
            lake.create(&InitialAccount::new(AccountKey::gen2(name), Vec::new()));
            note::save(self, name, lake);
        }
    }

    /// Forgets an account, and the roles that were given on it.
    pub(super) fn forget_storage_account(&mut self, name: &str) {
        if let Some(account) = self.storage_accounts.remove(name) {
            self.assignments.retain(|_, assignment| !assignment.is_within(account.id()));
        }
    }

    /// Forgets the accounts of a group, with their files.
    pub(super) fn forget_storage_accounts(&mut self, group: &str, lake: &Lake) {
        let mine = self.storage_accounts.iter().filter(|(_, account)| key(&account.group) == group);
        let names: Vec<String> = mine.map(|(name, _)| name.clone()).collect();
        for name in names {
            self.forget_storage_account(&name);
            lake.delete_account(AccountKey::gen2(&name));
        }
    }

    /// Gives accounts another group; ids are in lower case. Roles that were given on them stay behind, as
    /// they do in the service.
    pub(super) fn move_storage_accounts(&mut self, ids: &[String], target: &str, lake: &Lake) {
        let mut moved = Vec::new();
        for (name, account) in &mut self.storage_accounts {
            if ids.contains(&key(account.id())) {
                target.clone_into(&mut account.group);
                rename(&mut account.document, target, TYPE);
                moved.push(name.clone());
            }
        }
        for name in moved {
            note::save(self, &name, lake);
        }
    }

    /// Keeps what is said of the account in which `scope` lies, if it lies in one.
    pub(super) fn save_storage_account(&self, scope: &str, lake: &Lake) {
        let mut parts =
            scope.split('/').skip_while(|part| !part.eq_ignore_ascii_case("storageAccounts"));
        if let Some(name) = parts.nth(1) {
            note::save(self, &key(name), lake);
        }
    }
}

/// An account that the seed names, or that came into being by being named.
fn of_seed(seed: &Seed, name: &str, created: Timestamp) -> StorageAccount {
    let body = serde_json::json!({
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
        "location": seed.location,
        "properties": {"isHnsEnabled": true},
    });
    let request = match body {
        serde_json::Value::Object(body) => AccountRequest::read(body).unwrap_or_default(),
        _ => AccountRequest::default(),
    };
    let of = Identity {
        subscription: seed.subscription_id,
        tenant: seed.tenant_id,
        group: &seed.resource_group,
        name,
    };
    StorageAccount {
        group: seed.resource_group.clone(),
        incarnation: Uuid::new_v4(),
        is_ready: true,
        keys: AccountKeys::of_seed(&seed.storage_keys(name), created),
        document: form::full(&of, request, "2019-06-01", created),
        scopes: std::collections::BTreeMap::new(),
        blob_service: Object::new(),
    }
}
