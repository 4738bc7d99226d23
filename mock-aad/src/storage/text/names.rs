//! Names of file systems, and paths within them.
//!
//! A path may come as one encoded segment (`a%2Fb`) or as many, so that it is decoded before it is taken
//! apart. Doubled slashes and `.` segments are dropped, as the recorded requests for `/{fs}//` need. `..` is
//! refused rather than followed: clients resolve it before they sign, and no item can have that name.

use adls_wire::{ParsePathError, RemotePath};
use percent_encoding::percent_decode_str;

use crate::storage::errors::{ErrorCode, StorageError};

/// Where the service logs requests, if it does.
pub(crate) const LOGS: &str = "$logs";
/// File systems with names that no others may have.
const SYSTEM: [&str; 4] = ["$root", "$web", LOGS, "$blobchangefeed"];
/// Those that the service writes itself. Lists leave them out unless they are asked for; `$root` and `$web`
/// are their owners' and always shown.
const HIDDEN: [&str; 2] = [LOGS, "$blobchangefeed"];
const SHORTEST: usize = 3;
const LONGEST: usize = 63;
/// The most characters of a path, in the UTF-16 that the service counts.
const LONGEST_PATH: usize = 1024;
/// The most segments of a path; documents disagree, and this is the largest number that one has.
const MOST_SEGMENTS: usize = 254;

/// Whether a file system has one of the names that no others may have.
pub(crate) fn is_system(file_system: &str) -> bool {
    SYSTEM.contains(&file_system)
}

/// Whether a file system is shown only to those who ask for those of the service.
pub(crate) fn is_hidden(file_system: &str) -> bool {
    HIDDEN.contains(&file_system)
}

/// Checks the name of a file system or container.
pub(crate) fn check_file_system(name: &str) -> Result<(), StorageError> {
    if is_system(name) {
        return Ok(());
    }
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !name.bytes().all(known)
        || name.starts_with('-')
        || name.ends_with('-')
        || name.contains("--")
    {
        return Err(ErrorCode::InvalidResourceName.into());
    }
    if !(SHORTEST..=LONGEST).contains(&name.len()) {
        return Err(ErrorCode::OutOfRangeInput.into());
    }
    Ok(())
}

/// Reads the part of a URL behind the file system, percent-encoded as it was sent.
pub(crate) fn path(encoded: &str) -> Result<RemotePath, StorageError> {
    let text = percent_decode_str(encoded).decode_utf8().map_err(|_| ErrorCode::InvalidUri)?;
    decoded_path(&text)
}

/// Reads a path that is not percent-encoded, such as the value of a decoded query parameter.
pub(crate) fn decoded_path(text: &str) -> Result<RemotePath, StorageError> {
    let path: RemotePath = text.parse().map_err(|error| match error {
        ParsePathError::ControlCharacter(_) => ErrorCode::InvalidResourceName,
        _ => ErrorCode::InvalidUri,
    })?;
    let length = path.as_str().encode_utf16().count();
    // The slash at the beginning does not count.
    if length > LONGEST_PATH + 1 || path.segments().count() > MOST_SEGMENTS {
        return Err(ErrorCode::OutOfRangeInput.into());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code<T>(result: Result<T, StorageError>) -> Option<ErrorCode> {
        result.err().map(|error| error.code())
    }

    #[test]
    fn names_of_file_systems() {
        for name in ["abc", "a-b-c", "0ab", "my-fs1", "$root", "$web", "$logs", &"a".repeat(63)] {
            assert_eq!(check_file_system(name), Ok(()), "{name}");
        }
        for name in ["Abc", "a_b", "a--b", "-ab", "ab-", "a.b", "$other", "ü23", "a b"] {
            let code = code(check_file_system(name));
            assert_eq!(code, Some(ErrorCode::InvalidResourceName), "{name}");
        }
        for name in ["", "a", "ab", &"a".repeat(64)] {
            assert_eq!(code(check_file_system(name)), Some(ErrorCode::OutOfRangeInput), "{name}");
        }
    }

    #[test]
    fn one_path_has_many_spellings() {
        for spelling in
            ["dir/file", "dir%2Ffile", "/dir//file", "./dir/file/", "dir%2F%2Ffile", "%2Fdir/file"]
        {
            assert_eq!(path(spelling).unwrap().as_str(), "/dir/file", "{spelling}");
        }
        for root in ["", "/", "//", "%2F", "%2f", "."] {
            assert!(path(root).unwrap().is_root(), "{root}");
        }
        assert!(path("dir/").unwrap().is_directory_form());
        // What looks like a slash within a name comes doubly encoded, and is decoded once.
        assert_eq!(path("a%252Fb").unwrap().as_str(), "/a%2Fb");
        assert_eq!(path("a+b%20c%23%3F").unwrap().as_str(), "/a+b c#?");
        assert_eq!(path("%E6%BC%A2%D8%B9").unwrap().as_str(), "/漢ع");
    }

    #[test]
    fn what_is_no_path() {
        for (text, expected) in [
            ("a/../b", ErrorCode::InvalidUri),
            ("%2E%2E", ErrorCode::InvalidUri),
            ("a%FF", ErrorCode::InvalidUri),
            ("a%00b", ErrorCode::InvalidResourceName),
            ("a%0Ab", ErrorCode::InvalidResourceName),
        ] {
            assert_eq!(code(path(text)), Some(expected), "{text}");
        }
    }

    #[test]
    fn paths_have_bounds() {
        assert_eq!(code(path(&"a".repeat(1024))), None);
        assert_eq!(code(path(&"ü".repeat(1024))), None);
        assert_eq!(code(path(&"a".repeat(1025))), Some(ErrorCode::OutOfRangeInput));
        assert_eq!(code(path(&"\u{10348}".repeat(513))), Some(ErrorCode::OutOfRangeInput));
        assert_eq!(code(path(&"a/".repeat(254))), None);
        assert_eq!(code(path(&"a/".repeat(255))), Some(ErrorCode::OutOfRangeInput));
    }

    proptest! {
        #[test]
        fn a_path_survives_its_encoding(text in "[ -~à-ü/]{0,40}") {
            if let Ok(known) = decoded_path(&text) {
                prop_assert_eq!(path(&known.encoded()).unwrap(), known);
            }
        }
    }
}
