//! Who acts in the reference model.

use uuid::Uuid;

use super::acl::{EXECUTE, READ};

/// A part of the ids of everybody here.
const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0000 | number)
}

pub(super) const MEMBER: Uuid = id(0xaa);
pub(super) const STRANGER: Uuid = id(0xab);
pub(super) const GROUP: Uuid = id(0xac);
pub(super) const OTHER_GROUP: Uuid = id(0xad);
/// The seed's application without a role.
pub(super) const APPLICATION: Uuid = id(0x211);

/// How somebody proves who it is, and what that gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// A key of the account.
    Key,
    /// `Storage Blob Data Owner`.
    Owner,
    /// `Storage Blob Data Contributor`.
    Contributor,
    /// `Storage Blob Data Reader`.
    Reader,
    /// A user in two groups.
    Member,
    /// A user in none.
    Stranger,
    /// An application without a role.
    Application,
}

/// What rights are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) groups: &'static [Uuid],
    pub(super) is_super: bool,
    /// What a role gives everywhere.
    pub(super) role: u16,
    /// Whether a role lets it remove what a sticky directory keeps.
    pub(super) unsticks: bool,
}

impl Who {
    pub(super) const ALL: [Self; 7] = [
        Self::Key,
        Self::Owner,
        Self::Contributor,
        Self::Reader,
        Self::Member,
        Self::Stranger,
        Self::Application,
    ];

    pub(super) fn person(self) -> Person {
        let nobody =
            Person { id: Uuid::nil(), groups: &[], is_super: false, role: 0, unsticks: false };
        match self {
            Self::Key => Person { is_super: true, ..nobody },
            Self::Owner => Person { id: id(0x210), is_super: true, ..nobody },
            Self::Contributor => Person { id: id(0xae), role: 7, unsticks: true, ..nobody },
            Self::Reader => Person { id: id(0xaf), role: READ | EXECUTE, ..nobody },
            Self::Member => Person { id: MEMBER, groups: &[GROUP, OTHER_GROUP], ..nobody },
            Self::Stranger => Person { id: STRANGER, ..nobody },
            Self::Application => Person { id: APPLICATION, ..nobody },
        }
    }
}
