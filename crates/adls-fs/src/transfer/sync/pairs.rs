//! The names in a directory on both sides, side by side.

use std::path::PathBuf;

use adls_wire::RemotePath;
use futures_util::StreamExt;
use futures_util::stream::Peekable;
use std::pin::Pin;

use crate::error::Mark;
use crate::transfer::local::{LocalDirectory, LocalEntry, blocking, list_local};
use crate::{Error, ErrorKind, FileStatus, Listing, Result};

/// A name, and what has it on either side.
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) local: Option<Result<LocalEntry>>,
    pub(super) remote: Option<FileStatus>,
}

/// Both sides list in the same order, so one entry of each is enough to match them: memory holds the
/// local names of one directory and a page of the remote ones.
pub(super) struct Pairs {
    local: std::iter::Peekable<std::vec::IntoIter<(String, Result<LocalEntry>)>>,
    /// Local entries that cannot be paired for their names.
    pub(super) nameless: Vec<Error>,
    /// Remote entries that are no names.
    pub(super) unusable: Vec<Error>,
    remote: Option<Pin<Box<Peekable<Listing>>>>,
    remote_directory: RemotePath,
    /// The last remote name, behind which the next one must come.
    last: Option<String>,
}

impl Pairs {
    /// A side that is `None` has nothing.
    pub(super) async fn new(
        local: Option<PathBuf>,
        remote_directory: RemotePath,
        remote: Option<Listing>,
    ) -> Result<Self> {
        let LocalDirectory { entries, nameless } = match local {
            Some(directory) => blocking(move || list_local(&directory)).await?,
            None => LocalDirectory::default(),
        };
        Ok(Self {
            local: entries.into_iter().peekable(),
            nameless,
            unusable: Vec::new(),
            last: None,
            remote_directory,
            remote: remote.map(|listing| Box::pin(listing.peekable())),
        })
    }

    /// The next name in order.
    pub(super) async fn next(&mut self) -> Result<Option<Pair>> {
        let remote_name = self.peek_remote().await?;
        let local_name = self.local.peek().map(|(name, _)| name.clone());
        let name = match (&local_name, &remote_name) {
            (Some(local), Some(remote)) => local.min(remote).clone(),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => return Ok(None),
        };
        let local = self.local.next_if(|(local, _)| *local == name).map(|(_, entry)| entry);
        let remote = match &mut self.remote {
            Some(listing) if remote_name.as_ref() == Some(&name) => {
                self.last = remote_name;
                listing.next().await.transpose()?
            }
            _ => None,
        };
        Ok(Some(Pair { name, local, remote }))
    }

    /// The next remote name. Whatever follows from a name that is missing stands on their order, so
    /// that is checked.
    async fn peek_remote(&mut self) -> Result<Option<String>> {
        let Some(listing) = &mut self.remote else { return Ok(None) };
        loop {
            match listing.as_mut().peek().await {
                // The list of a file is the file itself.
                Some(Ok(entry)) if entry.path == self.remote_directory => {
                    return Err(Error::at(ErrorKind::NotDirectory, &entry.path));
                }
                Some(Ok(entry)) => {
                    let name = entry.name();
                    if self.last.as_deref().is_some_and(|last| last >= name) {
                        let last = self.last.as_deref().unwrap_or_default();
                        return Err(Error::at(ErrorKind::Protocol, &entry.path).with_message(format!(
                            "the service lists {name:?} behind {last:?}, out of order, so what is \
                             missing cannot be told"
                        )));
                    }
                    return Ok(Some(name.to_owned()));
                }
                Some(Err(error)) if error.has_mark(Mark::Entry) => {
                    if let Some(Err(error)) = listing.next().await {
                        self.unusable.push(error);
                    }
                }
                Some(Err(_)) => return listing.next().await.transpose().map(|_| None),
                None => return Ok(None),
            }
        }
    }
}
