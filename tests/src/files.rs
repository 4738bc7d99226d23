//! Files on both sides: contents, local directories, and how trees are shown.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use adls_fs::{FileSystemClient, RemotePath};
use futures_util::TryStreamExt;
use tempfile::TempDir;

/// Bytes that differ wherever one looks.
#[must_use]
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

/// Everything below a remote directory, in order: `/directory/`, and `/file` with its length.
pub async fn remote_tree(client: &FileSystemClient, directory: &RemotePath) -> Vec<String> {
    let entries: Vec<_> = client.walk(directory).try_collect().await.unwrap();
    let shown = entries.iter().map(|entry| {
        let name = entry.path.relative_to(directory).unwrap();
        if entry.is_dir() { format!("/{name}/") } else { format!("/{name} {}", entry.length) }
    });
    let mut lines: Vec<_> = shown.collect();
    lines.sort();
    lines
}

/// A local directory that is gone with its value.
#[derive(Debug)]
pub struct LocalDirectory(TempDir);

impl LocalDirectory {
    /// An empty one.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path of something in it.
    #[must_use]
    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the directories that lead to it. The file is a minute old: an emulator whose
    /// clock stands still would otherwise keep copies of it that are older than the file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
        path
    }

    /// Everything below a directory in it, as [`remote_tree`] shows it.
    #[must_use]
    pub fn tree(&self, name: &str) -> Vec<String> {
        fn visit(directory: &Path, prefix: &str, lines: &mut Vec<String>) {
            for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
                let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
                if entry.path().is_dir() {
                    visit(&entry.path(), &name, lines);
                    lines.push(format!("{name}/"));
                } else {
                    lines.push(format!("{name} {}", entry.metadata().unwrap().len()));
                }
            }
        }
        let mut lines = Vec::new();
        visit(&self.at(name), "", &mut lines);
        lines.sort();
        lines
    }

    /// The names in a directory in it, in order; none when it is not there.
    #[must_use]
    pub fn names(&self, directory: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.at(directory)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
