//! Room on the disk: a reserve for what must go on when there is none, so that a full disk can be
//! emptied.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::disk::{Disk, is_full};

pub(super) const NAME: &str = "reserve";
/// More than the records of some hundred deletions take.
const RESERVE: usize = if cfg!(test) { 32 * 1024 } else { 1024 * 1024 };

/// What is known of the room on the disk.
#[derive(Debug)]
pub(super) struct Space {
    disk: Arc<dyn Disk>,
    /// Whether the reserve is there. Without it only what makes room is taken on.
    reserved: AtomicBool,
    /// Whether a body found no room and none has been written since: what is deleted must go at once.
    pressed: AtomicBool,
}

impl Space {
    /// With the reserve that an earlier run has left, if it is whole.
    pub(super) fn new(disk: Arc<dyn Disk>, found: Option<u64>) -> io::Result<Self> {
        let whole = found.is_some_and(|len| len == RESERVE as u64);
        if found.is_some() && !whole {
            disk.remove(NAME)?;
        }
        let (reserved, pressed) = (AtomicBool::new(whole), AtomicBool::new(false));
        Ok(Self { disk, reserved, pressed })
    }

    /// Whether only what makes room is taken on.
    pub(super) fn is_full(&self) -> bool {
        !self.reserved.load(Ordering::Acquire)
    }

    /// Whether what is deleted must make room at once.
    pub(super) fn is_short(&self) -> bool {
        self.is_full() || self.pressed.load(Ordering::Acquire)
    }

    /// Notes whether a body found room.
    pub(super) fn note<T>(&self, written: io::Result<T>) -> io::Result<T> {
        match &written {
            Ok(_) if self.pressed.load(Ordering::Relaxed) => {
                self.pressed.store(false, Ordering::Release);
            }
            Err(error) if is_full(error) => self.pressed.store(true, Ordering::Release),
            _ => {}
        }
        written
    }

    /// Gives the reserve up; whether there was one.
    pub(super) fn release(&self) -> bool {
        let held = self.reserved.swap(false, Ordering::AcqRel);
        if held {
            tracing::warn!("the disk of the state directory is full; its reserve is used up");
        }
        held && self.disk.remove(NAME).is_ok()
    }

    /// Makes the reserve unless it is there; without room there is none.
    pub(super) fn refill(&self) -> io::Result<()> {
        if !self.is_full() {
            return Ok(());
        }
        match self.fill() {
            Ok(()) => self.reserved.store(true, Ordering::Release),
            Err(error) => {
                let _ = self.disk.remove(NAME);
                if !is_full(&error) {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn fill(&self) -> io::Result<()> {
        let file = self.disk.create(NAME)?;
        // Not zeros, which some file systems keep for nothing.
        let mut noise = fastrand::Rng::with_seed(1);
        let mut block = vec![0; RESERVE];
        noise.fill(&mut block);
        file.write_all_at(&block, 0)
    }
}
