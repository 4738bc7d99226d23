//! What a token permits, in letters: operations (`sp`), services (`ss`) and types of resources
//! (`srt`).

use std::fmt;
use std::ops::BitOr;

/// The operations that a token permits.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Letters(u16);

impl Letters {
    /// `r`: read content, properties, metadata.
    pub(crate) const READ: Self = Self(1);
    /// `a`: append blocks to an append blob.
    pub(crate) const ADD: Self = Self(1 << 1);
    /// `c`: make what is not there.
    pub(crate) const CREATE: Self = Self(1 << 2);
    /// `w`: make or overwrite content, properties, metadata.
    pub(crate) const WRITE: Self = Self(1 << 3);
    /// `d`: delete.
    pub(crate) const DELETE: Self = Self(1 << 4);
    /// `x`: delete a version.
    pub(crate) const DELETE_VERSION: Self = Self(1 << 5);
    /// `y`: delete for good what is soft deleted.
    pub(crate) const PERMANENT_DELETE: Self = Self(1 << 6);
    /// `l`: list.
    pub(crate) const LIST: Self = Self(1 << 7);
    /// `t`: read and write tags.
    pub(crate) const TAGS: Self = Self(1 << 8);
    /// `f`: find by tags.
    pub(crate) const FILTER: Self = Self(1 << 9);
    /// `m`: move a file, or a directory with all in it.
    pub(crate) const MOVE: Self = Self(1 << 10);
    /// `e`: read properties, status and access control.
    pub(crate) const EXECUTE: Self = Self(1 << 11);
    /// `o`: set the owner, or the owning group.
    pub(crate) const OWNERSHIP: Self = Self(1 << 12);
    /// `p`: set permissions and access control lists.
    pub(crate) const PERMISSIONS: Self = Self(1 << 13);
    /// `i`: set an immutability policy.
    pub(crate) const IMMUTABILITY: Self = Self(1 << 14);

    /// No letter.
    pub(crate) const NONE: Self = Self(0);

    const ALL: [(char, Self); 15] = [
        ('r', Self::READ),
        ('a', Self::ADD),
        ('c', Self::CREATE),
        ('w', Self::WRITE),
        ('d', Self::DELETE),
        ('x', Self::DELETE_VERSION),
        ('y', Self::PERMANENT_DELETE),
        ('l', Self::LIST),
        ('t', Self::TAGS),
        ('f', Self::FILTER),
        ('m', Self::MOVE),
        ('e', Self::EXECUTE),
        ('o', Self::OWNERSHIP),
        ('p', Self::PERMISSIONS),
        ('i', Self::IMMUTABILITY),
    ];

    /// Letters that only tokens of an account know: update a table's entity, process a message of
    /// a queue. They permit nothing here; `p` is not that of access control there.
    const OF_OTHER_SERVICES: &'static str = "up";
    /// Letters that tokens of an account do not know.
    const NOT_OF_ACCOUNTS: &'static str = "meo";

    /// Reads the letters of a token for a file system or a part of it, or those of a stored
    /// access policy. `None` if one is unknown or comes twice.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        each_once(text, |letter| {
            Self::ALL.iter().find(|(known, _)| *known == letter).map(|(_, bit)| bit.0)
        })
        .map(Self)
    }

    /// Reads the letters of a token for an account.
    pub(super) fn parse_of_account(text: &str) -> Option<Self> {
        let twice = text.chars().any(|letter| text.matches(letter).count() > 1);
        if twice || text.contains(|letter| Self::NOT_OF_ACCOUNTS.contains(letter)) {
            return None;
        }
        let ours: String =
            text.chars().filter(|letter| !Self::OF_OTHER_SERVICES.contains(*letter)).collect();
        Self::parse(&ours)
    }

    /// These and others.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `wanted` are among these.
    pub(crate) fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Whether one of `wanted` is among these.
    pub(crate) fn intersects(self, wanted: Self) -> bool {
        self.0 & wanted.0 != 0
    }
}

impl BitOr for Letters {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::ALL.iter().filter(|(_, bit)| self.contains(*bit));
        write!(f, "Letters({})", set.map(|(letter, _)| *letter).collect::<String>())
    }
}

/// What a token of an account is good for: the service, file systems, and what is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResourceTypes {
    /// `s`: the account itself.
    pub(crate) service: bool,
    /// `c`: file systems.
    pub(crate) container: bool,
    /// `o`: files and directories.
    pub(crate) object: bool,
}

impl ResourceTypes {
    /// Reads `srt`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        each_of(text, "sco")?;
        Some(Self {
            service: text.contains('s'),
            container: text.contains('c'),
            object: text.contains('o'),
        })
    }
}

/// Reads `ss`: whether the token is good for this service, that of blobs.
pub(super) fn names_blob_service(text: &str) -> Option<bool> {
    each_of(text, "bqtf")?;
    Some(text.contains('b'))
}

/// Whether `text` has some of these letters, each at most once, and no other.
fn each_of(text: &str, letters: &str) -> Option<()> {
    let bits = each_once(text, |letter| Some(1 << letters.find(letter)?))?;
    (bits != 0).then_some(())
}

/// The bits of all letters together, if all are known and none comes twice.
fn each_once(text: &str, bit: impl Fn(char) -> Option<u16>) -> Option<u16> {
    text.chars().try_fold(0, |bits, letter| {
        let bit = bit(letter)?;
        (bits & bit == 0).then_some(bits | bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_in_any_order_but_once() {
        let read = Letters::parse("rl").unwrap();
        assert!(read.contains(Letters::READ) && read.contains(Letters::LIST));
        assert!(!read.intersects(Letters::WRITE | Letters::DELETE));
        assert!(!read.contains(Letters::READ | Letters::WRITE));
        assert_eq!(Letters::parse("lr"), Some(read));
        assert_eq!(
            format!("{:?}", Letters::parse("racwdxyltfmeopi").unwrap()),
            "Letters(racwdxyltfmeopi)"
        );
        for malformed in ["rr", "rz", "R", "r,w", " r", "u"] {
            assert_eq!(Letters::parse(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn an_accounts_p_is_no_right_to_access_control() {
        let letters = Letters::parse_of_account("rwdlacup").unwrap();
        assert_eq!(Some(letters), Letters::parse("rwdlac"));
        assert!(!letters.intersects(Letters::PERMISSIONS));
        for malformed in ["uu", "pp", "rm", "e", "o"] {
            assert_eq!(Letters::parse_of_account(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn services_and_types_of_resources_are_known_letters() {
        assert_eq!(names_blob_service("bqtf"), Some(true));
        assert_eq!(names_blob_service("f"), Some(false));
        assert_eq!(
            ResourceTypes::parse("so"),
            Some(ResourceTypes { service: true, container: false, object: true })
        );
        for malformed in ["", "bb", "x", "B"] {
            assert_eq!(names_blob_service(malformed), None, "{malformed}");
            assert_eq!(ResourceTypes::parse(malformed), None, "{malformed}");
        }
    }
}
