//! Amounts as people read them: three digits of bytes, counts with commas, times in two units.

use std::time::Duration;

const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// Bytes, such as `78.1 MiB`.
pub(crate) fn bytes(amount: u64) -> String {
    let unit = unit_of(amount);
    format!("{} {}", in_unit(amount, unit), UNITS[unit])
}

/// A part and the whole in the unit of the whole: `18.8` and `78.1 MiB`.
pub(crate) fn part_of(part: u64, whole: u64) -> (String, String) {
    (in_unit(part, unit_of(whole)), bytes(whole))
}

/// Bytes without a blank and with one letter, as `ls -h` and `du -h` of Unix show them: `78.1M`.
pub(crate) fn short_bytes(amount: u64) -> String {
    let unit = unit_of(amount);
    match unit {
        0 => amount.to_string(),
        _ => format!("{}{}", in_unit(amount, unit), &UNITS[unit][..1]),
    }
}

/// Bytes a second, such as `12.8 MiB/s`.
pub(crate) fn rate(bytes_per_second: f64) -> String {
    // A float becomes the nearest number that there is.
    format!("{}/s", bytes(bytes_per_second as u64))
}

/// A number with commas between its thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many things: `1 file`, `5,000 files`. The plural is made with an `s`.
pub(crate) fn things(number: u64, name: &str) -> String {
    match number {
        1 => format!("1 {name}"),
        // A word that ends in a consonant and y.
        _ if name.ends_with("try") || name.ends_with("ory") => {
            format!("{} {}ies", count(number), &name[..name.len() - 1])
        }
        _ => format!("{} {name}s", count(number)),
    }
}

/// So many of both: `1 file and 2 directories`.
pub(crate) fn items(files: u64, directories: u64) -> String {
    format!("{} and {}", things(files, "file"), things(directories, "directory"))
}

/// A time that has passed: `0.2 s`, `16 s`, `2 min 5 s`, `1 h 12 min`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A time that is left, as short as it gets: `4s`, `2m05s`, `1h12m`, `3d04h`.
pub(crate) fn remaining(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86400, seconds / 3600 % 24),
    }
}

/// The index of the unit in which an amount has one to four digits before the point.
fn unit_of(amount: u64) -> usize {
    let mut unit = 0;
    // What would be rounded to 1000 or more is shown in the next unit, so that three digits are enough.
    while amount as f64 / scale(unit) >= 999.5 && unit + 1 < UNITS.len() {
        unit += 1;
    }
    unit
}

fn scale(unit: usize) -> f64 {
    (1_u64 << (10 * unit)) as f64
}

fn in_unit(amount: u64, unit: usize) -> String {
    let value = amount as f64 / scale(unit);
    match value {
        _ if unit == 0 => amount.to_string(),
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_of_bytes() {
        for (amount, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "0.98 KiB"),
            (1024, "1.00 KiB"),
            (81_920_000, "78.1 MiB"),
            (629_145_600, "600 MiB"),
            (1_048_051_711, "999 MiB"),
            (1_048_051_712, "0.98 GiB"),
            (3_000_000_000, "2.79 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(amount), text);
        }
        assert_eq!(part_of(19_713_229, 81_920_000), ("18.8".to_owned(), "78.1 MiB".to_owned()));
        assert_eq!((short_bytes(7), short_bytes(81_920_000)), ("7".into(), "78.1M".into()));
        assert_eq!(rate(13_421_772.8), "12.8 MiB/s");
    }

    #[test]
    fn counts_and_times() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(things(1, "file"), "1 file");
        assert_eq!(things(2, "directory"), "2 directories");
        assert_eq!(things(0, "retry"), "0 retries");
        let seconds = Duration::from_secs;
        assert_eq!(elapsed(Duration::from_millis(240)), "0.2 s");
        assert_eq!(
            [16, 125, 4321].map(|s| elapsed(seconds(s))),
            ["16 s", "2 min 5 s", "1 h 12 min"]
        );
        assert_eq!(
            [4, 125, 4321, 273_600].map(|s| remaining(seconds(s))),
            ["4s", "2m05s", "1h12m", "3d04h"]
        );
    }
}
