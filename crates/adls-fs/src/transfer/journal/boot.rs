//! Whether the machine has been started anew since something was noted.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// What the system calls its present run; empty where it does not say. What was written to a file and
/// never forced to the disk is there as long as the machine runs on, and may be missing, or be zeros,
/// after it has crashed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct BootId(String);

impl BootId {
    pub(super) fn current() -> Self {
        static CURRENT: OnceLock<BootId> = OnceLock::new();
        CURRENT
            .get_or_init(|| {
                let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
                Self(id.map(|id| id.trim().to_owned()).unwrap_or_default())
            })
            .clone()
    }
}
