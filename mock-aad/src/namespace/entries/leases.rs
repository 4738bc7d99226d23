//! Leases of items and file systems.

use adls_wire::Rwx;
use uuid::Uuid;

use super::locate::EntryItem;
use crate::namespace::account::Edit;
use crate::namespace::error::{Error, Side};
use crate::namespace::lease::{BreakByDefault, Lease, LeaseDuration};
use crate::namespace::node_id::NodeId;
use crate::namespace::tree::Tree;

/// What is to be done with a lease.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LeaseChange {
    Acquire {
        id: Uuid,
        duration: LeaseDuration,
    },
    Renew {
        id: Uuid,
    },
    Change {
        id: Uuid,
        proposed: Uuid,
    },
    Release {
        id: Uuid,
    },
    /// Seconds.
    Break {
        period: Option<u32>,
    },
}

/// What has become of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseOutcome {
    /// Its id now.
    Held(Uuid),
    Released,
    /// Seconds until it is broken.
    Breaking(u32),
}

impl LeaseChange {
    /// Does it to a lease.
    pub(super) fn apply(
        &self,
        lease: &mut Lease,
        by_default: BreakByDefault,
        now: i64,
    ) -> Result<LeaseOutcome, Error> {
        Ok(match *self {
            Self::Acquire { id, duration } => {
                lease.acquire(id, duration, now)?;
                LeaseOutcome::Held(id)
            }
            Self::Renew { id } => {
                lease.renew(id, now)?;
                LeaseOutcome::Held(id)
            }
            Self::Change { id, proposed } => {
                lease.change(id, proposed, now)?;
                LeaseOutcome::Held(proposed)
            }
            Self::Release { id } => {
                lease.release(id)?;
                LeaseOutcome::Released
            }
            Self::Break { period } => {
                LeaseOutcome::Breaking(lease.break_lease(period, by_default, now)?)
            }
        })
    }
}

/// What a write does with the lease of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseAction {
    Acquire {
        id: Uuid,
        duration: LeaseDuration,
    },
    /// Begins the lease's time anew.
    AutoRenew,
    /// Gives the lease up when the bytes are committed.
    Release,
    /// Holds a lease for as long as the call takes.
    AcquireRelease {
        id: Uuid,
        duration: LeaseDuration,
    },
}

impl LeaseAction {
    /// Whether the caller needs to hold no lease before.
    pub(super) fn acquires(self) -> bool {
        matches!(self, Self::Acquire { .. } | Self::AcquireRelease { .. })
    }
}

impl Tree {
    /// The lease of an item; of one that nobody ever had, the default.
    pub(super) fn lease(&self, id: NodeId) -> Lease {
        self.node(id).blob.as_ref().map(|blob| blob.lease.clone()).unwrap_or_default()
    }
}

impl Edit<'_> {
    /// Changes the lease of an item, if the conditions hold.
    pub(crate) fn change_entry_lease(
        &mut self,
        item: &EntryItem<'_>,
        change: &LeaseChange,
    ) -> Result<LeaseOutcome, Error> {
        let id = self.tree.entry(&self.cx, item, Side::Target)?;
        self.tree.require_conditions(Some(id), item, Side::Target)?;
        self.tree.require(&self.cx, id, Rwx::WRITE)?;
        self.change_lease(id, change)
    }

    fn change_lease(&mut self, id: NodeId, change: &LeaseChange) -> Result<LeaseOutcome, Error> {
        let now = self.cx.now;
        let mut lease = self.tree.lease(id);
        let outcome = change.apply(&mut lease, BreakByDefault::AtOnce, now)?;
        self.set_lease(id, lease);
        Ok(outcome)
    }

    /// What becomes of the lease of a file that is written to, and whether it was renewed. A lease is given
    /// up with what is committed.
    pub(super) fn lease_after(
        &self,
        id: NodeId,
        item: &EntryItem<'_>,
        action: Option<LeaseAction>,
        commits: bool,
    ) -> Result<(Lease, bool), Error> {
        let now = self.cx.now;
        let mut lease = self.tree.lease(id);
        let mut renewed = false;
        match action {
            Some(LeaseAction::Acquire { id, duration }) => lease.acquire(id, duration, now)?,
            Some(LeaseAction::AutoRenew) => renewed = lease.renew_if_due(now),
            Some(LeaseAction::Release) if commits => {
                lease.release(item.lease.unwrap_or_default())?;
            }
            Some(LeaseAction::AcquireRelease { id, duration }) => {
                lease.acquire(id, duration, now)?;
                lease.release(id)?;
            }
            Some(LeaseAction::Release) | None => {}
        }
        Ok((lease, renewed))
    }

    pub(super) fn set_lease(&mut self, id: NodeId, lease: Lease) {
        if let Some(node) = self.tree.node_mut(id) {
            node.blob_mut().lease = lease;
        }
    }
}
