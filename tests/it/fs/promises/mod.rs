//! What transfers promise whatever happens beside them: other programs that write, odd files, services
//! that answer oddly, and interruptions.

mod answers;
mod interruptions;
mod replacing;
mod sources;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use adls_fs::transfer::{
    Overwrite, SavedTransfer, SkipReason, SyncOptions, TransferEvent, TransferOptions,
};
use adls_fs::{ConcatOptions, ErrorKind, FileSystemClient, RemotePath, WriteOptions};
use adls_tests::{LocalDirectory, pattern};
use futures_util::StreamExt;
use mock_aad::{FaultAction, FaultRule};

use super::lake::{Lake, path, refusal};
use super::meddling::{When, changing, meddling};

const MIB: usize = 1 << 20;

struct Here {
    lake: Lake,
    local: LocalDirectory,
}

impl Here {
    async fn start() -> Self {
        Self { lake: Lake::start().await, local: LocalDirectory::new() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.local.at(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        self.local.write(name, content)
    }

    async fn make(&self, name: &str, content: impl Into<bytes::Bytes>) -> RemotePath {
        let options = WriteOptions::default().overwrite(true);
        self.lake.client.put_with(&path(name), content, options).await.unwrap();
        path(name)
    }

    async fn content(&self, name: &str) -> bytes::Bytes {
        self.lake.client.read(&path(name)).await.unwrap()
    }

    fn refuse(&self, op: &str, after: u64) {
        let body = serde_json::json!({"RemoteException": {"exception": "AccessControlException",
            "message": "no", "javaClassName": "j"}});
        let refused = FaultAction::Status { code: 403, retry_after: None, body: Some(body) };
        self.lake.arm([FaultRule::new(refused).op(op).after(after)]);
    }

    /// Options of a transfer that can be resumed.
    fn noted(&self) -> TransferOptions {
        TransferOptions::default().journal(self.at("journal"))
    }

    fn journals(&self) -> usize {
        self.names("journal").len()
    }

    fn names(&self, directory: &str) -> Vec<String> {
        self.local.names(directory)
    }
}

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
