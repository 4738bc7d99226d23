//! The names in a folder on both sides, side by side.

use std::path::PathBuf;

use futures_util::StreamExt;
use futures_util::stream::Peekable;
use std::pin::Pin;

use crate::transfer::local::{LocalEntry, LocalFolder, blocking, is_temporary, list_local};
use crate::{Error, FileStatus, Listing, Result};

/// A name, and what has it on either side.
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) local: Option<Result<LocalEntry>>,
    pub(super) remote: Option<FileStatus>,
}

/// Both sides list in the same order, so one entry of each is enough to match them: memory holds the
/// local names of one folder and a page of the remote ones.
pub(super) struct Pairs {
    local: std::iter::Peekable<std::vec::IntoIter<(String, Result<LocalEntry>)>>,
    /// Local entries that cannot be paired for their names.
    pub(super) nameless: Vec<Error>,
    remote: Option<Pin<Box<Peekable<Listing>>>>,
}

impl Pairs {
    /// A side that is `None` has nothing.
    pub(super) async fn new(local: Option<PathBuf>, remote: Option<Listing>) -> Result<Self> {
        let LocalFolder { entries, nameless } = match local {
            Some(folder) => blocking(move || list_local(&folder)).await?,
            None => LocalFolder::default(),
        };
        Ok(Self {
            local: entries.into_iter().peekable(),
            nameless,
            remote: remote.map(|listing| Box::pin(listing.peekable())),
        })
    }

    /// The next name in order, the temporary files of transfers left out.
    pub(super) async fn next(&mut self) -> Result<Option<Pair>> {
        loop {
            let pair = self.next_of_all().await?;
            if pair.as_ref().is_none_or(|pair| !is_temporary(&pair.name)) {
                return Ok(pair);
            }
        }
    }

    async fn next_of_all(&mut self) -> Result<Option<Pair>> {
        let remote_name = match &mut self.remote {
            Some(listing) => match listing.as_mut().peek().await {
                Some(Ok(entry)) => Some(entry.name().to_owned()),
                Some(Err(_)) => return listing.next().await.transpose().map(|_| None),
                None => None,
            },
            None => None,
        };
        let local_name = self.local.peek().map(|(name, _)| name.clone());
        let name = match (&local_name, &remote_name) {
            (Some(local), Some(remote)) => local.min(remote).clone(),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => return Ok(None),
        };
        let local = self.local.next_if(|(local, _)| *local == name).map(|(_, entry)| entry);
        let remote = match &mut self.remote {
            Some(listing) if remote_name.as_ref() == Some(&name) => {
                listing.next().await.transpose()?
            }
            _ => None,
        };
        Ok(Some(Pair { name, local, remote }))
    }
}
