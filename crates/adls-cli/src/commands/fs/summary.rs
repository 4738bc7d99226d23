//! What is said of a transfer when it is over: one sentence, and the same as members for programs.

use std::collections::BTreeMap;

use adls_fs::transfer::{Attribute, TransferReport};
use serde_json::{Value, json};

use crate::printer::{Column, amount};
use crate::progress::{TransferTotals, Verb};

pub(super) const COLUMNS: &[Column] = &[
    ("files", "/files"),
    ("directories", "/directories"),
    ("bytes", "/bytes"),
    ("skipped", "/skipped"),
    ("deleted", "/deleted"),
    ("target", "/target"),
];

/// A transfer that is over.
pub(super) struct Summary<'a> {
    pub(super) verb: Verb,
    pub(super) report: &'a TransferReport,
    pub(super) totals: &'a TransferTotals,
    /// Where everything went, as a URL or a local path.
    pub(super) target: String,
    /// Whether only some files were meant.
    pub(super) is_selective: bool,
    /// Whether nothing was done, but only told.
    pub(super) is_dry_run: bool,
}

impl Summary<'_> {
    pub(super) fn json(&self) -> Value {
        let report = self.report;
        json!({
            "files": report.files,
            "directories": report.directories,
            "bytes": report.bytes,
            "skipped": report.skipped - report.left_out,
            "leftOut": report.left_out,
            "deleted": report.deleted,
            "resumedBytes": report.resumed,
            "retries": self.totals.retries,
            "seconds": (self.totals.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
            "bytesPerSecond": self.bytes_per_second().map(|rate| rate as u64),
            "notKept": self.not_kept(),
            "target": self.target,
        })
    }

    pub(super) fn sentence(&self) -> String {
        match self.verb {
            Verb::Sync => self.of_sync(),
            _ => self.of_transfer(),
        }
    }

    /// How many copies lack what, by the names that `--preserve` has.
    fn not_kept(&self) -> BTreeMap<String, u64> {
        let name = |(attribute, count): (&Attribute, &u64)| (attribute.to_string(), *count);
        self.totals.not_kept.iter().map(name).collect()
    }

    /// What to say about copies that lack something that their sources have.
    pub(super) fn losses(&self) -> Option<String> {
        let copies = self.report.incomplete_copies;
        if copies == 0 {
            return None;
        }
        let attributes: Vec<_> = self.totals.not_kept.keys().map(ToString::to_string).collect();
        let lack = match (self.is_dry_run, copies) {
            (true, _) => "would lack",
            (false, 1) => "lacks",
            (false, _) => "lack",
        };
        Some(format!(
            "{} {lack} what the target has no place for: {}; -v names each",
            amount::things(copies, "copy"),
            attributes.join(", ")
        ))
    }

    fn of_transfer(&self) -> String {
        let report = self.report;
        let mut text = self.done().to_owned();
        let single = self.totals.last_file.as_ref();
        match single.filter(|_| report.files == 1 && report.directories == 0) {
            Some((source, _)) => text.push_str(&format!(" {}", file_name(source))),
            None if report.files == 0
                && (self.is_selective || report.skipped > report.left_out) =>
            {
                text.push_str(" nothing");
            }
            None => {
                text.push_str(&format!(" {}", amount::things(report.files, "file")));
                if report.directories > 0 {
                    let directories = amount::things(report.directories, "directory");
                    text.push_str(&format!(" in {directories}"));
                }
            }
        }
        if report.files > 0 {
            text.push_str(&format!(", {},", amount::bytes(report.bytes)));
        }
        text.push_str(&format!(" to {}{}", self.target, self.time()));
        self.with_remarks(text, report.skipped - report.left_out)
    }

    fn of_sync(&self) -> String {
        let report = self.report;
        let mut parts = vec![format!("{} sent", amount::count(report.files))];
        if report.bytes > 0 {
            parts[0].push_str(&format!(" ({})", amount::bytes(report.bytes)));
        }
        if report.directories > 0 {
            parts.push(format!("{} made", amount::things(report.directories, "directory")));
        }
        parts.push(format!("{} deleted", amount::count(report.deleted)));
        parts.push(format!("{} unchanged", amount::count(report.skipped - report.left_out)));
        let text = format!("{} {}: {}{}", self.done(), self.target, parts.join(", "), self.time());
        self.with_remarks(text, 0)
    }

    fn done(&self) -> &'static str {
        match (self.is_dry_run, self.verb) {
            (false, verb) => verb.done(),
            (true, Verb::Upload) => "would have uploaded",
            (true, Verb::Download) => "would have downloaded",
            (true, Verb::Copy) => "would have copied",
            (true, Verb::Sync) => "would have synced",
        }
    }

    fn time(&self) -> String {
        if self.is_dry_run {
            return String::new();
        }
        let time = format!(" in {}", amount::elapsed(self.totals.elapsed));
        match self.bytes_per_second() {
            Some(rate) => format!("{time} ({})", amount::rate(rate)),
            None => time,
        }
    }

    /// Over the whole time, without what was there already.
    fn bytes_per_second(&self) -> Option<f64> {
        let moved = self.report.bytes.saturating_sub(self.report.resumed);
        let seconds = self.totals.elapsed.as_secs_f64();
        (moved > 0 && seconds > 0.0).then(|| moved as f64 / seconds)
    }

    fn with_remarks(&self, text: String, unchanged: u64) -> String {
        let mut remarks = vec![text];
        if self.report.resumed > 0 {
            remarks.push(format!("{} were there already", amount::bytes(self.report.resumed)));
        }
        let there_already = self.totals.done_before.min(unchanged);
        if there_already > 0 {
            remarks.push(format!("{} there already", amount::things(there_already, "file")));
        }
        if unchanged > there_already {
            let unchanged = unchanged - there_already;
            remarks.push(format!("{} unchanged", amount::things(unchanged, "file")));
        }
        if self.totals.retries > 0 {
            remarks.push(amount::things(self.totals.retries, "retry"));
        }
        remarks.join("; ")
    }
}

fn file_name(path: &str) -> &str {
    let name =
        path.trim_end_matches(std::path::is_separator).rsplit(std::path::is_separator).next();
    name.filter(|name| !name.is_empty()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn sentence(
        verb: Verb,
        target: &str,
        totals: &TransferTotals,
        fill: fn(&mut TransferReport),
    ) -> String {
        let mut report = TransferReport::default();
        fill(&mut report);
        let target = target.to_owned();
        Summary { verb, report: &report, totals, target, is_selective: false, is_dry_run: false }
            .sentence()
    }

    fn after(millis: u64) -> TransferTotals {
        TransferTotals { elapsed: Duration::from_millis(millis), ..TransferTotals::default() }
    }

    #[test]
    fn one_sentence_with_what_matters() {
        let totals = TransferTotals {
            last_file: Some(("data/big.bin".to_owned(), "/demo/big.bin".to_owned())),
            retries: 2,
            ..after(16_000)
        };
        let text = sentence(Verb::Upload, "adl://lake/demo/big.bin", &totals, |report| {
            (report.files, report.bytes, report.resumed) = (1, 3_000_000_000, 209_715_200);
        });
        assert_eq!(
            text,
            "uploaded big.bin, 2.79 GiB, to adl://lake/demo/big.bin in 16 s (166 MiB/s); \
             200 MiB were there already; 2 retries"
        );
        let text = sentence(Verb::Download, "small", &after(5700), |report| {
            (report.files, report.directories, report.bytes) = (5000, 21, 81_920_000);
        });
        assert_eq!(
            text,
            "downloaded 5,000 files in 21 directories, 78.1 MiB, to small in 5.7 s (13.7 MiB/s)"
        );
        let totals = TransferTotals { done_before: 40, ..after(100) };
        let text = sentence(Verb::Upload, "adl://lake/x", &totals, |report| report.skipped = 48);
        assert_eq!(
            text,
            "uploaded nothing to adl://lake/x in 0.1 s; 40 files there already; 8 files unchanged"
        );
        let text = sentence(Verb::Sync, "adl://lake/site", &after(200), |report| {
            (report.files, report.deleted, report.skipped) = (1, 1, 48);
        });
        assert_eq!(text, "synced adl://lake/site: 1 sent, 1 deleted, 48 unchanged in 0.2 s");
    }
}
