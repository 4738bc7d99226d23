//! What lies on this machine.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use globset::{GlobBuilder, GlobMatcher};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use walkdir::WalkDir;

use super::{blocking, is_temporary};
use crate::transfer::Selection;
use crate::transfer::target::local_name;
use crate::{Error, ErrorKind, Result};

/// How many local entries are read ahead of the uploads.
const LISTED_AHEAD: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transfer) enum LocalKind {
    File,
    Directory,
    LinkToDirectory,
    Special,
    /// What a transfer keeps for itself.
    Temporary,
}

/// Something on this machine to upload.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct LocalEntry {
    pub(in crate::transfer) path: PathBuf,
    pub(in crate::transfer) kind: LocalKind,
    pub(in crate::transfer) length: u64,
    pub(in crate::transfer) modified: Option<SystemTime>,
    /// Whether it is a directory without anything in it that is uploaded, which needs a request of its
    /// own.
    pub(in crate::transfer) empty_directory: bool,
}

impl LocalEntry {
    pub(in crate::transfer) async fn of(path: PathBuf) -> Result<Self> {
        blocking(move || {
            let metadata = std::fs::metadata(&path).map_err(|error| Error::local(&path, error))?;
            Ok(Self::new(path, &metadata, false, false))
        })
        .await
    }

    fn new(path: PathBuf, metadata: &std::fs::Metadata, through_link: bool, below: bool) -> Self {
        let name = path.file_name().and_then(std::ffi::OsStr::to_str);
        let kind = match (metadata.is_file(), metadata.is_dir()) {
            (true, _) if below && name.is_some_and(is_temporary) => LocalKind::Temporary,
            (true, _) => LocalKind::File,
            (_, true) if through_link => LocalKind::LinkToDirectory,
            (_, true) => LocalKind::Directory,
            _ => LocalKind::Special,
        };
        let empty_directory = kind == LocalKind::Directory && holds_nothing(&path);
        Self {
            path,
            kind,
            length: metadata.len(),
            modified: metadata.modified().ok(),
            empty_directory,
        }
    }
}

impl LocalEntry {
    /// Whether it is selected of the tree at `root`, which itself always is.
    pub(in crate::transfer) fn is_selected(&self, selection: &Selection, root: &Path) -> bool {
        let path = Selection::local_path(root, &self.path);
        match self.kind {
            LocalKind::Directory => {
                path.is_empty() || (selection.selects_directories() && selection.enters(&path))
            }
            _ => selection.selects_file(&path, self.modified),
        }
    }
}

/// Whether a directory holds nothing that is uploaded and would bring the directory along.
fn holds_nothing(directory: &Path) -> bool {
    let is_uploaded = |entry: std::io::Result<std::fs::DirEntry>| {
        let Ok(entry) = entry else { return true };
        if entry.file_name().to_str().is_some_and(is_temporary) {
            return false;
        }
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let metadata = std::fs::metadata(entry.path());
        metadata.is_ok_and(|metadata| metadata.is_file() || (metadata.is_dir() && !is_link))
    };
    std::fs::read_dir(directory).is_ok_and(|mut entries| !entries.any(is_uploaded))
}

/// Whether a name stands for itself in a pattern of local paths. Where a backslash does not separate
/// names it takes the meaning from what follows, so it may be no part of the name.
fn is_plain(name: &str) -> bool {
    !name.contains(['*', '?', '[', '{']) && (std::path::is_separator('\\') || !name.contains('\\'))
}

/// A pattern of local paths.
#[derive(Clone, Debug)]
pub(in crate::transfer) struct Matching {
    base: PathBuf,
    matcher: GlobMatcher,
    /// The levels below `base` that can match; `None` with a `**`.
    depth: Option<usize>,
}

impl Matching {
    pub(in crate::transfer) fn parse(pattern: &str) -> Result<Self> {
        let components = Path::new(pattern).components();
        let is_fixed =
            |component: &Component<'_>| component.as_os_str().to_str().is_some_and(is_plain);
        let mut base: PathBuf = components.take_while(is_fixed).collect();
        if base == Path::new(pattern) {
            // Without a wildcard it matches itself, below the directory that holds it.
            base.pop();
        }
        let matcher = GlobBuilder::new(pattern).literal_separator(true).build();
        let matcher = matcher.map_err(|error| {
            Error::invalid(format!("{pattern:?} is not a pattern of paths: {}", error.kind()))
        })?;
        let levels = Path::new(pattern).components().count() - base.components().count();
        let depth = (!pattern.contains("**")).then_some(levels);
        Ok(Self { base, matcher: matcher.compile_matcher(), depth })
    }

    /// The directory below which everything that matches lies; empty for the current one.
    pub(in crate::transfer) fn base(&self) -> &Path {
        if self.base.as_os_str().is_empty() { Path::new(".") } else { &self.base }
    }

    /// Whether a path matches, or lies in a directory that does.
    pub(in crate::transfer) fn covers(&self, path: &Path) -> bool {
        let path = path.strip_prefix(".").unwrap_or(path);
        let below = path.ancestors().take_while(|at| *at != self.base && *at != Path::new(""));
        below.into_iter().any(|at| self.matcher.is_match(at))
    }

    /// Whether something below a path could match.
    fn may_match_below(&self, path: &Path) -> bool {
        let path = path.strip_prefix(".").unwrap_or(path);
        let below = path.strip_prefix(&self.base).unwrap_or(path).components().count();
        self.depth.is_none_or(|depth| below < depth)
    }
}

/// Everything at and below `root`, or what of it `only` covers, directories before what is in them, read
/// on a thread of its own.
pub(in crate::transfer) fn walk_local(
    root: &Path,
    only: Option<Matching>,
    selection: Arc<Selection>,
) -> LocalWalk {
    let (sender, entries) = mpsc::channel(LISTED_AHEAD);
    let root = root.to_owned();
    let thread = tokio::task::spawn_blocking(move || {
        for entry in local_entries(&root, only, selection) {
            if sender.blocking_send(entry).is_err() {
                return;
            }
        }
    });
    LocalWalk { entries, thread: Some(thread) }
}

/// The same for whoever may block.
pub(in crate::transfer) fn local_entries(
    root: &Path,
    only: Option<Matching>,
    selection: Arc<Selection>,
) -> impl Iterator<Item = Result<LocalEntry>> {
    let enters = {
        let (only, selection, root) = (only.clone(), Arc::clone(&selection), root.to_owned());
        move |entry: &walkdir::DirEntry| {
            let path = entry.path();
            let is_meant =
                only.as_ref().is_none_or(|only| only.may_match_below(path) || only.covers(path));
            is_meant
                && (selection.is_everything()
                    || selection.enters(&Selection::local_path(&root, path)))
        }
    };
    let covers = move |path: &Path| only.as_ref().is_none_or(|only| only.covers(path));
    let all = WalkDir::new(root).sort_by_file_name().into_iter();
    let all = all.filter_entry(enters);
    let root = root.to_owned();
    let of_pattern = move |entry: &walkdir::Result<walkdir::DirEntry>| {
        entry.as_ref().map_or(true, |entry| covers(entry.path()))
    };
    let base = root.clone();
    let describe = move |entry: walkdir::Result<walkdir::DirEntry>| {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&root).to_owned();
            Error::local(path, error.into())
        })?;
        // Follows links to files; those to directories are told apart.
        let metadata =
            std::fs::metadata(entry.path()).map_err(|error| Error::local(entry.path(), error))?;
        let through_link = entry.path_is_symlink() && entry.depth() > 0;
        let below = entry.depth() > 0;
        Ok(LocalEntry::new(entry.into_path(), &metadata, through_link, below))
    };
    let is_selected = move |entry: &Result<LocalEntry>| {
        selection.is_everything()
            || entry.as_ref().map_or(true, |entry| entry.is_selected(&selection, &base))
    };
    all.filter(of_pattern).map(describe).filter(is_selected)
}

/// The entries of a local walk.
pub(in crate::transfer) struct LocalWalk {
    entries: mpsc::Receiver<Result<LocalEntry>>,
    thread: Option<JoinHandle<()>>,
}

impl LocalWalk {
    pub(in crate::transfer) async fn next(&mut self) -> Option<Result<LocalEntry>> {
        if let Some(entry) = self.entries.recv().await {
            return Some(entry);
        }
        // Without its thread, nobody knows what is missing.
        let error = self.thread.take()?.await.err()?;
        Some(Err(Error::new(ErrorKind::Local)
            .with_message("a thread that lists local files failed")
            .with_source(error)))
    }
}

/// What is in a local directory.
#[derive(Debug, Default)]
pub(in crate::transfer) struct LocalDirectory {
    /// By name, ascending as the service orders names. An error stands for an entry that is there
    /// and cannot be read, such as a link to nothing.
    pub(in crate::transfer) entries: Vec<(String, Result<LocalEntry>)>,
    /// Entries with names that the service does not take.
    pub(in crate::transfer) nameless: Vec<Error>,
}

pub(in crate::transfer) fn list_local(directory: &Path) -> Result<LocalDirectory> {
    let local = |error| Error::local(directory, error);
    let mut found = LocalDirectory::default();
    for entry in std::fs::read_dir(directory).map_err(local)? {
        let entry = entry.map_err(local)?;
        let path = entry.path();
        match local_name(&path) {
            Ok(name) => found.entries.push((name.to_owned(), describe(&entry))),
            Err(error) => found.nameless.push(error.with_local_path(path)),
        }
    }
    found.entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

fn describe(entry: &std::fs::DirEntry) -> Result<LocalEntry> {
    let path = entry.path();
    let local = |error| Error::local(&path, error);
    let through_link = entry.file_type().map_err(local)?.is_symlink();
    let metadata = std::fs::metadata(&path).map_err(local)?;
    Ok(LocalEntry::new(path, &metadata, through_link, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_local_paths() {
        for (pattern, base, yes, no) in [
            ("logs/*.csv", "logs", "logs/a.csv", "logs/a.txt"),
            ("logs/*.csv", "logs", "logs/directory.csv/x", "logs/x/a.csv"),
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

    #[test]
    fn only_directories_that_can_hold_a_match_are_entered() {
        for (pattern, path, enters) in [
            ("*.csv", ".", true),
            ("*.csv", "./directory", false),
            ("logs/*/x", "logs/a", true),
            ("logs/*/x", "logs/a/x", false),
            ("logs/**/x", "logs/a/b/c", true),
            ("/logs/*", "/logs/a", false),
        ] {
            let matching = Matching::parse(pattern).unwrap();
            assert_eq!(matching.may_match_below(Path::new(path)), enters, "{pattern} {path}");
        }
    }
}
