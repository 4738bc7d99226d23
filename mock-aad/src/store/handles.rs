//! Open segments: few at a time, whatever the size of the store.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::disk::{Disk, DiskFile};

/// How many segments are kept open for readers; far below what systems allow a process.
const LIMIT: usize = 64;

/// Opens files when they are asked for, and closes those that have not been for the longest time.
#[derive(Debug)]
pub(super) struct Handles {
    disk: Arc<dyn Disk>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// Each with the time of its last use.
    files: HashMap<u64, (Arc<dyn DiskFile>, u64)>,
    uses: u64,
}

impl Handles {
    pub(super) fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, open: Mutex::default() }
    }

    /// The file with this number and name.
    pub(super) fn get(&self, number: u64, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.uses += 1;
        let now = open.uses;
        if let Some((file, used)) = open.files.get_mut(&number) {
            *used = now;
            return Ok(file.clone());
        }
        let file = self.disk.open(name)?;
        if open.files.len() >= LIMIT {
            let oldest = open.files.iter().min_by_key(|(_, (_, used))| *used).map(|(n, _)| *n);
            oldest.map(|oldest| open.files.remove(&oldest));
        }
        open.files.insert(number, (file.clone(), now));
        Ok(file)
    }

    /// Closes a file that is to be removed.
    pub(super) fn forget(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).files.remove(&number);
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open.lock().unwrap().files.len()
    }
}
