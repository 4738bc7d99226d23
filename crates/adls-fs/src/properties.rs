//! What is kept about an item beside its content: content headers and metadata.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/get-properties>.

use std::collections::BTreeMap;

use crate::lease::{LeaseDuration, LeaseState, LeaseStatus};
use crate::options::{WriteOptions, options};
use crate::{Error, FileStatus, Result};

options! {
    /// How the content of a file is to be taken: headers that the service gives with it.
    #[derive(Default)]
    pub struct ContentHeaders {
        /// The type of the content, such as `text/csv`.
        pub content_type: Option<String>,
        /// The coding of the content, such as `gzip`.
        pub content_encoding: Option<String>,
        /// The language of the content, such as `en`.
        pub content_language: Option<String>,
        /// How the content is to be shown, such as `attachment; filename="a.csv"`.
        pub content_disposition: Option<String>,
        /// How the content may be cached, such as `max-age=60`.
        pub cache_control: Option<String>,
        /// The MD5 of the whole content, in base64. The service keeps what it is given, and checks it only
        /// where the content comes with it.
        pub content_md5: Option<String>,
    }
}

/// The type of a content of which nothing is known.
pub(crate) const OCTETS: &str = "application/octet-stream";

impl WriteOptions {
    /// The headers of the content of a file that is made with these options.
    pub(crate) fn content_headers(&self) -> ContentHeaders {
        ContentHeaders {
            content_type: Some(self.content_type.clone().unwrap_or_else(|| OCTETS.to_owned())),
            content_encoding: self.content_encoding.clone(),
            content_language: self.content_language.clone(),
            content_disposition: self.content_disposition.clone(),
            cache_control: self.cache_control.clone(),
            content_md5: self.content_md5.clone(),
        }
    }
}

/// All that is told of a file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileProperties {
    /// What it is.
    pub status: FileStatus,
    /// The headers of its content.
    pub headers: ContentHeaders,
    /// Properties of the user's own.
    pub metadata: BTreeMap<String, String>,
    /// Where its lease is in its life.
    pub lease_state: Option<LeaseState>,
    /// Whether its lease keeps others from writing.
    pub lease_status: Option<LeaseStatus>,
    /// Whether the lease that it has ends by itself; only while somebody holds it.
    pub lease_duration: Option<LeaseDuration>,
    /// Whether it is stored encrypted.
    pub server_encrypted: Option<bool>,
    /// The encryption scope, where it is another than that of the account.
    pub encryption_scope: Option<String>,
    /// What its writer has noted about the encryption.
    pub encryption_context: Option<String>,
    /// The SHA-256, in base64, of the key that its writer has brought; reading it needs that key.
    pub encryption_key_sha256: Option<String>,
}

/// With this name the Blob protocol marks a directory, which is no property of the user's own.
const DIRECTORY_MARK: &str = "hdi_isfolder";

/// Whether the service uses the name for itself.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.eq_ignore_ascii_case(DIRECTORY_MARK)
}

/// Fails for metadata that the service would refuse, or would take for something else. Names are compared in
/// any case.
pub(crate) fn check_metadata<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut seen = BTreeMap::new();
    for name in names {
        if !is_identifier(name) {
            return Err(Error::invalid(format!(
                "{name:?} cannot name metadata; it takes letters of ASCII, digits and underscores, and begins \
                 with no digit"
            )));
        }
        if is_reserved(name) {
            return Err(Error::invalid(format!(
                "{name:?} cannot name metadata; the service marks directories with it"
            )));
        }
        if let Some(other) = seen.insert(name.to_ascii_lowercase(), name) {
            return Err(Error::invalid(format!(
                "{other:?} and {name:?} cannot both name metadata; the service holds them for one name"
            )));
        }
    }
    Ok(())
}

/// The service takes the identifiers of C#, of which headers carry those in ASCII.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Metadata after a change: values that are set, and names that go where there is none.
pub(crate) fn merged(
    before: &BTreeMap<String, String>,
    changes: &BTreeMap<String, Option<String>>,
) -> BTreeMap<String, String> {
    let changed = |name: &str| changes.keys().any(|other| other.eq_ignore_ascii_case(name));
    let kept = before.iter().filter(|(name, _)| !changed(name));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    let set = changes.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
    kept.chain(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_and_occur_once() {
        for good in ["a", "_", "A_1", "owner"] {
            assert!(check_metadata([good]).is_ok(), "{good}");
        }
        for bad in ["", "1a", "a-b", "a b", "ü", "a.b", "hdi_isfolder", "Hdi_IsFolder"] {
            let error = check_metadata([bad]).unwrap_err();
            assert!(error.to_string().contains(&format!("{bad:?}")), "{error}");
        }
        assert!(check_metadata(["a", "b"]).is_ok());
        assert!(check_metadata(["a", "A"]).is_err());
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let map = |entries: &[(&str, &str)]| {
            let owned = entries.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            owned.collect::<BTreeMap<String, String>>()
        };
        let before = map(&[("keep", "1"), ("Old", "2"), ("gone", "3")]);
        let changes = BTreeMap::from([
            ("old".to_owned(), Some("new".to_owned())),
            ("gone".to_owned(), None),
            ("never".to_owned(), None),
        ]);
        assert_eq!(merged(&before, &changes), map(&[("keep", "1"), ("old", "new")]));
    }
}
