//! Times as they are printed.

use std::time::SystemTime;

/// RFC 3339, UTC, to the second.
pub(crate) fn time(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .and_then(|time| time.round(jiff::Unit::Second))
        .map(|time| time.to_string())
        .unwrap_or_default()
}
