//! How operations change the state when they are due.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::account_form::{self, TYPE as ACCOUNT};
use super::operations::{Change, Operation};
use super::state::{Object, Phase, State, key};
use crate::namespace::Lake;

impl State {
    /// Starts an operation that ends `after` from `now`; with no time to pass it ends here.
    pub(super) fn start(
        &mut self,
        id: String,
        now: Timestamp,
        after: Duration,
        change: Change,
        lake: &Lake,
    ) {
        let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
        let due = now.checked_add(after).unwrap_or(Timestamp::MAX);
        self.operations.insert(id, Operation { due, change, done: false });
        self.settle(now, lake);
    }

    /// Makes all changes that are due, in the order of time.
    pub(super) fn settle(&mut self, now: Timestamp, lake: &Lake) {
        while let Some((due, change)) = self.operations.end_next(now) {
            self.apply(&change, due, lake);
        }
        self.operations.forget(now);
    }

    fn apply(&mut self, change: &Change, at: Timestamp, lake: &Lake) {
        match change {
            Change::AccountReady { name, account_id } => {
                self.account_ready(name, *account_id, at, lake);
            }
            Change::AccountGone { name, account_id } => {
                let present = self.accounts.get(name).is_some_and(|a| a.account_id == *account_id);
                if present {
                    self.accounts.remove(name);
                    lake.delete_account(name);
                }
            }
            Change::StorageReady { name, incarnation } => {
                self.storage_ready(name, *incarnation, lake);
            }
            Change::GroupGone { group } => self.group_gone(group, lake),
            Change::ResourcesMoved { ids, target } => relocate(self, ids, target, lake),
            Change::None => {}
        }
    }

    fn account_ready(&mut self, name: &str, account_id: Uuid, at: Timestamp, lake: &Lake) {
        let account = self.accounts.get_mut(name).filter(|account| {
            account.account_id == account_id && matches!(account.phase, Phase::Creating(_))
        });
        if let Some(account) = account {
            account.phase = Phase::Active;
            account_form::activate(&mut account.document, at);
            let group = account.property("defaultGroup").and_then(|id| id.parse().ok());
            lake.create_account(name, account.owners.clone(), group);
        }
    }

    fn group_gone(&mut self, group: &str, lake: &Lake) {
        self.groups.remove(group);
        self.forget_storage_accounts(group, lake);
        self.assignments.retain(|_, assignment| !assignment.is_in_group(group));
        self.others.retain(|_, other| other.group != group);
        self.accounts.retain(|name, account| {
            let stays = account.group != group;
            if !stays {
                lake.delete_account(name);
            }
            stays
        });
    }
}

/// Gives resources another group; ids are in lower case.
fn relocate(state: &mut State, ids: &[String], target: &str, lake: &Lake) {
    let Some(target) = state.group(target).map(|group| group.name.clone()) else { return };
    for account in state.accounts.values_mut() {
        if ids.contains(&key(account.id())) {
            account.group = key(&target);
            rename(&mut account.document, &target, ACCOUNT);
        }
    }
    state.move_storage_accounts(ids, &target, lake);
    let moved: Vec<String> = state
        .others
        .iter()
        .filter(|(_, other)| {
            let id = other.document.get("id").and_then(Value::as_str).unwrap_or_default();
            ids.contains(&key(id))
        })
        .map(|(path, _)| path.clone())
        .collect();
    for path in moved {
        if let Some(mut other) = state.others.remove(&path) {
            let kind = other.kind.clone();
            rename(&mut other.document, &target, &kind);
            let name = other.document.get("name").and_then(Value::as_str).unwrap_or_default();
            let path = key(&format!("{target}/{kind}/{name}"));
            other.group = key(&target);
            state.others.insert(path, other);
        }
    }
}

/// Gives a resource the id that it has in a group.
pub(super) fn rename(document: &mut Object, group: &str, kind: &str) {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let subscription = text("id").split('/').nth(2).unwrap_or_default();
    let id = format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{}",
        text("name")
    );
    document.insert("id".to_owned(), id.into());
}
