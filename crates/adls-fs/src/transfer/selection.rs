//! Which items of a tree a transfer is about.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::SystemTime;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{Error, FileStatus, Result};

/// Which files of a tree a transfer is about, by their paths below its root, with slashes between names; all
/// of them by default. What is not selected is as if it were not there: it is neither transferred nor
/// counted, and a sync does not delete it.
///
/// A pattern without a slash is that of a name at any level, one with a slash is that of a path: `*.csv` and
/// `logs/*.csv`. What lies in a directory that an exclusion matches is excluded too. With anything but
/// exclusions, directories come into being only for the files that go into them, and a sync deletes files
/// alone.
#[derive(Clone, Default)]
pub struct Selection {
    patterns: Vec<(bool, String)>,
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
    paths: Option<BTreeSet<String>>,
    newer_than: Option<SystemTime>,
}

impl Selection {
    /// Only files that match this pattern, or another one that was given so.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a pattern that makes no sense.
    pub fn include(self, pattern: &str) -> Result<Self> {
        self.with_pattern(true, pattern)
    }

    /// Nothing that matches this pattern.
    ///
    /// # Errors
    /// As for [`include`](Self::include).
    pub fn exclude(self, pattern: &str) -> Result<Self> {
        self.with_pattern(false, pattern)
    }

    /// Only what is named here, directories with everything in them.
    #[must_use]
    pub fn paths(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        let clean = |path: String| path.trim_start_matches("./").trim_matches('/').to_owned();
        let clean = paths.into_iter().map(clean).filter(|path| !path.is_empty());
        self.paths.get_or_insert_default().extend(clean);
        self
    }

    /// Only files that were modified after this time.
    #[must_use]
    pub fn newer_than(mut self, time: SystemTime) -> Self {
        self.newer_than = Some(time);
        self
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty() && self.selects_directories()
    }

    /// Whether a file is selected.
    #[must_use]
    pub fn selects_file(&self, path: &str, modified: Option<SystemTime>) -> bool {
        let includes = self.include.as_ref().is_none_or(|include| include.is_match(path));
        let is_named =
            self.paths.as_ref().is_none_or(|paths| at_or_above(path).any(|at| paths.contains(at)));
        let is_newer = match (self.newer_than, modified) {
            (Some(time), Some(modified)) => modified > time,
            _ => true,
        };
        includes && is_named && is_newer && !self.excludes(path)
    }

    /// Whether something in a directory could be selected.
    #[must_use]
    pub fn enters(&self, directory: &str) -> bool {
        let leads = |paths: &BTreeSet<String>| {
            let below = format!("{directory}/");
            directory.is_empty()
                || at_or_above(directory).any(|at| paths.contains(at))
                || paths.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below))
        };
        self.paths.as_ref().is_none_or(leads) && !self.excludes(directory)
    }

    /// Whether directories themselves are selected, and not only on the way to files.
    /// Whether what is at `relative` in an account is transferred for its own sake.
    pub(super) fn selects(&self, relative: &str, entry: &FileStatus) -> bool {
        match entry.is_dir() {
            true => self.selects_directories() && self.enters(relative),
            false => self.selects_file(relative, Some(entry.modified)),
        }
    }

    pub(super) fn selects_directories(&self) -> bool {
        self.include.is_none() && self.paths.is_none() && self.newer_than.is_none()
    }

    /// The path of something below the root of a tree on this machine.
    pub(super) fn local_path(root: &Path, path: &Path) -> String {
        let relative = path.strip_prefix(root).unwrap_or(path);
        let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
        names.join("/")
    }

    fn excludes(&self, path: &str) -> bool {
        let excludes = |exclude: &GlobSet| at_or_above(path).any(|at| exclude.is_match(at));
        self.exclude.as_ref().is_some_and(excludes)
    }

    fn with_pattern(mut self, includes: bool, pattern: &str) -> Result<Self> {
        self.patterns.push((includes, pattern.to_owned()));
        let of_kind = self.patterns.iter().filter(|(kind, _)| *kind == includes);
        let mut set = GlobSetBuilder::new();
        for (_, pattern) in of_kind {
            // A name may be at any level.
            let whole = match pattern.trim_start_matches('/').trim_end_matches('/') {
                path if pattern.trim_end_matches('/').contains('/') => path.to_owned(),
                name => format!("**/{name}"),
            };
            let glob = GlobBuilder::new(&whole).literal_separator(true).build();
            set.add(glob.map_err(|error| {
                Error::invalid(format!("{pattern:?} is not a pattern of paths: {}", error.kind()))
            })?);
        }
        let set = set.build().map_err(|error| Error::invalid(error.to_string()))?;
        if includes {
            self.include = Some(set);
        } else {
            self.exclude = Some(set);
        }
        Ok(self)
    }
}

/// A path and those of the directories above it.
fn at_or_above(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.map(move |end| &path[..end]).filter(|at| !at.is_empty())
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selection")
            .field("patterns", &self.patterns)
            .field("paths", &self.paths.as_ref().map(BTreeSet::len))
            .field("newer_than", &self.newer_than)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn selected(selection: &Selection, paths: &[&str]) -> Vec<bool> {
        paths.iter().map(|path| selection.selects_file(path, None)).collect()
    }

    #[test]
    fn names_match_at_any_level_and_paths_from_the_root() {
        let selection = Selection::default().include("*.csv").unwrap().include("logs/*").unwrap();
        let paths = ["a.csv", "x/y/a.csv", "logs/b", "x/logs/b", "logs/x/b"];
        assert_eq!(selected(&selection, &paths), [true, true, true, false, false]);
        assert!(selection.enters("x/y"));
        assert!(Selection::default().include("[").is_err());
    }

    #[test]
    fn an_excluded_directory_takes_everything_in_it_along() {
        let selection =
            Selection::default().exclude("target").unwrap().exclude("/a/*.tmp").unwrap();
        let paths = ["target/x", "b/target/y/z", "a/x.tmp", "b/a/x.tmp", "targets"];
        assert_eq!(selected(&selection, &paths), [false, false, false, true, true]);
        assert!(!selection.enters("b/target") && selection.enters("b"));
        assert!(selection.selects_directories() && !selection.is_everything());
    }

    #[test]
    fn named_paths_and_the_way_to_them() {
        let names = ["./a/b", "d/", ""].map(str::to_owned);
        let selection = Selection::default().paths(names);
        assert_eq!(
            selected(&selection, &["a/b", "a/c", "d/e/f", "a/b/c"]),
            [true, false, true, true]
        );
        let enters = ["", "a", "a/b", "d/e", "c"].map(|directory| selection.enters(directory));
        assert_eq!(enters, [true, true, true, true, false]);
        assert!(Selection::default().is_everything());
    }

    #[test]
    fn only_what_is_newer() {
        let time = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let selection = Selection::default().newer_than(time(10));
        let newer = [9, 10, 11].map(|at| selection.selects_file("x", Some(time(at))));
        assert_eq!(newer, [false, false, true]);
    }
}
