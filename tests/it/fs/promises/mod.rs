//! What transfers promise whatever happens beside them: other programs that write, odd files, services
//! that answer oddly, and interruptions.

mod answers;
mod interruptions;
mod replacing;
mod sources;

use std::io::Write;
use std::path::Path;

use adls_fs::transfer::{Overwrite, SavedTransfer, SyncOptions, TransferOptions};
use adls_fs::{ConcatOptions, ErrorKind, FileSystemClient, RemotePath, WriteOptions};
use adls_tests::pattern;
use futures_util::StreamExt;
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, refusal};
use super::meddling::{When, changing, meddling};

const MIB: usize = 1 << 20;

fn append(file: &Path, content: &[u8]) {
    std::fs::File::options().append(true).open(file).unwrap().write_all(content).unwrap();
    touch(file);
}

/// File systems stamp by a coarse clock.
fn touch(file: &Path) {
    let file = std::fs::File::options().append(true).open(file).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified + std::time::Duration::from_secs(2)).unwrap();
}

fn replace() -> TransferOptions {
    TransferOptions::default().overwrite(Overwrite::Replace)
}
