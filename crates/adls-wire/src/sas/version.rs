//! Versions of the service that a signature may be made for. They decide what it covers.

use std::fmt;
use std::str::FromStr;

use super::ParseSasError;

/// The version of a signature, `sv`: a date. Versions are compared as dates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SasVersion {
    year: u16,
    month: u8,
    day: u8,
}

impl SasVersion {
    /// The oldest version whose text is known here: the first one that signs `sr`.
    pub const OLDEST: Self = Self::of(2018, 11, 9);
    /// Signatures for a directory, and for the agents of a user: `sdd`, `saoid`, `suoid`, `scid`.
    pub const DIRECTORIES: Self = Self::of(2020, 2, 10);
    /// `ses`.
    pub const ENCRYPTION_SCOPES: Self = Self::of(2020, 12, 6);
    /// Delegated keys that only one other user can make use of: `skdutid`, `sduoid`.
    pub const DELEGATED_USERS: Self = Self::of(2025, 7, 5);
    /// Headers and parameters that a request must have: `srh`, `srq`.
    pub const REQUIRED_PARTS: Self = Self::of(2026, 4, 6);
    /// The newest version whose text is known here.
    pub const NEWEST: Self = Self::of(2026, 10, 6);

    /// What signatures made here say, unless another version is wanted: old enough for every emulator and
    /// every cloud, new enough for all that a signature of a data lake usually says.
    pub const DEFAULT: Self = Self::of(2023, 11, 3);

    const fn of(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// Whether the text of a signature of this version is known here.
    #[must_use]
    pub fn is_known(self) -> bool {
        (Self::OLDEST..=Self::NEWEST).contains(&self)
    }
}

impl fmt::Display for SasVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for SasVersion {
    type Err = ParseSasError;

    /// Reads any date that is written as versions are, also one of no version.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        date(text).ok_or_else(|| ParseSasError::new(text, "version", "a date such as 2023-11-03"))
    }
}

fn date(text: &str) -> Option<SasVersion> {
    let is_written_so = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_written_so {
        return None;
    }
    let (year, month, day) =
        (text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    (1..=days(year, month)).contains(&day).then_some(SasVersion { year, month, day })
}

/// The days of a month; none of a month that there is not.
fn days(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_versions_are_known() {
        for known in ["2018-11-09", "2020-02-10", "2023-11-03", "2026-10-06"] {
            let version: SasVersion = known.parse().unwrap();
            assert!(version.is_known(), "{known}");
            assert_eq!(version.to_string(), known);
        }
        for other in ["2018-11-08", "2015-04-05", "2026-10-07", "2099-01-01"] {
            assert!(!other.parse::<SasVersion>().unwrap().is_known(), "{other}");
        }
    }

    #[test]
    fn a_version_is_a_date() {
        for date in ["2024-02-29", "2000-02-29", "2023-12-31"] {
            assert!(date.parse::<SasVersion>().is_ok(), "{date}");
        }
        for malformed in [
            "",
            "2021",
            "2021-2-3",
            "2021-13-01",
            "2021-00-01",
            "2021-02-30",
            "2023-02-29",
            "2100-02-29",
            "2021-04-31",
            "2021-04-00",
            "20210203",
            "+021-02-03",
            "2021-02-03 ",
            "2021-02-0é",
        ] {
            assert!(malformed.parse::<SasVersion>().is_err(), "{malformed}");
        }
    }
}
