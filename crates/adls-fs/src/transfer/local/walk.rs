//! What lies on this machine.

use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use globset::{GlobBuilder, GlobMatcher};
use tokio::sync::mpsc;
use walkdir::WalkDir;

use super::blocking;
use crate::transfer::target::local_name;
use crate::{Error, GlobPattern, Result};

/// How many local entries are read ahead of the uploads.
const LISTED_AHEAD: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transfer) enum LocalKind {
    File,
    Directory,
    LinkToDirectory,
    Special,
}

/// Something on this machine to upload.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct LocalEntry {
    pub(in crate::transfer) path: PathBuf,
    pub(in crate::transfer) kind: LocalKind,
    pub(in crate::transfer) length: u64,
    pub(in crate::transfer) modified: Option<SystemTime>,
    /// Whether it is a folder without anything in it, which needs a request of its own.
    pub(in crate::transfer) empty_folder: bool,
}

impl LocalEntry {
    pub(in crate::transfer) async fn of(path: PathBuf) -> Result<Self> {
        blocking(move || {
            let metadata = std::fs::metadata(&path).map_err(|error| Error::local(&path, error))?;
            Ok(Self::new(path, &metadata, false))
        })
        .await
    }

    fn new(path: PathBuf, metadata: &std::fs::Metadata, through_link: bool) -> Self {
        let kind = match (metadata.is_file(), metadata.is_dir()) {
            (true, _) => LocalKind::File,
            (_, true) if through_link => LocalKind::LinkToDirectory,
            (_, true) => LocalKind::Directory,
            _ => LocalKind::Special,
        };
        let empty_folder = kind == LocalKind::Directory
            && std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        Self {
            path,
            kind,
            length: metadata.len(),
            modified: metadata.modified().ok(),
            empty_folder,
        }
    }
}

/// A pattern of local paths.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct Matching {
    base: PathBuf,
    matcher: GlobMatcher,
}

impl Matching {
    pub(in crate::transfer) fn parse(pattern: &str) -> Result<Self> {
        let components = Path::new(pattern).components();
        let is_fixed = |component: &Component<'_>| {
            component.as_os_str().to_str().is_some_and(|name| !GlobPattern::is_pattern(name))
        };
        let mut base: PathBuf = components.take_while(is_fixed).collect();
        if base == Path::new(pattern) {
            // Without a wildcard it matches itself, below the folder that holds it.
            base.pop();
        }
        let matcher = GlobBuilder::new(pattern).literal_separator(true).build();
        let matcher = matcher.map_err(|error| {
            Error::invalid(format!("{pattern:?} is not a pattern of paths: {}", error.kind()))
        })?;
        Ok(Self { base, matcher: matcher.compile_matcher() })
    }

    /// The folder below which everything that matches lies; empty for the current one.
    pub(in crate::transfer) fn base(&self) -> &Path {
        if self.base.as_os_str().is_empty() { Path::new(".") } else { &self.base }
    }

    /// Whether a path matches, or lies in a folder that does.
    pub(in crate::transfer) fn covers(&self, path: &Path) -> bool {
        let path = path.strip_prefix(".").unwrap_or(path);
        let below = path.ancestors().take_while(|at| *at != self.base && *at != Path::new(""));
        below.into_iter().any(|at| self.matcher.is_match(at))
    }
}

/// Everything at and below `root` that is `wanted`, folders before what is in them, read on a thread
/// of its own.
pub(in crate::transfer) fn walk_local(
    root: &Path,
    wanted: impl Fn(&Path) -> bool + Send + 'static,
) -> mpsc::Receiver<Result<LocalEntry>> {
    let (sender, receiver) = mpsc::channel(LISTED_AHEAD);
    let root = root.to_owned();
    tokio::task::spawn_blocking(move || {
        let all = WalkDir::new(&root).sort_by_file_name().into_iter();
        for entry in all.filter(|e| e.as_ref().map_or(true, |e| wanted(e.path()))) {
            let entry = entry
                .map_err(|error| {
                    let path = error.path().unwrap_or(&root).to_owned();
                    Error::local(path, error.into())
                })
                .and_then(|entry| {
                    // Follows links to files; those to folders are told apart.
                    let metadata = std::fs::metadata(entry.path())
                        .map_err(|error| Error::local(entry.path(), error))?;
                    let through_link = entry.path_is_symlink() && entry.depth() > 0;
                    Ok(LocalEntry::new(entry.into_path(), &metadata, through_link))
                });
            if sender.blocking_send(entry).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What is in a local folder, ascending by name as the service orders names.
pub(in crate::transfer) fn list_local(folder: &Path) -> Result<Vec<(String, LocalEntry)>> {
    let local = |error| Error::local(folder, error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(local)? {
        let entry = entry.map_err(local)?;
        let path = entry.path();
        let metadata = std::fs::metadata(&path).map_err(|error| Error::local(&path, error))?;
        let through_link = entry.file_type().map_err(local)?.is_symlink();
        let name = local_name(&path)?.to_owned();
        entries.push((name, LocalEntry::new(path, &metadata, through_link)));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_local_paths() {
        for (pattern, base, yes, no) in [
            ("logs/*.csv", "logs", "logs/a.csv", "logs/a.txt"),
            ("logs/*.csv", "logs", "logs/folder.csv/x", "logs/x/a.csv"),
            ("*.csv", ".", "./a.csv", "./x/a.csv"),
            ("**/*.csv", ".", "./x/a.csv", "./x/a"),
            ("/abs/a*/x", "/abs", "/abs/ab/x/deep", "/abs/b/x"),
            ("logs/a.csv", "logs", "logs/a.csv", "logs/b.csv"),
        ] {
            let matching = Matching::parse(pattern).unwrap();
            assert_eq!(matching.base(), Path::new(base), "{pattern}");
            assert!(matching.covers(Path::new(yes)), "{pattern} {yes}");
            assert!(!matching.covers(Path::new(no)), "{pattern} {no}");
            assert!(!matching.covers(matching.base()), "{pattern} and its base");
        }
        assert!(Matching::parse("a/[b").is_err());
    }
}
