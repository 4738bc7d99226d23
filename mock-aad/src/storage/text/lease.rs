//! The headers of leases: ids, durations, break periods, actions.

use http::HeaderMap;
use uuid::Uuid;

use super::headers;
use crate::storage::errors::StorageError;

/// The header that names the lease which a caller holds.
pub(crate) const LEASE_ID: &str = "x-ms-lease-id";
/// The same of the source of a rename.
pub(crate) const SOURCE_LEASE_ID: &str = "x-ms-source-lease-id";
/// The header that names the id which a lease is to have.
pub(crate) const PROPOSED_LEASE_ID: &str = "x-ms-proposed-lease-id";
const ACTION: &str = "x-ms-lease-action";
const DURATION: &str = "x-ms-lease-duration";
const BREAK_PERIOD: &str = "x-ms-lease-break-period";

/// How long a lease holds unless it is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseDuration {
    /// Until it is released or broken, `-1`.
    Infinite,
    /// 15 to 60 seconds.
    Seconds(u8),
}

/// What a call to the lease itself does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseAction {
    Acquire,
    Renew,
    Change,
    Release,
    Break,
}

/// What an append or a flush does to the lease beside its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteLeaseAction {
    Acquire,
    AutoRenew,
    Release,
    AcquireRelease,
}

/// A lease id in one of the headers: a GUID, with or without hyphens or braces.
pub(crate) fn id(headers: &HeaderMap, name: &str) -> Result<Option<Uuid>, StorageError> {
    headers::parsed(headers, name, |text| {
        // Of the forms that the library reads, .NET has no URN.
        let is_urn = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
        (!is_urn).then(|| text.parse().ok()).flatten()
    })
}

/// The duration that is asked for.
pub(crate) fn duration(headers: &HeaderMap) -> Result<Option<LeaseDuration>, StorageError> {
    headers::parsed(headers, DURATION, |text| match number(text)? {
        -1 => Some(LeaseDuration::Infinite),
        seconds @ 15..=60 => u8::try_from(seconds).ok().map(LeaseDuration::Seconds),
        _ => None,
    })
}

/// The duration, which a new lease must have.
pub(crate) fn required_duration(headers: &HeaderMap) -> Result<LeaseDuration, StorageError> {
    duration(headers)?.ok_or_else(|| StorageError::missing_header(DURATION))
}

/// How many seconds a broken lease may last: 0 to 60.
pub(crate) fn break_period(headers: &HeaderMap) -> Result<Option<u8>, StorageError> {
    headers::parsed(headers, BREAK_PERIOD, |text| match number(text)? {
        seconds @ 0..=60 => u8::try_from(seconds).ok(),
        _ => None,
    })
}

/// What a call to the lease itself asks for.
pub(crate) fn action(headers: &HeaderMap) -> Result<LeaseAction, StorageError> {
    let action = headers::parsed(headers, ACTION, |text| {
        Some(match &*text.to_ascii_lowercase() {
            "acquire" => LeaseAction::Acquire,
            "renew" => LeaseAction::Renew,
            "change" => LeaseAction::Change,
            "release" => LeaseAction::Release,
            "break" => LeaseAction::Break,
            _ => return None,
        })
    })?;
    action.ok_or_else(|| StorageError::missing_header(ACTION))
}

/// What an append or a flush asks for beside its work.
pub(crate) fn write_action(headers: &HeaderMap) -> Result<Option<WriteLeaseAction>, StorageError> {
    headers::parsed(headers, ACTION, |text| {
        Some(match &*text.to_ascii_lowercase() {
            "acquire" => WriteLeaseAction::Acquire,
            "auto-renew" => WriteLeaseAction::AutoRenew,
            "release" => WriteLeaseAction::Release,
            "acquire-release" => WriteLeaseAction::AcquireRelease,
            _ => return None,
        })
    })
}

/// The id that a header must name.
pub(crate) fn required_id(headers: &HeaderMap, name: &str) -> Result<Uuid, StorageError> {
    id(headers, name)?.ok_or_else(|| StorageError::missing_header(name))
}

/// A decimal number, without the plus sign that the parser of numbers would take.
fn number(text: &str) -> Option<i64> {
    (!text.starts_with('+')).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;
    use crate::storage::errors::ErrorCode;

    fn one(name: &'static str, value: &str) -> HeaderMap {
        [(HeaderName::from_static(name), value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn ids_come_with_or_without_hyphens() {
        // Sent and answered in a recording.
        let recorded = "ca761232-ed42-11ce-bacd-00aa0057b223";
        for text in [
            "ca761232ed4211cebacd00aa0057b223",
            recorded,
            "CA761232-ED42-11CE-BACD-00AA0057B223",
            "{ca761232-ed42-11ce-bacd-00aa0057b223}",
        ] {
            let id = id(&one(LEASE_ID, text), LEASE_ID).unwrap().unwrap();
            assert_eq!(id.to_string(), recorded);
        }
        assert_eq!(id(&one(SOURCE_LEASE_ID, ""), SOURCE_LEASE_ID), Ok(None));
        // Recorded refusals.
        for (name, text) in [(LEASE_ID, "\"garbage\""), (SOURCE_LEASE_ID, "bad_id")] {
            assert_eq!(id(&one(name, text), name), Err(StorageError::invalid_header(name, text)));
        }
        let urn = "urn:uuid:ca761232-ed42-11ce-bacd-00aa0057b223";
        assert!(id(&one(LEASE_ID, urn), LEASE_ID).is_err());
        let missing = required_id(&HeaderMap::new(), PROPOSED_LEASE_ID).unwrap_err();
        assert_eq!(missing.code(), ErrorCode::MissingRequiredHeader);
    }

    #[test]
    fn durations_and_break_periods_have_bounds() {
        let duration = |text| duration(&one(DURATION, text));
        assert_eq!(duration("-1"), Ok(Some(LeaseDuration::Infinite)));
        assert_eq!(duration("15"), Ok(Some(LeaseDuration::Seconds(15))));
        assert_eq!(duration("60"), Ok(Some(LeaseDuration::Seconds(60))));
        assert_eq!(duration(""), Ok(None));
        for text in ["14", "61", "0", "-2", "+20", "20.0", "twenty", "99999999999999999999"] {
            assert_eq!(duration(text), Err(StorageError::invalid_header(DURATION, text)));
        }
        let missing = required_duration(&HeaderMap::new()).unwrap_err();
        assert_eq!(missing, StorageError::missing_header(DURATION));

        let period = |text| break_period(&one(BREAK_PERIOD, text));
        assert_eq!(period("0"), Ok(Some(0)));
        assert_eq!(period("60"), Ok(Some(60)));
        for text in ["-1", "61", "x"] {
            assert_eq!(period(text), Err(StorageError::invalid_header(BREAK_PERIOD, text)));
        }
    }

    #[test]
    fn actions_depend_on_the_call() {
        assert_eq!(action(&one(ACTION, "Break")), Ok(LeaseAction::Break));
        assert_eq!(action(&HeaderMap::new()), Err(StorageError::missing_header(ACTION)));
        assert!(action(&one(ACTION, "auto-renew")).is_err());
        let acquire_release = write_action(&one(ACTION, "acquire-release"));
        assert_eq!(acquire_release, Ok(Some(WriteLeaseAction::AcquireRelease)));
        assert_eq!(write_action(&HeaderMap::new()), Ok(None));
        assert!(write_action(&one(ACTION, "break")).is_err());
    }
}
