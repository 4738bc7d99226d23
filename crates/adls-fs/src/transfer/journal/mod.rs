//! Notes that survive a process, so that a transfer goes on where it was interrupted.
//!
//! One file per transfer, named after its direction, account, source and target: JSON, one line per
//! fact, written when the fact is one. A line that was cut by the end of the process counts as not
//! written. The file goes when the transfer has succeeded, and when it has failed without leaving
//! anything to go on with.
//!
//! Lines reach the operating system, not the disk: they survive the process, whatever ends it. After a
//! crash of the machine nothing that was written locally before it is taken for granted; see [`BootId`].

mod boot;
mod saved;

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checksum::Checksums;
use super::local::{private_directory, private_file, temporary_name};
use crate::backend::WriteHandle;
use crate::{Error, ErrorKind, FileSystemClient, Result};
use boot::BootId;
pub use saved::SavedTransfer;

/// What the names of journals end in.
const EXTENSION: &str = "transfer";
/// The longest line that is one of ours: two paths and some numbers.
const MAX_LINE: u64 = 256 << 10;

/// What a transfer is known by. Equal paths in different accounts are different transfers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TransferKey {
    pub(super) direction: String,
    pub(super) account: String,
    pub(super) source: String,
    pub(super) target: String,
}

impl TransferKey {
    /// The key of a transfer from or to the account of `client`.
    pub(super) fn new(
        client: &FileSystemClient,
        direction: &'static str,
        source: String,
        target: String,
    ) -> Self {
        Self {
            direction: direction.to_owned(),
            account: client.file_system_url().to_string(),
            source,
            target,
        }
    }
}

/// A file of a transfer in a certain state of its source: another state is another item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) target: String,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
    /// What else tells the source from another one, where its keeper says it.
    pub(super) incarnation: Option<String>,
    /// The shape in which it is sent: parts that were cut differently do not fit.
    pub(super) part_size: u64,
    pub(super) segments: usize,
}

/// The notes of one transfer.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    facts: Mutex<JournalState>,
    /// Whether a line could not be written, which is said once.
    unwritable: AtomicBool,
}

/// What earlier runs noted, and what this one adds.
#[derive(Debug, Default)]
struct JournalState {
    /// What was brought to its target, and how it looked there.
    finished: HashMap<Uuid, Option<String>>,
    /// Items that an earlier run began and did not finish.
    unfinished: HashMap<Uuid, Progress>,
    /// Items that this run works on, or leaves for another one.
    open: HashSet<Uuid>,
    /// The directories and names of temporary files that were begun anew under other names.
    abandoned: Vec<(String, String)>,
}

impl JournalState {
    fn take(&mut self, line: Line) {
        match line {
            Line::Begin { item, run, directory, boot } => {
                self.finished.remove(&item);
                let progress = Progress { run, directory, boot, ..Progress::default() };
                let before = self.unfinished.insert(item, progress);
                self.abandoned.extend(before.and_then(|before| before.temporary()));
            }
            Line::Sending { item } => {
                self.finished.remove(&item);
                self.unfinished.entry(item).or_default().sending = true;
            }
            Line::Part { item, start, end, checksum } => {
                self.unfinished.entry(item).or_default().done.insert(start..end, checksum);
            }
            Line::Renaming { item, mark } => {
                self.unfinished.entry(item).or_default().renaming = Some(mark);
            }
            Line::End { item, mark } => {
                self.unfinished.remove(&item);
                self.finished.insert(item, mark);
            }
            Line::Drop { item } => {
                self.unfinished.remove(&item);
                self.finished.remove(&item);
            }
        }
    }
}

/// How far an item got.
#[derive(Clone, Debug, Default)]
struct Progress {
    run: Uuid,
    /// Where the temporary file is.
    directory: String,
    /// What arrived, with its checksum if that was computed.
    done: HashMap<Range<u64>, Option<u32>>,
    /// Whether the one request that makes it may have been sent.
    sending: bool,
    /// Whether it was about to get its name, and how it looked then.
    renaming: Option<Option<String>>,
    boot: BootId,
}

/// One fact. `item` stands for an [`Item`], all of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// An item is under way under this temporary name.
    Begin {
        item: Uuid,
        run: Uuid,
        directory: String,
        #[serde(default)]
        boot: BootId,
    },
    /// An item is about to be sent in one request.
    Sending { item: Uuid },
    /// A range of it has arrived.
    Part {
        item: Uuid,
        start: u64,
        end: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checksum: Option<u32>,
    },
    /// It is complete and about to get its name.
    Renaming {
        item: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<String>,
    },
    /// It is at its target.
    End {
        item: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<String>,
    },
    /// It failed, and nothing of it is left.
    Drop { item: Uuid },
}

impl Progress {
    fn temporary_name(&self) -> String {
        temporary_name(self.run)
    }

    /// The directory and the name of the temporary file, if there may be one.
    fn temporary(&self) -> Option<(String, String)> {
        (!self.run.is_nil()).then(|| (self.directory.clone(), self.temporary_name()))
    }
}

impl Item {
    fn id(&self) -> Uuid {
        let Self { target, length, modified, incarnation, part_size, segments } = self;
        let incarnation = incarnation.as_deref().unwrap_or_default();
        let text = format!("{length} {modified:?} {incarnation} {part_size} {segments} {target}");
        Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes())
    }
}

impl Journal {
    /// Opens the notes of a transfer, or begins them. `None` where notes cannot be kept: they are a
    /// convenience, and no reason to transfer nothing.
    ///
    /// # Errors
    /// When the same transfer is under way already.
    pub(super) fn open(directory: &Path, key: &TransferKey) -> Result<Option<Self>> {
        match Self::try_open(directory, key) {
            Ok(journal) => Ok(Some(journal)),
            Err(error) if error.kind() == ErrorKind::Local => {
                tracing::warn!(%error, "no notes are kept, so an interrupted transfer begins anew");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn try_open(directory: &Path, key: &TransferKey) -> Result<Self> {
        let head = serde_json::to_string(key).map_err(|e| Error::invalid(e.to_string()))?;
        let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, head.as_bytes()).simple();
        let path = directory.join(format!("{name}.{EXTENSION}"));
        let local = |error| Error::local(&path, error);
        private_directory(directory).map_err(|error| Error::local(directory, error))?;
        let mut options = File::options();
        options.read(true).append(true).create(true);
        let mut file = private_file(options, &path).map_err(local)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::invalid(format!(
                    "a transfer from {} to {} is under way already; wait for it or end it",
                    key.source, key.target
                )));
            }
            Err(TryLockError::Error(error)) => return Err(local(error)),
        }
        let (facts, whole) = read(&file).map_err(local)?;
        let this = Self {
            file: Mutex::new(file.try_clone().map_err(local)?),
            facts: Mutex::new(facts),
            unwritable: AtomicBool::new(false),
            path: path.clone(),
        };
        // What a kill left of a line must not swallow the next one.
        let end = if whole { "" } else { "\n" };
        let head =
            if file.metadata().map_err(local)?.len() == 0 { head + "\n" } else { end.into() };
        file.write_all(head.as_bytes()).map_err(local)?;
        Ok(this)
    }

    fn facts(&self) -> MutexGuard<'_, JournalState> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The directories and names of temporary files of an earlier run that this one had no use for,
    /// because their sources have changed or gone.
    pub(super) fn leftovers(&self) -> Vec<(String, String)> {
        let mut facts = self.facts();
        let unfinished = facts.unfinished.drain().filter_map(|(_, progress)| progress.temporary());
        let mut left: Vec<_> = unfinished.collect();
        left.append(&mut facts.abandoned);
        left
    }

    /// Keeps in mind what could not be removed.
    pub(super) fn keep_leftover(&self, directory: String, name: String) {
        self.facts().abandoned.push((directory, name));
    }

    /// Ends the notes of a transfer that succeeded, unless something of an earlier one is left that only they
    /// know of.
    pub(super) fn finish(&self) {
        if self.facts().abandoned.is_empty() {
            self.remove();
        }
    }

    fn remove(&self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a journal is left behind");
        }
    }

    /// Ends the notes of a transfer that failed, unless there is something to go on with.
    pub(super) fn remove_if_empty(&self) {
        let facts = self.facts();
        let left = facts.abandoned.len() + facts.unfinished.len() + facts.open.len();
        if facts.finished.is_empty() && left == 0 {
            self.remove();
        }
    }

    fn write(&self, line: &Line) {
        let written = serde_json::to_string(line).map_err(std::io::Error::from).and_then(|text| {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            // One call, so that a kill leaves the whole line or none; it goes no further than the
            // page cache and is not worth a thread.
            file.write_all(format!("{text}\n").as_bytes())
        });
        if let Err(error) = written
            && !self.unwritable.swap(true, Ordering::Relaxed)
        {
            // The transfer itself is fine; only a later one will have to do more.
            tracing::warn!(path = %self.path.display(), %error, "cannot note progress");
        }
    }
}

/// Takes the facts of a journal in; says whether its last line is whole.
fn read(file: &File) -> std::io::Result<(JournalState, bool)> {
    let (mut facts, mut whole) = (JournalState::default(), true);
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    while reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? > 0 {
        whole = line.last() == Some(&b'\n');
        // Others are the head, or a line that was cut.
        if let Ok(fact) = serde_json::from_slice(&line) {
            facts.take(fact);
        }
        line.clear();
    }
    Ok((facts, whole))
}

/// The notes about one item; without a journal they last as long as the item's transfer.
#[derive(Debug)]
pub(super) struct ItemNotes {
    journal: Option<Arc<Journal>>,
    item: Uuid,
    finished: Option<Option<String>>,
    before: Progress,
}

impl ItemNotes {
    /// The notes about an item.
    pub(super) fn of(journal: Option<&Arc<Journal>>, item: &Item) -> Self {
        let Some(journal) = journal else { return Self::unkept() };
        let item = item.id();
        let mut facts = journal.facts();
        let finished = facts.finished.get(&item).cloned();
        let before = facts.unfinished.remove(&item).unwrap_or_default();
        if before.sending || !before.run.is_nil() {
            facts.open.insert(item);
        }
        drop(facts);
        Self { journal: Some(Arc::clone(journal)), item, finished, before }
    }

    /// Notes that last as long as the item's transfer.
    pub(super) fn unkept() -> Self {
        let before = Progress { run: Uuid::new_v4(), ..Progress::default() };
        Self { journal: None, item: Uuid::nil(), finished: None, before }
    }

    /// Whether an earlier transfer brought it to its target, and how it looked there, if that is
    /// known. It may be gone from there since.
    pub(super) fn finished(&self) -> Option<Option<&str>> {
        self.finished.as_ref().map(Option::as_deref)
    }

    /// Whether an unfinished item is kept for a later transfer.
    pub(super) fn are_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// Whether an earlier transfer began with it.
    pub(super) fn are_resumed(&self) -> bool {
        !self.before.done.is_empty()
    }

    /// Whether an earlier transfer may have sent it in one request.
    pub(super) fn was_sending(&self) -> bool {
        self.before.sending
    }

    /// Notes that the item is about to be sent in one request.
    pub(super) fn sending(&self) {
        if !self.before.sending {
            self.write(|item| Line::Sending { item });
        }
        self.open();
    }

    /// Notes that the item is under way as a temporary file in `directory`, unless it has been before.
    pub(super) fn begin(&mut self, directory: &str) {
        if self.before.run.is_nil() {
            let (run, boot) = (Uuid::new_v4(), BootId::current());
            let directory = directory.to_owned();
            self.before = Progress {
                run,
                directory: directory.clone(),
                boot: boot.clone(),
                ..Progress::default()
            };
            self.write(|item| Line::Begin { item, run, directory, boot });
        }
        self.open();
    }

    /// Forgets what an earlier transfer did. What it may have left under its temporary name, or what
    /// a request of it that is still under way will leave there, is removed in the end.
    pub(super) fn begin_anew(&mut self, directory: &str) {
        let before = std::mem::take(&mut self.before);
        if let Some(journal) = &self.journal {
            journal.facts().abandoned.extend(before.temporary());
        }
        self.begin(directory);
    }

    /// Whether an earlier transfer has begun with a temporary file.
    pub(super) fn were_begun(&self) -> bool {
        self.journal.is_some() && !self.before.run.is_nil()
    }

    /// Whether the machine runs on since the earlier transfer: what was written to files then, and
    /// never forced to the disk, is in them.
    pub(super) fn are_of_this_boot(&self) -> bool {
        self.before.boot == BootId::current()
    }

    /// Forgets that an earlier transfer wrote parts to a local file.
    pub(super) fn distrust_parts(&mut self) {
        self.before.done.clear();
    }

    /// What the temporary file is called.
    pub(super) fn temporary_name(&self) -> String {
        self.before.temporary_name()
    }

    /// The writer of segment number `index`, the same for each transfer of the item: the service
    /// takes more bytes only from the writer that began.
    pub(super) fn handle(&self, path: &adls_wire::RemotePath, index: usize) -> WriteHandle {
        let id = Uuid::new_v5(&self.before.run, index.to_string().as_bytes());
        WriteHandle::known_as(path, id)
    }

    /// Whether a range arrived in an earlier transfer.
    pub(super) fn has(&self, range: &Range<u64>) -> bool {
        self.before.done.contains_key(range)
    }

    /// Where the last range that arrived in an earlier transfer ends.
    pub(super) fn end_of_parts(&self) -> u64 {
        self.before.done.keys().map(|range| range.end).max().unwrap_or(0)
    }

    /// Whether an earlier transfer got as far as to give the item its name, and how it looked then,
    /// if that is known.
    pub(super) fn was_renaming(&self) -> Option<Option<&str>> {
        self.before.renaming.as_ref().map(Option::as_deref)
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

    pub(super) fn renaming(&self, mark: Option<String>) {
        self.write(|item| Line::Renaming { item, mark });
    }

    /// Notes that it is at its target, and how it looks there.
    pub(super) fn end(&self, mark: Option<String>) {
        self.write(|item| Line::End { item, mark: mark.clone() });
        if let Some(journal) = &self.journal {
            let mut facts = journal.facts();
            facts.open.remove(&self.item);
            facts.finished.insert(self.item, mark);
        }
    }

    /// Notes that nothing of it is left to go on with.
    pub(super) fn drop_item(&self) {
        let Some(journal) = &self.journal else { return };
        if journal.facts().open.remove(&self.item) {
            self.write(|item| Line::Drop { item });
        }
    }

    fn open(&self) {
        if let Some(journal) = &self.journal {
            journal.facts().open.insert(self.item);
        }
    }

    fn write(&self, line: impl FnOnce(Uuid) -> Line) {
        if let Some(journal) = &self.journal {
            journal.write(&line(self.item));
        }
    }
}

#[cfg(test)]
mod tests;
