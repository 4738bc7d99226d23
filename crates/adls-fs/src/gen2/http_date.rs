//! Dates of headers and lists, as RFC 9110 has them.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// The time of a text such as `Sat, 26 Nov 2022 10:43:05 GMT`.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok().map(SystemTime::from)
}

/// The text of a time, to the second. `None` for one that no date can hold.
pub(super) fn format(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = "Sat, 26 Nov 2022 10:43:05 GMT";
        assert_eq!(format(parse(text).unwrap()).unwrap(), text);
        for text in ["", "2022-11-26", "Sat, 26 Nov 2022"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
