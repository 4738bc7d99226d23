//! Dates: RFC 1123 of headers, ISO 8601 of XML and of signatures. A moment is a number of milliseconds since
//! 1970, as everywhere in the namespace.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

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

/// Reads the time of a SAS, of an access policy or of a key in one of the forms that the service takes: a date, or
/// date and time with or without seconds and up to seven digits behind them, in UTC or with an offset.
pub(crate) fn parse_iso8601(text: &str) -> Option<Timestamp> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape == "0000-00-00" {
        return format!("{text}T00:00Z").parse().ok();
    }
    let rest = shape.strip_prefix("0000-00-00T00:00")?;
    let zone = match rest.strip_prefix(":00") {
        None => rest,
        Some(rest) => match rest.strip_prefix('.') {
            None => rest,
            Some(rest) => {
                let zone = rest.trim_start_matches('0');
                let digits = rest.len() - zone.len();
                (1..=7).contains(&digits).then_some(zone)?
            }
        },
    };
    matches!(zone, "Z" | "+00:00" | "-00:00").then(|| text.parse().ok()).flatten()
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
    fn iso_dates_of_answers() {
        assert_eq!(iso8601_seconds(1_577_134_978_000), "2019-12-23T21:02:58Z");
        let moment: Timestamp = "2019-12-23T21:02:58.109803Z".parse().unwrap();
        assert_eq!(iso8601(moment), "2019-12-23T21:02:58.1098030Z");
    }

    #[test]
    fn every_form_of_signed_times_is_read() {
        for (text, read) in [
            ("2030-01-02", "2030-01-02T00:00:00Z"),
            ("2030-01-02T03:04Z", "2030-01-02T03:04:00Z"),
            ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05Z"),
            ("2030-01-02T03:04:05.6Z", "2030-01-02T03:04:05.6Z"),
            ("2030-01-02T03:04:05.1234567Z", "2030-01-02T03:04:05.1234567Z"),
            ("2030-01-02T03:04:05+01:00", "2030-01-02T02:04:05Z"),
            ("2030-01-02T03:04-01:00", "2030-01-02T04:04:00Z"),
        ] {
            assert_eq!(parse_iso8601(text), Some(read.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn other_forms_of_signed_times_are_none() {
        for text in [
            "",
            "2030",
            "2030-1-2",
            "2030-02-30",
            "2030-01-02T",
            "2030-01-02T03",
            "2030-01-02T03:04",
            "2030-01-02t03:04z",
            "2030-01-02 03:04Z",
            "2030-01-02T25:04Z",
            "2030-01-02T03:04:05",
            "2030-01-02T03:04:05.Z",
            "2030-01-02T03:04:05.12345678Z",
            "2030-01-02T03:04:05Z[UTC]",
            "2030-01-02T03:04:05 Z",
            "Wed, 02 Jan 2030 03:04:05 GMT",
        ] {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_has_a_text_and_comes_back(millis: i64) {
            let text = rfc1123(millis);
            let inside = millis.clamp(FIRST, LAST);
            let read = parse_iso8601(&iso8601_seconds(millis)).map(Timestamp::as_second);
            prop_assert_eq!(read, Some(inside.div_euclid(1000)));
            prop_assert!(text.ends_with(" GMT"));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC*") {
            parse_rfc1123(&text);
            parse_iso8601(&text);
        }
    }
}
