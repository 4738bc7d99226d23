//! User-defined properties: `x-ms-properties` over DFS, `x-ms-meta-*` over Blob, one set of entries.
//!
//! Values are bytes, since clients disagree about their encoding. Names are identifiers, as the service asks
//! for them to be; one that comes as a header is in lower case, as all headers are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::storage::errors::{ErrorCode, StorageError};

const PROPERTIES: &str = "x-ms-properties";
const PREFIX: &str = "x-ms-meta-";
/// With this entry the Blob protocol marks a directory. DFS knows directories by themselves and never tells
/// of it.
pub(crate) const MARKS_DIRECTORY: &str = "hdi_isfolder";
/// The most bytes that names and values may have together.
const LARGEST: usize = 8 * 1024;

/// User-defined properties, in the order in which they were given. No name occurs twice, in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Properties(Vec<(String, Vec<u8>)>);

impl Properties {
    /// Names and values, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of a name, in any case.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether the entries mark a directory, as clients of the Blob protocol do.
    pub(crate) fn mark_directory(&self) -> bool {
        self.get(MARKS_DIRECTORY).is_some_and(|value| value.eq_ignore_ascii_case(b"true"))
    }

    /// What `x-ms-properties` says; `None` when there is no such header, or an empty one.
    pub(crate) fn from_dfs(headers: &HeaderMap) -> Result<Option<Self>, StorageError> {
        let Some(text) = super::headers::get(headers, PROPERTIES)? else { return Ok(None) };
        let mut properties = Self::default();
        for entry in text.split(',') {
            let entry = entry.trim();
            let (name, value) = entry
                .split_once('=')
                .ok_or_else(|| StorageError::invalid_header(PROPERTIES, text))?;
            let value = STANDARD
                .decode(value)
                .map_err(|_| StorageError::invalid_header(PROPERTIES, entry))?;
            properties.add(PROPERTIES, name, value)?;
        }
        Ok(Some(properties))
    }

    /// What the `x-ms-meta-*` headers say: nothing, when there are none.
    pub(crate) fn from_blob(headers: &HeaderMap) -> Result<Self, StorageError> {
        let mut properties = Self::default();
        for (header, value) in headers {
            if let Some(name) = header.as_str().strip_prefix(PREFIX) {
                properties.add(header.as_str(), name, value.as_bytes().trim_ascii().to_vec())?;
            }
        }
        Ok(properties)
    }

    /// Adds one entry of a header, or gives a name that is there another value.
    fn add(&mut self, header: &str, name: &str, value: Vec<u8>) -> Result<(), StorageError> {
        if name.is_empty() {
            return Err(ErrorCode::EmptyPropertyName.into());
        }
        if !is_identifier(name) {
            return Err(StorageError::from(ErrorCode::InvalidPropertyName)
                .detail("HeaderName", header)
                .detail("HeaderValue", name));
        }
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.0.push((name.to_owned(), value));
        let size: usize = self.0.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > LARGEST {
            return Err(ErrorCode::MetadataTooLarge.into());
        }
        Ok(())
    }

    /// The value of `x-ms-properties`: empty when there is nothing to tell.
    pub(crate) fn to_dfs(&self) -> String {
        let told = self.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(MARKS_DIRECTORY));
        let entries = told.map(|(name, value)| format!("{name}={}", STANDARD.encode(value)));
        entries.collect::<Vec<_>>().join(",")
    }

    /// The `x-ms-meta-*` headers. A value that no header can carry, which only DFS can have set, is left out.
    pub(crate) fn to_blob(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.iter().filter_map(|(name, value)| {
            let name = HeaderName::try_from(format!("{PREFIX}{name}")).ok()?;
            Some((name, HeaderValue::from_bytes(value).ok()?))
        })
    }
}

impl FromIterator<(String, Vec<u8>)> for Properties {
    fn from_iter<I: IntoIterator<Item = (String, Vec<u8>)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// The service takes what C# would: a letter or `_`, then also digits.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dfs(text: &str) -> Result<Option<Properties>, StorageError> {
        let headers = [(HeaderName::from_static(PROPERTIES), text.parse().unwrap())];
        Properties::from_dfs(&headers.into_iter().collect())
    }

    fn properties(entries: &[(&str, &[u8])]) -> Properties {
        let mut properties = Properties::default();
        for (name, value) in entries {
            properties.add(PROPERTIES, name, value.to_vec()).unwrap();
        }
        properties
    }

    #[test]
    fn recorded_headers_both_ways() {
        let text = "foo=YmFy,meta=ZGF0YQ==,Capital=bGV0dGVy,UPPER=Y2FzZQ==";
        let entries = dfs(text).unwrap().unwrap();
        let expected: &[(&str, &[u8])] =
            &[("foo", b"bar"), ("meta", b"data"), ("Capital", b"letter"), ("UPPER", b"case")];
        assert_eq!(entries, properties(expected));
        assert_eq!(entries.to_dfs(), text);
        assert_eq!(entries.get("upper"), Some(&b"case"[..]));
        assert_eq!(dfs(""), Ok(None));
        assert_eq!(Properties::from_dfs(&HeaderMap::new()), Ok(None));
        assert_eq!(Properties::default().to_dfs(), "");
    }

    #[test]
    fn blanks_after_commas_and_equal_signs_in_values() {
        let entries = dfs("a=YQ==, b=Yg==,c=").unwrap().unwrap();
        assert_eq!(entries, properties(&[("a", b"a"), ("b", b"b"), ("c", b"")]));
    }

    #[test]
    fn the_later_of_two_names_wins_in_any_case() {
        assert_eq!(dfs("a=YQ==,A=Yg==").unwrap().unwrap(), properties(&[("A", b"b")]));
    }

    #[test]
    fn bad_entries_are_named() {
        use ErrorCode as E;
        for (text, code) in [
            ("a", E::InvalidHeaderValue),
            ("a=YQ==,", E::InvalidHeaderValue),
            ("a=Y", E::InvalidHeaderValue),
            ("a=Y Q==", E::InvalidHeaderValue),
            ("=YQ==", E::EmptyPropertyName),
            ("a-b=YQ==", E::InvalidPropertyName),
            ("1a=YQ==", E::InvalidPropertyName),
            ("a b=YQ==", E::InvalidPropertyName),
        ] {
            assert_eq!(dfs(text).unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn headers_of_metadata_both_ways() {
        let header = |(name, value): (&str, &str)| {
            (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
        };
        let sent =
            [("x-ms-meta-hello", "world"), ("x-ms-date", "now"), ("x-ms-meta-number", " 42 ")];
        let entries = Properties::from_blob(&sent.into_iter().map(header).collect()).unwrap();
        assert_eq!(entries, properties(&[("hello", b"world"), ("number", b"42")]));
        assert_eq!(entries.to_dfs(), "hello=d29ybGQ=,number=NDI=");
        let expected = [("x-ms-meta-hello", "world"), ("x-ms-meta-number", "42")].map(header);
        assert_eq!(entries.to_blob().collect::<Vec<_>>(), expected);

        let bad = [("x-ms-meta-", "a")];
        let refused = Properties::from_blob(&bad.into_iter().map(header).collect()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::EmptyPropertyName);
    }

    #[test]
    fn what_marks_a_directory_is_no_property() {
        let entries = properties(&[("Hdi_isfolder", b"true"), ("a", b"b")]);
        assert!(entries.mark_directory());
        assert_eq!(entries.to_dfs(), "a=Yg==");
        assert!(!properties(&[("hdi_isfolder", b"false")]).mark_directory());
    }

    #[test]
    fn the_set_is_bounded() {
        let mut entries = properties(&[("a", &[0; LARGEST - 1])]);
        let refused = entries.add(PROPERTIES, "b", Vec::new()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::MetadataTooLarge);
    }

    proptest! {
        #[test]
        fn every_set_survives_its_header(
            entries in prop::collection::btree_map("[a-z_][a-z0-9_]{0,8}", prop::collection::vec(any::<u8>(), 0..20), 1..5)
        ) {
            prop_assume!(!entries.contains_key(MARKS_DIRECTORY));
            let mut set = Properties::default();
            for (name, value) in entries {
                set.add(PROPERTIES, &name, value).unwrap();
            }
            prop_assert_eq!(dfs(&set.to_dfs()).unwrap().unwrap(), set);
        }
    }
}
