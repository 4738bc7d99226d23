//! What a signature may say at OneLake: it is always one of a user, for a short time, and for something within
//! an item.

use jiff::Timestamp;

use super::{AccountKind, LONGEST};
use crate::storage::errors::StorageError;
use crate::storage::text::dates;

/// Fields that OneLake does not support; a signature that has one is refused.
const UNSUPPORTED: [&str; 14] = [
    "saoid", "suoid", "sduoid", "skdutid", "scid", "ses", "sip", "srh", "srq", "rscc", "rscd",
    "rsce", "rscl", "rsct",
];

impl AccountKind<'_> {
    /// Fails when a signature of a user, which has been verified, says what none may say here.
    ///
    /// # Errors
    /// That names the field.
    pub(crate) fn permit_signature(
        self,
        query: &[(String, String)],
        now: Timestamp,
    ) -> Result<(), StorageError> {
        if matches!(self, Self::Storage) {
            return Ok(());
        }
        let get = |name: &str| {
            query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        };
        let refused = |why: String| Err(StorageError::authentication_failed(&why));
        if let Some(name) = UNSUPPORTED.into_iter().find(|name| get(name).is_some()) {
            return refused(format!("OneLake does not support the signed field {name}."));
        }
        if !matches!(get("sr"), Some("b" | "d")) || get("sdd") == Some("0") {
            return refused("A signature for OneLake is for something in an item.".to_owned());
        }
        let time = |name| get(name).and_then(dates::parse_iso8601);
        for (start, end) in [("st", "se"), ("skt", "ske")] {
            let lasts = time(end).map(|end| end.duration_since(time(start).unwrap_or(now)));
            if lasts.is_some_and(|lasts| lasts > LONGEST) {
                return refused(format!("OneLake permits one hour between {start} and {end}."));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::SeedOneLake;

    fn refused(fields: &[(&str, &str)]) -> bool {
        let query: Vec<(String, String)> = [("sr", "d"), ("sdd", "2")]
            .iter()
            .chain(fields)
            .rev()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let one_lake = SeedOneLake::default();
        assert!(AccountKind::Storage.permit_signature(&query, now).is_ok());
        AccountKind::OneLake(&one_lake).permit_signature(&query, now).is_err()
    }

    #[test]
    fn a_signature_is_short_and_plain() {
        assert!(!refused(&[]));
        assert!(!refused(&[("sr", "b")]));
        assert!(!refused(&[("se", "2026-01-01T01:00:00Z")]));
        assert!(!refused(&[("st", "2026-01-01T00:30:00Z"), ("se", "2026-01-01T01:30:00Z")]));
        for field in [
            ("sr", "c"),
            ("sdd", "0"),
            ("se", "2026-01-01T01:00:01Z"),
            ("ske", "2026-01-01T01:00:01Z"),
            ("sip", "127.0.0.1"),
            ("saoid", "x"),
            ("rsct", "text/plain"),
        ] {
            assert!(refused(&[field]), "{field:?}");
        }
    }
}
