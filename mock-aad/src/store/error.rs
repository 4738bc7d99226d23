//! Why a change is not stored.

use std::io;
use std::sync::Arc;

use super::disk::is_full;

/// Why a change is not stored. It is not visible then, neither now nor after a restart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StoreError {
    /// There is no room; what makes room is still taken on.
    #[error(
        "there is no room left on the disk of the state directory ({0}); delete files or make room"
    )]
    Full(Arc<str>),
    /// Nothing more is taken on.
    #[error("the state directory takes no changes until the emulator is started again: {0}")]
    Failed(Arc<str>),
}

impl StoreError {
    /// What nobody has told yet.
    pub(super) fn no_room() -> Self {
        Self::Full("its reserve is used up".into())
    }

    /// Of an error that a write ended with.
    pub(crate) fn of(error: &io::Error) -> Self {
        let text = error.to_string().into();
        if is_full(error) { Self::Full(text) } else { Self::Failed(text) }
    }
}
