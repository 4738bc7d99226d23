//! Files that are read and written at positions.

use std::fs::File;
use std::io;

/// A file that is read and written at positions by several threads at once.
#[derive(Debug)]
pub(super) struct Positioned {
    pub(super) file: File,
    /// Where the platform has no positioned access of its own, one at a time.
    #[cfg(not(unix))]
    turn: std::sync::Mutex<()>,
}

#[cfg(unix)]
impl Positioned {
    pub(super) fn new(file: File) -> Self {
        Self { file }
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    pub(super) fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.file, bytes, offset)
    }
}

#[cfg(not(unix))]
impl Positioned {
    pub(super) fn new(file: File) -> Self {
        Self { file, turn: std::sync::Mutex::default() }
    }

    fn at(&self, offset: u64) -> io::Result<(std::sync::MutexGuard<'_, ()>, &File)> {
        use std::io::Seek;
        let turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (&self.file).seek(io::SeekFrom::Start(offset))?;
        Ok((turn, &self.file))
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let (_turn, mut file) = self.at(offset)?;
        io::Read::read(&mut file, buffer)
    }

    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let (_turn, mut file) = self.at(offset)?;
        io::Read::read_exact(&mut file, buffer)
    }

    pub(super) fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let (_turn, mut file) = self.at(offset)?;
        io::Write::write_all(&mut file, bytes)
    }
}
