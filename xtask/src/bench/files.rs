//! Local files that are transferred.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// The size of a small file, in bytes.
const SMALL_FILE_SIZE: usize = 16 << 10;

/// Makes a file of so many MiB.
pub(super) fn large(path: &Path, mib: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    (0..mib).try_for_each(|number| file.write_all(&block(number, 1 << 20)))
}

/// Makes a directory of so many small files.
pub(super) fn small(directory: &Path, count: u64) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    (0..count).try_for_each(|number| {
        fs::write(directory.join(format!("{number:06}")), block(number, SMALL_FILE_SIZE))
    })
}

/// Bytes unlike those of any other block.
fn block(number: u64, length: usize) -> Vec<u8> {
    let mut block = vec![number as u8; length];
    block[..8].copy_from_slice(&number.to_le_bytes());
    block
}
