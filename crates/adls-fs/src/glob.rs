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
use crate::{Error, ErrorKind, FileStatus, FileSystemClient, Result, WalkOptions};

/// A pattern of paths: `*` and `?` within a name, `[ab]`, `{a,b}`, and `**` for any number of
/// directories, none included. A backslash takes the meaning from the special character behind it (`*`,
/// `?`, `[`, `]`, `{`, `}`, `,`, `!`, `-`, or another backslash); before any other it is itself.
///
/// Where a text may be either, a name or a pattern, ask [`FileSystemClient::expand`].
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
    /// What directories at each level below `base` must match for anything below them to match, up to
    /// the first `**`.
    levels: Vec<GlobMatcher>,
    /// The levels below `base` that can match; `None` with a `**`.
    depth: Option<usize>,
}

impl GlobPattern {
    /// Whether a text has any of the characters that make a pattern, without a backslash before it.
    /// It may be a name all the same: [`FileSystemClient::expand`] looks.
    #[must_use]
    pub fn is_pattern(text: &str) -> bool {
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '\\' if characters.peek().is_some_and(|next| is_special(*next)) => {
                    characters.next();
                }
                '*' | '?' | '[' | '{' => return true,
                _ => {}
            }
        }
        false
    }

    /// A pattern that matches exactly this text, whatever characters it holds.
    #[must_use]
    pub fn escape(text: &str) -> String {
        text.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c])).collect()
    }

    /// What a text without a pattern stands for, once its backslashes have done their work.
    #[must_use]
    pub fn unescape(text: &str) -> String {
        let mut name = String::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match characters.peek() {
                Some(next) if c == '\\' && is_special(*next) => name.extend(characters.next()),
                _ => name.push(c),
            }
        }
        name
    }

    /// The directory below which everything that matches lies.
    #[must_use]
    pub fn base(&self) -> &RemotePath {
        &self.base
    }

    /// Whether a path matches.
    #[must_use]
    pub fn matches(&self, path: &RemotePath) -> bool {
        self.whole.is_match(path.as_str())
    }

    /// Whether a path matches, or lies in a directory that does.
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

    /// Whether something below the directory could match.
    fn may_match_below(&self, directory: &RemotePath) -> bool {
        let Some(relative) = directory.relative_to(&self.base) else { return false };
        let level = relative.split('/').filter(|name| !name.is_empty()).count();
        if self.depth.is_some_and(|depth| level >= depth) {
            return false;
        }
        // Behind a `**` everything counts: whoever came there passed all levels before.
        let checked = level.checked_sub(1).and_then(|index| self.levels.get(index));
        checked.is_none_or(|matcher| matcher.is_match(directory.as_str()))
    }
}

impl std::str::FromStr for GlobPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let absolute = format!("/{}", text.trim_start_matches('/').trim_end_matches('/'));
        let names: Vec<&str> = absolute.split('/').filter(|name| !name.is_empty()).collect();
        let fixed = names.iter().take_while(|name| !Self::is_pattern(name) && !name.contains('\\'));
        // The last name is matched even if it is fixed: a base is a directory.
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

/// The characters that a backslash can take the meaning from.
fn is_special(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | ',' | '!' | '-' | '\\')
}

/// Doubles the backslashes that stand for themselves.
fn explicit(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        text.push(c);
        if c == '\\' {
            match characters.next_if(|next| is_special(*next)) {
                Some(next) => text.push(next),
                None => text.push('\\'),
            }
        }
    }
    text
}

fn matcher(pattern: &str) -> Result<GlobMatcher> {
    let explicit = explicit(pattern);
    let glob = GlobBuilder::new(&explicit).literal_separator(true).backslash_escape(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        Error::invalid(format!("{pattern:?} is not a pattern of paths: {}", error.kind()))
    })
}

/// What a text that may hold a pattern stands for: see [`FileSystemClient::expand`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Expansion {
    /// One item, which need not exist.
    Path(RemotePath),
    /// Whatever matches.
    Pattern(GlobPattern),
}

impl FileSystemClient {
    /// What a text from a user stands for: the one rule for every command that takes patterns.
    ///
    /// 1. What exists under the text as it is written is meant, whatever characters are in it.
    /// 2. Otherwise, a text with wildcards is a [`GlobPattern`].
    /// 3. Otherwise, it is the name that remains without its escapes: `/a\\*` means `/a*`.
    ///
    /// A text without special characters costs no request.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a text that is no path, and those of the request that looks.
    pub async fn expand(&self, text: &str) -> Result<Expansion> {
        let literal: RemotePath = text.parse()?;
        if !literal.as_str().contains(['*', '?', '[', '{', '\\']) {
            return Ok(Expansion::Path(literal));
        }
        match self.stat(&literal).await {
            Ok(_) => return Ok(Expansion::Path(literal)),
            // The service does not tell what is missing from what is forbidden, and refuses some
            // names altogether; neither can be meant.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound
                        | ErrorKind::PermissionDenied
                        | ErrorKind::Invalid
                        | ErrorKind::NotDirectory
                ) => {}
            Err(error) => return Err(error),
        }
        if !GlobPattern::is_pattern(literal.as_str()) {
            return Ok(Expansion::Path(GlobPattern::unescape(literal.as_str()).parse()?));
        }
        // With a bracket that nothing closes it can only be a name, and one that is not there.
        Ok(literal.as_str().parse().map_or(Expansion::Path(literal), Expansion::Pattern))
    }

    /// The paths that a text stands for by the rule of [`expand`](Self::expand), ascending; a plain
    /// name stands for itself, whether it exists or not.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing matches; a directory that cannot be listed, since what is in
    /// it would be left out.
    pub async fn expand_all(&self, text: &str) -> Result<Vec<RemotePath>> {
        let pattern = match self.expand(text).await? {
            Expansion::Path(path) => return Ok(vec![path]),
            Expansion::Pattern(pattern) => pattern,
        };
        let mut paths = Vec::new();
        let mut found = self.glob(&pattern);
        while let Some(entry) = found.next().await {
            paths.push(entry?.path);
        }
        if paths.is_empty() {
            return Err(Error::at(ErrorKind::NotFound, pattern.base())
                .with_message(format!("nothing matches {pattern}")));
        }
        paths.sort();
        Ok(paths)
    }

    /// Everything that matches a pattern, in no particular order. Only directories are listed below
    /// which something can match. A base directory that does not exist gives nothing.
    #[must_use]
    pub fn glob(&self, pattern: &GlobPattern) -> Glob {
        self.glob_with(pattern, WalkOptions::default())
    }

    /// The same with options.
    #[must_use]
    pub fn glob_with(&self, pattern: &GlobPattern, options: WalkOptions) -> Glob {
        let below = pattern.clone();
        let descend: Descend = Arc::new(move |directory| below.may_match_below(&directory.path));
        self.find(pattern, options, descend, GlobPattern::matches)
    }

    /// Everything that matches, and everything in directories that match.
    pub(crate) fn glob_trees(&self, pattern: &GlobPattern) -> Glob {
        let below = pattern.clone();
        let descend: Descend = Arc::new(move |directory| {
            below.may_match_below(&directory.path) || below.covers(&directory.path)
        });
        self.find(pattern, WalkOptions::default(), descend, GlobPattern::covers)
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
                Err(error) => error.kind() != ErrorKind::NotFound || error.path() != Some(&base),
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
    fn names_and_directories() {
        for (text, yes, no) in [
            ("/a/*.csv", "/a/b.csv", "/a/b/c.csv"),
            ("a/b?", "/a/bc", "/a/b"),
            ("/a/**/z", "/a/z", "/a/b/y"),
            ("/a/**", "/a/b/c", "/b"),
            ("/a/[bc]/{d,e}", "/a/c/e", "/a/d/e"),
            (r"/a/\*", "/a/*", "/a/b"),
            (r"/a/\[b\]*", "/a/[b]c", "/a/bc"),
            (r"/a/b\c*", r"/a/b\cd", "/a/bcd"),
            ("/a b/ü*", "/a b/üx", "/a b/u"),
            ("/fixed/name", "/fixed/name", "/fixed/other"),
        ] {
            assert!(pattern(text).matches(&path(yes)), "{text} {yes}");
            assert!(!pattern(text).matches(&path(no)), "{text} {no}");
        }
        let error = "/a/[b".parse::<GlobPattern>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }

    mod a_name_is_not_a_pattern_because_of_its_letters {
        use super::*;
        use crate::gen1::tests::{client, file_status, json, not_found, requests};

        #[test]
        fn a_pattern_can_be_escaped() {
            for (text, is_pattern, plain) in [
                ("/a[1]", true, "/a[1]"),
                (r"/a\[1\]", false, "/a[1]"),
                (r"/a\\[1]", true, r"/a\[1]"),
                (r"/a\b", false, r"/a\b"),
                (r"/a\*b?", true, "/a*b?"),
                ("/a]}", false, "/a]}"),
            ] {
                assert_eq!(GlobPattern::is_pattern(text), is_pattern, "{text}");
                assert_eq!(GlobPattern::unescape(text), plain, "{text}");
            }
            for name in ["/a[1].csv", "/{x}", "/*", "/a?b", r"/a\b\", "/[!a-z]", "/x,y"] {
                let escaped = GlobPattern::escape(name);
                assert!(!GlobPattern::is_pattern(&escaped), "{escaped}");
                assert_eq!(GlobPattern::unescape(&escaped), name);
                assert!(pattern(&escaped).matches(&path(name)), "{escaped}");
            }
        }

        async fn expanded(text: &str, exists: Option<bool>) -> String {
            let answer = exists.map(|exists| if exists { file_status(1) } else { not_found() });
            let (client, transport) = client(answer);
            let shown = match client.expand(text).await.unwrap() {
                Expansion::Path(path) => format!("path {path}"),
                Expansion::Pattern(pattern) => format!("pattern {pattern}"),
            };
            assert_eq!(requests(&transport).is_empty(), exists.is_none(), "{text}");
            shown
        }

        #[tokio::test]
        async fn what_exists_under_the_literal_name_is_meant() {
            assert_eq!(expanded("/a[1].csv", Some(true)).await, "path /a[1].csv");
            assert_eq!(expanded("/a[1].csv", Some(false)).await, "pattern /a[1].csv");
            assert_eq!(expanded("/a*", Some(true)).await, "path /a*");
            assert_eq!(expanded(r"/a\*", Some(false)).await, "path /a*");
            assert_eq!(expanded(r"/a\*", Some(true)).await, r"path /a\*");
            assert_eq!(expanded("/a{b", Some(false)).await, "path /a{b");
            assert_eq!(expanded("/plain", None).await, "path /plain");
        }

        #[tokio::test]
        async fn a_pattern_gives_what_matches_and_nothing_is_an_error() {
            let page = r#"{"FileStatuses":{"continuationToken":"","FileStatus":[
                {"length":1,"pathSuffix":"b1","type":"FILE","permission":"770"},
                {"length":1,"pathSuffix":"c","type":"FILE","permission":"770"}]}}"#;
            let (client, _) = client([not_found(), json(page), not_found(), json(page)]);
            assert_eq!(client.expand_all("/b?").await.unwrap(), [path("/b1")]);
            let error = client.expand_all("/x?").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
        }
    }

    #[test]
    fn only_directories_that_can_hold_a_match_are_entered() {
        let dated = pattern("/logs/2026-*/x/*.csv");
        assert_eq!(dated.base(), &path("/logs"));
        for (directory, enter) in [
            ("/logs", true),
            ("/logs/2026-07", true),
            ("/logs/2025-07", false),
            ("/logs/2026-07/x", true),
            ("/logs/2026-07/y", false),
            ("/logs/2026-07/x/z", false),
        ] {
            assert_eq!(dated.may_match_below(&path(directory)), enter, "{directory}");
        }
        let deep = pattern("/logs/2026-*/**/*.csv");
        for (directory, enter) in
            [("/logs/2025", false), ("/logs/2026-1", true), ("/logs/2026-1/a/b/c", true)]
        {
            assert_eq!(deep.may_match_below(&path(directory)), enter, "{directory}");
        }
        assert!(pattern("/**").may_match_below(&path("/a/b")));
        assert_eq!(pattern("/a/b").base(), &path("/a"));
    }
}
