//! Notes that survive a process, so that a transfer goes on where it was interrupted.
//!
//! One file per transfer, named after its direction, account, source and target: JSON, one line per
//! fact, written when the fact is one. A line that was cut by the end of the process counts as not
//! written. The file goes when the transfer has succeeded.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checksum::Checksums;
use super::local::temporary_name;
use crate::backend::WriteSession;
use crate::{Error, FileSystemClient, Result};

/// What a transfer is known by. Equal paths in different accounts are different transfers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Title {
    pub(super) direction: &'static str,
    pub(super) account: String,
    pub(super) source: String,
    pub(super) target: String,
}

impl Title {
    /// The title of a transfer from or to the account of `client`.
    pub(super) fn new(
        client: &FileSystemClient,
        direction: &'static str,
        source: String,
        target: String,
    ) -> Self {
        Self { direction, account: client.endpoint().to_string(), source, target }
    }
}

/// A file of a transfer in a certain state of its source: another state is another item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) target: String,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
    /// The shape in which it is sent: parts that were cut differently do not fit.
    pub(super) part_size: u64,
    pub(super) segments: usize,
}

/// The notes of one transfer.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    finished: Mutex<HashSet<Uuid>>,
    /// Items that an earlier run began and did not finish.
    unfinished: Mutex<HashMap<Uuid, Progress>>,
}

/// How far an item got.
#[derive(Clone, Debug, Default)]
struct Progress {
    run: Uuid,
    /// Where the temporary file is.
    folder: String,
    /// What arrived, with its checksum if that was computed.
    done: HashMap<Range<u64>, Option<u32>>,
    renaming: bool,
}

/// One fact. `item` stands for an [`Item`], all of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// An item is under way under this temporary name.
    Begin { item: Uuid, run: Uuid, folder: String },
    /// A range of it has arrived.
    Part {
        item: Uuid,
        start: u64,
        end: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checksum: Option<u32>,
    },
    /// It is complete and about to get its name.
    Renaming { item: Uuid },
    /// It is at its target.
    End { item: Uuid },
}

impl Progress {
    fn temporary_name(&self) -> String {
        temporary_name(self.run)
    }
}

impl Item {
    fn id(&self) -> Uuid {
        let Self { target, length, modified, part_size, segments } = self;
        let text = format!("{length} {modified:?} {part_size} {segments} {target}");
        Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes())
    }
}

impl Journal {
    /// Opens the notes of a transfer, or begins them.
    pub(super) fn open(folder: &Path, title: &Title) -> Result<Self> {
        let head = serde_json::to_string(title).map_err(|e| Error::invalid(e.to_string()))?;
        let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, head.as_bytes()).simple();
        let path = folder.join(format!("{name}.transfer"));
        let local = |error| Error::local(&path, error);
        std::fs::create_dir_all(folder).map_err(|error| Error::local(folder, error))?;
        let file = File::options().read(true).append(true).create(true).open(&path);
        let mut file = file.map_err(local)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::invalid(format!(
                    "a transfer from {} to {} is under way already; wait for it or end it",
                    title.source, title.target
                )));
            }
            Err(TryLockError::Error(error)) => return Err(local(error)),
        }
        let mut this = Self {
            file: Mutex::new(file.try_clone().map_err(local)?),
            finished: Mutex::default(),
            unfinished: Mutex::default(),
            path: path.clone(),
        };
        let whole = this.read(&file).map_err(local)?;
        // What a kill left of a line must not swallow the next one.
        let end = if whole { "" } else { "\n" };
        let head =
            if file.metadata().map_err(local)?.len() == 0 { head + "\n" } else { end.into() };
        file.write_all(head.as_bytes()).map_err(local)?;
        Ok(this)
    }

    /// Takes the facts in; says whether the last line is whole.
    fn read(&mut self, file: &File) -> std::io::Result<bool> {
        let mut whole = true;
        let finished = self.finished.get_mut().unwrap_or_else(PoisonError::into_inner);
        let unfinished = self.unfinished.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            whole = line.last() == Some(&b'\n');
            match serde_json::from_slice(&line) {
                Ok(Line::Begin { item, run, folder }) => {
                    finished.remove(&item);
                    unfinished.insert(item, Progress { run, folder, ..Progress::default() });
                }
                Ok(Line::Part { item, start, end, checksum }) => {
                    unfinished.entry(item).or_default().done.insert(start..end, checksum);
                }
                Ok(Line::Renaming { item }) => unfinished.entry(item).or_default().renaming = true,
                Ok(Line::End { item }) => {
                    unfinished.remove(&item);
                    finished.insert(item);
                }
                // The head, or a line that was cut.
                Err(_) => {}
            }
            line.clear();
        }
        Ok(whole)
    }

    /// The folders and names of temporary files of an earlier run that this one had no use for,
    /// because their sources have changed or gone.
    pub(super) fn leftovers(&self) -> Vec<(String, String)> {
        let mut unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner);
        let left = unfinished.drain().map(|(_, progress)| progress);
        left.filter(|progress| !progress.run.is_nil())
            .map(|progress| {
                let name = progress.temporary_name();
                (progress.folder, name)
            })
            .collect()
    }

    /// Ends the notes of a transfer that succeeded.
    pub(super) fn remove(&self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a journal is left behind");
        }
    }

    fn write(&self, line: &Line) {
        let written = serde_json::to_string(line).map_err(std::io::Error::from).and_then(|text| {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            // One call, so that a kill leaves the whole line or none; it goes no further than the
            // page cache and is not worth a thread.
            file.write_all(format!("{text}\n").as_bytes())
        });
        if let Err(error) = written {
            // The transfer itself is fine; only a later one will have to do more.
            tracing::warn!(path = %self.path.display(), %error, "cannot note progress");
        }
    }
}

/// The notes about one item; without a journal they last as long as the item's transfer.
#[derive(Debug)]
pub(super) struct ItemNotes {
    journal: Option<Arc<Journal>>,
    item: Uuid,
    finished: bool,
    before: Progress,
}

impl ItemNotes {
    /// The notes about an item.
    pub(super) fn of(journal: Option<&Arc<Journal>>, item: &Item) -> Self {
        let Some(journal) = journal else {
            let before = Progress { run: Uuid::new_v4(), ..Progress::default() };
            return Self { journal: None, item: Uuid::nil(), finished: false, before };
        };
        let item = item.id();
        let finished = &journal.finished;
        let finished = finished.lock().unwrap_or_else(PoisonError::into_inner).contains(&item);
        let mut unfinished = journal.unfinished.lock().unwrap_or_else(PoisonError::into_inner);
        let before = unfinished.remove(&item).filter(|progress| !progress.run.is_nil());
        let before = before.unwrap_or_default();
        Self { journal: Some(Arc::clone(journal)), item, finished, before }
    }

    /// Whether an earlier transfer brought it to its target. It may be gone from there since.
    pub(super) fn are_finished(&self) -> bool {
        self.finished
    }

    /// Whether an unfinished item is kept for a later transfer.
    pub(super) fn are_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// Whether an earlier transfer began with it.
    pub(super) fn are_resumed(&self) -> bool {
        !self.before.done.is_empty()
    }

    /// Notes that the item is under way as a temporary file in `folder`, unless it has been before.
    pub(super) fn begin(&mut self, folder: &str) {
        if self.before.run.is_nil() {
            let run = Uuid::new_v4();
            self.before = Progress { run, folder: folder.to_owned(), ..Progress::default() };
            self.write(|item| Line::Begin { item, run, folder: folder.to_owned() });
        }
    }

    /// Forgets what an earlier transfer did: it is gone.
    pub(super) fn begin_anew(&mut self, folder: &str) {
        self.before = Progress::default();
        self.begin(folder);
    }

    /// What the temporary file is called.
    pub(super) fn temporary_name(&self) -> String {
        self.before.temporary_name()
    }

    /// The writer of segment number `index`, the same for each transfer of the item: the service
    /// takes more bytes only from the writer that began.
    pub(super) fn session(&self, index: usize) -> WriteSession {
        WriteSession(Uuid::new_v5(&self.before.run, index.to_string().as_bytes()))
    }

    /// Whether a range arrived in an earlier transfer.
    pub(super) fn has(&self, range: &Range<u64>) -> bool {
        self.before.done.contains_key(range)
    }

    /// Where the last range that arrived in an earlier transfer ends.
    pub(super) fn end_of_parts(&self) -> u64 {
        self.before.done.keys().map(|range| range.end).max().unwrap_or(0)
    }

    /// Whether an earlier transfer got as far as to give the item its name.
    pub(super) fn was_renaming(&self) -> bool {
        self.before.renaming
    }

    /// The checksums of what arrived in an earlier transfer, as far as they are known.
    pub(super) fn checksums(&self) -> Checksums {
        let checksums = Checksums::default();
        for (part, checksum) in &self.before.done {
            if let Some(checksum) = checksum {
                checksums.note(part, *checksum);
            }
        }
        checksums
    }

    pub(super) fn part(&self, range: &Range<u64>, checksum: Option<u32>) {
        let Range { start, end } = *range;
        self.write(|item| Line::Part { item, start, end, checksum });
    }

    pub(super) fn renaming(&self) {
        self.write(|item| Line::Renaming { item });
    }

    pub(super) fn end(&self) {
        self.write(|item| Line::End { item });
        if let Some(journal) = &self.journal {
            let mut finished = journal.finished.lock().unwrap_or_else(PoisonError::into_inner);
            finished.insert(self.item);
        }
    }

    fn write(&self, line: impl FnOnce(Uuid) -> Line) {
        if let Some(journal) = &self.journal {
            journal.write(&line(self.item));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(account: &str) -> Title {
        let account = account.to_owned();
        Title { direction: "up", account, source: "s".into(), target: "t".into() }
    }

    fn item(target: &str) -> Item {
        Item { target: target.into(), length: 10, modified: None, part_size: 4, segments: 0 }
    }

    fn open(folder: &Path) -> Arc<Journal> {
        Arc::new(Journal::open(folder, &title("a")).unwrap())
    }

    #[test]
    fn what_was_done_is_known_to_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        let mut notes = ItemNotes::of(Some(&journal), &item("x"));
        notes.begin("f");
        notes.part(&(0..4), Some(7));
        let name = notes.temporary_name();
        ItemNotes::of(Some(&journal), &item("y")).end();
        drop((notes, journal));

        let journal = open(folder.path());
        let notes = ItemNotes::of(Some(&journal), &item("x"));
        assert!(notes.has(&(0..4)) && !notes.has(&(4..8)) && !notes.was_renaming());
        assert_eq!(notes.temporary_name(), name);
        assert_eq!(notes.checksums().of(&(0..4)), Some(7));
        assert!(ItemNotes::of(Some(&journal), &item("y")).are_finished());
        let changed = Item { length: 11, ..item("y") };
        assert!(!ItemNotes::of(Some(&journal), &changed).are_resumed());
        journal.remove();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_line_that_was_cut_counts_as_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        let mut notes = ItemNotes::of(Some(&journal), &item("x"));
        notes.begin("f");
        notes.part(&(0..4), Some(7));
        notes.part(&(4..8), None);
        let path = journal.path.clone();
        drop((notes, journal));
        let content = std::fs::read(&path).unwrap();
        std::fs::write(&path, &content[..content.len() - 3]).unwrap();

        let journal = open(folder.path());
        let notes = ItemNotes::of(Some(&journal), &item("x"));
        assert!(notes.has(&(0..4)) && !notes.has(&(4..8)));
        notes.part(&(4..8), None);
        drop((notes, journal));
        let journal = open(folder.path());
        assert!(ItemNotes::of(Some(&journal), &item("x")).has(&(4..8)));
    }

    #[test]
    fn one_transfer_at_a_time_and_accounts_apart() {
        let folder = tempfile::tempdir().unwrap();
        let held = open(folder.path());
        let error = Journal::open(folder.path(), &title("a")).unwrap_err();
        assert!(error.to_string().contains("under way already"), "{error}");
        Journal::open(folder.path(), &title("b")).unwrap();
        drop(held);
        open(folder.path());
    }
}
