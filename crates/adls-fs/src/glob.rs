//! Paths by pattern.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use adls_wire::RemotePath;
use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use globset::{GlobBuilder, GlobMatcher};

use crate::walk::Descend;
use crate::{Error, FileStatus, FileSystemClient, Result, WalkOptions};

/// A pattern of paths: `*` and `?` within a name, `[ab]`, `{a,b}`, and `**` for any number of
/// folders, none included. A backslash takes the meaning from the character behind it.
///
/// ```
/// use adls_fs::GlobPattern;
///
/// let pattern: GlobPattern = "/logs/2026-*/**/*.csv".parse()?;
/// assert_eq!(pattern.base().as_str(), "/logs");
/// assert!(pattern.matches(&"/logs/2026-07/a.csv".parse()?));
/// assert!(pattern.matches(&"/logs/2026-07/x/y/a.csv".parse()?));
/// assert!(!pattern.matches(&"/logs/2025-07/a.csv".parse()?));
/// # Ok::<(), adls_fs::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GlobPattern {
    text: String,
    base: RemotePath,
    whole: GlobMatcher,
    /// What folders at each level below `base` must match for anything below them to match, up to
    /// the first `**`.
    levels: Vec<GlobMatcher>,
    /// The levels below `base` that can match; `None` with a `**`.
    depth: Option<usize>,
}

impl GlobPattern {
    /// Whether a text has any of the characters that make a pattern.
    #[must_use]
    pub fn is_pattern(text: &str) -> bool {
        text.contains(['*', '?', '[', '{'])
    }

    /// The folder below which everything that matches lies.
    #[must_use]
    pub fn base(&self) -> &RemotePath {
        &self.base
    }

    /// Whether a path matches.
    #[must_use]
    pub fn matches(&self, path: &RemotePath) -> bool {
        self.whole.is_match(path.as_str())
    }

    /// Whether a path matches, or lies in a folder that does.
    pub(crate) fn covers(&self, path: &RemotePath) -> bool {
        let mut at = Some(path.clone());
        while let Some(path) = at.filter(|path| path.starts_with(&self.base)) {
            if self.matches(&path) {
                return true;
            }
            at = path.parent();
        }
        false
    }

    /// Whether something below the folder could match.
    fn may_match_below(&self, folder: &RemotePath) -> bool {
        let Some(relative) = folder.relative_to(&self.base) else { return false };
        let level = relative.split('/').filter(|name| !name.is_empty()).count();
        if self.depth.is_some_and(|depth| level >= depth) {
            return false;
        }
        // Behind a `**` everything counts: whoever came there passed all levels before.
        let checked = level.checked_sub(1).and_then(|index| self.levels.get(index));
        checked.is_none_or(|matcher| matcher.is_match(folder.as_str()))
    }
}

impl std::str::FromStr for GlobPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let absolute = format!("/{}", text.trim_start_matches('/').trim_end_matches('/'));
        let names: Vec<&str> = absolute.split('/').filter(|name| !name.is_empty()).collect();
        let fixed = names.iter().take_while(|name| !Self::is_pattern(name) && !name.contains('\\'));
        // The last name is matched even if it is fixed: a base is a folder.
        let fixed = fixed.count().min(names.len().saturating_sub(1));
        let base = names[..fixed].join("/").parse()?;
        let any_depth = names.iter().position(|name| name.contains("**"));
        let checked = any_depth.unwrap_or(names.len().saturating_sub(1));
        let levels = (fixed + 1..=checked).map(|n| matcher(&format!("/{}", names[..n].join("/"))));
        Ok(Self {
            whole: matcher(&absolute)?,
            levels: levels.collect::<Result<_>>()?,
            depth: any_depth.is_none().then_some(names.len() - fixed),
            base,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for GlobPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn matcher(pattern: &str) -> Result<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        Error::invalid(format!("{pattern:?} is not a pattern of paths: {}", error.kind()))
    })
}

impl FileSystemClient {
    /// Everything that matches a pattern, in no particular order. Only folders are listed below
    /// which something can match. A base folder that does not exist gives nothing.
    #[must_use]
    pub fn glob(&self, pattern: &GlobPattern, options: WalkOptions) -> Glob {
        let below = pattern.clone();
        let descend: Descend = Arc::new(move |folder| below.may_match_below(&folder.path));
        self.find(pattern, options, descend, GlobPattern::matches)
    }

    /// The same with everything in folders that match.
    pub(crate) fn glob_trees(&self, pattern: &GlobPattern, options: WalkOptions) -> Glob {
        let below = pattern.clone();
        let descend: Descend = Arc::new(move |folder| {
            below.may_match_below(&folder.path) || below.covers(&folder.path)
        });
        self.find(pattern, options, descend, GlobPattern::covers)
    }

    fn find(
        &self,
        pattern: &GlobPattern,
        options: WalkOptions,
        descend: Descend,
        is_wanted: fn(&GlobPattern, &RemotePath) -> bool,
    ) -> Glob {
        let pattern = pattern.clone();
        let base = pattern.base().clone();
        let entries = self.walk_into(&base, options, descend).filter(move |entry| {
            let wanted = match entry {
                Ok(entry) => is_wanted(&pattern, &entry.path),
                Err(error) => {
                    error.kind() != crate::ErrorKind::NotFound || error.path() != Some(&base)
                }
            };
            std::future::ready(wanted)
        });
        Glob(entries.boxed())
    }
}

/// The stream of [`glob`](FileSystemClient::glob). Dropping it ends the search.
pub struct Glob(BoxStream<'static, Result<FileStatus>>);

impl Stream for Glob {
    type Item = Result<FileStatus>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Glob").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> GlobPattern {
        text.parse().unwrap()
    }

    fn path(text: &str) -> RemotePath {
        text.parse().unwrap()
    }

    #[test]
    fn names_and_folders() {
        for (text, yes, no) in [
            ("/a/*.csv", "/a/b.csv", "/a/b/c.csv"),
            ("a/b?", "/a/bc", "/a/b"),
            ("/a/**/z", "/a/z", "/a/b/y"),
            ("/a/**", "/a/b/c", "/b"),
            ("/a/[bc]/{d,e}", "/a/c/e", "/a/d/e"),
            (r"/a/\*", "/a/*", "/a/b"),
            ("/a b/ü*", "/a b/üx", "/a b/u"),
            ("/fixed/name", "/fixed/name", "/fixed/other"),
        ] {
            assert!(pattern(text).matches(&path(yes)), "{text} {yes}");
            assert!(!pattern(text).matches(&path(no)), "{text} {no}");
        }
        let error = "/a/[b".parse::<GlobPattern>().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Invalid);
    }

    #[test]
    fn only_folders_that_can_hold_a_match_are_entered() {
        let dated = pattern("/logs/2026-*/x/*.csv");
        assert_eq!(dated.base(), &path("/logs"));
        for (folder, enter) in [
            ("/logs", true),
            ("/logs/2026-07", true),
            ("/logs/2025-07", false),
            ("/logs/2026-07/x", true),
            ("/logs/2026-07/y", false),
            ("/logs/2026-07/x/z", false),
        ] {
            assert_eq!(dated.may_match_below(&path(folder)), enter, "{folder}");
        }
        let deep = pattern("/logs/2026-*/**/*.csv");
        for (folder, enter) in
            [("/logs/2025", false), ("/logs/2026-1", true), ("/logs/2026-1/a/b/c", true)]
        {
            assert_eq!(deep.may_match_below(&path(folder)), enter, "{folder}");
        }
        assert!(pattern("/**").may_match_below(&path("/a/b")));
        assert_eq!(pattern("/a/b").base(), &path("/a"));
    }
}
