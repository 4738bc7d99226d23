//! The times in tokens and in stored access policies.

use jiff::Timestamp;

/// Reads a time in one of the forms that the service takes: a date, or date and time with or
/// without seconds and up to seven digits behind them, in UTC or with an offset.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
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
    use super::*;

    #[test]
    fn every_form_of_the_service_is_read() {
        for (text, read) in [
            ("2030-01-02", "2030-01-02T00:00:00Z"),
            ("2030-01-02T03:04Z", "2030-01-02T03:04:00Z"),
            ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05Z"),
            ("2030-01-02T03:04:05.6Z", "2030-01-02T03:04:05.6Z"),
            ("2030-01-02T03:04:05.1234567Z", "2030-01-02T03:04:05.1234567Z"),
            ("2030-01-02T03:04:05+01:00", "2030-01-02T02:04:05Z"),
            ("2030-01-02T03:04-01:00", "2030-01-02T04:04:00Z"),
        ] {
            assert_eq!(parse(text), Some(read.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn other_forms_are_none() {
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
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
