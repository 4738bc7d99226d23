//! Files that bytes are appended to: each holds extents of many lake files, and is removed when none
//! of them is needed any more.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;

/// A segment that has grown to this is not appended to any more.
const FULL: u64 = 16 * 1024 * 1024;
const EXTENSION: &str = "extents";

/// One file of extents. When the last extent in it is dropped, it is up for removal.
#[derive(Debug)]
pub(crate) struct Segment {
    number: u64,
    path: PathBuf,
    file: File,
    garbage: Arc<Mutex<Vec<PathBuf>>>,
}

/// The segments of a state folder.
#[derive(Debug)]
pub(super) struct Segments {
    folder: PathBuf,
    inner: Mutex<Inner>,
    /// Segments that nothing in memory refers to; what is stored may, until the next commit.
    garbage: Arc<Mutex<Vec<PathBuf>>>,
}

#[derive(Debug, Default)]
struct Inner {
    known: BTreeMap<u64, Weak<Segment>>,
    /// The one that is appended to, and its length.
    current: Option<(Arc<Segment>, u64)>,
    next: u64,
    /// Whether bytes were written that a crash of the machine could lose.
    unsynced: bool,
}

/// A run of bytes in a segment.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) segment: Arc<Segment>,
    pub(super) offset: u64,
    pub(super) len: u64,
}

impl Segments {
    /// The segments in a folder, which is made if it is not there.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let mut next = 1;
        for entry in std::fs::read_dir(&folder)? {
            if let Some(number) = number(&entry?.path()) {
                next = next.max(number + 1);
            }
        }
        let inner = Mutex::new(Inner { next, ..Inner::default() });
        Ok(Self { folder, inner, garbage: Arc::default() })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:012}.{EXTENSION}"))
    }

    /// A segment that stored metadata refers to.
    pub(super) fn find(&self, number: u64) -> io::Result<Arc<Segment>> {
        let mut inner = self.inner();
        if let Some(segment) = inner.known.get(&number).and_then(Weak::upgrade) {
            return Ok(segment);
        }
        let path = self.path(number);
        let file = File::open(&path)?;
        let segment = Arc::new(Segment { number, path, file, garbage: self.garbage.clone() });
        inner.known.insert(number, Arc::downgrade(&segment));
        Ok(segment)
    }

    /// Writes bytes behind those that are there; they are not yet safe from a crash of the machine.
    pub(super) fn write(&self, bytes: &Bytes) -> io::Result<Stored> {
        let mut inner = self.inner();
        if inner.current.as_ref().is_none_or(|(_, len)| *len >= FULL) {
            self.begin(&mut inner)?;
        }
        let Some((segment, len)) = &mut inner.current else {
            return Err(io::Error::other("no segment to write to"));
        };
        positioned::write_all(&segment.file, bytes, *len)?;
        let stored = Stored { segment: segment.clone(), offset: *len, len: bytes.len() as u64 };
        *len += bytes.len() as u64;
        inner.unsynced = true;
        Ok(stored)
    }

    fn begin(&self, inner: &mut Inner) -> io::Result<()> {
        sync(inner)?;
        let number = inner.next;
        let path = self.path(number);
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        inner.next += 1;
        let segment = Arc::new(Segment { number, path, file, garbage: self.garbage.clone() });
        inner.known.retain(|_, segment| segment.strong_count() > 0);
        inner.known.insert(number, Arc::downgrade(&segment));
        inner.current = Some((segment, 0));
        Ok(())
    }

    /// Makes everything written safe from a crash of the machine.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync(&mut self.inner())
    }

    /// Removes the segments that nothing refers to; to be called after a commit.
    pub(super) fn collect(&self) {
        let garbage = std::mem::take(&mut *lock(&self.garbage));
        for path in garbage {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(path = %path.display(), %error, "cannot remove an unused segment");
            }
        }
    }

    /// Removes the files of the folder that no extent has asked for; to be called when all stored
    /// metadata has been read.
    pub(super) fn sweep(&self) -> io::Result<()> {
        let inner = self.inner();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let known = |number| inner.known.get(&number).is_some_and(|s| s.strong_count() > 0);
            if number(&path).is_some_and(|number| !known(number)) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

fn sync(inner: &mut Inner) -> io::Result<()> {
    if inner.unsynced {
        if let Some((segment, _)) = &inner.current {
            segment.file.sync_data()?;
        }
        inner.unsynced = false;
    }
    Ok(())
}

fn lock(garbage: &Mutex<Vec<PathBuf>>) -> MutexGuard<'_, Vec<PathBuf>> {
    garbage.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number in a segment's file name.
fn number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(EXTENSION)?.strip_suffix('.')?.parse().ok()
}

impl Segment {
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        lock(&self.garbage).push(self.path.clone());
    }
}

impl Stored {
    /// Whether `next` continues this run in the same segment.
    pub(super) fn continues_in(&self, next: &Self) -> bool {
        Arc::ptr_eq(&self.segment, &next.segment) && self.offset + self.len == next.offset
    }

    /// The part from `from` to `to`, both relative to this run.
    pub(super) fn part(&self, from: u64, to: u64) -> Self {
        Self { segment: self.segment.clone(), offset: self.offset + from, len: to - from }
    }

    /// Reads the whole run.
    pub(super) fn read(&self) -> io::Result<Bytes> {
        let mut buffer = vec![0; self.len as usize];
        positioned::read_exact(&self.segment.file, &mut buffer, self.offset)?;
        Ok(buffer.into())
    }
}

/// Reading and writing at a place, without a cursor that threads would share.
#[cfg(unix)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub(super) fn read_exact(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_exact_at(buffer, offset)
    }

    pub(super) fn write_all(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }
}

#[cfg(windows)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub(super) fn read_exact(
        file: &File,
        mut buffer: &mut [u8],
        mut offset: u64,
    ) -> io::Result<()> {
        while !buffer.is_empty() {
            match file.seek_read(buffer, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => {
                    buffer = &mut buffer[read..];
                    offset += read as u64;
                }
            }
        }
        Ok(())
    }

    pub(super) fn write_all(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = file.seek_write(bytes, offset)?;
            bytes = &bytes[written..];
            offset += written as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_was_written_is_read_and_continued() {
        let folder = tempfile::tempdir().unwrap();
        let segments = Segments::open(folder.path().to_owned()).unwrap();
        let first = segments.write(&Bytes::from_static(b"hello ")).unwrap();
        let second = segments.write(&Bytes::from_static(b"world")).unwrap();
        assert!(first.continues_in(&second));
        segments.sync().unwrap();
        let number = first.segment.number();
        let (offset, len) = (second.offset, second.len);

        drop((first, second, segments));
        let segments = Segments::open(folder.path().to_owned()).unwrap();
        let again = Stored { segment: segments.find(number).unwrap(), offset, len };
        assert_eq!(again.read().unwrap(), "world");
        assert_eq!(again.part(1, 3).read().unwrap(), "or");
        let elsewhere = segments.write(&Bytes::from_static(b"!")).unwrap();
        assert!(!again.continues_in(&elsewhere));
    }

    #[test]
    fn unused_segments_go_away() {
        let folder = tempfile::tempdir().unwrap();
        let segments = Segments::open(folder.path().to_owned()).unwrap();
        let old = segments.write(&Bytes::from_static(b"old")).unwrap();
        segments.begin(&mut segments.inner()).unwrap();
        let new = segments.write(&Bytes::from_static(b"new")).unwrap();
        drop(old);
        assert_eq!(files(folder.path()), 2);
        segments.collect();
        assert_eq!(files(folder.path()), 1);
        assert_eq!(new.read().unwrap(), "new");

        std::fs::write(folder.path().join("000000000099.extents"), "left behind").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
        segments.sweep().unwrap();
        assert_eq!(files(folder.path()), 2);
    }
}
