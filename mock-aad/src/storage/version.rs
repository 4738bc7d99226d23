//! The version of the service that a request asks for with `x-ms-version`: a date, on which its answers
//! depend.

use std::fmt;

use jiff::civil::{Date, date};

/// A version of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServiceVersion(Date);

impl ServiceVersion {
    /// The oldest that accounts with a hierarchical namespace know.
    const OLDEST: Self = Self::of(2018, 3, 28);
    /// What a request gets that names none: the newest that the service's own description knows.
    pub(crate) const DEFAULT: Self = Self::of(2026, 6, 6);

    /// The version of a day.
    pub(crate) const fn of(year: i16, month: i8, day: i8) -> Self {
        Self(date(year, month, day))
    }

    /// Reads `2021-12-02`. Versions that nobody knows yet are taken, as clients are newer than their
    /// services; `None` for those that are too old, and for what is no date.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::read(text).filter(|version| *version >= Self::OLDEST)
    }

    /// Whether a text is a version, of whatever age.
    pub(crate) fn is_one(text: &str) -> bool {
        Self::read(text).is_some()
    }

    fn read(text: &str) -> Option<Self> {
        let digits = |at: usize, byte: u8| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(|(at, byte)| digits(at, byte)) {
            return None;
        }
        text.parse().ok().map(Self)
    }
}

impl fmt::Display for ServiceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_since_the_first_is_a_version() {
        for text in ["2018-03-28", "2018-11-09", "2021-12-02", "2026-10-06", "2099-01-01"] {
            assert_eq!(ServiceVersion::parse(text).unwrap().to_string(), text);
        }
        for text in ["2018-03-27", "2017-11-09", "", "2021-2-3", "2021-02-30", "20211202", "latest"]
        {
            assert_eq!(ServiceVersion::parse(text), None, "{text}");
        }
        assert!(ServiceVersion::parse("2019-12-12").unwrap() < ServiceVersion::of(2020, 2, 10));
    }
}
