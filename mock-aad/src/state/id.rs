//! How snapshots are named.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names a snapshot of the emulator's state, as `POST /_mock/snapshot` does too. An id is never used
/// twice by one emulator.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(String);

impl From<String> for SnapshotId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for SnapshotId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
