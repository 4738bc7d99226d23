//! Memory for parts, used over and over: getting it costs the system a fault for every page, and an
//! allocator that gets and loses blocks of this size on many threads keeps far more than is in use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use memmap2::MmapMut;

use crate::{Error, ErrorKind, Result};

/// Smaller blocks are left to the allocator.
const LARGE: usize = 128 << 10;

/// The blocks of one transfer. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Buffers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The largest block that is not larger than what it is for.
    part_size: usize,
    /// The most bytes in blocks, in use or idle.
    most: usize,
    blocks: Mutex<Blocks>,
}

#[derive(Debug, Default)]
struct Blocks {
    idle: Vec<MmapMut>,
    total: usize,
}

impl Buffers {
    /// Blocks for parts of up to `part_size` bytes, together `most` as long as no more are in use.
    pub(super) fn new(part_size: usize, most: usize) -> Self {
        Self(Arc::new(Inner { part_size, most, blocks: Mutex::default() }))
    }

    /// How much memory is taken for `length` bytes: there are few sizes, so that a block fits many.
    pub(super) fn block_size(&self, length: usize) -> usize {
        match length {
            0..LARGE => length,
            _ => length.next_power_of_two().min(self.0.part_size).max(length),
        }
    }

    /// Has `fill` put up to `length` bytes into memory and say how many, and gives these.
    pub(super) fn fill(
        &self,
        length: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize>,
    ) -> Result<Bytes> {
        if length < LARGE {
            let mut memory = vec![0; length];
            let filled = fill(&mut memory)?;
            memory.truncate(filled);
            return Ok(memory.into());
        }
        let mut memory = self.take(length)?;
        let filled = fill(&mut memory[..length]);
        let block = Block { memory: Some(memory), home: self.clone() };
        Ok(Bytes::from_owner(block).slice(..filled?))
    }

    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.0.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, length: usize) -> Result<MmapMut> {
        let size = self.block_size(length);
        let mut blocks = self.blocks();
        if let Some(at) = blocks.idle.iter().position(|block| block.len() == size) {
            return Ok(blocks.idle.swap_remove(at));
        }
        blocks.total += size;
        while blocks.total > self.0.most
            && let Some(idle) = blocks.idle.pop()
        {
            blocks.total -= idle.len();
        }
        drop(blocks);
        // From the system itself: what an allocator gets back from one thread it keeps for that thread.
        MmapMut::map_anon(size).map_err(|error| {
            self.blocks().total -= size;
            Error::new(ErrorKind::Local)
                .with_message("no memory for a part of a file")
                .with_source(error)
        })
    }
}

/// A block in use; goes back when the last of its bytes are dropped.
struct Block {
    /// `None` only when it has gone back.
    memory: Option<MmapMut>,
    home: Buffers,
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        self.memory.as_deref().unwrap_or_default()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.home.blocks().idle.extend(self.memory.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(buffers: &Buffers, length: usize, with: u8) -> Bytes {
        let fill = |memory: &mut [u8]| {
            memory.fill(with);
            Ok(memory.len() - 1)
        };
        buffers.fill(length, fill).unwrap()
    }

    fn idle(buffers: &Buffers) -> Vec<usize> {
        buffers.blocks().idle.iter().map(|block| block.len()).collect()
    }

    #[test]
    fn memory_is_bounded_by_design_and_used_again_when_nobody_holds_it() {
        let buffers = Buffers::new(3 * LARGE, 4 * LARGE);
        let first = filled(&buffers, LARGE, 1);
        let part = first.slice(1..3);
        drop(first);
        assert!(idle(&buffers).is_empty(), "a part of it is still held");
        let second = filled(&buffers, LARGE, 2);
        assert_eq!((&part[..], second.len()), (&[1, 1][..], LARGE - 1));
        drop((part, second));
        assert_eq!(idle(&buffers), [LARGE, LARGE]);
        drop(filled(&buffers, LARGE, 3));
        assert_eq!(idle(&buffers), [LARGE, LARGE]);
        // A larger one makes others go, but only as many as there is no room for.
        drop(filled(&buffers, 3 * LARGE - 7, 4));
        assert_eq!(idle(&buffers), [LARGE, 3 * LARGE]);
        // Small ones are nobody's concern.
        drop(filled(&buffers, 10, 5));
        assert_eq!(idle(&buffers), [LARGE, 3 * LARGE]);
    }

    #[test]
    fn there_are_few_sizes() {
        let buffers = Buffers::new(3 * LARGE, 4 * LARGE);
        let sizes = [7, LARGE, LARGE + 1, 2 * LARGE + 1, 3 * LARGE + 1];
        let blocks = [7, LARGE, 2 * LARGE, 3 * LARGE, 3 * LARGE + 1];
        assert_eq!(sizes.map(|size| buffers.block_size(size)), blocks);
    }
}
