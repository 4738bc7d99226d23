//! The rule that maps sources to targets, and the names that it lets through.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use adls_wire::RemotePath;

use crate::remote_url::ClientOf;
use crate::{Error, FileSystemClient, RemoteUrl, Result};

/// Where an upload goes: a path, and whether it was written with a slash at its end.
///
/// Made from a text, a [`RemotePath`] or a [`RemoteUrl`], which all remember that slash. A URL must name the
/// account of the client that uploads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteTarget {
    path: RemotePath,
    inside: bool,
    url: Option<RemoteUrl>,
}

impl RemoteTarget {
    /// The directory into which the result goes, under the source's own name.
    #[must_use]
    pub fn inside(directory: RemotePath) -> Self {
        Self { path: directory, inside: true, url: None }
    }

    /// Fails when it names another file system than that of the client.
    pub(super) fn check_file_system(&self, client: &FileSystemClient) -> Result<()> {
        let Some(url) = &self.url else { return Ok(()) };
        url.check_file_system(ClientOf {
            generation: client.generation(),
            endpoint: client.endpoint(),
            file_system: client.file_system(),
        })
    }

    pub(super) fn path(&self) -> &RemotePath {
        &self.path
    }

    /// Where `source` becomes what; `is_existing_directory` is asked only if it matters.
    pub(super) fn place(&self, source: &Path, onto_directory: bool) -> Result<RemotePath> {
        match self.is_directory() || onto_directory {
            true => self.path.child(local_name(source)?).map_err(Error::from),
            false => Ok(self.path.clone()),
        }
    }

    /// The same for a source in an account. The root has no name of its own: what is in it goes straight
    /// into the target.
    pub(super) fn place_remote(
        &self,
        source: &RemotePath,
        onto_directory: bool,
    ) -> Result<RemotePath> {
        match source.file_name() {
            Some(name) if self.is_directory() || onto_directory => {
                self.path.child(name).map_err(Error::from)
            }
            _ => Ok(self.path.clone()),
        }
    }

    fn is_directory(&self) -> bool {
        self.inside || self.path.is_root()
    }

    /// Whether it depends on the state of the target what a file becomes.
    pub(super) fn is_open_for_files(&self) -> bool {
        !self.is_directory()
    }
}

impl From<&RemotePath> for RemoteTarget {
    fn from(path: &RemotePath) -> Self {
        path.clone().into()
    }
}

impl From<RemotePath> for RemoteTarget {
    fn from(path: RemotePath) -> Self {
        let inside = path.is_directory_form();
        Self { path, inside, url: None }
    }
}

impl From<&RemoteUrl> for RemoteTarget {
    fn from(url: &RemoteUrl) -> Self {
        let path = url.path().clone();
        Self { path, inside: url.is_directory_form(), url: Some(url.clone()) }
    }
}

impl From<RemoteUrl> for RemoteTarget {
    fn from(url: RemoteUrl) -> Self {
        Self::from(&url)
    }
}

impl TryFrom<&str> for RemoteTarget {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl TryFrom<String> for RemoteTarget {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl FromStr for RemoteTarget {
    type Err = Error;

    /// A path, or a URL.
    fn from_str(text: &str) -> Result<Self> {
        if text.contains("://") {
            return Ok(text.parse::<RemoteUrl>()?.into());
        }
        Ok(text.parse::<RemotePath>()?.into())
    }
}

/// The local result of a download by the same rule.
pub(super) fn place_local(
    source: &RemotePath,
    target: &Path,
    onto_directory: bool,
) -> Result<PathBuf> {
    if !(is_directory_form(target) || onto_directory) {
        return Ok(target.to_owned());
    }
    match source.file_name() {
        Some(name) => Ok(target.join(safe_component(name)?)),
        // The root has no name of its own: what is in it goes straight into the target.
        None => Ok(target.to_owned()),
    }
}

/// Whether a local path is written as a directory: ends in a separator, `.` or `..`.
pub(super) fn is_directory_form(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    let last = text.rsplit(|b| is_separator(*b)).next().unwrap_or_default();
    matches!(last, b"" | b"." | b"..")
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii() && std::path::is_separator(char::from(byte))
}

/// The local path of what lies at `relative` below a remote directory.
pub(super) fn local_below(directory: &Path, relative: &str) -> Result<PathBuf> {
    let mut path = directory.to_owned();
    for name in relative.split('/').filter(|name| !name.is_empty()) {
        path.push(safe_component(name)?);
    }
    Ok(path)
}

/// A name from the service, if it is a single name on this machine too.
fn safe_component(name: &str) -> Result<&OsStr> {
    let refuse =
        |why: &str| Err(Error::invalid(format!("{name:?} cannot be a local file name: it {why}")));
    if name.contains('\0') {
        return refuse("holds a NUL character");
    }
    let mut components = Path::new(name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(component)), None) if component == OsStr::new(name) => {}
        _ => return refuse("would lead out of its directory"),
    }
    match windows_refusal(name).filter(|_| cfg!(windows)) {
        Some(why) => refuse(why),
        None => Ok(OsStr::new(name)),
    }
}

/// Why Windows has no file of this name, although it is a single name there too.
fn windows_refusal(name: &str) -> Option<&'static str> {
    if name.chars().any(|c| c < ' ' || r#"<>:"/\|?*"#.contains(c)) {
        return Some("holds a character that Windows does not allow");
    }
    let reserved = name.ends_with(['.', ' ']) || is_reserved_on_windows(name);
    reserved.then_some("is reserved by Windows")
}

fn is_reserved_on_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit() && rest != "0"
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

/// A local name as the service takes it.
pub(super) fn local_name(path: &Path) -> Result<&str> {
    let name = path.file_name().ok_or_else(|| {
        Error::invalid(format!(
            "{} has no name of its own; name the target without a slash at its end",
            path.display()
        ))
    })?;
    let refuse = |what: &str| {
        let shown = path.display();
        Error::invalid(format!("the name of {shown} {what}, which the service refuses; rename it"))
    };
    let name = name.to_str().ok_or_else(|| refuse("is not Unicode"))?;
    match name.chars().any(char::is_control) {
        true => Err(refuse("holds a control character")),
        false => Ok(name),
    }
}

/// The remote path of what lies at `relative` below a local directory.
pub(super) fn remote_below(directory: &RemotePath, relative: &Path) -> Result<RemotePath> {
    let mut path = directory.clone();
    for component in relative.components() {
        path = path.child(local_name(Path::new(component.as_os_str()))?)?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(text: &str) -> RemotePath {
        text.parse().unwrap()
    }

    fn upload(source: &str, url: &str, onto_directory: bool) -> String {
        let url: RemoteUrl = format!("adl://account{url}").parse().unwrap();
        RemoteTarget::from(&url).place(Path::new(source), onto_directory).unwrap().to_string()
    }

    fn download(source: &str, target: &str, onto_directory: bool) -> String {
        let placed = place_local(&remote(source), Path::new(target), onto_directory).unwrap();
        placed.to_str().unwrap().replace('\\', "/")
    }

    #[test]
    fn the_slash_of_a_path_means_inside() {
        let placed = |text: &str| {
            let target: RemoteTarget = text.parse().unwrap();
            target.place(Path::new("a/logs"), false).unwrap().to_string()
        };
        assert_eq!(placed("/data/"), "/data/logs");
        assert_eq!(placed("/data"), "/data");
        assert_eq!(placed("adl://account/data/"), "/data/logs");
        let parsed = RemoteTarget::from(&remote("/data/"));
        assert_eq!(parsed.place(Path::new("f"), false).unwrap(), remote("/data/f"));
        assert!("abc://x".parse::<RemoteTarget>().is_err());
    }

    #[test]
    fn the_rule_up() {
        assert_eq!(upload("a/logs", "/data/x", false), "/data/x");
        assert_eq!(upload("a/logs/", "/data/x", false), "/data/x");
        assert_eq!(upload("a/logs", "/data/", false), "/data/logs");
        assert_eq!(upload("a/logs/", "/data/", false), "/data/logs");
        assert_eq!(upload("f.csv", "/", false), "/f.csv");
        assert_eq!(upload("f.csv", "", false), "/f.csv");
        assert_eq!(upload("f.csv", "/data", true), "/data/f.csv");
        let root = RemoteTarget::inside(remote("/data"));
        assert!(root.place(Path::new("/"), false).is_err());
        assert!(root.place(Path::new(".."), false).is_err());
    }

    #[test]
    fn the_rule_down() {
        assert_eq!(download("/a/logs", "x", false), "x");
        assert_eq!(download("/a/logs", "x/", false), "x/logs");
        assert_eq!(download("/a/logs", ".", false), "./logs");
        assert_eq!(download("/a/logs", "..", false), "../logs");
        assert_eq!(download("/a/logs", "x/.", false), "x/./logs");
        assert_eq!(download("/a/f.csv", "x", true), "x/f.csv");
        assert_eq!(download("/", "x/", false), "x/");
    }

    #[test]
    fn names_stay_in_their_directory() {
        for name in ["", ".", "..", "a\0b"] {
            assert!(safe_component(name).is_err(), "{name:?}");
        }
        assert!(local_below(Path::new("t"), "a/../../b").is_err());
        assert_eq!(local_below(Path::new("t"), "a/b c").unwrap(), Path::new("t/a/b c"));
        assert_eq!(remote_below(&remote("/t"), Path::new("a/b")).unwrap(), remote("/t/a/b"));
    }

    #[test]
    fn local_names_that_the_service_refuses() {
        let error = remote_below(&remote("/t"), Path::new("a/b\tc")).unwrap_err();
        assert!(error.to_string().contains("holds a control character"), "{error}");
    }

    #[test]
    fn names_that_windows_cannot_hold() {
        for name in ["a:b", "a\\b", "a|b", "what?", "tab\there", "end.", "end ", "CON", "nul.txt"] {
            assert!(windows_refusal(name).is_some(), "{name:?}");
        }
        for name in ["a b", "ümläut", "100%", "a#b", ".hidden", "console", "a.b.c"] {
            assert_eq!(windows_refusal(name), None, "{name:?}");
        }
    }

    #[test]
    fn windows_devices() {
        for name in ["con", "NUL.txt", "com1", "LPT9.a.b", "aux "] {
            assert!(is_reserved_on_windows(name), "{name}");
        }
        for name in ["console", "com0", "com10", "lpt", "nulla.txt"] {
            assert!(!is_reserved_on_windows(name), "{name}");
        }
    }
}
