//! Values as tables, and as lines of what an object has.

use anstyle::Style;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::Column;
use super::escape::{escape, truncate};

pub(super) const HEADING: Style = Style::new().bold();

/// How much of a value a table shows; what is longer is whole in the other formats.
const CELL_LIMIT: usize = 1000;

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
        return truncate(&members.join(" "), CELL_LIMIT).into_owned();
    }
    let text = text_at(value, pointer);
    match text.split_once('.') {
        Some((seconds, fraction)) if is_time(seconds) && is_fraction(fraction) => {
            format!("{seconds}Z")
        }
        _ => escape(&truncate(&text, CELL_LIMIT)),
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

fn is_fraction(text: &str) -> bool {
    text.strip_suffix('Z').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The lines of an object: what each is called, and its value. What has none is left out.
pub(super) fn details(value: &Value, columns: &[Column]) -> Vec<(String, String)> {
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

pub(super) fn tsv_row(item: &Value, columns: &[Column]) -> String {
    let cells: Vec<_> =
        columns.iter().map(|(_, pointer)| escape(&text_at(item, pointer))).collect();
    cells.join("\t")
}

/// The lines of a table; the first is its heading.
pub(super) fn table(items: &[Value], columns: &'static [Column]) -> Vec<String> {
    let mut layout = Layout::new(columns);
    let rows = layout.rows(items);
    std::iter::once(layout.heading()).chain(rows).collect()
}

/// Amounts with a unit; they stand to the right as numbers do.
const AMOUNTS: &[&str] = &["Size", "Bytes"];

/// How the columns of a table stand. They only ever grow, so that what comes later is in line with what was
/// printed before as far as it fits.
#[derive(Debug)]
pub(super) struct Layout {
    columns: &'static [Column],
    cells: Vec<ColumnLayout>,
}

/// How the cells of one column stand: numbers to the right.
#[derive(Debug)]
struct ColumnLayout {
    width: usize,
    right: bool,
}

impl Layout {
    pub(super) fn new(columns: &'static [Column]) -> Self {
        let of_column = |(title, _): &Column| ColumnLayout { width: title.len(), right: true };
        Self { columns, cells: columns.iter().map(of_column).collect() }
    }

    /// The lines of some items.
    pub(super) fn rows(&mut self, items: &[Value]) -> Vec<String> {
        let cells_of =
            |item| self.columns.iter().map(|(_, pointer)| cell_at(item, pointer)).collect();
        let rows: Vec<Vec<String>> = items.iter().map(cells_of).collect();
        for (index, ((title, pointer), layout)) in
            self.columns.iter().zip(&mut self.cells).enumerate()
        {
            let widest = rows.iter().map(|row| row[index].width()).max().unwrap_or(0);
            layout.width = layout.width.max(widest);
            let is_number = |item: &Value| item.pointer(pointer).is_some_and(Value::is_number);
            layout.right &= AMOUNTS.contains(title) || items.iter().all(is_number);
        }
        rows.into_iter().map(|row| align(row.into_iter(), &self.cells)).collect()
    }

    pub(super) fn heading(&self) -> String {
        let titles = self.columns.iter().map(|(title, _)| (*title).to_owned());
        format!("{HEADING}{}{HEADING:#}", align(titles, &self.cells))
    }
}

fn align(cells: impl Iterator<Item = String>, layout: &[ColumnLayout]) -> String {
    let mut line = String::new();
    for (text, ColumnLayout { width, right }) in cells.zip(layout) {
        let padding = " ".repeat(width.saturating_sub(text.width()));
        let (left, right) = if *right { (padding, text) } else { (text, padding) };
        line.extend([left.as_str(), right.as_str(), "  "]);
    }
    line.truncate(line.trim_end().len());
    line
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

    #[test]
    fn a_later_page_is_in_line_with_the_first() {
        let mut layout = Layout::new(SIZES);
        let first = layout.rows(&[json!({"size": 12345, "name": "a"})]);
        let second = layout.rows(&[json!({"size": 5, "name": "b"})]);
        assert_eq!((&*first[0], &*second[0]), ("12345  a", "    5  b"));
        assert_eq!(plain(&[layout.heading()]), [" Size  Name"]);
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

    mod nothing_from_a_peer_reaches_a_terminal_unescaped {
        use super::*;

        #[test]
        fn in_cells_of_every_kind_and_as_wide_as_shown() {
            let items = [
                json!({"name": "a\u{1b}[2J", "properties": {"state": {"k\u{202e}": "v\n"}}}),
                json!({"name": "漢字", "properties": {"state": "2017-09-13T23:58:56.\u{1b}[2JZ"}}),
            ];
            let lines = plain(&table(&items, COLUMNS));
            assert_eq!(lines[1], "a\\u{1b}[2J  k\\u{202e}=v\\n");
            assert_eq!(lines[2], "漢字        2017-09-13T23:58:56.\\u{1b}[2JZ");
            assert_eq!(tsv_row(&json!({"name": "a\tb"}), COLUMNS), "a\\tb\t");
            let long = json!({ "name": "x".repeat(5000) });
            assert!(details(&long, COLUMNS)[0].1.ends_with("x… (4000 more bytes)"));
        }
    }
}
