//! How far a transfer has got, as one line that fits into the terminal.

use std::time::Duration;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::counts::{Note, Snapshot, TransferCounts};
use crate::printer::amount;

/// From this width on everything is written out.
const WIDE: usize = 100;
/// Below this width there is room for the most important only.
const NARROW: usize = 60;
/// A bar with fewer characters tells nothing.
const LEAST_BAR: usize = 8;

/// What a transfer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Upload,
    Download,
    Copy,
    Sync,
}

impl Verb {
    /// As it goes on.
    pub(crate) fn doing(self) -> &'static str {
        match self {
            Self::Upload => "uploading",
            Self::Download => "downloading",
            Self::Copy => "copying",
            Self::Sync => "syncing",
        }
    }

    /// When it is over.
    pub(crate) fn done(self) -> &'static str {
        match self {
            Self::Upload => "uploaded",
            Self::Download => "downloaded",
            Self::Copy => "copied",
            Self::Sync => "synced",
        }
    }

    /// Where there is no room.
    fn short(self) -> &'static str {
        match self {
            Self::Upload => "up",
            Self::Download => "down",
            Self::Copy => "copy",
            Self::Sync => "sync",
        }
    }
}

/// A line of at most `width` columns.
pub(super) fn line(verb: Verb, snapshot: &Snapshot, width: usize) -> String {
    let line = match width {
        WIDE.. => with_bar(width, &wide(verb, snapshot), &end(snapshot, "eta ", true), snapshot),
        NARROW..WIDE => {
            with_bar(width, &medium(verb, snapshot), &end(snapshot, "", true), snapshot)
        }
        _ => narrow(verb, snapshot),
    };
    cut(line, width)
}

/// The same as a sentence, for a log.
pub(super) fn plain(verb: Verb, snapshot: &Snapshot) -> String {
    let mut parts = vec![position(snapshot)];
    if snapshot.complete {
        parts.push(format!("{}%", percent(snapshot)));
    }
    parts.extend(snapshot.bytes_per_second.map(amount::rate));
    parts.extend(eta(snapshot).map(|time| format!("{} left", amount::remaining(time))));
    parts.extend(snapshot.note.as_ref().map(note));
    format!("{}: {}", verb.doing(), parts.join(", "))
}

/// The same for programs.
pub(super) fn to_json(verb: Verb, snapshot: &Snapshot, ended: bool) -> Value {
    json!({
        "event": if ended { "end" } else { "progress" },
        "action": verb.doing(),
        "files": snapshot.done.files,
        "bytes": snapshot.done.bytes,
        "totalFiles": snapshot.total.files,
        "totalBytes": snapshot.total.bytes,
        "totalsComplete": snapshot.complete,
        "resumedBytes": snapshot.resumed,
        "bytesPerSecond": snapshot.bytes_per_second.map(|rate| rate as u64),
        "secondsLeft": eta(snapshot).map(|time| time.as_secs()),
        "seconds": (snapshot.elapsed.as_secs_f64() * 10.0).round() / 10.0,
        "retries": snapshot.retries,
        "waiting": snapshot.note.as_ref().map(note),
    })
}

/// Where the transfer of a command is, if there is one: `600 MiB of 2.79 GiB`.
pub(crate) fn position_of(counts: &TransferCounts) -> Option<String> {
    let snapshot = counts.snapshot();
    (snapshot.total.files > 0).then(|| position(&snapshot))
}

/// How far it is: `1,204 of 5,000 files, 18.8 of 78.1 MiB`, and of one file its bytes alone.
fn position(snapshot: &Snapshot) -> String {
    let bytes = bytes_of(snapshot, " of ");
    if snapshot.total.files == 1 {
        return bytes;
    }
    format!("{}, {bytes}", files_of(snapshot, " of "))
}

fn wide(verb: Verb, snapshot: &Snapshot) -> String {
    joined(verb, snapshot, " of ", "  ")
}

fn medium(verb: Verb, snapshot: &Snapshot) -> String {
    let between = if snapshot.complete { "/" } else { " of " };
    joined(verb, snapshot, between, " ")
}

fn joined(verb: Verb, snapshot: &Snapshot, between: &str, gap: &str) -> String {
    let mut text = verb.doing().to_owned();
    if snapshot.total.files != 1 {
        text.push_str(&format!("{gap}{}", files_of(snapshot, between)));
    }
    text.push_str(&format!("  {}", bytes_of(snapshot, between)));
    if snapshot.complete {
        text.push_str(&format!("{gap}{}%", percent(snapshot)));
    }
    text
}

fn narrow(verb: Verb, snapshot: &Snapshot) -> String {
    let mut text = verb.short().to_owned();
    if snapshot.complete {
        text.push_str(&format!(" {}%", percent(snapshot)));
    }
    if let Some(note) = &snapshot.note {
        return format!("{text}  {}", short_note(note));
    }
    text.push_str(&format!("  {}", bytes_of(snapshot, "/")));
    format!("{text}{}", end(snapshot, "", false))
}

/// What stands behind the bar: the rate and the time that is left, or what it waits for.
fn end(snapshot: &Snapshot, eta_label: &str, padded: bool) -> String {
    let width = if padded { 10 } else { 0 };
    let mut text = String::new();
    if let Some(rate) = snapshot.bytes_per_second {
        text.push_str(&format!("  {:>width$}", amount::rate(rate)));
    }
    if let Some(waiting) = &snapshot.note {
        text.push_str(&format!("  {}", note(waiting)));
    } else if let Some(time) = eta(snapshot) {
        let width = if padded { 5 } else { 0 };
        text.push_str(&format!("  {eta_label}{:<width$}", amount::remaining(time)));
    }
    text
}

/// Fills what is left between both ends with a bar, where the end is known and nothing else is to be said.
fn with_bar(width: usize, begin: &str, end: &str, snapshot: &Snapshot) -> String {
    // The last column stays free: some terminals wrap when it is written.
    let room = (width - 1).saturating_sub(begin.width() + end.width() + 1);
    if !snapshot.complete || snapshot.note.is_some() || room < LEAST_BAR {
        return format!("{begin}{end}");
    }
    format!("{begin} {}{end}", bar(fraction(snapshot), room))
}

fn bar(fraction: f64, room: usize) -> String {
    let filled = ((room as f64 * fraction) as usize).min(room);
    let (head, rest) = match room - filled {
        0 => ("", 0),
        empty => ("╸", empty - 1),
    };
    format!("{}{head}{}", "━".repeat(filled), "─".repeat(rest))
}

fn files_of(snapshot: &Snapshot, between: &str) -> String {
    let (done, total) = (snapshot.done.files, snapshot.total.files);
    let plus = if snapshot.complete { "" } else { "+" };
    format!("{}{between}{}{plus} files", amount::count(done), amount::count(total))
}

fn bytes_of(snapshot: &Snapshot, between: &str) -> String {
    if !snapshot.complete {
        return amount::bytes(snapshot.done.bytes);
    }
    let whole = snapshot.total.bytes.max(snapshot.done.bytes);
    let (part, whole) = amount::part_of(snapshot.done.bytes, whole);
    format!("{part}{between}{whole}")
}

fn fraction(snapshot: &Snapshot) -> f64 {
    let (done, total) = match snapshot.total.bytes {
        // Files without content are counted.
        0 => (snapshot.done.files, snapshot.total.files),
        bytes => (snapshot.done.bytes, bytes),
    };
    if total == 0 { 0.0 } else { (done as f64 / total as f64).min(1.0) }
}

/// Never 100 before everything is there.
fn percent(snapshot: &Snapshot) -> u64 {
    (fraction(snapshot) * 100.0) as u64
}

fn eta(snapshot: &Snapshot) -> Option<Duration> {
    let rate = snapshot.bytes_per_second.filter(|rate| *rate >= 1.0 && snapshot.complete)?;
    let missing = snapshot.total.bytes.saturating_sub(snapshot.done.bytes);
    Duration::try_from_secs_f64(missing as f64 / rate).ok()
}

fn note(note: &Note) -> String {
    match note {
        Note::Throttled(seconds) => format!("slowed down by the service, {seconds} s"),
        Note::Retrying { attempt, max_attempts, reason } => {
            format!("retrying, {attempt} of {max_attempts}: {reason}")
        }
    }
}

fn short_note(note: &Note) -> String {
    match note {
        Note::Throttled(seconds) => format!("slowed down, {seconds} s"),
        Note::Retrying { attempt, max_attempts, .. } => {
            format!("retrying, {attempt} of {max_attempts}")
        }
    }
}

/// As much as fits without a wrap.
pub(super) fn cut(line: String, width: usize) -> String {
    let mut line = line;
    while line.width() >= width.max(1) && line.pop().is_some() {}
    line
}

#[cfg(test)]
mod tests {
    use super::super::counts::Sum;
    use super::*;

    fn snapshot() -> Snapshot {
        Snapshot {
            done: Sum { files: 1204, bytes: 19_713_229 },
            total: Sum { files: 5000, bytes: 81_920_000 },
            complete: true,
            bytes_per_second: Some(13_421_773.0),
            ..Snapshot::default()
        }
    }

    fn lines(snapshot: &Snapshot) -> Vec<String> {
        [110, 80, 40].map(|width| line(Verb::Upload, snapshot, width)).to_vec()
    }

    #[test]
    fn as_much_as_there_is_room_for() {
        assert_eq!(
            lines(&snapshot()),
            [
                "uploading  1,204 of 5,000 files  18.8 of 78.1 MiB  24% \
                 ━━━━━━━╸───────────────────────  12.8 MiB/s  eta 4s   ",
                "uploading 1,204/5,000 files  18.8/78.1 MiB 24% ━━━╸─────────  12.8 MiB/s  4s   ",
                "up 24%  18.8/78.1 MiB  12.8 MiB/s  4s",
            ]
        );
    }

    #[test]
    fn without_a_bar_while_the_end_is_unknown() {
        let listing =
            Snapshot { complete: false, total: Sum { files: 3120, bytes: 1 }, ..snapshot() };
        assert_eq!(
            lines(&listing),
            [
                "uploading  1,204 of 3,120+ files  18.8 MiB  12.8 MiB/s",
                "uploading 1,204 of 3,120+ files  18.8 MiB  12.8 MiB/s",
                "up  18.8 MiB  12.8 MiB/s",
            ]
        );
    }

    #[test]
    fn what_it_waits_for_takes_the_place_of_the_bar() {
        let throttled = Snapshot { note: Some(Note::Throttled(3)), ..snapshot() };
        assert_eq!(
            lines(&throttled)[1..],
            [
                "uploading 1,204/5,000 files  18.8/78.1 MiB 24%  12.8 MiB/s  slowed down by the ",
                "up 24%  slowed down, 3 s",
            ]
        );
        let reason = "the connection was lost".to_owned();
        let retrying = Note::Retrying { attempt: 2, max_attempts: 5, reason };
        let one = Sum { files: 1, bytes: 3_000_000_000 };
        let retrying = Snapshot { note: Some(retrying), total: one, ..snapshot() };
        assert_eq!(
            line(Verb::Upload, &retrying, 100),
            "uploading  0.02 of 2.79 GiB  0%  12.8 MiB/s  retrying, 2 of 5: the connection was lost"
        );
    }

    #[test]
    fn no_line_is_ever_as_wide_as_the_terminal() {
        for width in 1..250 {
            for snapshot in [snapshot(), Snapshot::default()] {
                let shown = line(Verb::Download, &snapshot, width);
                assert!(shown.width() < width.max(2), "{width}: {shown}");
            }
        }
    }

    #[test]
    fn for_logs_and_programs() {
        assert_eq!(
            plain(Verb::Sync, &snapshot()),
            "syncing: 1,204 of 5,000 files, 18.8 of 78.1 MiB, 24%, 12.8 MiB/s, 4s left"
        );
        let json = to_json(Verb::Sync, &snapshot(), false);
        assert_eq!((&json["files"], &json["totalBytes"]), (&json!(1204), &json!(81_920_000)));
        assert_eq!((&json["secondsLeft"], &json["waiting"]), (&json!(4), &Value::Null));
    }
}
