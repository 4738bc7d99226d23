//! The flags of every command, and values of arguments that are more than a word: durations and
//! counts, each with its range.

use std::fmt::Display;
use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use adls_wire::Rwx;
use clap::Args;
use jiff::{Span, SpanRelativeTo, Timestamp};

use crate::printer::{Format, ProgressMode};

/// The longest time that anything may be told to take; ten years stand for ever.
const MAX_DURATION: Duration = Duration::from_secs(10 * 366 * 24 * 3600);
/// How many requests of one command may run at once.
const MAX_PARALLEL: NonZeroUsize = NonZeroUsize::new(1024).unwrap();
/// How deep directories are looked into; a path has room for no more names.
const MAX_DEPTH: usize = 10_000;

/// Flags of every command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// How results are printed: table, json (one document), jsonl (an object a line) or tsv
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        hide_possible_values = true
    )]
    pub(crate) output: Format,
    /// The cloud: AzureCloud, AzureChinaCloud, AzureUSGovernment, AzureGermanCloud
    #[arg(long, global = true, env = "ADLS_CLOUD", hide_env_values = true, value_name = "NAME")]
    pub(crate) cloud: Option<String>,
    /// The subscription of management commands
    #[arg(
        long,
        global = true,
        env = "ADLS_SUBSCRIPTION",
        hide_env_values = true,
        value_name = "ID"
    )]
    pub(crate) subscription: Option<String>,
    /// The account to manage, and the one that plain absolute paths mean
    #[arg(
        long = "account",
        global = true,
        env = "ADLS_ACCOUNT",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub(crate) default_account: Option<String>,
    /// The file system of that account (Gen2) that plain absolute paths mean
    #[arg(
        long,
        global = true,
        env = "ADLS_FILE_SYSTEM",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub(crate) file_system: Option<String>,
    /// The profile of config.toml whose values and sign-ins hold
    #[arg(long, global = true, env = "ADLS_PROFILE", hide_env_values = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Reach the storage account by its key, which comes on standard input
    #[arg(long, global = true, conflicts_with = "sas_token_stdin")]
    pub(crate) account_key_stdin: bool,
    /// Reach the storage account by a shared access signature, which comes on standard input
    #[arg(long, global = true)]
    pub(crate) sas_token_stdin: bool,
    /// Give up after this time, such as 90s or 10m; a number alone means seconds
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Show each request and each file on stderr, without secrets; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Write a log of everything to this file, without secrets
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
    /// How progress is shown on stderr: auto, never, or json (an object a line)
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) progress: ProgressMode,
}

/// `--help` of a command in which `-h` means something else.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LongHelp {
    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

/// Parses a duration: seconds, or a text such as `90s`, `10m`, `7d`, `1week` or `P7D`. It is never
/// zero.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration; write it like 90s, 10m, 36h, 7d or P7D");
    let given = text.trim();
    let duration = if let Ok(seconds) = given.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?
    } else {
        let span: Span = given.parse().map_err(|_| wrong())?;
        // Without a calendar a day has 24 hours, and a month no length.
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let length = length.map_err(|_| {
            format!("{text:?} has no fixed length; write months and years as days, like 30d")
        })?;
        Duration::try_from(length).map_err(|_| "a duration is never negative".to_owned())?
    };
    match duration {
        Duration::ZERO => Err("a duration is never zero".to_owned()),
        duration if duration > MAX_DURATION => {
            Err("a duration is never longer than 10 years".to_owned())
        }
        duration => Ok(duration),
    }
}

/// A point in time: itself, or how long ago it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    At(SystemTime),
    Ago(Duration),
}

impl Moment {
    /// The time that it means at `now`.
    pub(crate) fn before(self, now: SystemTime) -> SystemTime {
        match self {
            Self::At(time) => time,
            Self::Ago(duration) => now.checked_sub(duration).unwrap_or(SystemTime::UNIX_EPOCH),
        }
    }
}

/// Parses a time such as `2027-01-31T00:00:00Z`, or a duration before now such as `36h`.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(time) = text.trim().parse::<Timestamp>() {
        return Ok(Moment::At(time.into()));
    }
    let ago = duration(text).map_err(|_| {
        format!(
            "{text:?} is neither a time nor a duration; write it like 2027-01-31T00:00:00Z, 36h or \
             7d"
        )
    });
    ago.map(Moment::Ago)
}

/// Parses a number of bytes a second, such as `50M`, `500KiB` or `1.5G`; a thousand and twenty-four of a
/// unit are one of the next.
pub(crate) fn bytes_per_second(text: &str) -> Result<NonZeroU64, String> {
    let wrong = || format!("{text:?} is not a number of bytes a second; write it like 500K or 50M");
    let given = text.trim().trim_end_matches("/s");
    let given = given.strip_suffix('B').or(given.strip_suffix('b')).unwrap_or(given);
    let given = given.strip_suffix('i').unwrap_or(given);
    let (number, shift) = match given.char_indices().next_back() {
        Some((at, letter)) if letter.is_ascii_alphabetic() => {
            let shift = "KMGT".find(letter.to_ascii_uppercase()).ok_or_else(wrong)?;
            (&given[..at], 10 * (shift + 1))
        }
        _ => (given, 0),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let bytes = number * (1_u64 << shift) as f64;
    // Of what lies outside, the nearest number is taken.
    NonZeroU64::new(bytes as u64).ok_or_else(wrong)
}

/// The same where zero means that nothing is waited for.
pub(crate) fn duration_or_zero(text: &str) -> Result<Duration, String> {
    if text.trim().parse() == Ok(0_u32) { Ok(Duration::ZERO) } else { duration(text) }
}

/// Parses a property of the user's own.
pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} is not a property; write it like owner=me")),
    }
}

/// Parses how many requests may run at once.
pub(crate) fn parallel(text: &str) -> Result<NonZeroUsize, String> {
    number(text, &(NonZeroUsize::MIN..=MAX_PARALLEL))
}

/// Parses rights: `r-x`, and as people write them `rx`, or a digit of a mode.
pub(crate) fn rights(text: &str) -> Result<Rwx, String> {
    let wrong = || format!("{text:?} are no rights; write them like r-x, rx or 5");
    if let Ok(rights) = text.parse() {
        return Ok(rights);
    }
    if let (1, Ok(bits)) = (text.len(), u16::from_str_radix(text, 8)) {
        return Ok(Rwx::from_bits(bits));
    }
    let mut bits = 0;
    for letter in text.chars() {
        let one = match letter {
            'r' => Rwx::READ,
            'w' => Rwx::WRITE,
            'x' => Rwx::EXECUTE,
            _ => return Err(wrong()),
        };
        bits |= one.bits();
    }
    if bits == 0 { Err(wrong()) } else { Ok(Rwx::from_bits(bits)) }
}

/// Parses how many levels of directories are meant.
pub(crate) fn levels(text: &str) -> Result<usize, String> {
    number(text, &(0..=MAX_DEPTH))
}

/// Parses a number of bytes or lines of a file.
pub(crate) fn amount(text: &str) -> Result<u64, String> {
    number(text, &(0..=i64::MAX.unsigned_abs()))
}

/// Parses for how many days something that was deleted is kept; 0 for not at all.
pub(crate) fn soft_delete_days(text: &str) -> Result<u32, String> {
    number(text, &(0..=365))
}

fn number<T>(text: &str, range: &RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
{
    let number = text.trim().parse().ok().filter(|number| range.contains(number));
    let (least, most) = (range.start(), range.end());
    number.ok_or_else(|| format!("{text:?} is not a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_in_any_form() {
        for (text, expected) in
            [("r-x", "r-x"), ("rx", "r-x"), ("w", "-w-"), ("5", "r-x"), ("---", "---")]
        {
            assert_eq!(rights(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "8", "750", "rq", "read"] {
            assert!(rights(text).unwrap_err().contains("like r-x"), "{text}");
        }
    }

    #[test]
    fn durations_in_every_spelling() {
        for (text, seconds) in [
            ("90", 90.0),
            ("0.25", 0.25),
            ("90s", 90.0),
            ("10m", 600.0),
            ("1h30m", 5400.0),
            ("36h", 129_600.0),
            ("7d", 604_800.0),
            ("1week", 604_800.0),
            ("P7D", 604_800.0),
            ("PT36H", 129_600.0),
            ("2 days", 172_800.0),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "0", "0s", "-1", "-1h", "1month", "P1Y", "soon", "1e300", "nan", "11000d"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_and_speeds() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let before = |text| moment(text).map(|moment| moment.before(now));
        assert_eq!(
            before("1970-01-01T00:00:07Z"),
            Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(7))
        );
        assert_eq!(before("1h"), Ok(now - Duration::from_secs(3600)));
        assert!(moment("yesterday").unwrap_err().contains("36h"));
        for (text, bytes) in
            [("100", 100), ("500K", 512_000), ("50M", 52_428_800), ("1.5GiB/s", 1_610_612_736)]
        {
            assert_eq!(bytes_per_second(text).map(NonZeroU64::get), Ok(bytes), "{text}");
        }
        for text in ["", "0", "fast", "5X", "-1M", "nan"] {
            assert!(bytes_per_second(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_have_a_range() {
        assert_eq!(parallel("1024").map(NonZeroUsize::get), Ok(1024));
        for text in ["0", "1025", "18446744073709551615", "-1", "x", ""] {
            assert!(parallel(text).unwrap_err().contains("1 to 1024"), "{text}");
        }
    }
}
