//! What a signature of a service or of a user is for: the kind of resource (`sr`), and the resource as the
//! string to sign names it.

/// The kind of resource, `sr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SasResourceKind {
    /// `c`: a file system and all in it.
    FileSystem,
    /// `d`: a directory and all below it; `sdd` says how deep below the root it is.
    Directory,
    /// `b`: one file.
    File,
}

impl SasResourceKind {
    /// Its letter.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::FileSystem => "c",
            Self::Directory => "d",
            Self::File => "b",
        }
    }

    /// The kind with this letter.
    #[must_use]
    pub fn from_letter(letter: &str) -> Option<Self> {
        let all = [Self::FileSystem, Self::Directory, Self::File];
        all.into_iter().find(|kind| kind.letter() == letter)
    }
}

/// The resource as the string to sign names it: decoded, and as of the Blob service whichever endpoint
/// it is used at. `path` is that within the file system, with a slash before it or without, and empty for
/// the file system.
#[must_use]
pub fn canonicalized_resource(account: &str, file_system: &str, path: &str) -> String {
    match path.strip_prefix('/').unwrap_or(path) {
        "" => format!("/blob/{account}/{file_system}"),
        path => format!("/blob/{account}/{file_system}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_both_ways() {
        for letter in ["c", "d", "b"] {
            assert_eq!(SasResourceKind::from_letter(letter).unwrap().letter(), letter);
        }
        assert_eq!(SasResourceKind::from_letter("bs"), None);
    }

    #[test]
    fn resources_are_named_once() {
        assert_eq!(canonicalized_resource("lake", "fs", ""), "/blob/lake/fs");
        assert_eq!(canonicalized_resource("lake", "fs", "/"), "/blob/lake/fs");
        assert_eq!(canonicalized_resource("lake", "fs", "/a/ü b"), "/blob/lake/fs/a/ü b");
        assert_eq!(canonicalized_resource("lake", "fs", "a"), "/blob/lake/fs/a");
    }
}
