//! What can be done to the two file systems of a case. An action is whole in itself, so that a case stays one
//! when some of it is left out.

use std::fmt;

use uuid::Uuid;

use super::acl::{Change, Rights};
use super::people::Who;
use crate::storage::Protocol;

/// A path in one of the two file systems; that of a root has no names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub(super) file_system: usize,
    pub(super) names: Vec<&'static str>,
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:/{}", self.file_system, self.names.join("/"))
    }
}

impl Path {
    pub(super) fn root(file_system: usize) -> Self {
        Self { file_system, names: Vec::new() }
    }

    pub(super) fn parent(&self) -> Self {
        let end = self.names.len().saturating_sub(1);
        Self { file_system: self.file_system, names: self.names[..end].to_vec() }
    }

    pub(super) fn join(&self, name: &'static str) -> Self {
        let names = self.names.iter().copied().chain([name]).collect();
        Self { file_system: self.file_system, names }
    }

    pub(super) fn is_root(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.file_system == other.file_system && self.names.starts_with(&other.names)
    }

    /// The root and everything between it and the path, the path itself left out.
    pub(super) fn above(&self) -> impl Iterator<Item = Self> + '_ {
        let upto = |end| Self { file_system: self.file_system, names: self.names[..end].to_vec() };
        (0..self.names.len()).map(upto)
    }

    /// Without a slash at its beginning.
    pub(super) fn text(&self) -> String {
        self.names.join("/")
    }
}

/// A state that a condition names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Any,
    /// That of the item now.
    Current,
    /// Another one that there was.
    Other,
}

/// A condition; times are seconds from the item's last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Condition {
    #[default]
    None,
    Match(Tag),
    NoneMatch(Tag),
    Modified(i64),
    Unmodified(i64),
}

/// What holds of the item that an action is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guard {
    pub(super) condition: Condition,
    /// The lease that the caller names.
    pub(super) lease: Option<Uuid>,
}

/// What is said of a new item.
#[derive(Clone, Debug, Default)]
pub(super) struct New {
    pub(super) mode: Option<u16>,
    pub(super) umask: Option<u16>,
    pub(super) acl: Option<Vec<Rights>>,
    pub(super) meta: Option<&'static str>,
    /// Milliseconds from now.
    pub(super) expires_in: Option<i64>,
    /// Id and seconds.
    pub(super) lease: Option<(Uuid, Option<i64>)>,
}

/// What is asked of a lease; which ids it takes depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeaseVerb {
    Acquire,
    Renew,
    Change,
    Release,
    Break,
}

/// What a write does with the lease of its file, beside its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteLease {
    /// Id and seconds.
    Acquire(Uuid, Option<i64>),
    AutoRenew,
    Release,
    /// For as long as the write takes.
    AcquireRelease(Uuid, Option<i64>),
}

/// When a file is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Never,
    /// Milliseconds.
    AfterNow(i64),
    AfterCreation(i64),
    /// Seconds from now, as a date.
    At(i64),
}

/// One thing to do.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Create {
        path: Path,
        directory: bool,
        guard: Guard,
        new: New,
    },
    Append {
        path: Path,
        position: u64,
        bytes: Vec<u8>,
        lease: Option<Uuid>,
        write_lease: Option<WriteLease>,
        flush: bool,
    },
    /// At so many bytes behind what can be flushed.
    Flush {
        path: Path,
        beyond: i64,
        retain: bool,
        guard: Guard,
        write_lease: Option<WriteLease>,
    },
    Read {
        protocol: Protocol,
        path: Path,
        range: Option<(u64, Option<u64>)>,
        guard: Guard,
    },
    Rename {
        from: Path,
        to: Path,
        legacy: bool,
        source: Guard,
        target: Guard,
        meta: Option<&'static str>,
    },
    Delete {
        protocol: Protocol,
        path: Path,
        recursive: bool,
        guard: Guard,
    },
    List {
        path: Path,
        recursive: bool,
        limit: usize,
    },
    /// The next page of the last list that has one.
    ListNext {
        limit: usize,
    },
    Lease {
        protocol: Protocol,
        path: Path,
        verb: LeaseVerb,
        id: Uuid,
        proposed: Uuid,
        seconds: Option<i64>,
        condition: Condition,
    },
    Expire {
        path: Path,
        expiry: Expiry,
        lease: Option<Uuid>,
    },
    /// Of what was deleted, the one of this number, counted around; to where it was, or to another place.
    Undelete {
        which: usize,
        names: Option<Vec<&'static str>>,
    },
    ListDeleted {
        file_system: usize,
    },
    SetProperties {
        protocol: Protocol,
        path: Path,
        meta: Option<&'static str>,
        guard: Guard,
    },
    Properties {
        protocol: Protocol,
        path: Path,
        guard: Guard,
    },
    GetStatus {
        path: Path,
    },
    GetAcl {
        path: Path,
        guard: Guard,
    },
    SetAcl {
        path: Path,
        owner: Option<Uuid>,
        group: Option<Uuid>,
        mode: Option<u16>,
        acl: Option<Vec<Rights>>,
        guard: Guard,
    },
    ChangeAcls {
        path: Path,
        change: Change,
        entries: Vec<Rights>,
        limit: usize,
        force: bool,
    },
    Check {
        path: Path,
        bits: u16,
    },
    Put {
        path: Path,
        bytes: Vec<u8>,
        meta: Option<&'static str>,
        guard: Guard,
    },
    ListBlobs {
        file_system: usize,
        prefix: String,
        grouped: bool,
        limit: usize,
    },
    /// Milliseconds pass.
    Wait(i64),
}

/// Somebody with something to do.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) who: Who,
    pub(super) action: Action,
}
