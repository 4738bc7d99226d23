//! What Resource Manager remembers: groups, accounts, resources of others, running operations.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

pub(super) use super::answer::Object;
use super::authorization::{Assignment, Role};
use super::operations::Operations;
use super::rule_set::Rules;
use super::storage::StorageAccount;

/// The resources of the one subscription. Keys are names in lower case, as names match in any
/// case; what is shown is spelled as it was at creation.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) groups: BTreeMap<String, Group>,
    /// By name alone: an account's name is a host name, so it is unique in the whole emulator.
    pub(super) accounts: BTreeMap<String, Account>,
    /// Resources of other providers, by id in lower case.
    pub(super) others: BTreeMap<String, Other>,
    /// Registration states that differ from the provider's first one, by namespace.
    pub(super) registrations: BTreeMap<String, &'static str>,
    pub(super) operations: Operations,
    /// By name alone, as the accounts before.
    pub(super) storage_accounts: BTreeMap<String, StorageAccount>,
    /// The roles that were given, by id in lower case.
    pub(super) assignments: BTreeMap<String, Assignment>,
    /// The roles that somebody has made.
    pub(super) roles: BTreeMap<Uuid, Role>,
}

/// A resource group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    /// The region in its short form, `eastus2`.
    pub(super) location: String,
    pub(super) tags: Option<Value>,
    pub(super) managed_by: Option<Value>,
    pub(super) deleting: bool,
}

/// A Data Lake Store account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// The key of its group.
    pub(super) group: String,
    pub(super) account_id: Uuid,
    /// Who passes every permission check in it.
    pub(super) owners: Vec<Uuid>,
    /// The serial number of the next change; operations are named after it.
    pub(super) changes: u32,
    pub(super) phase: Phase,
    /// The full form, with the lists of rules empty: they live in `rules`.
    pub(super) document: Object,
    pub(super) rules: Rules,
}

/// Where an account stands between its creation and its deletion.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Phase {
    /// Being made; until then it is shown as its creation was answered.
    Creating(Object),
    Active,
    Deleting,
}

/// A resource of a provider that the emulator does not serve: kept as it was sent.
#[derive(Clone, Debug)]
pub(super) struct Other {
    /// The key of its group.
    pub(super) group: String,
    /// The type, `Microsoft.Compute/availabilitySets`.
    pub(super) kind: String,
    pub(super) document: Object,
}

/// The key of a name.
pub(super) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl State {
    /// When the next running operation ends, in milliseconds since 1970; `i64::MAX` for never.
    pub(super) fn next_due(&self) -> i64 {
        self.operations.next_due().map_or(i64::MAX, Timestamp::as_millisecond)
    }

    /// The group `name`, unless it is not there.
    pub(super) fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(&key(name))
    }

    /// The account `name`, if it is in the group `group`.
    pub(super) fn account(&self, group: &str, name: &str) -> Option<&Account> {
        self.accounts.get(&key(name)).filter(|account| account.group == key(group))
    }

    /// The account `name`, if it is in the group `group`.
    pub(super) fn account_mut(&mut self, group: &str, name: &str) -> Option<&mut Account> {
        self.accounts.get_mut(&key(name)).filter(|account| account.group == key(group))
    }

    /// Accounts by group, then name, as the service lists them.
    pub(super) fn accounts_in_order(&self) -> Vec<&Account> {
        let mut accounts: Vec<(&String, &Account)> = self.accounts.iter().collect();
        accounts.sort_by(|(left, a), (right, b)| (&a.group, left).cmp(&(&b.group, right)));
        accounts.into_iter().map(|(_, account)| account).collect()
    }
}

impl Account {
    pub(super) fn id(&self) -> &str {
        self.document.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        self.document.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn location(&self) -> &str {
        self.document.get("location").and_then(Value::as_str).unwrap_or_default()
    }

    /// A member of the properties, if it is text.
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        self.document.get("properties")?.get(name)?.as_str()
    }

    /// The properties of the full form.
    pub(super) fn properties_mut(&mut self) -> Option<&mut Object> {
        self.document.get_mut("properties")?.as_object_mut()
    }

    /// Takes the number of the next change.
    pub(super) fn count_change(&mut self) -> u32 {
        let number = self.changes;
        self.changes += 1;
        number
    }
}
