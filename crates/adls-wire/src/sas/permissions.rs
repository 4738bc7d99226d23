//! The permissions of a signature, in letters (`sp`): which there are, in which order they are written,
//! and which a signature for what may have.

use std::fmt;
use std::ops::BitOr;
use std::str::FromStr;

use super::{ParseSasError, SasResourceKind, each_once};

/// The operations that a signature permits, `sp`.
///
/// `Display` writes the letters in the order that the service demands of signatures for a file system or
/// a part of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SasPermissions(u16);

impl SasPermissions {
    /// `r`: read content, properties, metadata.
    pub const READ: Self = Self(1);
    /// `a`: append blocks to an append blob.
    pub const ADD: Self = Self(1 << 1);
    /// `c`: make what is not there.
    pub const CREATE: Self = Self(1 << 2);
    /// `w`: make or overwrite content, properties, metadata.
    pub const WRITE: Self = Self(1 << 3);
    /// `d`: delete.
    pub const DELETE: Self = Self(1 << 4);
    /// `x`: delete a version.
    pub const DELETE_VERSION: Self = Self(1 << 5);
    /// `y`: delete for good what is soft deleted.
    pub const PERMANENT_DELETE: Self = Self(1 << 6);
    /// `l`: list.
    pub const LIST: Self = Self(1 << 7);
    /// `t`: read and write tags.
    pub const TAGS: Self = Self(1 << 8);
    /// `f`: find by tags.
    pub const FILTER: Self = Self(1 << 9);
    /// `m`: move a file, or a directory with all in it.
    pub const MOVE: Self = Self(1 << 10);
    /// `e`: read properties, status and access control.
    pub const EXECUTE: Self = Self(1 << 11);
    /// `o`: set the owner, or the owning group.
    pub const OWNERSHIP: Self = Self(1 << 12);
    /// `p`: set permissions and access control lists.
    pub const PERMISSIONS: Self = Self(1 << 13);
    /// `i`: set an immutability policy.
    pub const IMMUTABILITY: Self = Self(1 << 14);

    /// No letter.
    pub const NONE: Self = Self(0);

    /// The letters in their order.
    const LETTERS: [(char, Self); 15] = [
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

    /// The letters of signatures of an account that are about blobs, in the order in which the service's
    /// own SDKs write them.
    const LETTERS_OF_ACCOUNT: &'static str = "rwdxylacfti";
    /// Letters that only signatures of an account know: update a table's entity, process a message of a
    /// queue. They permit nothing in a data lake; `p` is not that of access control there.
    const LETTERS_OF_OTHER_SERVICES: &'static str = "up";

    /// What a signature of an account may permit in a data lake.
    #[must_use]
    pub fn of_account() -> Self {
        Self::known(Self::LETTERS_OF_ACCOUNT)
    }

    /// What a signature for such a resource may permit, be it one of the service or of a user.
    #[must_use]
    pub fn of_resource(kind: SasResourceKind) -> Self {
        Self::known(match kind {
            SasResourceKind::FileSystem => "racwdxyltfmeopi",
            SasResourceKind::Directory => "racwdltmeop",
            SasResourceKind::File => "racwdxytmeopi",
        })
    }

    /// Reads the letters of a signature of an account. Those that are about other services are known, and
    /// permit nothing.
    ///
    /// # Errors
    /// When one is unknown or comes twice.
    pub fn parse_of_account(text: &str) -> Result<Self, ParseSasError> {
        let twice = text.chars().any(|letter| text.matches(letter).count() > 1);
        let foreign = |letter| Self::LETTERS_OF_OTHER_SERVICES.contains(letter);
        let ours: String = text.chars().filter(|letter| !foreign(*letter)).collect();
        let known = ours.chars().all(|letter| Self::LETTERS_OF_ACCOUNT.contains(letter));
        if twice || !known {
            let form = "some of the letters rwdxylacupfti, each once";
            return Err(ParseSasError::new(text, "set of permissions", form));
        }
        Ok(Self::known(&ours))
    }

    /// The letters as a signature of an account has them. Only those of [`of_account`](Self::of_account)
    /// are written.
    #[must_use]
    pub fn letters_of_account(self) -> String {
        let is_set = |letter: &char| self.intersects(Self::bit(*letter).unwrap_or_default());
        Self::LETTERS_OF_ACCOUNT.chars().filter(is_set).collect()
    }

    /// These and others.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `wanted` are among these.
    #[must_use]
    pub const fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Whether one of `wanted` is among these.
    #[must_use]
    pub const fn intersects(self, wanted: Self) -> bool {
        self.0 & wanted.0 != 0
    }

    fn bit(letter: char) -> Option<Self> {
        Self::LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, bit)| *bit)
    }

    /// The set of these letters; what is unknown counts nothing.
    fn known(letters: &str) -> Self {
        letters.chars().filter_map(Self::bit).fold(Self::NONE, Self::or)
    }
}

impl FromStr for SasPermissions {
    type Err = ParseSasError;

    /// Reads the letters of a signature for a file system or a part of it, or those of a stored access
    /// policy, in any order.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bits = each_once(text, |letter| Self::bit(letter).map(|bit| bit.0));
        bits.map(Self).ok_or_else(|| {
            let form = "some of the letters racwdxyltfmeopi, each once";
            ParseSasError::new(text, "set of permissions", form)
        })
    }
}

impl BitOr for SasPermissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl fmt::Display for SasPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::LETTERS.iter().filter(|(_, bit)| self.contains(*bit));
        f.write_str(&set.map(|(letter, _)| *letter).collect::<String>())
    }
}

impl fmt::Debug for SasPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SasPermissions({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_in_any_order_but_once() {
        let read: SasPermissions = "rl".parse().unwrap();
        assert_eq!(read, SasPermissions::READ | SasPermissions::LIST);
        assert!(!read.intersects(SasPermissions::WRITE | SasPermissions::DELETE));
        assert!(!read.contains(SasPermissions::READ | SasPermissions::WRITE));
        assert_eq!("lr".parse(), Ok(read));
        assert_eq!(format!("{:?}", "lr".parse::<SasPermissions>().unwrap()), "SasPermissions(rl)");
        for malformed in ["rr", "rz", "R", "r,w", " r", "u"] {
            assert!(malformed.parse::<SasPermissions>().is_err(), "{malformed}");
        }
    }

    /// The letters that azure-storage-blob 12.31.1 and azure-storage-file-datalake 12.26.1 write when all
    /// are set; an account's `u` and `p` left out.
    #[test]
    fn letters_are_written_as_sdks_write_them() {
        for all in ["racwdxyltfmei", "racwdxytmei", "racwdltmeop", "racwdtmeop"] {
            let backwards: String = all.chars().rev().collect();
            assert_eq!(backwards.parse::<SasPermissions>().unwrap().to_string(), all);
        }
        assert_eq!(SasPermissions::of_account().letters_of_account(), "rwdxylacfti");
        for (kind, sets) in [
            (SasResourceKind::FileSystem, ["racwdxyltfmei", "racwdltmeop"]),
            (SasResourceKind::Directory, ["racwdltmeop", "racwdltmeop"]),
            (SasResourceKind::File, ["racwdxytmei", "racwdtmeop"]),
        ] {
            let sets = sets.map(|set| set.parse::<SasPermissions>().unwrap());
            assert_eq!(SasPermissions::of_resource(kind), sets[0] | sets[1]);
        }
    }

    #[test]
    fn an_accounts_p_is_no_right_to_access_control() {
        let letters = SasPermissions::parse_of_account("rwdlacup").unwrap();
        assert_eq!(Ok(letters), "rwdlac".parse());
        assert!(!letters.intersects(SasPermissions::PERMISSIONS));
        let all = SasPermissions::of_account() | SasPermissions::PERMISSIONS;
        assert_eq!(all.letters_of_account(), "rwdxylacfti");
        for malformed in ["uu", "pp", "rm", "e", "o", "z"] {
            assert!(SasPermissions::parse_of_account(malformed).is_err(), "{malformed}");
        }
    }
}
