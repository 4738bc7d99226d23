//! `adls fs expiry`.

use std::time::{Duration, SystemTime};

use adls_fs::Expiry;
use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::plan::{Changes, DryRun, Step};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::time;

/// When a file vanishes.
#[derive(Debug, Args)]
pub(crate) struct ExpiryArgs {
    /// The file
    #[arg(value_name = "PATH")]
    path: String,
    /// Let it vanish at this time, such as 2027-01-31T00:00:00Z
    #[arg(
        long,
        value_name = "TIME",
        conflicts_with_all = ["after", "never"],
        value_parser = parse_time
    )]
    at: Option<Timestamp>,
    /// Let it vanish after this time from now, such as 36h, 7d, 1week or P7D
    #[arg(
        long = "in",
        value_name = "DURATION",
        conflicts_with = "never",
        allow_hyphen_values = true,
        value_parser = parse_span
    )]
    after: Option<Span>,
    /// Never let it expire
    #[arg(long)]
    never: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

pub(crate) async fn run(context: &Context, args: &ExpiryArgs) -> Outcome {
    let expiry = match (args.at, args.after, args.never) {
        (Some(at), _, _) => Some(Expiry::At(SystemTime::from(at))),
        (_, Some(after), _) => {
            Some(Expiry::AfterNow(span_to_duration(after, context.clock.now())?))
        }
        (_, _, true) => Some(Expiry::Never),
        _ => None,
    };
    let remote = context.item(&args.path).await?;
    if let Some(expiry) = expiry {
        let changes = Changes::new(context, &args.dry_run);
        let target = Some(remote.path.as_str());
        let step = Step { action: "change the expiry of", target, ..Step::default() };
        let change = async { Ok(remote.client.set_expiry(&remote.path, expiry).await?) };
        changes.make(step, change).await?;
        return changes.end();
    }
    let status = remote.client.stat(&remote.path).await?;
    let text = status.expires.map_or_else(|| "never".to_owned(), time);
    context.printer.line(&text)
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{text:?} is not a time; write it like 2027-01-31T00:00:00Z"))
}

fn parse_span(text: &str) -> Result<Span, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{text:?} is not a duration; write it like 36h, 7d, 1week or P7D"))
}

/// How long a span is that begins now; a month has a length only then.
fn span_to_duration(span: Span, now: SystemTime) -> Outcome<Duration> {
    let wrong = |why: &str| Failure::usage(format!("a file cannot vanish {why}"));
    let now = Timestamp::try_from(now).map_err(|_| wrong("at this time"))?;
    let length = span.to_duration(&now.to_zoned(TimeZone::UTC));
    let length = length.map_err(|_| wrong("so late; name a nearer time"))?;
    let length = Duration::try_from(length);
    let length = length.map_err(|_| wrong("in the past; name a positive duration"))?;
    if length.is_zero() {
        return Err(wrong("at once; name a positive duration, or delete it with `adls fs rm`"));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_duration() {
        let now = SystemTime::UNIX_EPOCH;
        let seconds =
            |text| span_to_duration(parse_span(text).unwrap(), now).map(|length| length.as_secs());
        for text in ["P7D", "7d", "1week", "168h", "PT168H", "7 days"] {
            assert_eq!(seconds(text).unwrap(), 7 * 24 * 3600, "{text}");
        }
        assert_eq!(seconds("1month").unwrap(), 31 * 24 * 3600);
        for text in ["0s", "-1h", "P0D", "19000y"] {
            let refused = seconds(text).unwrap_err().to_string();
            assert!(refused.starts_with("a file cannot vanish"), "{text}: {refused}");
        }
        assert!(parse_span("soon").unwrap_err().contains("P7D"));
        assert!(parse_time("soon").unwrap_err().contains("2027-01-31T00:00:00Z"));
    }
}
