//! The one place that prints: results on stdout, everything else on stderr.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HEADING: Style = Style::new().bold();

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// JSON.
    Json,
    /// Tab-separated values without a heading, for scripts.
    Tsv,
}

/// One column of a table: its heading, and the JSON pointer of its value (`/properties/state`).
pub(crate) type Column = (&'static str, &'static str);

/// Prints for one command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    format: Format,
    quiet: bool,
}

impl Printer {
    pub(crate) fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet }
    }

    pub(crate) fn format(self) -> Format {
        self.format
    }

    /// Whether progress may be drawn.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Prints one object; as a table, a line for each column that has a value.
    pub(crate) fn object(self, value: &Value, columns: &[Column]) -> io::Result<()> {
        match self.format {
            Format::Json => self.json(value),
            Format::Tsv => self.line(&tsv_row(value, columns)),
            Format::Table => {
                let lines = details(value, columns);
                let width = lines.iter().map(|(title, _)| title.len()).max().unwrap_or(0);
                lines.iter().try_for_each(|(title, text)| {
                    self.line(&format!("{HEADING}{title:width$}{HEADING:#}  {text}"))
                })
            }
        }
    }

    /// Prints a list; as a table, a row for each item.
    pub(crate) fn list(self, items: &[Value], columns: &[Column]) -> io::Result<()> {
        match self.format {
            Format::Json => self.json(&Value::Array(items.to_vec())),
            Format::Tsv => items.iter().try_for_each(|item| self.line(&tsv_row(item, columns))),
            Format::Table => table(items, columns).iter().try_for_each(|line| self.line(line)),
        }
    }

    /// Prints one item of a list that is too long to be held: a line of JSON or of values.
    pub(crate) fn item(self, item: &Value, columns: &[Column]) -> io::Result<()> {
        match self.format {
            Format::Json => self.line(&escape_json(&item.to_string())),
            Format::Tsv | Format::Table => self.line(&tsv_row(item, columns)),
        }
    }

    /// Prints many items of a list that is too long to be held, a line of JSON each, at once.
    pub(crate) fn json_lines<T: Serialize>(
        self,
        items: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let mut lines = Vec::new();
        for item in items {
            serde_json::to_writer(&mut lines, &item)?;
            lines.push(b'\n');
        }
        let lines = String::from_utf8(lines).map_err(io::Error::other)?;
        // There is no style in it that a file or a pipe must be spared.
        io::stdout().lock().write_all(escape_json(&lines).as_bytes())
    }

    /// Prints a plain line on stdout.
    pub(crate) fn line(self, text: &str) -> io::Result<()> {
        writeln!(anstream::stdout(), "{text}")
    }

    /// Says something on stderr, unless the user wants quiet.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// Tells the user what to do, however quiet they want it.
    pub(crate) fn prompt(self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Warns on stderr, unless the user wants quiet.
    pub(crate) fn warning(self, text: &str) {
        if self.quiet {
            return;
        }
        let _ = writeln!(anstream::stderr(), "{WARNING}warning:{WARNING:#} {text}");
    }

    /// Reports a failure on stderr.
    pub(crate) fn failure(self, failure: &Failure) {
        let mut stderr = anstream::stderr();
        let _ = writeln!(stderr, "{ERROR}error:{ERROR:#} {}", escape_lines(&failure.to_string()));
        for detail in failure.details() {
            let _ = writeln!(stderr, "       {}", escape_lines(detail));
        }
        for hint in failure.hints() {
            let _ = writeln!(stderr, "{HINT}hint:{HINT:#} {}", escape_lines(hint));
        }
    }

    /// Prints JSON, whatever the format: for what has no other good form.
    pub(crate) fn json(self, value: &Value) -> io::Result<()> {
        self.line(&escape_json(&serde_json::to_string_pretty(value).map_err(io::Error::other)?))
    }
}

/// The value that a pointer leads to, as a person reads it; empty when there is none.
fn text_at(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The same for a table: times to the second, which is as much as a person wants to know, and tags
/// as they are written on the command line.
fn cell_at(value: &Value, pointer: &str) -> String {
    if let Some(Value::Object(members)) = value.pointer(pointer) {
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| escape(&format!("{name}={}", text_at(value, ""))))
            .collect();
        return members.join(" ");
    }
    let text = text_at(value, pointer);
    match text.split_once('.') {
        Some((seconds, fraction)) if is_time(seconds) && fraction.ends_with('Z') => {
            format!("{seconds}Z")
        }
        _ => escape(&text),
    }
}

/// Whether a text is a time as in RFC 3339, without fraction and zone.
fn is_time(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00:00";
    text.len() == pattern.len()
        && text.bytes().zip(pattern).all(|(byte, sample)| match sample {
            b'0' => byte.is_ascii_digit(),
            mark => byte == *mark,
        })
}

/// The lines of an object: what each is called, and its value. What has none is left out.
fn details(value: &Value, columns: &[Column]) -> Vec<(String, String)> {
    let lines = columns.iter().map(|(title, pointer)| (label(title), cell_at(value, pointer)));
    lines.filter(|(_, text)| !text.is_empty()).collect()
}

/// The heading of a column as the words of a line: `StartIpAddress` as `start ip address`.
fn label(title: &str) -> String {
    let mut words = String::new();
    let mut after_small = false;
    for c in title.chars() {
        if c.is_ascii_uppercase() && after_small {
            words.push(' ');
        }
        after_small = c.is_ascii_lowercase();
        words.push(if title.contains(' ') { c } else { c.to_ascii_lowercase() });
    }
    words
}

fn tsv_row(item: &Value, columns: &[Column]) -> String {
    let cells: Vec<_> =
        columns.iter().map(|(_, pointer)| escape(&text_at(item, pointer))).collect();
    cells.join("\t")
}

fn table(items: &[Value], columns: &[Column]) -> Vec<String> {
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| columns.iter().map(|(_, pointer)| cell_at(item, pointer)).collect())
        .collect();
    let layout: Vec<Cell> = columns
        .iter()
        .enumerate()
        .map(|(index, (title, pointer))| {
            let cells = rows.iter().map(|row| row[index].width());
            Cell {
                width: cells.chain([title.len()]).max().unwrap_or(0),
                right: items.iter().all(|item| item.pointer(pointer).is_some_and(Value::is_number)),
            }
        })
        .collect();
    let heading = aligned(columns.iter().map(|(title, _)| (*title).to_owned()), &layout);
    let mut lines = vec![format!("{HEADING}{heading}{HEADING:#}")];
    lines.extend(rows.into_iter().map(|row| aligned(row.into_iter(), &layout)));
    lines
}

/// How the cells of one column stand: numbers to the right.
struct Cell {
    width: usize,
    right: bool,
}

fn aligned(cells: impl Iterator<Item = String>, layout: &[Cell]) -> String {
    let mut line = String::new();
    for (text, Cell { width, right }) in cells.zip(layout) {
        let padding = " ".repeat(width.saturating_sub(text.width()));
        let (left, right) = if *right { (padding, text) } else { (text, padding) };
        line.extend([left.as_str(), right.as_str(), "  "]);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Control characters, shown instead of sent: a name must not be able to steer the terminal or to
/// break a row.
pub(crate) fn escape(text: &str) -> String {
    if !text.chars().any(steers) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| {
            let shown: Vec<char> = if steers(c) { c.escape_default().collect() } else { vec![c] };
            shown
        })
        .collect()
}

/// The same for a text of several lines.
fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// JSON escapes the control characters of ASCII by itself, but for one; the others may be escaped too.
fn escape_json(json: &str) -> Cow<'_, str> {
    // The bytes with which they begin; mostly there is none, and looking for them costs little.
    if !json.bytes().any(|byte| matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2)) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && steers(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character does something to the terminal: controls, line separators, and those that
/// change the direction of the text around them. All of them lie in the first plane.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const COLUMNS: &[Column] = &[("Name", "/name"), ("State", "/properties/state")];
    const SIZES: &[Column] = &[("Size", "/size"), ("Name", "/name")];

    #[test]
    fn numbers_stand_to_the_right() {
        let items = [json!({"size": 5, "name": "a"}), json!({"size": 12345, "name": "b"})];
        let lines = plain(&table(&items, SIZES));
        assert_eq!(lines, [" Size  Name", "    5  a", "12345  b"]);
    }

    fn plain(lines: &[String]) -> Vec<String> {
        lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let items = [
            json!({"name": "a", "properties": {"state": "Active"}}),
            json!({"name": "longer", "properties": {}}),
        ];
        let lines = plain(&table(&items, COLUMNS));
        assert_eq!(lines, ["Name    State", "a       Active", "longer"]);
    }

    #[test]
    fn an_object_is_words_and_what_it_has() {
        let rule = json!({"name": "a\tb", "at": "2017-09-13T23:58:56.730315Z", "state": null,
            "tags": {"team": "sea", "deep": ""}, "none": {}});
        let columns: &[Column] = &[
            ("Name", "/name"),
            ("CreationTime", "/at"),
            ("State", "/state"),
            ("allow Azure", "/name"),
            ("Tags", "/tags"),
            ("None", "/none"),
        ];
        let lines = details(&rule, columns);
        let lines: Vec<_> = lines.iter().map(|(title, text)| format!("{title}={text}")).collect();
        let expected = [
            "name=a\\tb",
            "creation time=2017-09-13T23:58:56Z",
            "allow Azure=a\\tb",
            "tags=team=sea deep=",
        ];
        assert_eq!(lines, expected);
        assert_eq!(cell_at(&json!("v1.2Z"), ""), "v1.2Z");
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        assert_eq!(escape("a\tb\u{1b}[2Jc\nd"), "a\\tb\\u{1b}[2Jc\\nd");
        assert_eq!(escape("gnp\u{202e}.exe"), "gnp\\u{202e}.exe");
        assert_eq!(escape_lines("a\u{1b}\nb"), "a\\u{1b}\nb");
        let json = json!({"name": "a\u{9b}2J\u{202e}ü\n"}).to_string();
        let json = escape_json(&json);
        assert_eq!(json, r#"{"name":"a\u009b2J\u202eü\n"}"#);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["name"], "a\u{9b}2J\u{202e}ü\n");
        assert_eq!(tsv_row(&json!({"name": "a\tb"}), COLUMNS), "a\\tb\t");
    }
}
