//! Times in bodies: RFC 3339 text outside, [`SystemTime`] inside.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(
    time: &Option<SystemTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => {
            let time = Timestamp::try_from(*time).map_err(S::Error::custom)?;
            serializer.collect_str(&time)
        }
        None => serializer.serialize_none(),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SystemTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    parse(&text).map(Some).map_err(D::Error::custom)
}

/// A time without an offset is UTC: the service writes such when its runtime lost the time's kind.
fn parse(text: &str) -> Result<SystemTime, jiff::Error> {
    let time = text
        .parse::<Timestamp>()
        .or_else(|_| text.parse::<DateTime>()?.to_zoned(TimeZone::UTC).map(|t| t.timestamp()))?;
    Ok(time.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_form_the_service_writes() {
        let base = SystemTime::UNIX_EPOCH + Duration::from_secs(1_505_347_136);
        let at = |nanos| base + Duration::from_nanos(nanos);
        assert_eq!(parse("2017-09-13T23:58:56.730315Z").unwrap(), at(730_315_000));
        assert_eq!(parse("2017-09-13T16:58:56.7303157-07:00").unwrap(), at(730_315_700));
        assert_eq!(parse("2017-09-13T23:58:56").unwrap(), at(0));
        assert!(parse("yesterday").is_err());
    }
}
