//! The disk below a state directory, as far as the store uses it: files by name, and what is needed
//! to make bytes and names survive a crash of the machine.
//!
//! Whatever has not been synced may be lost, wholly or in part, and in any order: the bytes of a file by
//! [`DiskFile::sync_data`], the creation, renaming and removal of a file by [`Disk::sync_directory`].

use std::fmt::Debug;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::positioned;

/// A directory with files. Names are relative to it, with `/` between their parts.
pub(crate) trait Disk: Debug + Send + Sync + 'static {
    /// Keeps other processes out until the value is dropped.
    fn lock(&self) -> io::Result<DiskLock>;
    /// The files, with their lengths.
    fn list(&self) -> io::Result<Vec<(String, u64)>>;
    /// Opens a file that is there, for reading and writing.
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Makes a file that is not there.
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Gives a file another name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes what happened to names beside `name` survive a crash.
    fn sync_directory(&self, name: &str) -> io::Result<()>;
}

/// An open file, used at places rather than by a cursor that threads would share.
pub(crate) trait DiskFile: Debug + Send + Sync + 'static {
    fn len(&self) -> io::Result<u64>;
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Cuts the file or fills it up with zeros.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Makes the bytes and the length survive a crash.
    fn sync_data(&self) -> io::Result<()>;
    /// Gives the room of a range back as far as the system can; the range then reads as zeros, or as
    /// before.
    fn punch(&self, offset: u64, len: u64) -> io::Result<()>;
}

/// Holds a [`Disk`] for one process.
#[derive(Debug)]
pub(crate) struct DiskLock(#[allow(dead_code, reason = "held, not read")] Option<File>);

impl DiskLock {
    /// The lock of a disk that nobody else can reach.
    #[cfg(test)]
    pub(crate) fn alone() -> Self {
        Self(None)
    }
}

/// Whether an error says that there is no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

/// A directory of the machine.
#[derive(Debug)]
pub(crate) struct RealDisk {
    directory: PathBuf,
    /// Whether nothing is synced.
    relaxed: bool,
}

/// Directories below the state directory that are made with it.
const PARTS: [&str; 1] = ["extents"];
const LOCK: &str = "lock";

impl RealDisk {
    /// The directory, which is made if it is not there. With `relaxed`, nothing is synced: a crash of
    /// the machine may lose or spoil anything.
    pub(crate) fn open(directory: &Path, relaxed: bool) -> io::Result<Self> {
        for part in PARTS {
            std::fs::create_dir_all(directory.join(part))?;
        }
        let disk = Self { directory: directory.to_owned(), relaxed };
        disk.sync_directory(PARTS[0])?;
        Ok(disk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn wrap(&self, file: File) -> Arc<dyn DiskFile> {
        Arc::new(RealFile { file, relaxed: self.relaxed })
    }
}

impl Disk for RealDisk {
    fn lock(&self) -> io::Result<DiskLock> {
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(self.path(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(DiskLock(Some(file))),
            Err(TryLockError::WouldBlock) => {
                Err(io::Error::new(io::ErrorKind::ResourceBusy, "another emulator uses it"))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        let parts =
            std::iter::once(String::new()).chain(PARTS.iter().map(|part| format!("{part}/")));
        for part in parts {
            for entry in std::fs::read_dir(self.path(&part))? {
                let entry = entry?;
                let metadata = entry.metadata()?;
                if let (true, Ok(name)) = (metadata.is_file(), entry.file_name().into_string()) {
                    found.push((format!("{part}{name}"), metadata.len()));
                }
            }
        }
        Ok(found)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.wrap(OpenOptions::new().read(true).write(true).open(self.path(name))?))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        Ok(self.wrap(options.read(true).write(true).create_new(true).open(self.path(name))?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.path(name))
    }

    // Elsewhere a directory is no file, and its entries are kept by the system's own journal.
    #[cfg(not(unix))]
    fn sync_directory(&self, _name: &str) -> io::Result<()> {
        Ok(())
    }

    #[cfg(unix)]
    fn sync_directory(&self, name: &str) -> io::Result<()> {
        if self.relaxed {
            return Ok(());
        }
        let path = self.path(name);
        File::open(path.parent().unwrap_or(&self.directory))?.sync_all()
    }
}

/// A file of the machine.
#[derive(Debug)]
struct RealFile {
    file: File,
    relaxed: bool,
}

impl DiskFile for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        positioned::read_exact(&self.file, buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        positioned::write_all(&self.file, bytes, offset)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.relaxed { Ok(()) } else { self.file.sync_data() }
    }

    #[cfg(target_os = "linux")]
    fn punch(&self, offset: u64, len: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;

        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        match fallocate(&self.file, flags, offset, len) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
            punched => Ok(punched?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn punch(&self, _offset: u64, _len: u64) -> io::Result<()> {
        Ok(())
    }
}
