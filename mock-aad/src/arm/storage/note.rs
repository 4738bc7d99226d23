//! What is kept of a storage account with its files, so that it outlives the process: the account itself,
//! its keys above all, and the roles that were given on it.

use serde::{Deserialize, Serialize};

use super::account::StorageAccount;
use crate::arm::authorization::Assignment;
use crate::arm::state::State;
use crate::namespace::{AccountKey, Lake};

/// The text that is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) account: StorageAccount,
    pub(super) assignments: Vec<Assignment>,
}

impl Note {
    /// Reads a text; `None` for one of nothing.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let read = serde_json::from_str(text);
        read.inspect_err(|error| tracing::error!(%error, "what was kept of an account is lost"))
            .ok()
    }
}

/// Keeps the account of a key, if it has files.
pub(super) fn save(state: &State, name: &str, lake: &Lake) {
    let Some(account) = state.storage_accounts.get(name) else { return };
    let of_account = |assignment: &&Assignment| assignment.is_within(account.id());
    let assignments = state.assignments.values().filter(of_account).cloned().collect();
    let note = Note { account: account.clone(), assignments };
    match serde_json::to_string(&note) {
        Ok(text) => lake.set_note(AccountKey::gen2(name), &text),
        Err(error) => tracing::error!(%error, "an account cannot be kept"),
    }
}
