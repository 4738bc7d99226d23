//! What interrupted transfers have left: their notes, and the temporary files that the notes name.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use adls_wire::RemotePath;

use super::{EXTENSION, MAX_LINE, TransferKey, read};
use crate::transfer::local::{blocking, is_temporary};
use crate::transfer::upload::segments_name;
use crate::{DeleteOptions, Error, ErrorKind, FileSystemClient, Result};

/// A transfer that did not come to its end, as its notes in a
/// [`journal`](crate::transfer::TransferOptions::journal) tell. Calling it again resumes it;
/// [`clean`](Self::clean) gives it up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SavedTransfer {
    /// What its notes are called.
    pub id: String,
    /// `upload`, `download`, `copy`, `sync-up` or `sync-down`.
    pub direction: String,
    /// The URL of the account.
    pub account: String,
    /// Where it comes from.
    pub source: String,
    /// Where it goes to.
    pub target: String,
    /// When something was noted last.
    pub changed: Option<SystemTime>,
    /// Items that are at their targets.
    pub finished: u64,
    /// Items that were begun.
    pub unfinished: u64,
    /// Temporary files on this machine that it goes on with.
    pub local_leftovers: Vec<PathBuf>,
    /// Temporary files and directories in the account that it goes on with.
    pub remote_leftovers: Vec<RemotePath>,
    /// Whether it is under way in some process.
    pub under_way: bool,
    path: PathBuf,
}

impl SavedTransfer {
    /// All transfers that have notes in `journal`, the latest first; none if there is no such
    /// directory.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn all(journal: &Path) -> Result<Vec<Self>> {
        let journal = journal.to_owned();
        blocking(move || {
            let entries = match std::fs::read_dir(&journal) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries.map_err(|error| Error::local(&journal, error))?,
            };
            let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
            let notes = paths.filter(|path| path.extension().is_some_and(|e| e == EXTENSION));
            let mut all: Vec<_> = notes.filter_map(Self::of).collect();
            all.sort_by(|one, other| (other.changed, &other.id).cmp(&(one.changed, &one.id)));
            Ok(all)
        })
        .await
    }

    /// What a file of notes says; `None` if it is something else.
    fn of(path: PathBuf) -> Option<Self> {
        let file = File::open(&path).ok()?;
        let under_way = file.try_lock_shared().is_err();
        let mut head = Vec::new();
        BufReader::new((&file).take(MAX_LINE)).read_until(b'\n', &mut head).ok()?;
        let key: TransferKey = serde_json::from_slice(&head).ok()?;
        let (facts, _) = read(&File::open(&path).ok()?).ok()?;
        let up = matches!(key.direction.as_str(), "upload" | "sync-up" | "copy");
        let temporary = facts.unfinished.values().filter_map(super::Progress::temporary);
        let temporary = temporary.chain(facts.abandoned.iter().cloned());
        let (mut local_leftovers, mut remote_leftovers) = (Vec::new(), Vec::new());
        for (directory, name) in temporary {
            if !up {
                local_leftovers.push(Path::new(&directory).join(name));
            } else if let Ok(directory) = directory.parse::<RemotePath>() {
                let names = [segments_name(&name), name];
                remote_leftovers.extend(names.iter().filter_map(|name| directory.child(name).ok()));
            }
        }
        Some(Self {
            id: path.file_stem()?.to_str()?.to_owned(),
            direction: key.direction,
            account: key.account,
            source: key.source,
            target: key.target,
            changed: file.metadata().and_then(|metadata| metadata.modified()).ok(),
            finished: facts.finished.len() as u64,
            unfinished: facts.unfinished.len() as u64,
            local_leftovers,
            remote_leftovers,
            under_way,
            path,
        })
    }

    /// Whether [`clean`](Self::clean) has to reach the account.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        !self.remote_leftovers.is_empty()
    }

    /// Removes what the transfer has left, here and in the account of `client`, and then its notes.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when it is under way, or when its leftovers are in another account than
    /// that of `client`; those of the removal, after which the notes stay.
    pub async fn clean(&self, client: Option<&FileSystemClient>) -> Result<()> {
        let notes = self.path.clone();
        let lock = blocking(move || {
            let file = File::open(&notes).map_err(|error| Error::local(&notes, error))?;
            match file.try_lock() {
                Ok(()) => Ok(file),
                Err(_) => {
                    Err(Error::invalid("the transfer is under way; wait for it or end it first"))
                }
            }
        })
        .await?;
        if self.is_remote() {
            let client =
                client.filter(|client| client.file_system_url().to_string() == self.account);
            let client = client.ok_or_else(|| {
                Error::invalid(format!("{} has left something in {}", self.id, self.account))
            })?;
            for path in &self.remote_leftovers {
                client.delete_with(path, DeleteOptions::default().recursive(true)).await?;
            }
        }
        let (locals, notes) = (self.local_leftovers.clone(), self.path.clone());
        blocking(move || {
            for path in locals.iter().chain([&notes]) {
                match std::fs::remove_file(path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(Error::local(path, error));
                    }
                    _ => {}
                }
            }
            drop(lock);
            Ok(())
        })
        .await
    }
}

impl FileSystemClient {
    /// Temporary files and directories of transfers at and below `directory`, of whatever machine
    /// and whether or not they are still under way: see their time. What a transfer goes on with is
    /// also among the leftovers of its [`SavedTransfer`].
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without such a directory, and the first directory that cannot be
    /// listed.
    pub async fn leftovers(&self, directory: &RemotePath) -> Result<Vec<crate::FileStatus>> {
        use futures_util::StreamExt;
        let descend = |entry: &crate::FileStatus| !is_temporary(entry.name());
        let mut entries =
            self.walk_into(directory, Default::default(), std::sync::Arc::new(descend));
        let mut found = Vec::new();
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(entry) if is_temporary(entry.name()) => found.push(entry),
                Ok(_) => {}
                // Names that nobody can use are nobody's leftovers.
                Err(error) if error.has_mark(crate::error::Mark::Entry) => {}
                Err(error) if error.kind() == ErrorKind::NotDirectory => return Ok(found),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}
