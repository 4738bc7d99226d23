//! Versions of the service that a token may be made for. They decide what its signature covers.

use jiff::civil::{Date, date};

/// The version of a token, `sv`: a date. Versions are compared as dates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(Date);

impl Version {
    /// The oldest version that is understood: the first one that signs `sr`.
    pub(super) const OLDEST: Self = Self(date(2018, 11, 9));
    /// Tokens for a directory, and for the agents of a user: `sdd`, `saoid`, `suoid`, `scid`.
    pub(super) const DIRECTORIES: Self = Self(date(2020, 2, 10));
    /// `ses`.
    pub(super) const ENCRYPTION_SCOPES: Self = Self(date(2020, 12, 6));
    /// Delegated keys that only one other user can make use of: `skdutid`, `sduoid`.
    pub(super) const DELEGATED_USERS: Self = Self(date(2025, 7, 5));
    /// Headers and parameters that a request must have: `srh`, `srq`.
    pub(super) const REQUIRED_PARTS: Self = Self(date(2026, 4, 6));
    /// The newest version that is understood.
    pub(super) const NEWEST: Self = Self(date(2026, 10, 6));

    /// Reads a version; `None` if it is no date or one of no version that is understood.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let date = Self::date(text)?;
        (Self::OLDEST..=Self::NEWEST).contains(&Self(date)).then_some(Self(date))
    }

    /// The date that `text` is, if it is written as versions are.
    pub(super) fn date(text: &str) -> Option<Date> {
        let is_written_so = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        is_written_so.then(|| text.parse().ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_versions_are_understood() {
        for known in ["2018-11-09", "2020-02-10", "2023-11-03", "2026-10-06"] {
            assert!(Version::parse(known).is_some(), "{known}");
        }
        for other in ["2018-11-08", "2015-04-05", "2026-10-07", "2099-01-01"] {
            assert_eq!(Version::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_version_is_a_date() {
        for malformed in [
            "",
            "2021",
            "2021-2-3",
            "2021-13-01",
            "2021-02-30",
            "20210203",
            "+021-02-03",
            "2021-02-03 ",
        ] {
            assert_eq!(Version::parse(malformed), None, "{malformed}");
        }
    }
}
