//! Local files that are sent. Their end is seen, not believed: sizes of `/proc`, of network file systems
//! and of files that grow say little.

use std::fs::{File, Metadata};
use std::io::ErrorKind as Io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;

use super::blocking;
use super::positioned::Positioned;
use crate::transfer::buffers::Buffers;
use crate::transfer::plan::parts;
use crate::{Error, ErrorKind, Result};

/// What tells whether a file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transfer) struct SourceState {
    pub(in crate::transfer) length: u64,
    pub(in crate::transfer) modified: Option<SystemTime>,
}

impl SourceState {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// A file that was to be read at once.
#[derive(Debug)]
pub(in crate::transfer) enum SmallRead {
    /// All of it, and its state when it was opened; the length is that of the content.
    Whole(Bytes, SourceState),
    /// It is larger, by its own word.
    Larger(SourceState),
    /// It goes on behind the limit, although it says that it is smaller.
    Endless(SourceState),
}

/// A local file that is read at positions; opened when it is needed first.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct SourceFile {
    path: Arc<Path>,
    buffers: Buffers,
    file: Arc<OnceLock<Opened>>,
}

#[derive(Debug)]
struct Opened {
    file: Positioned,
    state: SourceState,
}

impl SourceFile {
    pub(in crate::transfer) fn new(path: PathBuf, buffers: &Buffers) -> Self {
        Self { path: path.into(), buffers: buffers.clone(), file: Arc::default() }
    }

    /// Opens it, and says how it is now.
    pub(in crate::transfer) async fn open(&self) -> Result<SourceState> {
        let this = self.clone();
        blocking(move || this.opened().map(|opened| opened.state)).await
    }

    /// Whether something lies behind the end that the file itself tells.
    pub(in crate::transfer) async fn goes_on_behind(&self, state: SourceState) -> Result<bool> {
        let this = self.clone();
        blocking(move || {
            let more = !this.read_up_to(state.length, 1)?.is_empty();
            Ok(more && this.state_now()?.length <= state.length)
        })
        .await
    }

    /// Exactly `length` bytes from `offset` on.
    pub(in crate::transfer) async fn read(&self, offset: u64, length: u64) -> Result<Bytes> {
        let this = self.clone();
        blocking(move || this.read_now(offset, length)).await
    }

    /// Up to `most` bytes from `offset` on; fewer only at the end of the file.
    pub(in crate::transfer) async fn read_some(&self, offset: u64, most: u64) -> Result<Bytes> {
        let this = self.clone();
        blocking(move || this.read_up_to(offset, most)).await
    }

    /// All bytes of a file that has at most `limit` of them, with one change of threads. A file that
    /// grows meanwhile gives what it held at the start.
    pub(in crate::transfer) async fn read_small(&self, limit: u64) -> Result<SmallRead> {
        let this = self.clone();
        blocking(move || this.read_small_now(limit)).await
    }

    /// Whether the first `length` bytes are still those that were sent: the file is as it was when it
    /// was opened, or has grown behind them. `sent` tells whether a part holds what was sent, if that
    /// can be told.
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] when they are not, or nothing tells.
    pub(in crate::transfer) async fn check_unchanged(
        &self,
        length: u64,
        part_size: u64,
        sent: impl Fn(&Range<u64>, &Bytes) -> bool + Send + 'static,
    ) -> Result<()> {
        let this = self.clone();
        blocking(move || {
            let (before, now) = (this.opened()?.state, this.state_now()?);
            if before == now {
                return Ok(());
            }
            if now.length < before.length {
                return Err(this.changed("became shorter"));
            }
            for part in parts(0..length, part_size) {
                let content = this.read_now(part.start, part.end - part.start)?;
                if !sent(&part, &content) {
                    return Err(this.changed("was changed"));
                }
            }
            Ok(())
        })
        .await
    }

    fn opened(&self) -> Result<&Opened> {
        if let Some(opened) = self.file.get() {
            return Ok(opened);
        }
        let local = |error| Error::local(&*self.path, error);
        // Opening a pipe would wait for somebody at its other end.
        let metadata = std::fs::metadata(&self.path).map_err(local)?;
        let file = match metadata.is_file() {
            true => File::open(&self.path).map_err(local)?,
            false => return Err(self.not_a_file(&metadata)),
        };
        let metadata = file.metadata().map_err(local)?;
        if !metadata.is_file() {
            return Err(self.not_a_file(&metadata));
        }
        let state = SourceState::of(&metadata);
        Ok(self.file.get_or_init(|| Opened { file: Positioned::new(file), state }))
    }

    fn not_a_file(&self, metadata: &Metadata) -> Error {
        if metadata.is_dir() {
            return Error::new(ErrorKind::IsDirectory).with_local_path(&*self.path);
        }
        let text = format!("{} is neither a file nor a directory", self.path.display());
        Error::invalid(text).with_local_path(&*self.path)
    }

    fn state_now(&self) -> Result<SourceState> {
        let metadata = self.opened()?.file.file.metadata();
        Ok(SourceState::of(&metadata.map_err(|error| Error::local(&*self.path, error))?))
    }

    fn read_small_now(&self, limit: u64) -> Result<SmallRead> {
        let before = self.opened()?.state;
        if before.length > limit {
            return Ok(SmallRead::Larger(before));
        }
        let mut content = self.read_up_to(0, before.length + 1)?;
        let mut now = self.state_now()?;
        let read = content.len() as u64;
        if read > before.length && now.length <= before.length {
            // It holds more than it says.
            content = self.read_up_to(0, limit + 1)?;
            now = self.state_now()?;
            if content.len() as u64 > limit {
                return Ok(SmallRead::Endless(before));
            }
        } else {
            content.truncate(usize::try_from(before.length).unwrap_or(usize::MAX));
        }
        let length = content.len() as u64;
        if now != before {
            if now.length < length {
                return Err(self.changed("became shorter"));
            }
            // It has grown, or is another one: what it holds where it was read tells.
            if self.read_up_to(0, length)? != content {
                return Err(self.changed("was changed"));
            }
        }
        Ok(SmallRead::Whole(content, SourceState { length, ..before }))
    }

    fn read_now(&self, offset: u64, length: u64) -> Result<Bytes> {
        let content = self.read_up_to(offset, length)?;
        match content.len() as u64 == length {
            true => Ok(content),
            false => Err(self.changed("became shorter")),
        }
    }

    fn read_up_to(&self, offset: u64, most: u64) -> Result<Bytes> {
        let most = usize::try_from(most)
            .map_err(|_| Error::invalid("the part is larger than this machine's memory"))?;
        let file = &self.opened()?.file;
        self.buffers.fill(most, |buffer| {
            let mut read = 0;
            while read < buffer.len() {
                match file.read_at(&mut buffer[read..], offset + read as u64) {
                    Ok(0) => break,
                    Ok(count) => read += count,
                    Err(error) if error.kind() == Io::Interrupted => {}
                    Err(error) => return Err(Error::local(&*self.path, error)),
                }
            }
            Ok(read)
        })
    }

    fn changed(&self, how: &str) -> Error {
        Error::new(ErrorKind::Changed)
            .with_message(format!("{} {how} while it was sent", self.path.display()))
            .with_local_path(&*self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf, SourceFile) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, content).unwrap();
        (directory, path.clone(), SourceFile::new(path, &Buffers::new(1, 1)))
    }

    fn append(path: &Path, content: &[u8]) {
        use std::io::Write;
        let mut file = File::options().append(true).open(path).unwrap();
        file.write_all(content).unwrap();
        touch(&file);
    }

    /// File systems stamp by a coarse clock.
    fn touch(file: &File) {
        let later =
            file.metadata().unwrap().modified().unwrap() + std::time::Duration::from_secs(2);
        file.set_modified(later).unwrap();
    }

    mod parts_are_one_file_only_if_it_stayed_the_same {
        use super::*;

        #[tokio::test]
        async fn a_source_that_shrinks_is_noticed() {
            let (_directory, path, source) = file(b"abcdef");
            assert_eq!(source.read(2, 3).await.unwrap(), &b"cde"[..]);
            std::fs::write(&path, b"ab").unwrap();
            assert_eq!(source.read(0, 6).await.unwrap_err().kind(), ErrorKind::Changed);
            let unchanged = source.check_unchanged(6, 6, |_, _| true).await;
            assert_eq!(unchanged.unwrap_err().kind(), ErrorKind::Changed);
        }

        #[tokio::test]
        async fn a_source_that_grows_is_what_it_was_and_one_that_is_rewritten_is_not() {
            let sent = |content: &'static [u8]| move |_: &Range<u64>, now: &Bytes| now == content;
            let (_directory, path, source) = file(b"abc");
            source.open().await.unwrap();
            append(&path, b"d");
            source.check_unchanged(3, 3, sent(b"abc")).await.unwrap();
            assert!(
                matches!(source.read_small(9).await.unwrap(), SmallRead::Whole(content, _) if content == "abc")
            );
            // Longer than before, and another one.
            std::fs::write(&path, b"Abcde").unwrap();
            let error = source.check_unchanged(3, 3, sent(b"abc")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Changed);
            // As long as before.
            let (_directory, path, source) = file(b"abc");
            source.open().await.unwrap();
            std::fs::write(&path, b"abd").unwrap();
            touch(&File::options().append(true).open(&path).unwrap());
            let error = source.check_unchanged(3, 3, sent(b"abc")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Changed);
        }
    }

    mod the_end_is_seen_not_believed {
        use super::*;

        #[tokio::test]
        async fn by_size() {
            let (_directory, _, source) = file(b"abcdef");
            assert!(
                matches!(source.read_small(5).await.unwrap(), SmallRead::Larger(state) if state.length == 6)
            );
            assert!(
                matches!(source.read_small(6).await.unwrap(), SmallRead::Whole(content, _) if content == "abcdef")
            );
            let state = source.open().await.unwrap();
            assert!(!source.goes_on_behind(state).await.unwrap());
        }

        #[cfg(target_os = "linux")]
        #[tokio::test]
        async fn files_that_say_nothing_true_of_their_size() {
            let source = SourceFile::new("/proc/self/maps".into(), &Buffers::new(1, 1));
            assert_eq!(source.open().await.unwrap().length, 0);
            let SmallRead::Whole(content, state) = source.read_small(4 << 20).await.unwrap() else {
                panic!("not small");
            };
            assert!(!content.is_empty() && state.length == content.len() as u64);
            let source = SourceFile::new("/proc/self/maps".into(), &Buffers::new(1, 1));
            assert!(matches!(source.read_small(10).await.unwrap(), SmallRead::Endless(_)));
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_no_file_is_refused_before_it_blocks() {
        let error =
            SourceFile::new("/dev/zero".into(), &Buffers::new(1, 1)).open().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
}
