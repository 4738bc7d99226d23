//! Dates: RFC 1123 of headers, ISO 8601 of XML and of signatures, FILETIME ticks of DFS lists. A moment is a
//! number of milliseconds since 1970, as everywhere in the namespace.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

/// Milliseconds from 1601, when FILETIME begins, to 1970.
const FILETIME_EPOCH: i64 = 11_644_473_600_000;
/// FILETIME counts in 100 nanoseconds.
const TICKS_PER_MILLISECOND: i64 = 10_000;
/// The years 1 to 9999, which are all that the text forms can spell.
const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_402_207_199_999;

/// The moment; one that no calendar of the protocol knows becomes the nearest that it does.
fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis.clamp(FIRST, LAST)).unwrap_or_default()
}

/// `Tue, 24 Dec 2019 20:37:22 GMT`; what is below a second is cut off.
pub(crate) fn rfc1123(millis: i64) -> String {
    timestamp(millis).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Dates of a list: most of its entries are of few moments, so that the text of the last one is kept.
#[derive(Debug, Default)]
pub(crate) struct LastDate(Option<(i64, String)>);

impl LastDate {
    /// The date as [`rfc1123`] writes it.
    pub(crate) fn rfc1123(&mut self, millis: i64) -> &str {
        let second = millis.div_euclid(1000);
        if self.0.as_ref().is_none_or(|(last, _)| *last != second) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (second, rfc1123(millis))).1
    }
}

/// Reads the date of a header; only GMT is one there.
pub(crate) fn parse_rfc1123(text: &str) -> Option<i64> {
    let text = text.trim();
    let date = text.ends_with(" GMT").then(|| rfc2822::parse(text).ok()).flatten()?;
    Some(date.timestamp().as_millisecond())
}

/// `2019-12-23T21:02:58.1098030Z`, with the seven digits that .NET writes.
pub(crate) fn iso8601(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%7fZ").to_string()
}

/// `2019-12-23T21:02:58Z`.
pub(crate) fn iso8601_seconds(millis: i64) -> String {
    timestamp(millis).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads the date of a SAS, of an access policy or of a key: a day, a minute, a second or a part of one, in
/// UTC unless an offset says otherwise.
pub(crate) fn parse_iso8601(text: &str) -> Option<i64> {
    let text = text.trim();
    let millis = if let Ok(timestamp) = text.parse::<Timestamp>() {
        timestamp.as_millisecond()
    } else if let Ok(time) = strtime::parse("%Y-%m-%dT%H:%MZ", text).and_then(|t| t.to_datetime()) {
        time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()
    } else if text.len() == "2019-12-23".len() {
        text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()
    } else {
        return None;
    };
    (FIRST..=LAST).contains(&millis).then_some(millis)
}

/// FILETIME ticks, the 100 nanoseconds since 1601. What was before counts as 0.
pub(crate) fn filetime(millis: i64) -> u64 {
    let ticks = millis.saturating_add(FILETIME_EPOCH).saturating_mul(TICKS_PER_MILLISECOND);
    u64::try_from(ticks).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn header_dates_both_ways() {
        let text = "Tue, 24 Dec 2019 20:37:22 GMT";
        let millis = parse_rfc1123(text).unwrap();
        assert_eq!(millis, 1_577_219_842_000);
        assert_eq!(rfc1123(millis + 999), text);
        assert_eq!(rfc1123(parse_rfc1123("Thu, 04 Apr 2075 00:00:00 GMT").unwrap()).len(), 29);
    }

    #[test]
    fn what_is_no_header_date() {
        for text in [
            "",
            "GMT",
            "yesterday",
            "Tue, 24 Dec 2019 20:37:22",
            "Tue, 24 Dec 2019 20:37:22 +0100",
            "Mon, 24 Dec 2019 20:37:22 GMT",
            "Tue, 32 Dec 2019 20:37:22 GMT",
            "Tue, 24 Dec 2019 25:37:22 GMT",
            "2019-12-24T20:37:22Z",
        ] {
            assert_eq!(parse_rfc1123(text), None, "{text:?}");
        }
    }

    #[test]
    fn iso_dates_in_every_precision() {
        let second = 1_577_134_978_000;
        for (text, millis) in [
            ("2019-12-23T21:02:58.1098030Z", second + 109),
            ("2019-12-23T21:02:58Z", second),
            ("2019-12-23T21:02Z", second - 58_000),
            ("2019-12-23", second - (21 * 3600 + 2 * 60 + 58) * 1000),
            ("2019-12-23T22:02:58+01:00", second),
        ] {
            assert_eq!(parse_iso8601(text), Some(millis), "{text}");
        }
        for text in
            ["", "2019-13-01", "2019-12-23T21:02:58", "23.12.2019", "0", "-000001-01-01T00:00:00Z"]
        {
            assert_eq!(parse_iso8601(text), None, "{text:?}");
        }
        assert_eq!(iso8601_seconds(second), "2019-12-23T21:02:58Z");
        let moment: Timestamp = "2019-12-23T21:02:58.109803Z".parse().unwrap();
        assert_eq!(iso8601(moment), "2019-12-23T21:02:58.1098030Z");
    }

    #[test]
    fn dates_of_a_list_are_those_of_single_entries() {
        let mut last = LastDate::default();
        for millis in [0, 999, 1000, -1, 1_661_986_723_945, 1_661_986_723_001, 1_661_986_724_000] {
            assert_eq!(last.rfc1123(millis), rfc1123(millis));
        }
    }

    /// `creationTime` of a recorded list and `x-ms-creation-time` of the same path.
    #[test]
    fn filetime_counts_from_1601() {
        let millis = 1_661_986_723_945;
        assert_eq!(rfc1123(millis), "Wed, 31 Aug 2022 22:58:43 GMT");
        assert_eq!(filetime(millis), 133_064_603_239_450_000);
        assert_eq!(filetime(0), 116_444_736_000_000_000);
        assert_eq!(filetime(i64::MIN), 0);
    }

    proptest! {
        #[test]
        fn every_moment_has_a_text_and_comes_back(millis: i64) {
            let text = rfc1123(millis);
            let inside = millis.clamp(FIRST, LAST);
            prop_assert_eq!(parse_iso8601(&iso8601_seconds(millis)), Some(inside.div_euclid(1000) * 1000));
            prop_assert!(text.ends_with(" GMT"));
            filetime(millis);
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC*") {
            parse_rfc1123(&text);
            parse_iso8601(&text);
        }
    }
}
