//! How the emulated Resource Manager behaves in time and size.

use std::time::Duration;

use serde::Deserialize;

/// How long the long-running operations take on the emulator's clock, and how long a page is.
///
/// The default is instant: every operation still answers as a long-running one and has to be
/// polled, and its first poll finds it done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ManagementSettings {
    /// Seconds from the creation of an account until it is `Succeeded`; the service takes 30 to 40.
    pub account_creation_seconds: u64,
    /// Seconds that the deletion of an account takes; with 0 it is answered as done at once.
    pub account_deletion_seconds: u64,
    /// Seconds that the deletion of a resource group takes.
    pub group_deletion_seconds: u64,
    /// Seconds that a move of resources takes.
    pub move_seconds: u64,
    /// How many items a page of a list holds.
    pub page_size: usize,
}

impl Default for ManagementSettings {
    fn default() -> Self {
        Self {
            account_creation_seconds: 0,
            account_deletion_seconds: 0,
            group_deletion_seconds: 0,
            move_seconds: 0,
            page_size: 1000,
        }
    }
}

impl ManagementSettings {
    pub(crate) fn account_creation(&self) -> Duration {
        Duration::from_secs(self.account_creation_seconds)
    }

    pub(crate) fn account_deletion(&self) -> Duration {
        Duration::from_secs(self.account_deletion_seconds)
    }

    pub(crate) fn group_deletion(&self) -> Duration {
        Duration::from_secs(self.group_deletion_seconds)
    }

    pub(crate) fn moving(&self) -> Duration {
        Duration::from_secs(self.move_seconds)
    }
}
