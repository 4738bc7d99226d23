//! Files in an account that are sent to another place in an account.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::reader::FileSource;
use crate::transfer::local::{SmallRead, SourceState};
use crate::{Error, ErrorKind, FileStatus, FileSystemClient, Result};

/// How often a source that changes while it is read is begun anew.
const BEGINNINGS: usize = 3;

/// A file in an account, of one version as far as its keeper has versions.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct RemoteSource {
    client: FileSystemClient,
    held: Arc<Mutex<FileStatus>>,
}

impl RemoteSource {
    /// The file that `found` is of.
    pub(in crate::transfer) fn new(client: &FileSystemClient, found: FileStatus) -> Self {
        Self { client: client.clone(), held: Arc::new(Mutex::new(found)) }
    }

    /// How the file was when it was looked at last.
    pub(in crate::transfer) fn held(&self) -> FileStatus {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::transfer) fn state(&self) -> SourceState {
        let held = self.held();
        SourceState { length: held.length, modified: Some(held.modified) }
    }

    /// Looks at the file again, and holds to how it is now.
    pub(in crate::transfer) async fn open(&self) -> Result<SourceState> {
        let path = self.held().path;
        let now = self.client.identified(&path).await?;
        if now.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, &path));
        }
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(self.state())
    }

    /// Its file system, where the service itself can copy it to that of `to`: within one account.
    pub(in crate::transfer) fn file_system_within(&self, to: &FileSystemClient) -> Option<&str> {
        let one_account = self.client.endpoint() == to.endpoint();
        let can = to.capabilities().server_side_copy && one_account;
        self.client.file_system().filter(|_| can)
    }

    /// Exactly `length` bytes from `offset` on.
    pub(in crate::transfer) async fn read(&self, offset: u64, length: u64) -> Result<Bytes> {
        let held = self.held();
        let content = self.bytes_of(&held).range(offset..offset + length).collect().await?;
        match content.len() as u64 == length {
            true => Ok(content),
            false => Err(Error::at(ErrorKind::Changed, &held.path)),
        }
    }

    /// Up to `most` bytes from `offset` on; fewer only at the end of the file.
    pub(in crate::transfer) async fn read_some(&self, offset: u64, most: u64) -> Result<Bytes> {
        let behind = self.held().length.saturating_sub(offset);
        self.read(offset, most.min(behind)).await
    }

    /// All bytes of a file that has at most `limit` of them. One that changes meanwhile is read again.
    pub(in crate::transfer) async fn read_small(&self, limit: u64) -> Result<SmallRead> {
        for _ in 0..BEGINNINGS {
            let held = self.held();
            if held.length > limit {
                return Ok(SmallRead::Larger(self.state()));
            }
            let range = self.bytes_of(&held).range(0..held.length);
            match range.frames_and_end().await {
                Ok(seen) => {
                    let doubtful = seen.goes_on || seen.in_pieces;
                    if !(doubtful && self.check_same().await.is_err()) {
                        return Ok(SmallRead::Whole(joined(seen.frames), self.state()));
                    }
                }
                Err(error) if error.kind() == ErrorKind::Changed => {}
                Err(error) => return Err(error),
            }
            self.open().await?;
        }
        Err(Error::at(ErrorKind::Changed, &self.held().path))
    }

    /// Fails when the file has become another one. One that was appended to begins with what it was, where
    /// that is told apart.
    pub(in crate::transfer) async fn check_same(&self) -> Result<()> {
        let before = self.held();
        let now = self.client.identified(&before.path).await?;
        let same = match &before.incarnation {
            Some(_) => now.incarnation == before.incarnation && now.length >= before.length,
            None => (now.length, now.modified) == (before.length, before.modified),
        };
        if same { Ok(()) } else { Err(Error::at(ErrorKind::Changed, &before.path)) }
    }

    fn bytes_of(&self, held: &FileStatus) -> FileSource {
        FileSource::new(self.client.backend(), held)
    }
}

/// Frames as one; without a copy when there is only one.
fn joined(mut frames: Vec<Bytes>) -> Bytes {
    match frames.len() {
        1 => frames.swap_remove(0),
        _ => frames.concat().into(),
    }
}

#[cfg(test)]
mod tests {
    use adls_http::test_util::Answer;

    use super::*;
    use crate::gen2::tests::{client, file, refusal};

    /// A file of three bytes whose version was `0x1` when it was found, and what is answered then.
    async fn source(answers: impl IntoIterator<Item = Answer>) -> RemoteSource {
        let (client, _) = client([file(3, "\"0x1\"")].into_iter().chain(answers));
        let found = client.stat("/f").await.unwrap();
        RemoteSource::new(&client, found)
    }

    fn version(etag: &str) -> Answer {
        file(3, etag)
    }

    /// Another version is there, which is looked at to name it, and to hold to it from then on.
    fn replaced(etag: &str) -> [Answer; 3] {
        [refusal(412, "ConditionNotMet"), version(etag), version(etag)]
    }

    #[tokio::test]
    async fn a_small_source_that_changes_is_read_again() {
        let content = file(3, "\"0x2\"").header("content-range", "bytes 0-2/3").body("new");
        let source = source(replaced("\"0x2\"").into_iter().chain([content])).await;
        let SmallRead::Whole(content, state) = source.read_small(9).await.unwrap() else {
            panic!("not small");
        };
        assert_eq!((content, state.length), (Bytes::from("new"), 3));
        assert_eq!(source.held().incarnation.as_deref(), Some("\"0x2\""));
    }

    #[tokio::test]
    async fn one_that_never_rests_is_given_up() {
        let answers = ["\"0x2\"", "\"0x3\"", "\"0x4\""].map(replaced);
        let source = source(answers.into_iter().flatten()).await;
        assert_eq!(source.read_small(9).await.unwrap_err().kind(), ErrorKind::Changed);
    }

    #[tokio::test]
    async fn a_large_source_is_the_same_only_in_the_same_version() {
        let source = source([version("\"0x1\""), version("\"0x2\"")]).await;
        source.check_same().await.unwrap();
        assert_eq!(source.check_same().await.unwrap_err().kind(), ErrorKind::Changed);
    }
}
