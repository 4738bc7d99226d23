//! Which version of the protocol is asked for: as low as what is wanted needs, and never above what the
//! service has shown to know.

use std::sync::{Mutex, PoisonError};

use http::HeaderMap;

use adls_wire::dfs::header;

/// A version: a date, `2021-12-02`. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(&'static str);

impl Version {
    /// What almost everything needs: access control lists at creation, times of expiry in lists.
    pub(super) const BASE: Self = Self("2021-12-02");
    /// Deletions of several calls.
    pub(super) const PAGINATED_DELETE: Self = Self("2023-08-03");
    /// Ids of transactions on creations and renames.
    pub(super) const TRANSACTION_IDS: Self = Self("2024-11-04");
    /// Appends that need no position.
    pub(super) const CONCURRENT_APPEND: Self = Self("2026-02-06");
    /// Lists that begin anywhere.
    pub(super) const BEGIN_FROM: Self = Self("2026-06-06");

    pub(super) fn as_str(self) -> &'static str {
        self.0
    }
}

/// The latest version that the service knows, as far as its answers have told.
#[derive(Debug, Default)]
pub(super) struct KnownVersion(Mutex<Option<String>>);

impl KnownVersion {
    /// Whether a version may be asked for.
    pub(super) fn allows(&self, version: Version) -> bool {
        let latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_deref().is_none_or(|latest| version.0 <= latest)
    }

    /// Learns from an answer: a service that answers by an older version than it was asked knows no
    /// newer one.
    pub(super) fn learn(&self, asked: Version, answer: &HeaderMap) {
        let told = answer.get(header::VERSION).and_then(|version| version.to_str().ok());
        let Some(told) = told.filter(|told| is_date(told) && *told < asked.0) else { return };
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.as_deref().is_none_or(|latest| told < latest) {
            *latest = Some(told.to_owned());
        }
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_answer_bounds_what_is_asked_for() {
        let known = KnownVersion::default();
        let answer = |version: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::VERSION, version.parse().unwrap());
            headers
        };
        assert!(known.allows(Version::BEGIN_FROM));
        for harmless in ["2026-06-06", "2099-01-01", "latest", ""] {
            known.learn(Version::TRANSACTION_IDS, &answer(harmless));
            assert!(known.allows(Version::BEGIN_FROM), "{harmless}");
        }
        known.learn(Version::TRANSACTION_IDS, &answer("2022-11-02"));
        assert!(known.allows(Version::BASE));
        assert!(!known.allows(Version::PAGINATED_DELETE));
    }
}
