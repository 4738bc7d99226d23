//! Lists that are too long to be held: printed as they come, as one document all the same.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::escape::escape_json;
use super::table::{table, tsv_row};
use super::{Column, Format, Printer};

/// A list of which one page after the other is printed.
#[derive(Debug)]
pub(crate) struct Listing {
    printer: Printer,
    columns: &'static [Column],
    empty: bool,
}

impl Listing {
    pub(super) fn new(printer: Printer, columns: &'static [Column]) -> Self {
        Self { printer, columns, empty: true }
    }

    /// Prints some items. A table is aligned page by page, so that it starts to appear at once.
    pub(crate) fn page<T: Serialize>(
        &mut self,
        items: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return Ok(());
        }
        let text = match self.printer.format {
            Format::Json => escape_json(&self.members(items)?).into_owned(),
            Format::Jsonl => {
                let lines = items.map(|item| Ok(serde_json::to_string(&item)? + "\n"));
                escape_json(&lines.collect::<io::Result<String>>()?).into_owned()
            }
            Format::Tsv => {
                let rows = items.map(|item| Ok(tsv_row(&value(item)?, self.columns) + "\n"));
                rows.collect::<io::Result<String>>()?
            }
            Format::Table => {
                let items = items.map(value).collect::<io::Result<Vec<_>>>()?;
                let mut lines = table(&items, self.columns);
                if !self.empty {
                    lines.remove(0);
                }
                self.empty = false;
                return lines.iter().try_for_each(|line| self.printer.line(line));
            }
        };
        self.empty = false;
        self.printer.text(&text)
    }

    /// Ends the list; without this it is not whole, and a JSON document shows that.
    pub(crate) fn end(self) -> io::Result<()> {
        match (self.printer.format, self.empty) {
            (Format::Json, true) => self.printer.line("[]"),
            (Format::Json, false) => self.printer.line("\n]"),
            _ => Ok(()),
        }
    }

    /// Items of an array, an object a line.
    fn members<T: Serialize>(&self, items: impl Iterator<Item = T>) -> io::Result<String> {
        let mut text = String::new();
        let mut separator = if self.empty { "[\n" } else { ",\n" };
        for item in items {
            text.push_str(separator);
            text.push_str(&serde_json::to_string(&item)?);
            separator = ",\n";
        }
        Ok(text)
    }
}

fn value<T: Serialize>(item: T) -> io::Result<Value> {
    Ok(serde_json::to_value(item)?)
}
