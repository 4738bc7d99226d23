//! Lists that are too long to be held: printed as they come, as one document all the same.

use std::borrow::Cow;

use serde::Serialize;

use super::escape::escape_json;
use super::table::{Layout, tsv_row};
use super::{Column, Format, Printer, not_json, to_json};
use crate::failure::{Failure, Outcome};

/// A list of which one page after the other is printed.
#[derive(Debug)]
pub(crate) struct Listing {
    printer: Printer,
    columns: &'static [Column],
    empty: bool,
    /// Of a table: how wide its columns have been so far.
    layout: Layout,
}

impl Listing {
    pub(super) fn new(printer: Printer, columns: &'static [Column]) -> Self {
        Self { printer, columns, empty: true, layout: Layout::new(columns) }
    }

    /// Prints some items. A table has one heading, and is aligned page by page, so that it
    /// starts to appear at once.
    pub(crate) fn page<T: Serialize>(&mut self, items: impl IntoIterator<Item = T>) -> Outcome {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return Ok(());
        }
        let text = match self.printer.format {
            Format::Json => {
                let start = if self.empty { "[\n" } else { ",\n" };
                json_texts(items, start, ",\n", "")?
            }
            Format::Jsonl => json_texts(items, "", "\n", "\n")?,
            Format::Tsv => {
                let rows = items.map(|item| Ok(tsv_row(&to_json(&item)?, self.columns) + "\n"));
                rows.collect::<Outcome<String>>()?
            }
            Format::Table => {
                let items = items.map(|item| to_json(&item)).collect::<Outcome<Vec<_>>>()?;
                let rows = self.layout.rows(&items);
                let heading = self.empty.then(|| self.layout.heading());
                self.empty = false;
                let lines: Vec<String> = heading.into_iter().chain(rows).collect();
                return self.printer.line(&lines.join("\n"));
            }
        };
        self.empty = false;
        self.printer.write(&text)
    }

    /// Ends the list; without this it is not whole, and a JSON document shows that.
    pub(crate) fn end(self) -> Outcome {
        match (self.printer.format, self.empty) {
            (Format::Json, true) => self.printer.line("[]"),
            (Format::Json, false) => self.printer.line("\n]"),
            _ => Ok(()),
        }
    }
}

/// Items as JSON, all in one piece and without a copy of it: a page holds thousands.
fn json_texts<T: Serialize>(
    items: impl Iterator<Item = T>,
    start: &str,
    between: &str,
    end: &str,
) -> Outcome<String> {
    let (mut text, mut separator) = (Vec::new(), start);
    for item in items {
        text.extend_from_slice(separator.as_bytes());
        serde_json::to_writer(&mut text, &item).map_err(|error| not_json(&error))?;
        separator = between;
    }
    text.extend_from_slice(end.as_bytes());
    let text = String::from_utf8(text).map_err(|error| Failure::new(error.to_string()))?;
    Ok(match escape_json(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    })
}
