//! Where content goes that memory has no room for when there is no state directory: to files without names,
//! of which the system takes back what nothing refers to any more, also when the process is killed.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use bytes::Bytes;

use super::positioned;

/// How much content may be in memory, of all files of the process together.
const IN_MEMORY: u64 = 256 << 20;
/// A file that has grown to this is not appended to any more, so that it can go when its content does.
const FULL: u64 = 64 << 20;

/// Knows how much content is in memory, and keeps what comes when that is enough.
#[derive(Debug)]
pub(crate) struct Overflow {
    limit: u64,
    in_memory: Arc<AtomicU64>,
    /// The file that is written now, with its length.
    open: Mutex<Option<(Arc<File>, u64)>>,
}

/// A range of a file without a name.
#[derive(Clone, Debug)]
pub(crate) struct Spilled {
    file: Arc<File>,
    offset: u64,
    pub(super) len: u64,
}

/// Content that counts as long as it is there.
struct Counted {
    bytes: Bytes,
    in_memory: Arc<AtomicU64>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.in_memory.fetch_sub(self.bytes.len() as u64, Ordering::Relaxed);
    }
}

impl Overflow {
    /// That of this process: its memory is what is to be spared.
    pub(crate) fn of_process() -> &'static Arc<Self> {
        static OF_PROCESS: LazyLock<Arc<Overflow>> =
            LazyLock::new(|| Arc::new(Overflow::new(IN_MEMORY)));
        &OF_PROCESS
    }

    pub(crate) fn new(limit: u64) -> Self {
        Self { limit, in_memory: Arc::default(), open: Mutex::default() }
    }

    /// Whether memory holds enough.
    pub(crate) fn is_full(&self) -> bool {
        self.in_memory.load(Ordering::Relaxed) >= self.limit
    }

    /// The same bytes, which count from now on until nothing refers to them any more.
    pub(crate) fn count(&self, bytes: Bytes) -> Bytes {
        self.in_memory.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Bytes::from_owner(Counted { bytes, in_memory: self.in_memory.clone() })
    }

    /// Writes bytes to a file.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<Spilled> {
        let (file, offset) = self.reserve(bytes.len() as u64)?;
        positioned::write_all(&file, bytes, offset)?;
        Ok(Spilled { file, offset, len: bytes.len() as u64 })
    }

    /// Room in the file that is written now; each writer has its own.
    fn reserve(&self, len: u64) -> io::Result<(Arc<File>, u64)> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = match open.take().filter(|(_, end)| *end < FULL) {
            Some(open) => open,
            None => (Arc::new(tempfile::tempfile()?), 0),
        };
        *open = Some((file.clone(), end + len));
        Ok((file, end))
    }
}

impl Spilled {
    /// Takes `next` in, if it continues this in the same file.
    pub(super) fn join(&mut self, next: Self) -> Result<(), Self> {
        if !Arc::ptr_eq(&self.file, &next.file) || self.offset + self.len != next.offset {
            return Err(next);
        }
        self.len += next.len;
        Ok(())
    }

    /// The part from `from` to `to`, both relative to this one.
    pub(super) fn part(&self, from: u64, to: u64) -> Self {
        Self { file: self.file.clone(), offset: self.offset + from, len: to - from }
    }

    /// Reads all of it.
    pub(super) fn read(&self) -> io::Result<Bytes> {
        let mut buffer = vec![0; self.len as usize];
        positioned::read_exact(&self.file, &mut buffer, self.offset)?;
        Ok(buffer.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_does_not_count_any_more() {
        let overflow = Overflow::new(10);
        let held = overflow.count(Bytes::from_static(b"0123456"));
        let part = held.slice(2..3);
        assert!(!overflow.is_full());
        let more = overflow.count(Bytes::from_static(b"789"));
        assert!(overflow.is_full());
        drop(held);
        assert!(overflow.is_full(), "a part is still there");
        drop(part);
        assert!(!overflow.is_full());
        assert_eq!(more, "789");
    }

    #[test]
    fn what_is_written_is_read_and_neighbours_become_one() {
        let overflow = Overflow::new(0);
        let mut first = overflow.write(b"hello, ").unwrap();
        let second = overflow.write(b"lake").unwrap();
        assert_eq!(second.part(1, 3).read().unwrap(), "ak");
        first.join(second.clone()).unwrap();
        assert_eq!(first.read().unwrap(), "hello, lake");
        assert!(second.clone().join(second).is_err());
    }

    #[test]
    fn a_file_goes_with_what_is_in_it() {
        let overflow = Overflow::new(0);
        let large = vec![7; FULL as usize];
        let first = overflow.write(&large).unwrap();
        let weak = Arc::downgrade(&first.file);
        let second = overflow.write(&large).unwrap();
        assert!(!Arc::ptr_eq(&first.file, &second.file));
        drop(first);
        assert!(weak.upgrade().is_none());
    }
}
