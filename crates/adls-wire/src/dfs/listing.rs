//! Lists of file systems and of paths.

use serde::Deserialize;

use super::lenient;

/// A page of the file systems of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FileSystemList {
    /// The file systems, by name.
    pub filesystems: Vec<FileSystemEntry>,
}

/// A file system in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileSystemEntry {
    /// Its name.
    pub name: String,
    /// When it last changed, as an RFC 1123 date.
    pub last_modified: String,
    /// Its version, without quotation marks.
    #[serde(alias = "eTag")]
    pub etag: String,
}

/// A page of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PathList {
    /// The paths, depth first.
    pub paths: Vec<PathEntry>,
}

/// A file or directory in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PathEntry {
    /// Its path from the root of the file system, without a slash before it.
    pub name: String,
    /// Left out for files.
    #[serde(deserialize_with = "lenient::boolean")]
    pub is_directory: bool,
    /// Bytes; 0 for directories.
    #[serde(deserialize_with = "lenient::number")]
    pub content_length: u64,
    /// When it last changed, as an RFC 1123 date.
    pub last_modified: String,
    /// Its version, without quotation marks.
    #[serde(alias = "eTag")]
    pub etag: Option<String>,
    /// Object id, or principal name when that was asked for.
    pub owner: Option<String>,
    /// Object id, or principal name when that was asked for.
    pub group: Option<String>,
    /// Mode bits as letters, with a `+` behind them when the access control list holds more.
    pub permissions: Option<String>,
    /// When it was made, in [ticks](filetime_to_unix_millis).
    #[serde(deserialize_with = "lenient::number")]
    pub creation_time: u64,
    /// When it will be removed, in [ticks](filetime_to_unix_millis); 0 for never.
    #[serde(deserialize_with = "lenient::number")]
    pub expiry_time: u64,
}

/// Milliseconds since 1970 of a time in ticks: 100 nanoseconds since 1601. `None` for 0, which stands
/// for no time, and for what lies before 1970.
#[must_use]
pub fn filetime_to_unix_millis(ticks: u64) -> Option<u64> {
    const TICKS_A_MILLISECOND: u64 = 10_000;
    const UNIX_EPOCH: u64 = 11_644_473_600_000;
    (ticks / TICKS_A_MILLISECOND).checked_sub(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_and_may_be_themselves() {
        let as_text = r#"{"paths":[{"contentLength":"0","creationTime":"133138597850000000","etag":"0x8DA",
            "expiryTime":"0","group":"g","isDirectory":"true","lastModified":"Sat, 26 Nov 2022 10:43:05 GMT",
            "name":"a/b","owner":"o","permissions":"rwxr-x---+","more":{"x":1}}],"other":1}"#;
        let page: PathList = serde_json::from_str(as_text).unwrap();
        let entry = &page.paths[0];
        assert!(entry.is_directory);
        assert_eq!((entry.name.as_str(), entry.etag.as_deref()), ("a/b", Some("0x8DA")));
        assert_eq!(filetime_to_unix_millis(entry.creation_time), Some(1_669_386_185_000));
        assert_eq!(filetime_to_unix_millis(entry.expiry_time), None);
        let as_values = r#"{"paths":[{"name":"f","contentLength":7,"isDirectory":false,"eTag":"0x1",
            "creationTime":null,"expiryTime":""}]}"#;
        let page: PathList = serde_json::from_str(as_values).unwrap();
        let entry = &page.paths[0];
        assert_eq!((entry.content_length, entry.is_directory), (7, false));
        assert_eq!((entry.etag.as_deref(), entry.creation_time), (Some("0x1"), 0));
        for wrong in
            [r#"{"paths":[{"contentLength":"many"}]}"#, r#"{"paths":[{"contentLength":-1}]}"#]
        {
            assert!(serde_json::from_str::<PathList>(wrong).is_err(), "{wrong}");
        }
    }
}
