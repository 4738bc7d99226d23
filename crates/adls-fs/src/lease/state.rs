//! What the properties of an item or a file system say of its lease.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/lease-blob>.

/// Where a lease is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeaseState {
    /// Nobody holds one.
    Available,
    /// Somebody holds it.
    Leased,
    /// It was not renewed in time. Its holder may still do that as long as nothing was written.
    Expired,
    /// It was broken and goes on until its break period is over.
    Breaking,
    /// It was broken and has ended.
    Broken,
}

impl std::fmt::Display for LeaseState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Expired => "expired",
            Self::Breaking => "breaking",
            Self::Broken => "broken",
        })
    }
}

/// Whether a lease keeps others from writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeaseStatus {
    /// Only who names the lease may write or delete.
    Locked,
    /// Everybody with the rights may.
    Unlocked,
}

/// Whether a lease ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeaseDuration {
    /// After 15 to 60 seconds, unless it is renewed.
    Fixed,
    /// Only when it is released or broken.
    Infinite,
}

impl LeaseState {
    /// As the service writes it.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "available" => Self::Available,
            "leased" => Self::Leased,
            "expired" => Self::Expired,
            "breaking" => Self::Breaking,
            "broken" => Self::Broken,
            _ => return None,
        })
    }
}

impl LeaseStatus {
    /// As the service writes it.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "locked" => Some(Self::Locked),
            "unlocked" => Some(Self::Unlocked),
            _ => None,
        }
    }
}

impl LeaseDuration {
    /// As the service writes it.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "fixed" => Some(Self::Fixed),
            "infinite" => Some(Self::Infinite),
            _ => None,
        }
    }
}
