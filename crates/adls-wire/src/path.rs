//! Remote paths: absolute, separated by `/`, kept decoded and encoded only at the edge.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// What a path segment must not contain verbatim in a URL.
///
/// `+` is in the set although RFC 3986 allows it: some HTTP stacks read it as a blank, and the
/// official clients send `%2B` for the same reason.
/// What is percent-encoded in a segment of a path.
pub const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'+')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A normalised absolute path inside a file system: `/`, or `/a/b` without a trailing slash.
///
/// Parsing adds a missing leading slash, drops `.` segments, repeated and trailing slashes, and
/// refuses `..` and control characters: a path then has exactly one text form, and can never leave
/// the directory that it was joined to.
///
/// That it was written with a slash at its end is remembered beside the text, for those to whom it
/// means "into it": see [`is_directory_form`](Self::is_directory_form). Paths are equal without regard to
/// it.
///
/// ```
/// use adls_wire::RemotePath;
///
/// let path: RemotePath = "data//2026/./day 1.csv".parse()?;
/// assert_eq!(path.as_str(), "/data/2026/day 1.csv");
/// assert_eq!(path.encoded(), "/data/2026/day%201.csv");
/// assert_eq!(path.file_name(), Some("day 1.csv"));
/// # Ok::<(), adls_wire::ParsePathError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemotePath {
    text: String,
    directory_form: bool,
}

/// Why a text is not a remote path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePathError {
    /// The path has a `..` segment.
    #[error("the path {0:?} contains '..'; write the directory's own name instead")]
    ParentSegment(String),
    /// The path contains a control character; the service refuses such names.
    #[error("the path {0:?} contains a control character, which the service refuses")]
    ControlCharacter(String),
    /// What should be the name of an item in a directory is not one.
    #[error("{0:?} is not the name of a file or directory")]
    NotAName(String),
}

impl RemotePath {
    /// The root directory, `/`.
    #[must_use]
    pub fn root() -> Self {
        Self::plain("/".to_owned())
    }

    fn plain(text: String) -> Self {
        Self { text, directory_form: false }
    }

    /// Whether the path was written as a directory: with a slash or `/.` at its end. As the target of a
    /// transfer or a copy it then means "into it, under the same name".
    #[must_use]
    pub fn is_directory_form(&self) -> bool {
        self.directory_form
    }

    /// The decoded text, always with a leading slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is the root directory.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.text == "/"
    }

    /// The last segment; `None` for the root.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.segments().last()
    }

    /// The directory that holds this path; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (head, name) = self.text.rsplit_once('/')?;
        match (head, name) {
            (_, "") => None,
            ("", _) => Some(Self::root()),
            _ => Some(Self::plain(head.to_owned())),
        }
    }

    /// The names between the slashes; none for the root.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.text.split('/').filter(|s| !s.is_empty())
    }

    /// This path with `relative` below it; `relative` may hold several segments.
    ///
    /// # Errors
    /// As for parsing: `..` and control characters.
    pub fn join(&self, relative: &str) -> Result<Self, ParsePathError> {
        format!("{}/{relative}", self.text).parse()
    }

    /// The item called `name` in this directory. Unlike [`join`](Self::join) it takes any name that a
    /// service can report, control characters included.
    ///
    /// # Errors
    /// When `name` is not a single name: empty, `.`, `..`, or with a slash in it.
    pub fn child(&self, name: &str) -> Result<Self, ParsePathError> {
        self.descendant([name])
    }

    /// The item that these names lead to from this directory, each as [`child`](Self::child) takes it.
    ///
    /// # Errors
    /// As for [`child`](Self::child).
    pub fn descendant<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ParsePathError> {
        // One text for all names: long listings make a path for each of their entries.
        let mut text = String::with_capacity(self.text.len() + 64);
        text.push_str(self.text.trim_end_matches('/'));
        for name in names {
            if matches!(name, "" | "." | "..") || name.contains('/') {
                return Err(ParsePathError::NotAName(name.to_owned()));
            }
            text.push('/');
            text.push_str(name);
        }
        Ok(if text.is_empty() { Self::root() } else { Self::plain(text) })
    }

    /// Whether `self` is `directory` or lies below it.
    #[must_use]
    pub fn starts_with(&self, directory: &Self) -> bool {
        directory.is_root()
            || self
                .text
                .strip_prefix(&directory.text)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The part of `self` below `directory`, without a leading slash; `None` when it is not below it.
    #[must_use]
    pub fn relative_to(&self, directory: &Self) -> Option<&str> {
        self.starts_with(directory).then(|| {
            let rest =
                if directory.is_root() { &self.text } else { &self.text[directory.text.len()..] };
            rest.trim_start_matches('/')
        })
    }

    /// The path as it stands in a URL: every segment percent-encoded as UTF-8.
    #[must_use]
    pub fn encoded(&self) -> String {
        if self.is_root() {
            return self.text.clone();
        }
        let mut out = String::with_capacity(self.text.len() + 8);
        for segment in self.segments() {
            out.push('/');
            out.extend(utf8_percent_encode(segment, SEGMENT));
        }
        out
    }
}

impl PartialEq for RemotePath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RemotePath {}

impl PartialOrd for RemotePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RemotePath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for RemotePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl FromStr for RemotePath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.chars().any(char::is_control) {
            return Err(ParsePathError::ControlCharacter(text.to_owned()));
        }
        let mut path = String::with_capacity(text.len() + 1);
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => return Err(ParsePathError::ParentSegment(text.to_owned())),
                name => {
                    path.push('/');
                    path.push_str(name);
                }
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        let directory_form = text.ends_with('/') || text.ends_with("/.");
        Ok(Self { text: path, directory_form })
    }
}

impl TryFrom<String> for RemotePath {
    type Error = ParsePathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<&String> for RemotePath {
    type Error = ParsePathError;

    fn try_from(text: &String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<&RemotePath> for RemotePath {
    fn from(path: &RemotePath) -> Self {
        path.clone()
    }
}

impl TryFrom<&str> for RemotePath {
    type Error = ParsePathError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RemotePath> for String {
    fn from(path: RemotePath) -> Self {
        path.text
    }
}

impl AsRef<str> for RemotePath {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> RemotePath {
        text.parse().unwrap()
    }

    #[test]
    fn one_text_form() {
        for text in ["a/b", "/a/b", "//a//b/", "/./a/./b/."] {
            assert_eq!(path(text).as_str(), "/a/b");
        }
        for text in ["", "/", ".", "//", "/."] {
            assert!(path(text).is_root(), "{text:?}");
        }
    }

    #[test]
    fn the_slash_at_the_end_is_remembered_beside_the_text() {
        for (text, directory_form) in
            [("/a/", true), ("/a/.", true), ("/", true), ("/a", false), ("a.", false)]
        {
            assert_eq!(path(text).is_directory_form(), directory_form, "{text}");
        }
        assert_eq!(path("/a/"), path("/a"));
        assert_eq!(path("/a/").to_string(), "/a");
        assert!(!path("/a/").child("b").unwrap().is_directory_form());
        assert!(path("/a").join("b/").unwrap().is_directory_form());
    }

    #[test]
    fn refuses_what_could_leave_the_directory() {
        for text in ["..", "/a/../b", "a/.."] {
            assert_eq!(
                text.parse::<RemotePath>(),
                Err(ParsePathError::ParentSegment(text.to_owned()))
            );
        }
        assert!("a\nb".parse::<RemotePath>().is_err());
    }

    #[test]
    fn children_stay_in_their_directory() {
        assert_eq!(path("/a").child("b\n c").unwrap().as_str(), "/a/b\n c");
        assert_eq!(RemotePath::root().child("b").unwrap().as_str(), "/b");
        assert_eq!(path("/a").descendant(["b", "c"]).unwrap().as_str(), "/a/b/c");
        assert_eq!(RemotePath::root().descendant([]).unwrap(), RemotePath::root());
        assert!(path("/a").descendant(["b", "..", "c"]).is_err());
        for name in ["", ".", "..", "a/b", "/"] {
            assert!(path("/a").child(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn family() {
        let p = path("/a/b/c");
        assert_eq!(p.parent().unwrap().as_str(), "/a/b");
        assert_eq!(path("/a").parent().unwrap(), RemotePath::root());
        assert_eq!(RemotePath::root().parent(), None);
        assert_eq!(p.relative_to(&path("/a")), Some("b/c"));
        assert_eq!(p.relative_to(&RemotePath::root()), Some("a/b/c"));
        assert_eq!(p.relative_to(&p), Some(""));
        assert_eq!(path("/ab").relative_to(&path("/a")), None);
    }

    #[test]
    fn encodes_what_a_url_gives_a_meaning() {
        assert_eq!(path("/a b/c+d/ü%?#").encoded(), "/a%20b/c%2Bd/%C3%BC%25%3F%23");
        assert_eq!(path("/a:b@c,d;e='").encoded(), "/a:b@c,d;e='");
    }

    proptest! {
        #[test]
        fn encoding_is_undone_by_decoding(text in "[^\\x00-\\x1f\\x7f-\\u{9f}]{0,24}") {
            prop_assume!(text.split('/').all(|s| s != ".."));
            let p = path(&text);
            let decoded = percent_encoding::percent_decode_str(&p.encoded()).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(path(&decoded), p);
        }
    }
}
